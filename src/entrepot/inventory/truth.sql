-- name: beliefs_for_update -> Belief
-- Locked in key order, before any position: whoever learns of these waits for whoever is learning.
SELECT
    b.sku, b.node_id, b.as_of, b.looked_at, b.missing, b.exposed, b.running, b.lost, b.picked,
    b.shorted, b.shorted_at, b.attempts, b.misfound, b.velocity, b.doubtful
FROM inventory.belief AS b
INNER JOIN
    unnest(:skus::text[], :node_ids::text[]) AS k (sku, node_id)
    ON b.sku = k.sku AND b.node_id = k.node_id
WHERE b.market = :market::text
ORDER BY b.sku, b.node_id
FOR NO KEY UPDATE OF b;

-- name: beliefs_due -> Belief
-- What another policy decided, then what has not been brought up to date for longest. What somebody
-- is learning of right now is up to date when he is done.
SELECT
    b.sku, b.node_id, b.as_of, b.looked_at, b.missing, b.exposed, b.running, b.lost, b.picked,
    b.shorted, b.shorted_at, b.attempts, b.misfound, b.velocity, b.doubtful
FROM inventory.belief AS b
WHERE
    b.market = :market::text
    AND (
        b.policy_version < :policy_version::integer
        OR (b.policy_version = :policy_version::integer AND b.as_of < :before::timestamptz)
    )
ORDER BY b.policy_version, b.as_of
LIMIT :most::integer
FOR NO KEY UPDATE OF b SKIP LOCKED;

-- name: beliefs_of -> Belief
-- What is believed of some positions, for those who ask.
SELECT
    b.sku, b.node_id, b.as_of, b.looked_at, b.missing, b.exposed, b.running, b.lost, b.picked,
    b.shorted, b.shorted_at, b.attempts, b.misfound, b.velocity, b.doubtful
FROM inventory.belief AS b
INNER JOIN
    unnest(:skus::text[], :node_ids::text[]) AS k (sku, node_id)
    ON b.sku = k.sku AND b.node_id = k.node_id
WHERE b.market = :market::text;

-- name: standings -> Standing
-- What the books have at some positions, what left since a moment, and when a count last changed
-- them, which says since when nobody has looked where no belief remembers it.
WITH k AS (
    SELECT a.sku, a.node_id, a.as_of
    FROM
        unnest(:skus::text[], :node_ids::text[], :as_ofs::timestamptz[])
            AS a (sku, node_id, as_of)
),

departed AS (
    SELECT k.sku, k.node_id, -sum(m.on_hand_delta)::integer AS units
    FROM k
    INNER JOIN inventory.movement AS m
        ON k.sku = m.sku AND k.node_id = m.node_id AND k.as_of < m.at
    WHERE
        m.market = :market::text AND m.at <= :at::timestamptz -- noqa: RF02
        AND m.on_hand_delta <> 0 AND m.on_hand_delta < 0 AND m.kind <> 'count'
    GROUP BY k.sku, k.node_id
),

recounted AS (
    SELECT k.sku, k.node_id, max(m.at) AS at
    FROM k
    INNER JOIN inventory.movement AS m ON k.sku = m.sku AND k.node_id = m.node_id
    WHERE
        m.market = :market::text AND k.as_of IS NULL
        AND m.on_hand_delta <> 0 AND m.kind = 'count'
    GROUP BY k.sku, k.node_id
)

SELECT
    p.sku, p.node_id, n.kind, p.on_hand, p.reserved, p.unavailable, r.at AS since,
    coalesce(d.units, 0) AS gone
FROM k
INNER JOIN inventory.position AS p ON k.sku = p.sku AND k.node_id = p.node_id
INNER JOIN network.node AS n ON p.market = n.market AND p.node_id = n.node_id
LEFT JOIN departed AS d ON k.sku = d.sku AND k.node_id = d.node_id
LEFT JOIN recounted AS r ON k.sku = r.sku AND k.node_id = r.node_id
WHERE p.market = :market::text
ORDER BY p.sku, p.node_id;

-- name: record_beliefs
-- All that was learned, in one statement; probabilities come as the text of an array. What was
-- just begun by one worker does not undo what another has learned meanwhile: picks only add up.
INSERT INTO inventory.belief AS w (
    market, sku, node_id, as_of, looked_at, missing, exposed, running, lost, picked, shorted,
    shorted_at, attempts, misfound, velocity, doubtful, expected_lost, policy_version
)
SELECT
    :market::text, b.sku, b.node_id, b.as_of, b.looked_at, b.missing::float8[],
    b.exposed, b.running, b.lost, b.picked, b.shorted, b.shorted_at, b.attempts, b.misfound,
    b.velocity, b.doubtful, b.expected_lost, :policy_version::integer
