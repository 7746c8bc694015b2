-- name: in_hand -> InHand
-- What is picked and has not left: it is there, whatever the shelf says.
SELECT l.sku, f.node_id, sum(l.picked)::integer AS units
FROM fulfillment.fulfillment_order AS f
INNER JOIN fulfillment.line AS l
    ON f.market = l.market AND f.fulfillment_order_id = l.fulfillment_order_id
WHERE
    f.market = :market::text
    AND f.node_id = any(:node_ids::text[]) -- noqa: RF02
    AND f.state IN ('picking', 'picked', 'packed', 'ready_for_pickup')
    AND l.sku = any(:skus::text[]) -- noqa: RF02
    AND l.picked > 0
GROUP BY l.sku, f.node_id;
