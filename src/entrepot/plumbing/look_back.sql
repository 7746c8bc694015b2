-- name: sequences_of_types -> Position
-- The last events of some types before one: their numbers alone, out of the index of each type.
SELECT x.sequence
FROM unnest(:types::text[]) AS t (type)
CROSS JOIN
    LATERAL (  -- noqa: ST05
        SELECT e.sequence
        FROM plumbing.event AS e
        WHERE
            e.market = :market::text AND e.type = t.type
            AND e.sequence < :before::bigint AND e.sequence >= :floor::bigint
        ORDER BY e.sequence DESC
        LIMIT :most::integer
    ) AS x
ORDER BY x.sequence DESC
LIMIT :most::integer;

-- name: events_among -> Event
-- Which of these events are meant, the last first.
SELECT e.sequence, e.type, e.event_id, e.order_id, e.subject, e.at, e.data
FROM plumbing.event AS e
WHERE
    e.market = :market::text AND e.sequence = any(:sequences::bigint[])
    AND (:subject::text IS NULL OR e.subject = :subject::text)
    AND (:words::text IS NULL OR strpos(lower(e.data), :words::text) > 0)
    AND e.at >= :from_at::timestamptz AND e.at < :to_at::timestamptz
ORDER BY e.sequence DESC
LIMIT :most::integer;

-- name: events_between -> Event
-- Which events of a span of numbers are meant, the last first.
SELECT e.sequence, e.type, e.event_id, e.order_id, e.subject, e.at, e.data
FROM plumbing.event AS e
WHERE
    e.market = :market::text AND e.sequence < :before::bigint AND e.sequence >= :floor::bigint
    AND (:subject::text IS NULL OR e.subject = :subject::text)
    AND (:words::text IS NULL OR strpos(lower(e.data), :words::text) > 0)
    AND e.at >= :from_at::timestamptz AND e.at < :to_at::timestamptz
ORDER BY e.sequence DESC
LIMIT :most::integer;

-- name: events_of_order_before -> Event
-- Which events of an order are meant, the last first; an order's number names a span of ids.
SELECT e.sequence, e.type, e.event_id, e.order_id, e.subject, e.at, e.data
FROM plumbing.event AS e
WHERE
    e.market = :market::text AND e.order_id BETWEEN :first_id::uuid AND :last_id::uuid
    AND e.sequence < :before::bigint
    AND (:types::text[] IS NULL OR e.type = any(:types::text[]))
    AND (:subject::text IS NULL OR e.subject = :subject::text)
    AND (:words::text IS NULL OR strpos(lower(e.data), :words::text) > 0)
    AND e.at >= :from_at::timestamptz AND e.at < :to_at::timestamptz
ORDER BY e.sequence DESC
LIMIT :most::integer;

-- name: sequence_at -> Position
-- The first event that is not before a moment: numbers are dense and go with time, so they are
-- halved some thirty times instead of feeding an index of times.
WITH RECURSIVE halved AS (
    SELECT 1::bigint AS low, :high::bigint AS high
    UNION ALL
    SELECT
        CASE WHEN e.at < :at::timestamptz THEN e.sequence + 1 ELSE h.low END AS low,
        CASE WHEN e.at < :at::timestamptz THEN h.high ELSE e.sequence END AS high
    FROM halved AS h
    INNER JOIN plumbing.event AS e
        ON e.market = :market::text AND e.sequence = (h.low + h.high) / 2
    WHERE h.low < h.high
)

SELECT max(h.low) AS sequence
FROM halved AS h;

-- name: feed_end -> Position
-- How far a market's feed has come.
SELECT f.last_sequence AS sequence
FROM plumbing.feed AS f
WHERE f.market = :market::text;
