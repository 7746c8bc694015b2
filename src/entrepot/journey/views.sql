-- name: all_down -> Listed
-- Orders between two ids, newest first.
SELECT s.order_id
FROM journey.summary AS s
WHERE s.market = :market::text AND s.order_id > :low::uuid AND s.order_id < :high::uuid
ORDER BY s.order_id DESC
LIMIT :most::integer;

-- name: all_up -> Listed
-- Orders between two ids, oldest first.
SELECT s.order_id
FROM journey.summary AS s
WHERE s.market = :market::text AND s.order_id > :low::uuid AND s.order_id < :high::uuid
ORDER BY s.order_id
LIMIT :most::integer;

-- name: phases_down -> Listed
-- Orders in any of some phases, newest first: each phase gives its newest, the newest of them stay.
SELECT f.order_id
FROM unnest(:phases::text[]) AS k (phase)
CROSS JOIN
    LATERAL (  -- noqa: ST05
        SELECT s.order_id
        FROM journey.summary AS s
        WHERE
            s.market = :market::text AND s.phase = k.phase
            AND s.order_id > :low::uuid AND s.order_id < :high::uuid
        ORDER BY s.order_id DESC
        LIMIT :most::integer
    ) AS f
ORDER BY f.order_id DESC
LIMIT :most::integer;

-- name: phases_up -> Listed
-- Orders in any of some phases, oldest first.
SELECT f.order_id
FROM unnest(:phases::text[]) AS k (phase)
CROSS JOIN
    LATERAL (  -- noqa: ST05
        SELECT s.order_id
        FROM journey.summary AS s
        WHERE
            s.market = :market::text AND s.phase = k.phase
            AND s.order_id > :low::uuid AND s.order_id < :high::uuid
        ORDER BY s.order_id
        LIMIT :most::integer
    ) AS f
ORDER BY f.order_id
LIMIT :most::integer;

-- name: stages_down -> Listed
-- Orders at any of some stages, newest first. Those that are done are at none of these.
SELECT f.order_id
FROM unnest(:stages::text[]) AS k (stage)
CROSS JOIN
    LATERAL (  -- noqa: ST05
        SELECT s.order_id
        FROM journey.summary AS s
        WHERE
            s.market = :market::text AND s.stage = k.stage AND s.stage <> 'done'
            AND s.order_id > :low::uuid AND s.order_id < :high::uuid
        ORDER BY s.order_id DESC
        LIMIT :most::integer
    ) AS f
ORDER BY f.order_id DESC
LIMIT :most::integer;

-- name: stages_up -> Listed
-- Orders at any of some stages, oldest first.
SELECT f.order_id
FROM unnest(:stages::text[]) AS k (stage)
CROSS JOIN
    LATERAL (  -- noqa: ST05
        SELECT s.order_id
        FROM journey.summary AS s
        WHERE
            s.market = :market::text AND s.stage = k.stage AND s.stage <> 'done'
            AND s.order_id > :low::uuid AND s.order_id < :high::uuid
        ORDER BY s.order_id
        LIMIT :most::integer
    ) AS f
ORDER BY f.order_id
LIMIT :most::integer;

-- name: terms_down -> Listed
-- Orders that have any of some terms, newest first; one that has two of them comes twice.
SELECT f.order_id
FROM unnest(:terms::text[]) AS k (term)
CROSS JOIN
    LATERAL (  -- noqa: ST05
        SELECT p.order_id
        FROM journey.posting AS p
        WHERE
            p.market = :market::text AND p.term = k.term
            AND p.order_id > :low::uuid AND p.order_id < :high::uuid
        ORDER BY p.order_id DESC
        LIMIT :most::integer
    ) AS f
ORDER BY f.order_id DESC
LIMIT :most::integer;

-- name: terms_up -> Listed
-- Orders that have any of some terms, oldest first.
SELECT f.order_id
FROM unnest(:terms::text[]) AS k (term)
CROSS JOIN
    LATERAL (  -- noqa: ST05
        SELECT p.order_id
        FROM journey.posting AS p
        WHERE
            p.market = :market::text AND p.term = k.term
            AND p.order_id > :low::uuid AND p.order_id < :high::uuid
        ORDER BY p.order_id
        LIMIT :most::integer
    ) AS f
