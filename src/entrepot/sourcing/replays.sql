-- name: make_replay
-- A span of time to be decided again; how many records there are is counted once.
INSERT INTO sourcing.replay (
    market, replay_id, actor, from_at, to_at, document, digest, seed, made_at, after_id, records
)
SELECT
    :market::text, :replay_id::uuid, :actor::text, :from_at::timestamptz, :to_at::timestamptz,
    :document::json, :digest::text, :seed::integer, :at::timestamptz, :first_id::uuid,
    count(*)::integer AS records
FROM sourcing.record AS r
WHERE
    r.market = :market::text AND r.record_id >= :first_id::uuid AND r.record_id < :last_id::uuid;

-- name: replay_for_update -> Replay
-- The replay that is worked on, by one worker at a time; nothing where another has it.
SELECT
    r.replay_id, r.actor, r.from_at, r.to_at, r.document, r.digest, r.seed, r.made_at, r.after_id,
    r.records, r.records_done, r.decisions, r.orders, r.differing, r.changed, r.ended_at, r.fault,
    r.result, r.canceled_by
FROM sourcing.replay AS r
WHERE r.market = :market::text AND r.replay_id = :replay_id::uuid AND r.ended_at IS NULL
FOR NO KEY UPDATE SKIP LOCKED;

-- name: replay_of -> Replay
-- A replay as it stands.
SELECT
    r.replay_id, r.actor, r.from_at, r.to_at, r.document, r.digest, r.seed, r.made_at, r.after_id,
    r.records, r.records_done, r.decisions, r.orders, r.differing, r.changed, r.ended_at, r.fault,
    r.result, r.canceled_by
FROM sourcing.replay AS r
WHERE r.market = :market::text AND r.replay_id = :replay_id::uuid;

-- name: replays_unfinished -> ReplayName
-- What is to be worked on, the oldest first.
SELECT r.replay_id
FROM sourcing.replay AS r
WHERE r.market = :market::text AND r.ended_at IS NULL
ORDER BY r.replay_id
LIMIT 20;

-- name: replays_of_document -> Replay
-- The finished replays of a document, the newest first.
SELECT
    r.replay_id, r.actor, r.from_at, r.to_at, r.document, r.digest, r.seed, r.made_at, r.after_id,
    r.records, r.records_done, r.decisions, r.orders, r.differing, r.changed, r.ended_at, r.fault,
    r.result, r.canceled_by
FROM sourcing.replay AS r
WHERE
    r.market = :market::text AND r.digest = :digest::text AND r.ended_at >= :since::timestamptz
    AND r.result IS NOT NULL
ORDER BY r.ended_at DESC
LIMIT 20;

-- name: records_after -> KeptRecord
-- The next records of a span, in the order in which they were written.
SELECT r.record_id, r.packed
FROM sourcing.record AS r
WHERE
    r.market = :market::text AND r.record_id > :after_id::uuid AND r.record_id < :last_id::uuid
ORDER BY r.record_id
LIMIT :most::integer;

-- name: decisions_of_records -> PlacedDecision
-- Which orders were decided at which places of some records, found by their time.
SELECT d.record_id, d.place, d.order_id, d.decision_id, d.kind
FROM sourcing.decision AS d
WHERE
    d.market = :market::text AND d.at BETWEEN :from_at::timestamptz AND :to_at::timestamptz
    AND d.record_id = any(:record_ids::uuid[])
ORDER BY d.record_id, d.place;

-- name: move_replay
-- What one step has done; the row is locked.
UPDATE sourcing.replay AS r
SET
    after_id = :after_id::uuid,
    records_done = r.records_done + :records::integer,
    decisions = r.decisions + :decisions::integer,
    orders = r.orders + :orders::integer,
    differing = r.differing + :differing::integer,
    changed = r.changed + :changed::integer
WHERE r.market = :market::text AND r.replay_id = :replay_id::uuid AND r.ended_at IS NULL;

-- name: end_replay
-- It is done, with what it found, or with why it cannot go on.
UPDATE sourcing.replay AS r
SET ended_at = :at::timestamptz, result = :result::json, fault = :fault::text
WHERE r.market = :market::text AND r.replay_id = :replay_id::uuid AND r.ended_at IS NULL;

-- name: replays -> Replay
-- The replays of a market, the newest first, without their documents and what they found.
SELECT
    r.replay_id, r.actor, r.from_at, r.to_at, NULL::json AS document, r.digest, r.seed, r.made_at,
    r.after_id, r.records, r.records_done, r.decisions, r.orders, r.differing, r.changed,
    r.ended_at, r.fault, NULL::json AS result, r.canceled_by
FROM sourcing.replay AS r
WHERE
    r.market = :market::text AND r.replay_id < :before::uuid
    AND (:open::boolean IS NULL OR (r.ended_at IS NULL) = :open::boolean)
ORDER BY r.replay_id DESC
LIMIT :most::integer;

-- name: cancel_replay
-- Somebody wants no more of it: who works on it finds it ended.
UPDATE sourcing.replay AS r
SET ended_at = :at::timestamptz, canceled_by = :actor::text
WHERE r.market = :market::text AND r.replay_id = :replay_id::uuid AND r.ended_at IS NULL;

-- name: add_replay_part
-- What a step has counted.
INSERT INTO sourcing.replay_part (market, replay_id, part, packed)
VALUES (:market::text, :replay_id::uuid, :part::integer, :packed::bytea);

-- name: replay_parts -> ReplayPart
-- All that was counted, in the order of time.
SELECT p.packed
FROM sourcing.replay_part AS p
WHERE p.market = :market::text AND p.replay_id = :replay_id::uuid
ORDER BY p.part;

-- name: add_replay_changes
-- The decisions that differ, in the order of time.
INSERT INTO sourcing.replay_change (market, replay_id, number, faithful, order_id, document)
SELECT
    :market::text, :replay_id::uuid, c.number, c.faithful, c.order_id, c.document::json
FROM
    unnest(:numbers::integer[], :faithful::boolean[], :order_ids::uuid[], :documents::text[])
        AS c (number, faithful, order_id, document);

-- name: replay_changes -> ReplayChange
-- A page of the decisions that differ.
SELECT c.number, c.faithful, c.order_id, c.document
FROM sourcing.replay_change AS c
WHERE
    c.market = :market::text AND c.replay_id = :replay_id::uuid AND c.number > :after::integer
ORDER BY c.number
LIMIT :most::integer;
