-- name: lots_page -> LotSeen
-- What nodes have of lots, by sku, node and lot; of some skus, a node, a lot, or what expires soon.
WITH seen AS MATERIALIZED (
    SELECT s.sku, s.node_id, s.lot, s.reason, s.serial, s.expires_on, s.quantity
    FROM inventory.lot_stock AS s
    WHERE
        s.market = :market::text
        AND (:skus::text[] IS NULL OR s.sku = any(:skus::text[]))
        AND (:node_id::text IS NULL OR s.node_id = :node_id::text)
        AND (:lot::text IS NULL OR s.lot = :lot::text)
        AND (:expires_before::date IS NULL OR s.expires_on < :expires_before::date)
        AND s.serial = :serial::boolean
        AND (s.sku, s.node_id, s.lot) > (:after_sku::text, :after_node::text, :after_lot::text)
)

SELECT
    s.sku,
    s.node_id,
    s.lot,
    s.serial,
    s.expires_on,
    sum(s.quantity)::integer AS quantity,
    array_agg(s.reason ORDER BY s.reason) FILTER (WHERE s.reason <> '') AS asides,
    array_agg(s.quantity ORDER BY s.reason) FILTER (WHERE s.reason <> '') AS asided
FROM seen AS s
GROUP BY s.sku, s.node_id, s.lot, s.serial, s.expires_on
ORDER BY s.sku, s.node_id, s.lot
LIMIT :most::integer;

-- name: lot_told -> LotTold
-- A lot, whether units of it are left or not.
SELECT l.sku, l.lot, l.serial, l.expires_on, l.made_at
FROM inventory.lot AS l
WHERE l.market = :market::text AND l.sku = :sku::text AND l.lot = :lot::text;

-- name: lot_travels -> LotTravels
-- Units of a lot that are on their way from one node to another.
SELECT
    t.transfer_id,
    t.to_node,
    -sum(m.quantity)::integer AS quantity
FROM inventory.movement_lot AS m
INNER JOIN inventory.transfer AS t ON m.market = t.market AND m.transfer_id = t.transfer_id
WHERE
    m.market = :market::text
    AND m.sku = :sku::text
    AND m.lot = :lot::text
    AND t.state IN ('sent', 'receiving')
GROUP BY t.transfer_id, t.to_node
HAVING sum(m.quantity) < 0
ORDER BY t.transfer_id;

-- name: lot_orders -> LotGone
-- Which orders have got units of a lot, in the order they were placed: a recall asks.
SELECT
    m.order_id,
    m.line_no,
    m.sku,
    m.node_id,
    m.lot,
    l.serial,
    l.expires_on,
    -sum(m.quantity)::integer AS quantity,
    max(m.at) AS at
FROM inventory.movement_lot AS m
INNER JOIN inventory.lot AS l ON m.market = l.market AND m.sku = l.sku AND m.lot = l.lot
WHERE
    m.market = :market::text
    AND m.sku = :sku::text
    AND m.lot = :lot::text
    AND m.kind = 'ship'
    AND (m.order_id, m.line_no, m.node_id)
    > (:after_order::uuid, :after_line::smallint, :after_node::text)
GROUP BY m.order_id, m.line_no, m.sku, m.node_id, m.lot, l.serial, l.expires_on
HAVING sum(m.quantity) < 0
ORDER BY m.order_id, m.line_no, m.node_id
LIMIT :most::integer;

-- name: lots_of_orders -> LotGone
-- Which lots some orders have got.
SELECT
    m.order_id,
    m.line_no,
    m.sku,
    m.node_id,
    m.lot,
    l.serial,
    l.expires_on,
    -sum(m.quantity)::integer AS quantity,
    max(m.at) AS at
FROM inventory.movement_lot AS m
INNER JOIN inventory.lot AS l ON m.market = l.market AND m.sku = l.sku AND m.lot = l.lot
WHERE m.market = :market::text AND m.order_id = any(:order_ids::uuid[]) AND m.kind = 'ship'
GROUP BY m.order_id, m.line_no, m.sku, m.node_id, m.lot, l.serial, l.expires_on
HAVING sum(m.quantity) < 0
ORDER BY m.order_id, m.line_no, m.sku, m.node_id, m.lot;

-- name: lot_steps -> LotStep
-- The way of a lot, or of one unit by its serial number, newest first.
SELECT
    m.movement_id, m.entry_no, m.node_id, m.kind, m.reason, m.quantity, m.order_id, m.line_no,
    m.transfer_id, m.at
FROM inventory.movement_lot AS m
WHERE
    m.market = :market::text AND m.sku = :sku::text AND m.lot = :lot::text
    AND m.kind NOT IN ('named', 'fitted')
ORDER BY m.movement_id DESC, m.entry_no DESC
LIMIT :most::integer;

-- name: serials_named -> SerialSeen
-- Where some units are by their serial numbers, and the last that was heard of each.
SELECT
    l.sku, l.lot AS serial, l.expires_on, s.node_id, s.reason, e.kind AS last_kind,
    e.node_id AS last_node, e.order_id, e.line_no, e.transfer_id, e.at
FROM inventory.lot AS l
INNER JOIN
    unnest(:skus::text[], :lots::text[]) AS k (sku, lot)
    ON l.sku = k.sku AND l.lot = k.lot
LEFT JOIN inventory.lot_stock AS s
    ON l.market = s.market AND l.sku = s.sku AND l.lot = s.lot AND s.serial
LEFT JOIN LATERAL (
    SELECT m.kind, m.node_id, m.order_id, m.line_no, m.transfer_id, m.at
    FROM inventory.movement_lot AS m
    WHERE
        m.market = l.market AND m.sku = l.sku AND m.lot = l.lot
        AND m.kind <> 'named'
    ORDER BY m.movement_id DESC, m.entry_no DESC
    LIMIT 1
) AS e ON TRUE
WHERE l.market = :market::text AND l.serial
ORDER BY l.sku, l.lot;

-- name: serials_page -> SerialSeen
-- Units of an item by their serial numbers: all there ever were, or those a node has.
SELECT
    l.sku, l.lot AS serial, l.expires_on, s.node_id, s.reason, e.kind AS last_kind,
    e.node_id AS last_node, e.order_id, e.line_no, e.transfer_id, e.at
FROM inventory.lot AS l
LEFT JOIN inventory.lot_stock AS s
    ON l.market = s.market AND l.sku = s.sku AND l.lot = s.lot AND s.serial
LEFT JOIN LATERAL (
    SELECT m.kind, m.node_id, m.order_id, m.line_no, m.transfer_id, m.at
    FROM inventory.movement_lot AS m
    WHERE
        m.market = l.market AND m.sku = l.sku AND m.lot = l.lot
        AND m.kind <> 'named'
    ORDER BY m.movement_id DESC, m.entry_no DESC
    LIMIT 1
) AS e ON TRUE
WHERE
    l.market = :market::text
    AND l.sku = :sku::text
    AND l.serial
    AND l.lot > :after::text
    AND (:node_id::text IS NULL OR s.node_id = :node_id::text)
    AND (NOT :in_stock::boolean OR s.node_id IS NOT NULL)
ORDER BY l.lot
LIMIT :most::integer;
