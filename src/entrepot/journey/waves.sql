-- name: take_turn -> Turn
-- Whose turn is it? The first who asks once the last one began long enough ago; no row: nobody's.
INSERT INTO journey.turn AS t (market, what, began_at)
VALUES (:market::text, :what::text, :at::timestamptz)
ON CONFLICT (market, what) DO UPDATE
    SET began_at = excluded.began_at
    WHERE t.began_at <= :before::timestamptz
RETURNING began_at;

-- name: begin_wave
-- A wave has begun.
INSERT INTO journey.wave (market, wave_id, began_at)
VALUES (:market::text, :wave_id::uuid, :at::timestamptz);

-- name: end_wave
-- What a wave has brought.
UPDATE journey.wave AS w
SET
    ended_at = :at::timestamptz, looked = :looked::integer, moved = :moved::integer,
    contended = :contended::integer, saved = :saved::bigint
WHERE w.market = :market::text AND w.wave_id = :wave_id::uuid;

-- name: waves -> WaveRow
-- The waves of a market, the last first, from before one on.
SELECT w.wave_id, w.began_at, w.ended_at, w.looked, w.moved, w.contended, w.saved
FROM journey.wave AS w
WHERE w.market = :market::text AND w.wave_id < :before::uuid
ORDER BY w.wave_id DESC
LIMIT :most::integer;
