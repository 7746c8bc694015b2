-- name: work_of_days -> DayCount
-- A node's work of some days that was not given back, by method.
SELECT f.day, f.method, count(*)::bigint AS works,
    count(*) FILTER (WHERE f.state IN ('planned', 'released'))::bigint AS not_begun
FROM fulfillment.fulfillment_order AS f
WHERE
    f.market = :market::text
    AND f.node_id = :node_id::text
    AND f.day BETWEEN :first::date AND :last::date
    AND f.state NOT IN ('canceled', 'rejected')
GROUP BY f.day, f.method;

-- name: work_not_begun -> NotBegun
-- Work of these nodes' days that is to be sent and that nobody there has begun; of each day the
-- newest beyond so many that are kept, what has begun counting first.
SELECT w.fulfillment_order_id, w.order_id, w.node_id, w.day
FROM
    unnest(
        :node_ids::text[], :firsts::date[], :lasts::date[], :methods::text[], :keeps::integer[]
    ) AS k (node_id, first, last, method, keep)
CROSS JOIN LATERAL (
    SELECT
        f.fulfillment_order_id, f.order_id, f.node_id, f.day, f.state, f.method,
        row_number() OVER (
            ORDER BY f.state IN ('planned', 'released'), f.fulfillment_order_id
        ) AS place
    FROM fulfillment.fulfillment_order AS f
    WHERE
        f.market = :market::text
        AND f.node_id = k.node_id
        AND f.day BETWEEN k.first AND k.last
        AND f.state NOT IN ('canceled', 'rejected')
        AND (k.method IS NULL OR f.method = k.method)
) AS w
WHERE w.place > k.keep AND w.state IN ('planned', 'released') AND w.method = 'ship'
ORDER BY w.fulfillment_order_id
LIMIT :most::integer;

-- name: skus_waiting -> Wanted
-- Skus that orders wait for and that these nodes have: they may be served from there again.
SELECT d.sku
FROM inventory.demand AS d
INNER JOIN inventory.position AS p ON d.market = p.market AND d.sku = p.sku
WHERE d.market = :market::text AND p.node_id = any(:node_ids::text[])
GROUP BY d.sku
ORDER BY d.sku;
