-- name: movements_of -> Entry
-- A sku's entries, newest first: what is not in the contents yet from the ledger's end, the rest by
-- the contents. Rows of one chapter come all or none, for their entries lie among each other.
WITH young AS (
    SELECT m.movement_id
    FROM inventory.movement AS m
    WHERE
        m.market = :market::text AND m.sku = :sku::text
        AND (:node_id::text IS NULL OR m.node_id = :node_id::text)
        AND m.movement_id >= :since::uuid
        AND m.movement_id < :before::uuid
        AND m.movement_id > coalesce(
            (SELECT k.upto_id FROM inventory.chapter_mark AS k WHERE k.market = :market::text),
            '00000000-0000-0000-0000-000000000000'
        )
    ORDER BY m.movement_id DESC
    LIMIT :most::integer
),

closed AS (
    SELECT c.movement_ids
    FROM inventory.chapter AS c
    WHERE
        c.market = :market::text AND c.sku = :sku::text
        AND (:node_id::text IS NULL OR c.node_id = :node_id::text)
        AND c.upto_id >= :since::uuid AND c.after_id < :before::uuid
        AND c.movement_ids[1] < :before::uuid
        AND c.movement_ids[cardinality(c.movement_ids)] >= :since::uuid
    ORDER BY c.upto_id DESC
    FETCH FIRST (:most::integer) ROWS WITH TIES
),

found AS (
    SELECT y.movement_id FROM young AS y
    UNION ALL
    SELECT i.movement_id
    FROM closed AS c
    CROSS JOIN LATERAL unnest(c.movement_ids) AS i (movement_id)
    WHERE i.movement_id >= :since::uuid AND i.movement_id < :before::uuid
),

shown AS (
    SELECT f.movement_id
    FROM found AS f
    ORDER BY f.movement_id DESC
    LIMIT :most::integer
)

SELECT
    m.movement_id, m.sku, m.node_id, m.kind, m.on_hand_delta, m.reserved_delta,
    m.unavailable_delta, m.order_id, m.line_no, m.reference, m.reason, m.at, m.actor, m.source,
    m.sequence
FROM shown AS s
INNER JOIN inventory.movement AS m
    ON m.market = :market::text AND s.movement_id = m.movement_id
ORDER BY m.movement_id DESC;

-- name: positions_as_of -> PositionThen
-- What balances were before an id was made: the last chapter that ended by then, what the next one
-- tells until then, and what is too young for the contents. Skus are looked up, never walked to.
WITH named AS (
    SELECT p.sku, p.node_id
    FROM inventory.position AS p
    WHERE
        p.market = :market::text AND p.sku = any(:skus::text[])
        AND (:node_id::text IS NULL OR p.node_id = :node_id::text)
        AND (p.sku, p.node_id) > (:after_sku::text, :after_node::text)
    ORDER BY p.sku, p.node_id
    LIMIT :most::integer
),

standing AS (
    SELECT p.sku, p.node_id
    FROM inventory.position AS p
    WHERE
        :skus::text[] IS NULL AND p.market = :market::text AND p.node_id = :node_id::text
        AND (p.sku, p.node_id) > (:after_sku::text, :after_node::text)
    ORDER BY p.sku, p.node_id
    LIMIT :most::integer
),

page AS (
    SELECT n.sku, n.node_id FROM named AS n
    UNION ALL
    SELECT s.sku, s.node_id FROM standing AS s
),

young AS (
    SELECT
        m.sku,
        m.node_id,
        sum(m.on_hand_delta) AS on_hand,
        sum(m.reserved_delta) AS reserved,
        sum(m.unavailable_delta) AS unavailable
    FROM inventory.movement AS m
    INNER JOIN page AS g ON m.sku = g.sku AND m.node_id = g.node_id
    WHERE
        m.market = :market::text AND m.movement_id < :before::uuid
        AND m.movement_id > coalesce(
            (SELECT k.upto_id FROM inventory.chapter_mark AS k WHERE k.market = :market::text),
            '00000000-0000-0000-0000-000000000000'
        )
    GROUP BY m.sku, m.node_id
)

SELECT
    g.sku,
    g.node_id,
    (coalesce(b.on_hand, 0) + coalesce(t.on_hand, 0) + coalesce(y.on_hand, 0))::integer AS on_hand,
    (coalesce(b.reserved, 0) + coalesce(t.reserved, 0) + coalesce(y.reserved, 0))::integer
        AS reserved,
    (coalesce(b.unavailable, 0) + coalesce(t.unavailable, 0) + coalesce(y.unavailable, 0))::integer
        AS unavailable
FROM page AS g
LEFT JOIN LATERAL (
    SELECT c.on_hand, c.reserved, c.unavailable
    FROM inventory.chapter AS c
    WHERE
        c.market = :market::text AND c.sku = g.sku AND c.node_id = g.node_id
        AND c.upto_id < :before::uuid
    ORDER BY c.upto_id DESC
    LIMIT 1
) AS b ON TRUE
LEFT JOIN LATERAL (
    SELECT
        sum(m.on_hand_delta) AS on_hand,
        sum(m.reserved_delta) AS reserved,
        sum(m.unavailable_delta) AS unavailable
    FROM inventory.chapter AS c
    CROSS JOIN LATERAL unnest(c.movement_ids) AS i (movement_id)
    INNER JOIN inventory.movement AS m
        ON m.market = :market::text AND i.movement_id = m.movement_id
    WHERE
        c.market = :market::text AND c.sku = g.sku AND c.node_id = g.node_id
        AND c.upto_id >= :before::uuid AND c.after_id < :before::uuid
        AND i.movement_id < :before::uuid
) AS t ON TRUE
LEFT JOIN young AS y ON g.sku = y.sku AND g.node_id = y.node_id
ORDER BY g.sku, g.node_id;
