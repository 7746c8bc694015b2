-- name: open_sweep
-- A market's sweep begins before its first position.
INSERT INTO inventory.safeguard
(market, mark, swept, after_sku, after_node, ruled, policy_version)
VALUES (:market::text, '', '', '', '', FALSE, 0)
ON CONFLICT (market) DO NOTHING;

-- name: sweep_of -> Sweep
-- How far the sweep has come, for those who only look.
SELECT s.mark, s.swept, s.after_sku, s.after_node, s.ruled, s.policy_version
FROM inventory.safeguard AS s
WHERE s.market = :market::text;

-- name: take_sweep -> Sweep
-- One sweeper at a time in a market; who finds it taken goes on to something else.
SELECT s.mark, s.swept, s.after_sku, s.after_node, s.ruled, s.policy_version
FROM inventory.safeguard AS s
WHERE s.market = :market::text
FOR NO KEY UPDATE SKIP LOCKED;

-- name: hold_sweep -> Sweep
-- Who writes safeties beside the sweep waits for its commit, and keeps it still until its own.
SELECT s.mark, s.swept, s.after_sku, s.after_node, s.ruled, s.policy_version
FROM inventory.safeguard AS s
WHERE s.market = :market::text
FOR NO KEY UPDATE;

-- name: move_sweep
-- The sweep has come so far, in the commit of what it changed.
UPDATE inventory.safeguard
SET
    mark = :mark::text,
    swept = :swept::text,
    after_sku = :after_sku::text,
    after_node = :after_node::text,
    ruled = :ruled::boolean,
    policy_version = :policy_version::integer
WHERE market = :market::text;

-- name: secured_after -> Secured
-- The next positions in key order, as they are; no lock is taken on those that stay as they are.
SELECT p.sku, p.node_id, p.safety, p.unsecured
FROM inventory.position AS p
WHERE
    p.market = :market::text AND (p.sku, p.node_id) > (:after_sku::text, :after_node::text)
ORDER BY p.sku, p.node_id
LIMIT :most::integer;

-- name: secured_at_node -> Secured
-- The next positions of one node, by sku.
SELECT p.sku, p.node_id, p.safety, p.unsecured
FROM inventory.position AS p
WHERE p.market = :market::text AND p.node_id = :node_id::text AND p.sku > :after_sku::text
ORDER BY p.sku
LIMIT :most::integer;

-- name: secured_of_skus -> Secured
-- All positions of some skus, as they are.
SELECT p.sku, p.node_id, p.safety, p.unsecured
FROM inventory.position AS p
WHERE p.market = :market::text AND p.sku = any(:skus::text[])
ORDER BY p.sku, p.node_id;

-- name: unsecured -> Secured
-- Positions that the rules were not asked about yet: new ones, and those in another doubt.
SELECT p.sku, p.node_id, p.safety, p.unsecured
FROM inventory.position AS p
WHERE p.market = :market::text AND p.unsecured
ORDER BY p.sku, p.node_id
LIMIT :most::integer;

-- name: set_safety
-- What stays at locked positions from now on.
UPDATE inventory.position AS p
SET safety = s.safety, unsecured = FALSE
FROM
    unnest(:skus::text[], :node_ids::text[], :safeties::integer[]) AS s (sku, node_id, safety)
WHERE p.market = :market::text AND p.sku = s.sku AND p.node_id = s.node_id;

-- name: tell_set
-- Servers read from here which positions to look at again.
INSERT INTO inventory.safety_set (market, set_id, policy_version, skus, node_ids)
VALUES (
    :market::text, :set_id::uuid, :policy_version::integer, :skus::text[], :node_ids::text[]
);

-- name: forget_sets
-- Every server has looked long ago.
DELETE FROM inventory.safety_set
WHERE market = :market::text AND set_id < :before::uuid;

-- name: unsettle
-- Other units are in doubt at these positions: the rules are asked again. Locked in key order.
UPDATE inventory.position AS p
SET unsecured = TRUE
FROM (
    SELECT w.sku, w.node_id
    FROM inventory.position AS w
    INNER JOIN
        unnest(:skus::text[], :node_ids::text[]) AS k (sku, node_id)
        ON w.sku = k.sku AND w.node_id = k.node_id
    WHERE w.market = :market::text
    ORDER BY w.sku, w.node_id
    FOR NO KEY UPDATE OF w
) AS locked
WHERE p.market = :market::text AND p.sku = locked.sku AND p.node_id = locked.node_id;

-- name: doubtful_at -> Doubtful
-- Units that the policy does not count on, beside those already set aside because of doubt.
SELECT
    b.sku,
    b.node_id,
    greatest(0, b.doubtful - coalesce(s.quantity, 0)) AS units
FROM inventory.belief AS b
INNER JOIN
    unnest(:skus::text[], :node_ids::text[]) AS k (sku, node_id) -- noqa: RF02
    ON b.sku = k.sku AND b.node_id = k.node_id
LEFT JOIN inventory.set_aside AS s
    ON
        s.market = :market::text AND b.sku = s.sku AND b.node_id = s.node_id
        AND s.reason = 'doubt'
WHERE b.market = :market::text AND b.doubtful > 0;

-- name: nodes_unheard -> Unheard
-- Nodes with a feed that has fallen silent.
SELECT DISTINCT f.node_id
FROM inventory.feed AS f
WHERE f.market = :market::text AND f.stale_since IS NOT NULL
ORDER BY f.node_id;

-- name: resweep_nodes
-- All positions of these nodes are gone through, from the first.
INSERT INTO inventory.node_sweep (market, node_id, after_sku)
SELECT :market::text, n.node_id, ''
FROM unnest(:node_ids::text[]) AS n (node_id)
ORDER BY n.node_id
ON CONFLICT (market, node_id) DO UPDATE SET after_sku = '';

-- name: node_sweeps -> NodeSweep
-- How far the sweeps of single nodes have come.
SELECT n.node_id, n.after_sku
FROM inventory.node_sweep AS n
WHERE n.market = :market::text
ORDER BY n.node_id;

-- name: take_node_sweep -> NodeSweep
-- One node that is to be gone through; who wants it gone through anew waits for this commit.
SELECT n.node_id, n.after_sku
FROM inventory.node_sweep AS n
WHERE n.market = :market::text
ORDER BY n.node_id
LIMIT 1
FOR UPDATE;

-- name: move_node_sweep
-- It has come so far, in the commit of what it changed.
UPDATE inventory.node_sweep
SET after_sku = :after_sku::text
WHERE market = :market::text AND node_id = :node_id::text;

-- name: end_node_sweep
-- Nothing of it is left.
DELETE FROM inventory.node_sweep
WHERE market = :market::text AND node_id = :node_id::text;
