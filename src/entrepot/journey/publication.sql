-- name: take_look -> Look
-- One worker at a time looks through a market for what changed; another goes on.
SELECT l.looked_at, l.looked_back_at, l.sequence, l.network_version
FROM journey.look AS l
WHERE l.market = :market::text
FOR NO KEY UPDATE SKIP LOCKED;

-- name: open_look
-- A market's first look begins where the feed ends: all of it is swept anyhow.
INSERT INTO journey.look (market, looked_at, looked_back_at, sequence, network_version)
SELECT :market::text, :at::timestamptz, :at::timestamptz, f.last_sequence, -1
FROM plumbing.feed AS f
WHERE f.market = :market::text
UNION ALL
SELECT :market::text, :at::timestamptz, :at::timestamptz, 0, -1
WHERE
    NOT EXISTS (
        SELECT 1 FROM plumbing.feed AS f
        WHERE f.market = :market::text
    )
ON CONFLICT (market) DO NOTHING;

-- name: end_look
-- In the commit that notes what was found.
UPDATE journey.look
SET
    looked_at = :looked_at::timestamptz,
    looked_back_at = :looked_back_at::timestamptz,
    sequence = :sequence::bigint,
    network_version = :network_version::bigint
WHERE market = :market::text;

-- name: note_changes
-- Whatever may have changed since the last look, for every channel that publishes: skus that moved,
-- skus whose safety was set, skus of orders that wait or ceased to, items made anew; kits through
-- their parts and back.
WITH stirred AS (
    SELECT DISTINCT e.order_id
    FROM plumbing.event AS e
    WHERE
        e.market = :market::text AND e.type = any(:types::text[])
        AND e.sequence > :after::bigint AND e.sequence <= :upto::bigint
),

touched AS (
    SELECT m.sku
    FROM inventory.movement AS m
    WHERE m.market = :market::text AND m.movement_id > :since_id::uuid
    UNION
    SELECT s.sku
    FROM inventory.safety_set AS t
    CROSS JOIN unnest(t.skus) AS s (sku)
    WHERE t.market = :market::text AND t.set_id > :since_id::uuid
    UNION
    SELECT i.sku
    FROM catalog.item AS i
    WHERE i.market = :market::text AND i.changed_at > :since::timestamptz
    UNION
    SELECT l.sku
    FROM orders.line AS l
    WHERE
        l.market = :market::text
        AND l.order_id IN (SELECT s.order_id FROM stirred AS s)
),

parts AS (
    SELECT t.sku
    FROM touched AS t
    UNION
    SELECT c.part_sku AS sku
    FROM catalog.component AS c
    INNER JOIN touched AS t ON c.sku = t.sku
    WHERE c.market = :market::text
),

changed AS (
    SELECT p.sku
    FROM parts AS p
    UNION
    SELECT c.sku
    FROM catalog.component AS c
    INNER JOIN parts AS p ON c.part_sku = p.sku
    WHERE c.market = :market::text
)

INSERT INTO journey.unpublished AS u (market, channel, sku, due_at, forced)
SELECT :market::text, r.channel, c.sku, r.due_at, FALSE
FROM changed AS c
CROSS JOIN unnest(:channels::text[], :dues::timestamptz[]) AS r (channel, due_at)
ORDER BY r.channel, c.sku
ON CONFLICT (market, channel, sku)
DO UPDATE SET due_at = least(u.due_at, excluded.due_at);

-- name: note_skus
-- Some skus are to be told to a channel whether they changed or not.
INSERT INTO journey.unpublished AS u (market, channel, sku, due_at, forced)
SELECT :market::text, :channel::text, s.sku, :at::timestamptz, TRUE
FROM unnest(:skus::text[]) AS s (sku)
ORDER BY s.sku
ON CONFLICT (market, channel, sku)
DO UPDATE SET due_at = least(u.due_at, excluded.due_at), forced = TRUE;

-- name: begin_sweep
-- Skus to go through, from the first.
INSERT INTO journey.sweep (market, sweep_id, channel, category, forced, after_sku)
VALUES (
    :market::text, :sweep_id::uuid, :channel::text, :category::text, :forced::boolean, ''
);

