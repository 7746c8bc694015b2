-- name: ordered_span -> Span
-- The first of the orders to be sent that a forecast looks at: not more than it can.
SELECT r.order_id AS first_id
FROM (
    SELECT o.order_id
    FROM orders."order" AS o
    WHERE
        o.market = :market::text AND o.order_id >= :from_id::uuid AND o.method = 'ship'
    ORDER BY o.order_id DESC
    LIMIT :most::integer
) AS r
ORDER BY r.order_id
LIMIT 1;

-- name: ordered_places -> PlaceCount
-- Where orders go, by the first three signs of the postal code; each area by one code of it.
SELECT
    s.country, s.postal_area, min(s.postal_code) AS postal_code, max(s.region) AS region,
    count(*)::integer AS orders
FROM (
    SELECT
        o.document::json -> 'ship_to' ->> 'country' AS country,
        left(o.document::json -> 'ship_to' ->> 'postal_code', 3) AS postal_area,
        o.document::json -> 'ship_to' ->> 'postal_code' AS postal_code,
        coalesce(o.document::json -> 'ship_to' ->> 'region', '') AS region
    FROM orders."order" AS o
    WHERE o.market = :market::text AND o.order_id >= :from_id::uuid AND o.method = 'ship'
) AS s
WHERE s.country IS NOT NULL AND s.postal_code IS NOT NULL
GROUP BY s.country, s.postal_area
ORDER BY count(*) DESC, s.country ASC, s.postal_area ASC
LIMIT :most::integer;

-- name: ordered_services -> ServiceCount
-- How orders are sent.
SELECT o.service, count(*)::integer AS orders
FROM orders."order" AS o
WHERE o.market = :market::text AND o.order_id >= :from_id::uuid AND o.method = 'ship'
GROUP BY o.service
ORDER BY o.service;

-- name: ordered_lengths -> LengthCount
-- How many skus orders have.
SELECT l.skus, count(*)::integer AS orders
FROM (
    SELECT least(count(DISTINCT n.sku), :most::integer)::integer AS skus -- noqa: RF02
    FROM orders."order" AS o
    INNER JOIN orders.line AS n ON o.market = n.market AND o.order_id = n.order_id
    WHERE
        o.market = :market::text
        AND o.order_id >= :from_id::uuid -- noqa: RF02
        AND o.method = 'ship'
    GROUP BY o.order_id
) AS l
GROUP BY l.skus
ORDER BY l.skus;

-- name: ordered_units -> UnitsOrdered
-- What was ordered to be sent, kits as their parts; and how much of it lately.
SELECT
    coalesce(p.sku, n.sku) AS sku,
    sum((n.quantity - n.canceled) * coalesce(p.per_unit, 1))::bigint AS units,
    coalesce(
        sum((n.quantity - n.canceled) * coalesce(p.per_unit, 1))
        FILTER (WHERE o.order_id >= :lately::uuid), -- noqa: RF02
        0
    )::bigint AS lately
FROM orders."order" AS o
INNER JOIN orders.line AS n ON o.market = n.market AND o.order_id = n.order_id
LEFT JOIN orders.part AS p
    ON n.market = p.market AND n.order_id = p.order_id AND n.line_no = p.line_no
WHERE
    o.market = :market::text
    AND o.order_id >= :from_id::uuid -- noqa: RF02
    AND o.method = 'ship'
    AND NOT n.digital
GROUP BY coalesce(p.sku, n.sku)
HAVING sum(n.quantity - n.canceled) > 0
ORDER BY sum((n.quantity - n.canceled) * coalesce(p.per_unit, 1)) DESC, coalesce(p.sku, n.sku) ASC
LIMIT :most::integer;

-- name: came_in -> CameIn
-- Units that came in since a moment: what prices made before know nothing of.
SELECT coalesce(sum(m.on_hand_delta), 0)::bigint AS units
FROM inventory.movement AS m
WHERE
    m.market = :market::text AND m.movement_id >= :from_id::uuid
    AND m.on_hand_delta > 0;

-- name: free_everywhere -> CameIn
-- Units that are free in the whole market.
SELECT
    coalesce(sum(greatest(0, p.on_hand - p.reserved - p.unavailable - p.safety)), 0)::bigint
        AS units
FROM inventory.position AS p
WHERE p.market = :market::text;
