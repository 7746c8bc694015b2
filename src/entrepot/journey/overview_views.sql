-- name: stages_now -> StageNow
-- How many orders stand at each stage, up to a bound, and when the oldest of them was placed.
SELECT
    k.stage,
    (
        SELECT count(*) FROM (
            SELECT 1 FROM journey.summary AS s
            WHERE s.market = :market::text AND s.stage = k.stage AND s.stage <> 'done'
            LIMIT :most::integer  -- noqa: AM09
        ) AS n
    )::integer AS orders,
    (
        SELECT s.placed_at FROM journey.summary AS s
        WHERE s.market = :market::text AND s.stage = k.stage AND s.stage <> 'done'
        ORDER BY s.order_id LIMIT 1
    ) AS oldest_at
FROM unnest(:stages::text[]) WITH ORDINALITY AS k (stage, place)
ORDER BY k.place;

-- name: ended_since -> Counted
-- How many orders were delivered or collected since a time, up to a bound.
SELECT count(*)::integer AS rows FROM (
    SELECT 1 FROM journey.summary AS s
    WHERE s.market = :market::text AND s.ended_at IS NOT NULL AND s.ended_at >= :since::timestamptz
    LIMIT :most::integer  -- noqa: AM09
) AS n;

-- name: exceptions_now -> CountedSince
-- How many exceptions are open, up to a bound, and since when the oldest is.
SELECT
    count(*)::integer AS rows,
    min(n.opened_at) AS oldest_at
FROM (
    SELECT e.opened_at FROM plumbing.exception AS e
    WHERE e.market = :market::text AND e.closed_at IS NULL
    ORDER BY e.exception_id
    LIMIT :most::integer
) AS n;

-- name: stale_feeds -> CountedSince
-- How many feeds have fallen silent: there are as many rows as there are nodes and sources.
SELECT
    count(*)::integer AS rows,
    min(f.stale_since) AS oldest_at
FROM inventory.feed AS f
WHERE f.market = :market::text AND f.stale_since IS NOT NULL;

-- name: oversold_now -> Counted
-- At how many positions more is claimed than is there, up to a bound: an index of these alone.
SELECT count(*)::integer AS rows FROM (
    SELECT 1 FROM inventory.position AS p
    WHERE p.market = :market::text AND p.shortage > 0
    LIMIT :most::integer  -- noqa: AM09
) AS n;

-- name: placed -> WasPlaced
-- When an order was placed.
SELECT s.placed_at
FROM journey.summary AS s
WHERE s.market = :market::text AND s.order_id = :order_id::uuid;

-- name: feed_end -> Position
-- How far the feed has come: what happened last is read from shortly before it.
SELECT f.last_sequence AS sequence
FROM plumbing.feed AS f
WHERE f.market = :market::text;
