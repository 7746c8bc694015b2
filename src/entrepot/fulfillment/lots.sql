-- name: lots_of_lines -> LineLot
-- The lots that were picked for some pieces of work.
SELECT
    l.fulfillment_order_id, l.line_no, l.sku, l.node_id, l.lot, l.serial, l.quantity, l.gone
FROM fulfillment.line_lot AS l
WHERE
    l.market = :market::text
    AND l.fulfillment_order_id = any(:fulfillment_order_ids::uuid[])
ORDER BY l.fulfillment_order_id, l.line_no, l.sku, l.lot;

-- name: picked_at -> PickedLot
-- What others have picked of lots at some positions and not yet taken off the books. What was given
-- back with its work lies on the shelf again.
SELECT
    l.sku,
    l.node_id,
    l.lot,
    sum(l.quantity)::integer AS quantity
FROM fulfillment.line_lot AS l
INNER JOIN
    unnest(:skus::text[], :node_ids::text[]) AS k (sku, node_id)
    ON l.sku = k.sku AND l.node_id = k.node_id
INNER JOIN fulfillment.fulfillment_order AS f
    ON l.market = f.market AND l.fulfillment_order_id = f.fulfillment_order_id
WHERE
    l.market = :market::text
    AND NOT l.gone
    AND l.fulfillment_order_id <> all(:but::uuid[])
    AND f.state NOT IN ('rejected', 'canceled')
GROUP BY l.sku, l.node_id, l.lot
ORDER BY l.sku, l.node_id, l.lot;

-- name: clear_line_lots
-- Lines of locked work whose lots are named anew.
DELETE FROM fulfillment.line_lot AS l
USING
    unnest(:fulfillment_order_ids::uuid[], :line_nos::smallint[], :skus::text[])
        AS k (fulfillment_order_id, line_no, sku)
WHERE
    l.market = :market::text
    AND l.fulfillment_order_id = k.fulfillment_order_id
    AND l.line_no = k.line_no
    AND l.sku = k.sku;

-- name: put_line_lots
-- Lots of lines of locked work.
INSERT INTO fulfillment.line_lot (
    market, fulfillment_order_id, line_no, sku, node_id, lot, serial, quantity
)
SELECT
    :market::text, k.fulfillment_order_id, k.line_no, k.sku, k.node_id, k.lot, k.serial, k.quantity
FROM
    unnest(
        :fulfillment_order_ids::uuid[],
        :line_nos::smallint[],
        :skus::text[],
        :node_ids::text[],
        :lots::text[],
        :serials::boolean[],
        :quantities::integer[]
    ) AS k (fulfillment_order_id, line_no, sku, node_id, lot, serial, quantity);

-- name: lots_have_gone
-- The units of this work are off the books.
UPDATE fulfillment.line_lot AS l
SET gone = TRUE
WHERE
    l.market = :market::text
    AND l.fulfillment_order_id = any(:fulfillment_order_ids::uuid[]);

-- name: picked_for -> PickedFor
-- Whose work units of a lot were picked for and still on the books of a node.
SELECT
    l.sku,
    l.lot,
    l.fulfillment_order_id,
    f.order_id,
    l.line_no
FROM fulfillment.line_lot AS l
INNER JOIN fulfillment.fulfillment_order AS f
    ON l.market = f.market AND l.fulfillment_order_id = f.fulfillment_order_id
INNER JOIN
    unnest(:skus::text[], :node_ids::text[], :lots::text[]) AS k (sku, node_id, lot)
    ON l.sku = k.sku AND l.node_id = k.node_id AND l.lot = k.lot
WHERE
    l.market = :market::text
    AND NOT l.gone
    AND f.state NOT IN ('rejected', 'canceled')
ORDER BY l.sku, l.lot, l.fulfillment_order_id, l.line_no;