-- name: end_sweeps
-- New rules make a sweep under the old ones needless; a republish that was asked for stays.
DELETE FROM journey.sweep
WHERE market = :market::text AND NOT forced;

-- name: next_sweep -> Sweep
-- The oldest sweep that is not through.
SELECT s.sweep_id, s.channel, s.category, s.forced, s.after_sku
FROM journey.sweep AS s
WHERE s.market = :market::text
ORDER BY s.sweep_id
LIMIT 1
FOR NO KEY UPDATE SKIP LOCKED;

-- name: note_page -> Page
-- The next items of a sweep, for its channels.
WITH page AS (
    SELECT i.sku
    FROM catalog.item AS i
    WHERE
        i.market = :market::text AND i.sku > :after::text
        AND (:category::text IS NULL OR i.category = :category::text)
    ORDER BY i.sku
    LIMIT :most::integer
),

noted AS (
    INSERT INTO journey.unpublished AS u (market, channel, sku, due_at, forced)
    SELECT :market::text, c.channel, p.sku, :at::timestamptz, :forced::boolean
    FROM page AS p
    CROSS JOIN unnest(:channels::text[]) AS c (channel)
    ORDER BY c.channel, p.sku
    ON CONFLICT (market, channel, sku) DO UPDATE SET
        due_at = least(u.due_at, excluded.due_at),
        forced = u.forced OR excluded.forced
)

SELECT
    count(*)::bigint AS skus,
    coalesce(max(p.sku), '') AS last_sku
FROM page AS p;

-- name: move_sweep
-- How far the sweep has come, in the commit of its page.
UPDATE journey.sweep
SET after_sku = :after::text
WHERE market = :market::text AND sweep_id = :sweep_id::uuid;

-- name: end_sweep
-- Nothing is left of it.
DELETE FROM journey.sweep
WHERE market = :market::text AND sweep_id = :sweep_id::uuid;

-- name: take_due -> Due
-- What is due leaves the list before it is looked at: who notes it again meanwhile waits for this
-- commit and makes a row anew, so that no change is lost between the look and the commit.
DELETE FROM journey.unpublished AS u
USING (
    SELECT d.channel, d.sku
    FROM journey.unpublished AS d
    WHERE d.market = :market::text AND d.due_at <= :at::timestamptz
    ORDER BY d.due_at
    LIMIT :most::integer
    FOR UPDATE SKIP LOCKED
) AS due
WHERE u.market = :market::text AND u.channel = due.channel AND u.sku = due.sku
RETURNING u.channel, u.sku, u.forced;

-- name: published_of -> Published
-- What these channels were told last of these skus.
SELECT p.channel, p.sku, p.available, p.version, p.published_at
FROM journey.published AS p
INNER JOIN
    unnest(:channels::text[], :skus::text[]) AS k (channel, sku)
    ON p.channel = k.channel AND p.sku = k.sku
WHERE p.market = :market::text;

-- name: put_published
-- What they are told now; a version never goes back.
INSERT INTO journey.published AS p (market, channel, sku, available, version, published_at)
SELECT :market::text, n.channel, n.sku, n.available, n.version, :at::timestamptz
FROM
    unnest(
        :channels::text[], :skus::text[], :availables::integer[], :versions::bigint[]
    ) AS n (channel, sku, available, version)
ORDER BY n.channel, n.sku
ON CONFLICT (market, channel, sku) DO UPDATE SET
    available = excluded.available,
    version = excluded.version,
    published_at = excluded.published_at
WHERE p.version < excluded.version;

-- name: published_page -> Published
-- What a channel was told, by sku: where a client that starts begins.
SELECT p.channel, p.sku, p.available, p.version, p.published_at
FROM journey.published AS p
WHERE p.market = :market::text AND p.channel = :channel::text AND p.sku > :after::text
ORDER BY p.sku
LIMIT :most::integer;

-- name: feed_end -> Position
-- Where the feed ends now.
SELECT f.last_sequence AS sequence
FROM plumbing.feed AS f
WHERE f.market = :market::text;