ORDER BY f.order_id
LIMIT :most::integer;

-- name: by_promise -> ByPromise
-- Orders that are still to come, those promised first at the top.
SELECT s.order_id, s.promised_latest
FROM journey.summary AS s
WHERE
    s.market = :market::text AND s.stage <> 'done' AND s.promised_latest IS NOT NULL
    AND (s.promised_latest, s.order_id) > (:due::timestamptz, :after::uuid)
ORDER BY s.promised_latest, s.order_id
LIMIT :most::integer;

-- name: overdue -> Listed
-- Orders that are still to come and were promised before a time, as many as are looked at.
SELECT s.order_id
FROM journey.summary AS s
WHERE
    s.market = :market::text AND s.stage <> 'done' AND s.promised_latest IS NOT NULL
    AND s.promised_latest < :before::timestamptz
ORDER BY s.promised_latest
LIMIT :most::integer;

-- name: ended -> Listed
-- Orders delivered or collected since a time, as many as are looked at.
SELECT s.order_id
FROM journey.summary AS s
WHERE
    s.market = :market::text AND s.ended_at IS NOT NULL AND s.ended_at >= :since::timestamptz
ORDER BY s.ended_at
LIMIT :most::integer;

-- name: held -> Listed
-- Orders on which a hold stands, of any kind or of some, as many as are looked at.
SELECT h.order_id
FROM orders.hold AS h
WHERE
    h.market = :market::text AND h.lifted_at IS NULL
    AND (:kinds::text[] IS NULL OR h.kind = any(:kinds::text[]))
ORDER BY h.order_id DESC
LIMIT :most::integer;

-- name: troubled -> Listed
-- Orders with an open exception, as many as are looked at.
SELECT e.order_id
FROM plumbing.exception AS e
WHERE e.market = :market::text AND e.closed_at IS NULL AND e.order_id IS NOT NULL
ORDER BY e.order_id DESC
LIMIT :most::integer;

-- name: alarmed -> Listed
-- Orders of which a milestone is at risk or missed, as many as are looked at.
SELECT m.order_id
FROM promise.milestone AS m
WHERE m.market = :market::text AND m.alarm IS NOT NULL
ORDER BY m.order_id DESC
LIMIT :most::integer;

-- name: unaccepted -> Listed
-- Orders whose work was given to a node before a time and is not accepted, as many as looked at.
SELECT f.order_id
FROM fulfillment.fulfillment_order AS f
WHERE
    f.market = :market::text AND f.state = 'released' AND f.moved_at < :before::timestamptz
ORDER BY f.moved_at
LIMIT :most::integer;

-- name: fitting -> ByPromise
-- Which of some orders a filter lets pass. `groups` are lists of terms, each of which must overlap.
WITH wanted AS MATERIALIZED (
    SELECT array(SELECT json_array_elements_text(g.value)) AS terms
    FROM json_array_elements(:groups::json) AS g
)

SELECT s.order_id, s.promised_latest
FROM journey.summary AS s
WHERE
    s.market = :market::text AND s.order_id = any(:order_ids::uuid[])
    AND (:phases::text[] IS NULL OR s.phase = any(:phases::text[]))
    AND (:stages::text[] IS NULL OR s.stage = any(:stages::text[]))
    AND (:placed_after::timestamptz IS NULL OR s.placed_at > :placed_after::timestamptz)
    AND (:placed_before::timestamptz IS NULL OR s.placed_at < :placed_before::timestamptz)
    AND (
        :promised_before::timestamptz IS NULL
        OR s.promised_latest < :promised_before::timestamptz
    )
    AND (:ended_after::timestamptz IS NULL OR s.ended_at >= :ended_after::timestamptz)
    AND (
        :late_at::timestamptz IS NULL
        OR (s.stage <> 'done' AND s.promised_latest < :late_at::timestamptz)
    )
    AND NOT EXISTS (SELECT 1 FROM wanted AS w WHERE NOT s.terms && w.terms)
    AND (
        NOT :held::boolean OR EXISTS (
            SELECT 1 FROM orders.hold AS h
            WHERE
                h.market = :market::text AND h.order_id = s.order_id AND h.lifted_at IS NULL
                AND (:kinds::text[] IS NULL OR h.kind = any(:kinds::text[]))  -- noqa: RF02
        )
    )
    AND (
        NOT :troubled::boolean OR EXISTS (
            SELECT 1 FROM plumbing.exception AS e
            WHERE e.market = :market::text AND e.order_id = s.order_id AND e.closed_at IS NULL
        )
    )
    AND (
        NOT :alarmed::boolean OR EXISTS (
            SELECT 1 FROM promise.milestone AS m
            WHERE m.market = :market::text AND m.order_id = s.order_id AND m.alarm IS NOT NULL
        )
    )
    AND (
        :unaccepted_before::timestamptz IS NULL OR EXISTS (
            SELECT 1 FROM fulfillment.fulfillment_order AS f
            WHERE
                f.market = :market::text AND f.order_id = s.order_id AND f.state = 'released'
                AND f.moved_at < :unaccepted_before::timestamptz  -- noqa: RF02
        )
    );

