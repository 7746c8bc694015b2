-- name: put_summaries
-- A summary is rebuilt whole; nothing is read from the old one. Arrays go in as JSON texts.
INSERT INTO journey.summary AS s (market, order_id, channel, phase, nodes, skus, at)
SELECT
    :market::text,
    n.order_id,
    n.channel,
    n.phase,
    array(SELECT json_array_elements_text(n.nodes::json)),
    array(SELECT json_array_elements_text(n.skus::json)),
    :at::timestamptz
FROM
    unnest(
        :order_ids::uuid[], :channels::text[], :phases::text[], :nodes::text[], :skus::text[]
    ) AS n (order_id, channel, phase, nodes, skus)
ORDER BY n.order_id
ON CONFLICT (market, order_id)
DO UPDATE SET
    phase = excluded.phase, nodes = excluded.nodes, skus = excluded.skus, at = excluded.at
WHERE s.phase <> excluded.phase OR s.nodes <> excluded.nodes OR s.skus <> excluded.skus;

-- name: summaries_of -> Summary
-- The summaries of some orders, to be compared with what their rows say.
SELECT s.order_id, s.channel, s.phase, s.nodes, s.skus
FROM journey.summary AS s
WHERE s.market = :market::text AND s.order_id = any(:order_ids::uuid[]);

-- name: order_ids_after -> Listed
-- Every order of a market, a chunk at a time.
SELECT o.order_id, NULL::text AS phase
FROM orders."order" AS o
WHERE o.market = :market::text AND o.order_id > :after::uuid
ORDER BY o.order_id
LIMIT :most::integer;

-- name: ways_of -> Way
-- By which channel some orders came and how they reach their customers: who may serve them.
SELECT o.order_id, o.channel, o.method
FROM orders."order" AS o
WHERE o.market = :market::text AND o.order_id = any(:order_ids::uuid[]);

-- name: skus_of_orders -> Wanted
-- What some orders are of, kits by their parts: whoever waits for these may come earlier now.
SELECT l.sku
FROM orders.line AS l
WHERE l.market = :market::text AND l.order_id = any(:order_ids::uuid[])
UNION
SELECT p.sku
FROM orders.part AS p
WHERE p.market = :market::text AND p.order_id = any(:order_ids::uuid[]);
