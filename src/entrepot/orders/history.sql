-- name: backdate_orders
-- An order that is taken over was captured when it was placed, not when it was brought here.
UPDATE orders."order" AS o
SET captured_at = o.placed_at
WHERE o.market = :market::text AND o.order_id = any(:order_ids::uuid[]);

-- name: backdate_cancellations
-- The same for units that were canceled elsewhere, at their own time.
UPDATE orders.cancellation AS c
SET at = p.at
FROM unnest(:order_ids::uuid[], :ats::timestamptz[]) AS p (order_id, at)
WHERE c.market = :market::text AND c.order_id = p.order_id;

-- name: backdate_closings
-- And for orders that were done before they came.
UPDATE orders.closing AS c
SET at = p.at
FROM unnest(:order_ids::uuid[], :ats::timestamptz[]) AS p (order_id, at)
WHERE c.market = :market::text AND c.order_id = p.order_id;