-- name: unsummarized -> Listed
-- Of the youngest thousand orders those whose summary is still to come: few, unless no worker
-- runs.
SELECT y.order_id
FROM (
    SELECT o.order_id
    FROM orders."order" AS o
    WHERE o.market = :market::text AND o.order_id > :young::uuid
    ORDER BY o.order_id DESC
    LIMIT 1000
) AS y
LEFT JOIN journey.summary AS s ON s.market = :market::text AND y.order_id = s.order_id
WHERE s.order_id IS NULL
ORDER BY y.order_id DESC
LIMIT :most::integer;

-- name: without_summary -> Listed
-- Which of some orders have no summary yet.
SELECT o.order_id
FROM unnest(:order_ids::uuid[]) AS o (order_id)
LEFT JOIN journey.summary AS s ON s.market = :market::text AND o.order_id = s.order_id
WHERE s.order_id IS NULL;

-- name: of_spans -> Listed
-- Orders by their numbers, or the beginnings of numbers: these are part of their ids.
SELECT f.order_id
FROM unnest(:lows::uuid[], :highs::uuid[]) AS k (low, high)
CROSS JOIN
    LATERAL (  -- noqa: ST05
        SELECT o.order_id
        FROM orders."order" AS o
        WHERE o.market = :market::text AND o.order_id >= k.low AND o.order_id <= k.high
        ORDER BY o.order_id DESC
        LIMIT :most::integer
    ) AS f
LIMIT :most::integer;  -- noqa: AM09

-- name: of_name -> Listed
-- The newest orders of an e-mail address, and those that channels named so.
(
    SELECT o.order_id
    FROM orders."order" AS o
    WHERE o.market = :market::text AND o.email = any(:emails::text[])
    ORDER BY o.order_id DESC
    LIMIT :most::integer
)
UNION
(
    SELECT o.order_id
    FROM orders."order" AS o
    WHERE o.market = :market::text AND o.external_id = any(:names::text[])
    LIMIT :most::integer  -- noqa: AM09
);

-- name: terms_like -> Term
-- The first terms that begin so, found by leaps: however many orders have one, it costs one step.
WITH RECURSIVE leap AS (
    SELECT
        k.beginning,
        (
            SELECT p.term FROM journey.posting AS p
            WHERE p.market = :market::text AND p.term >= k.beginning COLLATE "C"  -- noqa: RF03
            ORDER BY p.term LIMIT 1
        ) AS term,
        1 AS step
    FROM unnest(:beginnings::text[]) AS k (beginning)
    UNION ALL
    SELECT
        l.beginning,
        (
            SELECT p.term FROM journey.posting AS p
            WHERE p.market = :market::text AND p.term > l.term
            ORDER BY p.term LIMIT 1
        ) AS term,
        l.step + 1 AS step
    FROM leap AS l
    WHERE l.term IS NOT NULL AND starts_with(l.term, l.beginning) AND l.step < :most::integer
)

SELECT DISTINCT l.term
FROM leap AS l
WHERE l.term IS NOT NULL AND starts_with(l.term, l.beginning);
