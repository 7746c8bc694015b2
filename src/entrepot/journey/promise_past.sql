-- name: parcels_told -> ParcelTold
-- What was sent, or is to be: one row for each node's part of an order, with when it left and came.
SELECT
    f.fulfillment_order_id, o.placed_at, f.node_id, o.document, f.lane_id, f.service, f.ship_by,
    left_at.shipped_at, arrived.delivered_at, goods.weight_g, goods.units, goods.lines,
    goods.category, goods.price, beside.parcels
FROM fulfillment.fulfillment_order AS f
INNER JOIN orders."order" AS o
    ON f.market = o.market AND f.order_id = o.order_id
LEFT JOIN LATERAL (
    SELECT max(p.shipped_at) AS shipped_at
    FROM fulfillment.package AS p
    WHERE p.market = f.market AND p.fulfillment_order_id = f.fulfillment_order_id
) AS left_at ON TRUE
LEFT JOIN LATERAL (
    SELECT
        CASE
            WHEN bool_and(d.delivered_at IS NOT NULL) THEN max(d.delivered_at)
        END AS delivered_at
    FROM delivery.parcel AS d
    WHERE d.market = f.market AND d.fulfillment_order_id = f.fulfillment_order_id
) AS arrived ON TRUE
LEFT JOIN LATERAL (
    SELECT
        sum(i.weight_g::bigint * l.quantity)::double precision AS weight_g,
        sum(l.quantity)::double precision AS units,
        count(*)::double precision AS lines,
        min(i.category) AS category,
        sum(s.unit_price * l.quantity)::double precision AS price
    FROM fulfillment.line AS l
    LEFT JOIN catalog.item AS i
        ON l.market = i.market AND l.sku = i.sku
    LEFT JOIN orders.line AS s
        ON f.market = s.market AND f.order_id = s.order_id AND l.line_no = s.line_no
    WHERE l.market = f.market AND l.fulfillment_order_id = f.fulfillment_order_id
) AS goods ON TRUE
LEFT JOIN LATERAL (
    SELECT count(*)::double precision AS parcels
    FROM fulfillment.fulfillment_order AS e
    WHERE
        e.market = f.market
        AND e.order_id = f.order_id
        AND e.state NOT IN ('rejected', 'canceled')
) AS beside ON TRUE
WHERE
    f.market = :market::text
    AND f.method = 'ship'
    AND f.state NOT IN ('rejected', 'canceled')
    AND o.placed_at >= :since::timestamptz -- noqa: RF02
ORDER BY o.placed_at DESC, f.fulfillment_order_id DESC
LIMIT :most::integer;
