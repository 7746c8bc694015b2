-- name: put_summaries
-- A summary is rebuilt whole; nothing is read from the old one. Arrays go in as JSON texts.
INSERT INTO journey.summary
(market, order_id, phase, stage, placed_at, promised_latest, ended_at, terms, at)
SELECT
    :market::text,
    n.order_id,
    n.phase,
    n.stage,
    n.placed_at,
    n.promised_latest,
    n.ended_at,
    array(SELECT json_array_elements_text(n.terms::json)),
    :at::timestamptz
FROM
    unnest(
        :order_ids::uuid[], :phases::text[], :stages::text[], :placed_ats::timestamptz[],
        :promised_latests::timestamptz[], :ended_ats::timestamptz[], :terms::text[]
    ) AS n (order_id, phase, stage, placed_at, promised_latest, ended_at, terms)
ORDER BY n.order_id
ON CONFLICT (market, order_id)
DO UPDATE SET
    phase = excluded.phase,
    stage = excluded.stage,
    placed_at = excluded.placed_at,
    promised_latest = excluded.promised_latest,
    ended_at = excluded.ended_at,
    terms = excluded.terms,
    at = excluded.at;

-- name: put_postings
-- An order is found by its terms, in the order of lists.
INSERT INTO journey.posting (market, term, order_id)
SELECT :market::text, n.term, n.order_id
FROM unnest(:terms::text[], :order_ids::uuid[]) AS n (term, order_id)
ORDER BY n.term, n.order_id
ON CONFLICT (market, term, order_id) DO NOTHING;

-- name: drop_postings
-- An order that was planned anew is no longer found by the nodes it had.
DELETE FROM journey.posting AS p
USING unnest(:terms::text[], :order_ids::uuid[]) AS n (term, order_id)
WHERE p.market = :market::text AND p.term = n.term AND p.order_id = n.order_id;

-- name: summaries_of -> Summary
-- The summaries of some orders as they are written.
SELECT s.order_id, s.phase, s.stage, s.placed_at, s.promised_latest, s.ended_at, s.terms
FROM journey.summary AS s
WHERE s.market = :market::text AND s.order_id = any(:order_ids::uuid[]);

-- name: endings_of -> Ending
-- When some orders were closed.
SELECT c.order_id, c.at
FROM orders.closing AS c
WHERE c.market = :market::text AND c.order_id = any(:order_ids::uuid[]);

-- name: dates_of -> Dated
-- What customers were told last, where it is not what they were told first.
SELECT DISTINCT ON (r.order_id) r.order_id, r.latest
FROM promise.revision AS r
WHERE r.market = :market::text AND r.order_id = any(:order_ids::uuid[])
ORDER BY r.order_id ASC, r.revision_no DESC;

-- name: tracking_of -> Tracked
-- The numbers of what was sent of some orders.
SELECT p.order_id, p.tracking_number
FROM fulfillment.package AS p
WHERE
    p.market = :market::text
    AND p.fulfillment_order_id = any(:fulfillment_order_ids::uuid[]);

-- name: order_ids_after -> Listed
-- Every order of a market, a chunk at a time.
SELECT o.order_id
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
