-- name: parcels_of -> Parcel
-- The parcels of some fulfillment orders.
SELECT
    d.tracking_number, d.carrier, d.fulfillment_order_id, d.order_id, d.status, d.status_at,
    d.delivered_at, f.node_id, p.lines
FROM delivery.parcel AS d
INNER JOIN fulfillment.package AS p
    ON
        d.market = p.market
        AND d.tracking_number = p.tracking_number
        AND d.carrier = p.carrier
        AND d.fulfillment_order_id = p.fulfillment_order_id
INNER JOIN fulfillment.fulfillment_order AS f
    ON d.market = f.market AND d.fulfillment_order_id = f.fulfillment_order_id
WHERE
    d.market = :market::text -- noqa: RF02
    AND d.fulfillment_order_id = any(:fulfillment_order_ids::uuid[]) -- noqa: RF02
ORDER BY d.fulfillment_order_id, p.package_no;

-- name: all_delivered -> Arrived
-- Which of these fulfillment orders have arrived with every one of their packages?
SELECT p.fulfillment_order_id, max(d.delivered_at) AS delivered_at
FROM fulfillment.package AS p
LEFT JOIN delivery.parcel AS d
    ON
        p.market = d.market
        AND p.tracking_number = d.tracking_number
        AND p.carrier = d.carrier
        AND p.fulfillment_order_id = d.fulfillment_order_id
WHERE
    p.market = :market::text -- noqa: RF02
    AND p.fulfillment_order_id = any(:fulfillment_order_ids::uuid[]) -- noqa: RF02
GROUP BY p.fulfillment_order_id
HAVING bool_and(d.delivered_at IS NOT NULL)
ORDER BY p.fulfillment_order_id;
