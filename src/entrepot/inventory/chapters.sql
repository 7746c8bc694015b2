-- name: open_chapters
-- The contents of a ledger begin at its first entry.
INSERT INTO inventory.chapter_mark (market, upto_id)
VALUES (:market::text, :first::uuid)
ON CONFLICT (market) DO NOTHING;

-- name: settled_entries -> Tally
-- Whether anything waits for the contents; a ledger without any is left without a mark.
SELECT count(*)::bigint AS count
FROM (
    SELECT m.movement_id
    FROM inventory.movement AS m
    WHERE
        m.market = :market::text AND m.movement_id < :before::uuid
        AND m.movement_id > coalesce(
            (SELECT k.upto_id FROM inventory.chapter_mark AS k WHERE k.market = :market::text),
            '00000000-0000-0000-0000-000000000000'
        )
    ORDER BY m.movement_id
    LIMIT 1
) AS e;

-- name: take_chapters -> ChapterMark
-- One process at a time writes the contents; the others find the mark taken.
SELECT k.upto_id
FROM inventory.chapter_mark AS k
WHERE k.market = :market::text
FOR NO KEY UPDATE OF k SKIP LOCKED;

-- name: wait_for_chapters -> ChapterMark
-- Whoever mends the ledger's books waits for its turn.
SELECT k.upto_id
FROM inventory.chapter_mark AS k
WHERE k.market = :market::text
FOR NO KEY UPDATE OF k;

-- name: close_chapter -> Closing
-- The next span of the ledger by position, with the balances at its end, in one statement.
WITH span AS (
    SELECT
        m.movement_id, m.sku, m.node_id, m.on_hand_delta, m.reserved_delta, m.unavailable_delta
    FROM inventory.movement AS m
    WHERE
        m.market = :market::text
        AND m.movement_id > :after_id::uuid AND m.movement_id < :before::uuid
    ORDER BY m.movement_id
    LIMIT :most::integer
),

ending AS (
    SELECT s.movement_id AS upto_id
    FROM span AS s
    ORDER BY s.movement_id DESC
    LIMIT 1
),

spot AS (
    SELECT
        s.sku,
        s.node_id,
        array_agg(s.movement_id ORDER BY s.movement_id) AS movement_ids,
        sum(s.on_hand_delta) AS on_hand,
        sum(s.reserved_delta) AS reserved,
        sum(s.unavailable_delta) AS unavailable
    FROM span AS s
    GROUP BY s.sku, s.node_id
),

written AS (
    INSERT INTO inventory.chapter (
        market, sku, node_id, upto_id, after_id, movement_ids, on_hand, reserved, unavailable
    )
    SELECT
        :market::text, s.sku, s.node_id, e.upto_id, :after_id::uuid, s.movement_ids,
        coalesce(b.on_hand, 0) + s.on_hand,
        coalesce(b.reserved, 0) + s.reserved,
        coalesce(b.unavailable, 0) + s.unavailable
    FROM spot AS s
    CROSS JOIN ending AS e
    LEFT JOIN LATERAL (
        SELECT c.on_hand, c.reserved, c.unavailable
        FROM inventory.chapter AS c
        WHERE c.market = :market::text AND c.sku = s.sku AND c.node_id = s.node_id
        ORDER BY c.upto_id DESC
        LIMIT 1
    ) AS b ON TRUE
    ORDER BY s.sku, s.node_id
),

moved AS (
    UPDATE inventory.chapter_mark AS k
    SET upto_id = e.upto_id
    FROM ending AS e
    WHERE k.market = :market::text
)

SELECT
    e.upto_id,
    (SELECT count(*) FROM span)::bigint AS entries
FROM ending AS e;

-- name: burn_chapters
-- The contents can be written again from the ledger at any time.
DELETE FROM inventory.chapter
WHERE market = :market::text;

-- name: reopen_chapters
-- After that they begin at the first entry again.
UPDATE inventory.chapter_mark
SET upto_id = :first::uuid
WHERE market = :market::text;
