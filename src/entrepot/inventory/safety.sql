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

-- name: unsecured -> Secured
-- Positions that are new: the rules were not asked yet what stays there.
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
