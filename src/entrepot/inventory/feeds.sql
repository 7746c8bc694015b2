-- name: claim_messages -> Taken
-- A numbered message is taken once; told again, it is not among the answers. Mostly all are new,
-- and then their numbers need not be told.
WITH claimed AS (
    INSERT INTO inventory.message (market, source, sequence)
    SELECT :market::text, k.source, k.sequence
    FROM unnest(:sources::text[], :sequences::bigint[]) AS k (source, sequence)
    ORDER BY k.source, k.sequence
    ON CONFLICT (market, source, sequence) DO NOTHING
    RETURNING source, sequence
)

SELECT
    c.source,
    count(*) AS many,
    CASE
        WHEN
            (SELECT count(*) FROM claimed) < cardinality(:sequences::bigint[])
            THEN array_agg(c.sequence)
    END AS sequences
FROM claimed AS c
GROUP BY c.source;

-- name: forget_messages
-- Messages that were refused: mended, they may come again under their numbers.
DELETE FROM inventory.message AS m
USING unnest(:sources::text[], :sequences::bigint[]) AS k (source, sequence)
WHERE m.market = :market::text AND m.source = k.source AND m.sequence = k.sequence;

-- name: deficits_of -> Deficit
-- What these positions owe; next to none do.
SELECT d.sku, d.node_id, d.units
FROM inventory.deficit AS d
INNER JOIN
    unnest(:skus::text[], :node_ids::text[]) AS k (sku, node_id)
    ON d.sku = k.sku AND d.node_id = k.node_id
WHERE d.market = :market::text;

-- name: pay_deficits
-- These positions owe nothing any more.
WITH paid AS (
    UPDATE inventory.position AS p
    SET owing = FALSE
    FROM unnest(:skus::text[], :node_ids::text[]) AS k (sku, node_id)
    WHERE p.market = :market::text AND p.sku = k.sku AND p.node_id = k.node_id AND p.owing
)

DELETE FROM inventory.deficit AS d
USING unnest(:skus::text[], :node_ids::text[]) AS k (sku, node_id)
WHERE d.market = :market::text AND d.sku = k.sku AND d.node_id = k.node_id;

-- name: owe_deficits
-- What locked positions owe from now on.
WITH owed AS (
    UPDATE inventory.position AS p
    SET owing = TRUE
    FROM unnest(:skus::text[], :node_ids::text[]) AS k (sku, node_id)
    WHERE p.market = :market::text AND p.sku = k.sku AND p.node_id = k.node_id AND NOT p.owing
)

INSERT INTO inventory.deficit (market, sku, node_id, units)
SELECT :market::text, k.sku, k.node_id, k.units
FROM unnest(:skus::text[], :node_ids::text[], :units::integer[]) AS k (sku, node_id, units)
ON CONFLICT (market, sku, node_id) DO UPDATE SET units = excluded.units;

-- name: hear_sources
-- Numbers join those that were heard of their source, by ranges from the first to the last.
INSERT INTO inventory.feed_source AS f (market, source, heard)
SELECT :market::text, k.source, range_agg(int8range(k.first_one, k.last_one, '[]')) AS heard
FROM
    unnest(:sources::text[], :firsts::bigint[], :lasts::bigint[])
        AS k (source, first_one, last_one)
GROUP BY k.source
ORDER BY k.source
ON CONFLICT (market, source) DO UPDATE SET heard = f.heard + excluded.heard;

-- name: trim_sources
-- A source that counts in strides makes ranges without end: beyond a bound only the newest are told
-- apart, and older holes are given up.
WITH part AS (
    SELECT
        s.source,
        s.heard,
        h.part,
        row_number() OVER (PARTITION BY s.source ORDER BY upper(h.part) DESC) AS place
    FROM inventory.feed_source AS s
    CROSS JOIN LATERAL unnest(s.heard) AS h (part)
    WHERE s.market = :market::text
),

trimmed AS (
    SELECT
        p.source,
        p.heard,
        range_agg(p.part)
        + int8multirange(
            int8range(
                min(lower(p.part)) FILTER (WHERE p.place > :most::integer),
                max(upper(p.part)) FILTER (WHERE p.place > :most::integer)
            )
        ) AS kept
    FROM part AS p
    GROUP BY p.source, p.heard
    HAVING count(*) > :most::integer
)

