-- name: listed -> Listed
-- Orders by phase, channel, node and sku, newest first. The summary answers; an order so young that
-- it has none yet is shown by its channel, and by no filter that only a summary can answer.
SELECT s.order_id, s.phase
FROM journey.summary AS s
WHERE
    s.market = :market::text
    AND s.order_id < :before::uuid
    AND (:phase::text IS NULL OR s.phase = :phase::text)
    AND (:channel::text IS NULL OR s.channel = :channel::text)
    AND (:node::text IS NULL OR s.nodes @> ARRAY[:node::text])
    AND (:sku::text IS NULL OR s.skus @> ARRAY[:sku::text])
ORDER BY s.order_id DESC
LIMIT :most::integer;

-- name: unsummarized -> Listed
-- The youngest orders, whose summary is still to come: few, unless the worker rests.
SELECT o.order_id, NULL::text AS phase
FROM orders."order" AS o
LEFT JOIN journey.summary AS s ON o.market = s.market AND o.order_id = s.order_id
WHERE
    o.market = :market::text
    AND o.order_id < :before::uuid
    AND o.order_id > :young::uuid
    AND s.order_id IS NULL
ORDER BY o.order_id DESC
LIMIT :most::integer;

-- name: of_email -> Listed
-- A customer's orders, newest first.
SELECT o.order_id, NULL::text AS phase
FROM orders."order" AS o
WHERE o.market = :market::text AND o.email = :email::text AND o.order_id < :before::uuid
ORDER BY o.order_id DESC
LIMIT :most::integer;

-- name: of_external_id -> Listed
-- An order by the name its channel gave it.
SELECT o.order_id, NULL::text AS phase
FROM orders."order" AS o
WHERE
    o.market = :market::text AND o.external_id = :external_id::text
    AND o.order_id < :before::uuid
ORDER BY o.order_id DESC
LIMIT :most::integer;

-- name: of_number -> Listed
-- An order by its number, which is part of its id.
SELECT o.order_id, NULL::text AS phase
FROM orders."order" AS o
WHERE
    o.market = :market::text AND o.order_id BETWEEN :low::uuid AND :high::uuid
    AND o.order_id < :before::uuid
ORDER BY o.order_id DESC
LIMIT :most::integer;
