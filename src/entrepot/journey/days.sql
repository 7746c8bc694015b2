-- name: work_of_days -> DayCount
-- A node's work of some days that was not given back, by method.
SELECT
    f.day,
    f.method,
    count(*)::bigint AS works,
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
WITH ranked AS (
    SELECT
        f.fulfillment_order_id, f.order_id, f.node_id, f.day, f.state, f.method, k.keep,
        row_number() OVER (
            PARTITION BY k.place
            ORDER BY f.state IN ('planned', 'released'), f.fulfillment_order_id
        ) AS place
    FROM
        unnest(
            :node_ids::text[], :firsts::date[], :lasts::date[], :methods::text[], :keeps::integer[]
        ) WITH ORDINALITY AS k (node_id, first_day, last_day, method, keep, place)
    INNER JOIN fulfillment.fulfillment_order AS f
        ON
            k.node_id = f.node_id
            AND f.day BETWEEN k.first_day AND k.last_day
            AND (k.method IS NULL OR k.method = f.method)
    WHERE f.market = :market::text AND f.state NOT IN ('canceled', 'rejected')
)

SELECT r.fulfillment_order_id, r.order_id, r.node_id, r.day
FROM ranked AS r
WHERE r.place > r.keep AND r.state IN ('planned', 'released') AND r.method = 'ship'
ORDER BY r.fulfillment_order_id
LIMIT :most::integer;

-- name: skus_waiting -> Wanted
-- Skus that orders wait for and that these nodes have: they may be served from there again.
SELECT d.sku
FROM inventory.demand AS d
INNER JOIN inventory.position AS p ON d.market = p.market AND d.sku = p.sku
WHERE d.market = :market::text AND p.node_id = any(:node_ids::text[])
GROUP BY d.sku
ORDER BY d.sku;