UPDATE inventory.feed_source AS f
SET heard = t.kept
FROM trimmed AS t
WHERE f.market = :market::text AND f.source = t.source AND f.heard = t.heard;

-- name: hear_feeds
-- A source has spoken of a node: when, of when, how often.
INSERT INTO inventory.feed AS f
(market, source, node_id, heard_at, told_at, sequence, messages, per_s)
SELECT
    :market::text, k.source, k.node_id, :at::timestamptz, k.told_at, k.sequence, k.messages,
    k.messages / :memory_s::float
FROM
    unnest(
        :sources::text[],
        :node_ids::text[],
        :told_ats::timestamptz[],
        :sequences::bigint[],
        :counts::bigint[]
    ) AS k (source, node_id, told_at, sequence, messages)
ORDER BY k.source, k.node_id
ON CONFLICT (market, source, node_id) DO UPDATE SET
    heard_at = greatest(f.heard_at, excluded.heard_at),
    told_at = greatest(f.told_at, excluded.told_at),
    sequence = greatest(f.sequence, excluded.sequence),
    messages = f.messages + excluded.messages,
    per_s
    = f.per_s
    * exp(
        -greatest(0, extract(EPOCH FROM excluded.heard_at - f.heard_at))::float / :memory_s::float
    )
    + excluded.per_s;

-- name: feeds_of -> FeedRow
-- How fresh every feed is, by source and node.
SELECT
    f.source,
    f.node_id,
    f.heard_at,
    f.told_at,
    f.sequence,
    f.messages,
    f.stale_since,
    f.per_s
    * exp(
        -greatest(0, extract(EPOCH FROM :at::timestamptz - f.heard_at))::float / :memory_s::float
    ) AS per_s
FROM inventory.feed AS f
WHERE
    f.market = :market::text
    AND (:source::text IS NULL OR f.source = :source::text)
    AND (:node_id::text IS NULL OR f.node_id = :node_id::text)
    AND (:stale::boolean IS NULL OR (f.stale_since IS NOT NULL) = :stale::boolean)
    AND (f.source, f.node_id) > (:after_source::text, :after_node::text)
ORDER BY f.source, f.node_id
LIMIT :most::integer;

-- name: gaps_of -> Gaps
-- The numbers these sources have left out so far, and the first of them.
SELECT
    g.source,
    sum(g.next_one - g.last_one)::bigint AS missing,
    min(g.last_one) AS first_missing
FROM (
    SELECT
        s.source,
        upper(h.part) AS last_one,
        lead(lower(h.part)) OVER (PARTITION BY s.source ORDER BY lower(h.part)) AS next_one
    FROM inventory.feed_source AS s
    CROSS JOIN LATERAL unnest(s.heard) AS h (part)
    WHERE s.market = :market::text AND s.source = any(:sources::text[])
) AS g
WHERE g.next_one IS NOT NULL
GROUP BY g.source;

-- name: feeds_fallen_silent -> Silent
-- Feeds that were heard last before a moment and have raised no alarm yet.
SELECT f.source, f.node_id, f.heard_at, f.exception_id
FROM inventory.feed AS f
WHERE
    f.market = :market::text AND f.stale_since IS NULL AND f.heard_at < :before::timestamptz
ORDER BY f.source, f.node_id
LIMIT :most::integer
FOR NO KEY UPDATE OF f;

-- name: feeds_that_speak -> Silent
-- Feeds that had fallen silent and are heard again, or that nobody watches any more.
SELECT f.source, f.node_id, f.heard_at, f.exception_id
FROM inventory.feed AS f
WHERE
    f.market = :market::text AND f.stale_since IS NOT NULL
    AND (:before::timestamptz IS NULL OR f.heard_at >= :before::timestamptz)
ORDER BY f.source, f.node_id
LIMIT :most::integer
FOR NO KEY UPDATE OF f;

-- name: mark_feeds
-- Whether these feeds are stale, since when, and the alarm of it.
UPDATE inventory.feed AS f
SET stale_since = k.stale_since, exception_id = k.exception_id
FROM
    unnest(
        :sources::text[], :node_ids::text[], :stale_sinces::timestamptz[], :exception_ids::uuid[]
    ) AS k (source, node_id, stale_since, exception_id)
WHERE f.market = :market::text AND f.source = k.source AND f.node_id = k.node_id;
