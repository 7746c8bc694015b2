-- name: queues_of_nodes -> NodeQueue
-- What waits at every node: open work only, by the index of open work.
SELECT
    f.node_id,
    count(*)::integer AS works,
    min(f.moved_at) AS since,
    (count(*) FILTER (WHERE f.ship_by < :at::timestamptz))::integer AS late
FROM fulfillment.fulfillment_order AS f
WHERE
    f.market = :market::text
    AND f.state IN ('released', 'accepted', 'picking', 'picked', 'packed', 'ready_for_pickup')
GROUP BY f.node_id;

-- name: queue_of_node -> QueueState
-- What waits at one node, state by state; what is still planned by its days, as far back as asked.
WITH waiting AS (
    SELECT f.state, f.moved_at, f.ship_by
    FROM fulfillment.fulfillment_order AS f
    WHERE
        f.market = :market::text AND f.node_id = :node_id::text
        AND f.state IN ('released', 'accepted', 'picking', 'picked', 'packed', 'ready_for_pickup')
    UNION ALL
    SELECT f.state, f.moved_at, f.ship_by
    FROM fulfillment.fulfillment_order AS f
    WHERE
        f.market = :market::text AND f.node_id = :node_id::text
        AND f.day >= :first::date AND f.state = 'planned'
)

SELECT
    w.state,
    count(*)::integer AS works,
    min(w.moved_at) AS since,
    (count(*) FILTER (WHERE w.ship_by < :at::timestamptz))::integer AS late
FROM waiting AS w
GROUP BY w.state;

-- name: planned_since -> NodePlanned
-- What was planned at every node since a moment: the newest ids, by the key itself.
WITH recent AS MATERIALIZED (
    SELECT f.fulfillment_order_id, f.node_id, f.order_id
    FROM fulfillment.fulfillment_order AS f
    WHERE
        f.market = :market::text
        AND f.fulfillment_order_id >= :since::uuid
        AND f.state NOT IN ('canceled', 'rejected')
    ORDER BY f.fulfillment_order_id DESC
    LIMIT :most::integer
),

unit AS (
    SELECT l.fulfillment_order_id, sum(l.quantity - l.canceled - l.shorted) AS units
    FROM recent AS r
    INNER JOIN fulfillment.line AS l
        ON l.market = :market::text AND r.fulfillment_order_id = l.fulfillment_order_id
    GROUP BY l.fulfillment_order_id
)

SELECT
    r.node_id,
    count(*)::integer AS orders,
    coalesce(sum(u.units), 0)::bigint AS units
FROM recent AS r
LEFT JOIN unit AS u ON r.fulfillment_order_id = u.fulfillment_order_id
GROUP BY r.node_id;

-- name: flows_since -> FlowCount
-- Where each node sends to since a moment: by the first three signs of the postal code, each area
-- by one code of it; of the newest so many, and the most traveled so many ways.
WITH recent AS MATERIALIZED (
    SELECT f.node_id, f.order_id
    FROM fulfillment.fulfillment_order AS f
    WHERE
        f.market = :market::text
        AND f.fulfillment_order_id >= :since::uuid
        AND f.method = 'ship'
        AND f.state NOT IN ('canceled', 'rejected')
    ORDER BY f.fulfillment_order_id DESC
    LIMIT :most::integer
),

going AS (
    SELECT r.node_id, o.document::json -> 'ship_to' AS ship_to
    FROM recent AS r
    INNER JOIN orders."order" AS o ON o.market = :market::text AND r.order_id = o.order_id
),

there AS (
    SELECT
        g.node_id,
        g.ship_to ->> 'country' AS country,
        g.ship_to ->> 'postal_code' AS postal_code,
        coalesce(g.ship_to ->> 'region', '') AS region
    FROM going AS g
)

SELECT
    t.node_id,
    t.country,
    left(t.postal_code, 3) AS postal_area,
    min(t.postal_code) AS postal_code,
    max(t.region) AS region,
    count(*)::integer AS orders
FROM there AS t
WHERE t.country IS NOT NULL AND t.postal_code IS NOT NULL
GROUP BY t.node_id, t.country, left(t.postal_code, 3)
ORDER BY count(*) DESC, t.node_id ASC, t.country ASC, left(t.postal_code, 3) ASC
LIMIT :ways::integer;

-- name: troubles_at -> TroubleCount
-- Open exceptions about a node: those that name it, and those of orders it has work for.
WITH open_one AS (
    SELECT x.exception_id, x.kind, x.order_id, x.detail
    FROM plumbing.exception AS x
    WHERE x.market = :market::text AND x.closed_at IS NULL
    ORDER BY x.exception_id DESC
    LIMIT :most::integer
)

SELECT o.kind, count(*)::integer AS open_ones
FROM open_one AS o
WHERE
    o.detail ->> 'node' = :node_id::text
    OR EXISTS (
        SELECT 1
        FROM fulfillment.fulfillment_order AS f
        WHERE
            f.market = :market::text AND f.order_id = o.order_id
            AND f.node_id = :node_id::text AND f.state NOT IN ('canceled', 'rejected')
    )
GROUP BY o.kind
ORDER BY o.kind;
