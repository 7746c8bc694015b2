-- name: shelf_rows -> ShelfRow
-- Some skus' positions, one row for each sku: two hundred nodes are six values, not two hundred
-- records. Node ids come as a JSON array, which is read once where the same nodes come again.
SELECT
    p.sku,
    json_agg(p.node_id)::text AS nodes,
    array_agg(p.on_hand) AS on_hand,
    array_agg(p.reserved) AS reserved,
    array_agg(p.unavailable) AS unavailable,
    array_agg(p.safety) AS safety
FROM inventory.position AS p
WHERE
    p.market = :market::text AND p.sku = any(:skus::text[])
    AND (:node_ids::text[] IS NULL OR p.node_id = any(:node_ids::text[]))
GROUP BY p.sku;

-- name: short_skus -> SkuNamed
-- Skus of which reserved units are missing somewhere, at these nodes or at any.
SELECT DISTINCT p.sku
FROM inventory.position AS p
WHERE
    p.market = :market::text AND p.shortage > 0
    AND (:node_ids::text[] IS NULL OR p.node_id = any(:node_ids::text[]))
ORDER BY p.sku
LIMIT :most::integer;

-- name: fresh_nodes -> Fresh
-- How fresh nodes are: feeds are few, some for each node.
SELECT
    f.node_id,
    max(f.heard_at) AS heard_at,
    count(*)::integer AS feeds,
    (count(*) FILTER (WHERE f.stale_since IS NOT NULL))::integer AS stale
FROM inventory.feed AS f
WHERE f.market = :market::text
GROUP BY f.node_id;

-- name: on_the_road -> Arriving
-- Units in transit between nodes, of some skus, by where they go.
SELECT
    l.sku,
    t.to_node AS node_id,
    sum(l.sent - l.received - l.written_off)::integer AS quantity
FROM inventory.transfer_line AS l
INNER JOIN inventory.transfer AS t ON l.market = t.market AND l.transfer_id = t.transfer_id
WHERE
    l.market = :market::text AND l.sku = any(:skus::text[])
    AND l.received + l.written_off < l.sent
GROUP BY l.sku, t.to_node;

-- name: trips_of_sku -> Coming
-- The transfers that bring units of a sku, the first to arrive first.
SELECT
    t.transfer_id,
    t.from_node,
    t.to_node,
    t.expected_at,
    (l.sent - l.received - l.written_off)::integer AS units
FROM inventory.transfer_line AS l
INNER JOIN inventory.transfer AS t ON l.market = t.market AND l.transfer_id = t.transfer_id
WHERE
    l.market = :market::text AND l.sku = :sku::text
    AND l.received + l.written_off < l.sent
ORDER BY t.expected_at, t.transfer_id
LIMIT :most::integer;

-- name: claims_at -> ClaimAt
-- Who has a claim at a position, the newest first: the units that are reserved there.
SELECT
    r.order_id,
    r.line_no,
    (r.quantity - r.freed - r.consumed)::integer AS units
FROM inventory.reservation AS r
WHERE
    r.market = :market::text AND r.sku = :sku::text AND r.node_id = :node_id::text
    AND r.freed + r.consumed < r.quantity
ORDER BY r.order_id DESC, r.line_no ASC
LIMIT :most::integer;

-- name: carts_at -> CartAt
-- Carts that keep units at a position now.
SELECT
    c.cart_id,
    k.channel,
    k.expires_at,
    sum(c.quantity)::integer AS units
FROM inventory.cart_claim AS c
INNER JOIN inventory.cart AS k ON c.market = k.market AND c.cart_id = k.cart_id
WHERE
    c.market = :market::text AND c.sku = :sku::text AND c.node_id = :node_id::text
    AND k.state = 'held'
GROUP BY c.cart_id, k.channel, k.expires_at
ORDER BY k.expires_at, c.cart_id
LIMIT :most::integer;

-- name: balances_by_day -> DayBalance
-- What a sku's balances were before each of some moments, all nodes together or one: for each
-- position its last chapter, and what the next one tells until then; what is too young for the
-- contents is added up once. As many look-ups as there are moments and positions, whatever moved.
WITH point AS (
    SELECT d.before, d.place::integer AS place
    FROM unnest(:befores::uuid[]) WITH ORDINALITY AS d (before, place)
),

spot AS (
    SELECT p.node_id
    FROM inventory.position AS p
    WHERE
        p.market = :market::text AND p.sku = :sku::text
        AND (:node_id::text IS NULL OR p.node_id = :node_id::text)
),

young AS (
    SELECT
        q.place,
        sum(m.on_hand_delta) AS on_hand,
        sum(m.reserved_delta) AS reserved,
        sum(m.unavailable_delta) AS unavailable
    FROM inventory.movement AS m
    INNER JOIN point AS q ON m.movement_id < q.before
    WHERE
        m.market = :market::text AND m.sku = :sku::text
        AND (:node_id::text IS NULL OR m.node_id = :node_id::text)
        AND m.movement_id > coalesce(
            (SELECT k.upto_id FROM inventory.chapter_mark AS k WHERE k.market = :market::text),
            '00000000-0000-0000-0000-000000000000'
        )
    GROUP BY q.place
),

old AS (
    SELECT
        q.place,
        sum(coalesce(b.on_hand, 0) + coalesce(t.on_hand, 0)) AS on_hand,
        sum(coalesce(b.reserved, 0) + coalesce(t.reserved, 0)) AS reserved,
        sum(coalesce(b.unavailable, 0) + coalesce(t.unavailable, 0)) AS unavailable
    FROM point AS q
    CROSS JOIN spot AS s
    LEFT JOIN LATERAL (
        SELECT c.on_hand, c.reserved, c.unavailable
        FROM inventory.chapter AS c
        WHERE
            c.market = :market::text AND c.sku = :sku::text AND c.node_id = s.node_id
            AND c.upto_id < q.before
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
            c.market = :market::text AND c.sku = :sku::text AND c.node_id = s.node_id
            AND c.upto_id >= q.before AND c.after_id < q.before
            AND i.movement_id < q.before
    ) AS t ON TRUE
    GROUP BY q.place
)

SELECT
    q.place,
    (coalesce(o.on_hand, 0) + coalesce(y.on_hand, 0))::integer AS on_hand,
    (coalesce(o.reserved, 0) + coalesce(y.reserved, 0))::integer AS reserved,
    (coalesce(o.unavailable, 0) + coalesce(y.unavailable, 0))::integer AS unavailable
FROM point AS q
LEFT JOIN old AS o ON q.place = o.place
LEFT JOIN young AS y ON q.place = y.place
ORDER BY q.place;