FROM
    unnest(
        :skus::text[],
        :node_ids::text[],
        :as_ofs::timestamptz[],
        :looked_ats::timestamptz[],
        :missings::text[],
        :exposeds::float8[],
        :runnings::float8[],
        :losts::integer[],
        :pickeds::integer[],
        :shorteds::integer[],
        :shorted_ats::timestamptz[],
        :attempts::integer[],
        :misfounds::integer[],
        :velocities::float8[],
        :doubtfuls::integer[],
        :expecteds::float8[]
    ) AS b (
        sku, node_id, as_of, looked_at, missing, exposed, running, lost, picked, shorted,
        shorted_at, attempts, misfound, velocity, doubtful, expected_lost
    )
ORDER BY b.sku, b.node_id
ON CONFLICT (market, sku, node_id)
DO UPDATE SET
    as_of = excluded.as_of,
    looked_at = excluded.looked_at,
    missing = excluded.missing,
    exposed = excluded.exposed,
    running = excluded.running,
    lost = excluded.lost,
    picked = excluded.picked,
    shorted = excluded.shorted,
    shorted_at = excluded.shorted_at,
    attempts = excluded.attempts,
    misfound = excluded.misfound,
    velocity = excluded.velocity,
    doubtful = excluded.doubtful,
    expected_lost = excluded.expected_lost,
    policy_version = excluded.policy_version
WHERE w.attempts <= excluded.attempts;

-- name: untracked -> Untracked
-- Positions of nodes of some kinds of which nothing is believed yet.
SELECT p.sku, p.node_id
FROM inventory.position AS p
INNER JOIN network.node AS n ON n.market = :market::text AND p.node_id = n.node_id
LEFT JOIN inventory.belief AS b
    ON b.market = :market::text AND p.sku = b.sku AND p.node_id = b.node_id
WHERE
    p.market = :market::text AND b.sku IS NULL
    AND n.kind = any(:kinds::text[]) -- noqa: RF02
ORDER BY p.sku, p.node_id
LIMIT :most::integer;

-- name: rates_of -> LearnedRates
-- What some nodes have been learned to do to their records.
SELECT s.node_id, s.losses_a_day, s.misfind
FROM inventory.shrinkage AS s
WHERE s.market = :market::text AND s.node_id = any(:node_ids::text[]);

-- name: node_sums -> NodeSums
-- What every node's positions have shown together: losses found and expected, in how long.
SELECT
    b.node_id,
    n.kind,
    sum(b.lost + b.expected_lost) AS lost,
    sum(b.exposed + b.running) AS exposed,
    sum(b.attempts)::bigint AS attempts,
    sum(b.misfound)::bigint AS misfound
FROM inventory.belief AS b
INNER JOIN network.node AS n ON n.market = :market::text AND b.node_id = n.node_id
WHERE b.market = :market::text
GROUP BY b.node_id, n.kind
ORDER BY b.node_id;

-- name: record_rates
-- What was learned replaces what was learned before: it holds all of it.
INSERT INTO inventory.shrinkage (market, node_id, losses_a_day, misfind, learned_at)
SELECT :market::text, r.node_id, r.losses_a_day, r.misfind, :at::timestamptz
FROM
    unnest(
        :node_ids::text[], :losses::float8[], :misfinds::float8[]
    ) AS r (node_id, losses_a_day, misfind)
ORDER BY r.node_id
ON CONFLICT (market, node_id)
DO UPDATE SET
    losses_a_day = excluded.losses_a_day,
    misfind = excluded.misfind,
    learned_at = excluded.learned_at;

-- name: countable -> Countable
-- A node's positions as a count list weighs them. Where there are very many, those where most may
-- be found come first: a miss outweighs all, then what sells and is expected to be missing.
SELECT
    b.sku, n.kind, p.on_hand, p.unavailable, b.doubtful, b.as_of, b.missing, b.velocity
FROM inventory.belief AS b
INNER JOIN inventory.position AS p
    ON p.market = :market::text AND b.sku = p.sku AND b.node_id = p.node_id
INNER JOIN network.node AS n ON n.market = :market::text AND b.node_id = n.node_id
WHERE
    b.market = :market::text
    AND b.node_id = :node_id::text -- noqa: RF02
    AND p.on_hand > 0
ORDER BY b.shorted > 0 DESC, (b.velocity + 0.02) * b.expected_lost DESC, b.sku
LIMIT :most::integer;

-- name: accuracy_of -> Accuracy
-- A node's beliefs added up, beside what its books say of the same positions.
SELECT
    count(*)::bigint AS positions,
    coalesce(sum(p.on_hand), 0)::bigint AS book,
    coalesce(sum(least(b.expected_lost, p.on_hand)), 0)::float8 AS missing,
    coalesce(sum(b.doubtful), 0)::bigint AS doubtful,
    coalesce(sum(b.attempts), 0)::bigint AS attempts,
    coalesce(sum(b.misfound), 0)::bigint AS misfound,
    max(b.looked_at) AS looked_at
FROM inventory.belief AS b
INNER JOIN inventory.position AS p
    ON p.market = :market::text AND b.sku = p.sku AND b.node_id = p.node_id
WHERE b.market = :market::text AND b.node_id = :node_id::text; -- noqa: RF02
