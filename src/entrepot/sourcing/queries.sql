-- name: record_decisions
-- Why each node was chosen or not: what the batch saw, packed once, and each order's place in it.
-- Nothing where another policy has come into force than the one that decided (null: any will do).
WITH kept AS (
    INSERT INTO sourcing.record (market, record_id, packed)
    VALUES (:market::text, :record_id::uuid, :record::bytea)
)

INSERT INTO sourcing.decision (
    market, order_id, decision_id, kind, network_version, at, record_id, place
)
SELECT
    :market::text, d.order_id, d.decision_id, :kind::text, :network_version::bigint,
    :at::timestamptz, :record_id::uuid, d.place
FROM
    unnest(:order_ids::uuid[], :decision_ids::uuid[], :places::smallint[])
        AS d (order_id, decision_id, place)
WHERE
    :policy_version::integer IS NULL
    OR :policy_version::integer = coalesce(
        (
            SELECT p.version FROM policies.policy AS p
            WHERE p.market = :market::text AND p.state = 'active'
        ),
        0
    );

-- name: decisions_of -> Kept
-- An order's decisions, oldest first.
SELECT
    d.decision_id, d.kind, d.network_version, d.at, d.place,
    (
        SELECT r.packed FROM sourcing.record AS r
        WHERE r.market = d.market AND r.record_id = d.record_id
    ) AS record
FROM sourcing.decision AS d
WHERE d.market = :market::text AND d.order_id = :order_id::uuid
ORDER BY d.decision_id;

-- name: decisions_made -> Made
-- When an order was decided about, and by which decision.
SELECT d.decision_id, d.kind, d.at
FROM sourcing.decision AS d
WHERE d.market = :market::text AND d.order_id = :order_id::uuid
ORDER BY d.decision_id;

-- name: keep_snapshot
-- The network as a decision saw it; kept once a version, by whoever decides with it first.
INSERT INTO sourcing.network_snapshot (market, version, document)
VALUES (:market::text, :version::bigint, :document::bytea)
ON CONFLICT (market, version) DO NOTHING;

-- name: snapshot -> Snapshot
-- The network at a version that some decision used.
SELECT s.document
FROM sourcing.network_snapshot AS s
WHERE s.market = :market::text AND s.version = :version::bigint;

-- name: node_days_for_update -> NodeDay
-- What is already planned on some working days, locked in key order before more is.
SELECT n.node_id, n.day, n.service, n.planned
FROM sourcing.node_day AS n
INNER JOIN
    unnest(:node_ids::text[], :days::date[], :services::text[]) AS k (node_id, day, service)
    ON n.node_id = k.node_id AND n.day = k.day AND n.service = k.service
WHERE n.market = :market::text
ORDER BY n.node_id, n.day, n.service
FOR NO KEY UPDATE OF n;

-- name: make_node_days
-- A working day begins with nothing planned.
INSERT INTO sourcing.node_day (market, node_id, day, service, planned)
SELECT :market::text, k.node_id, k.day, k.service, 0
FROM unnest(:node_ids::text[], :days::date[], :services::text[]) AS k (node_id, day, service)
ORDER BY k.node_id, k.day, k.service
ON CONFLICT (market, node_id, day, service) DO NOTHING;

-- name: add_to_node_days
-- Work planned (or, negative, given back) on locked days; the CHECK refuses less than nothing.
UPDATE sourcing.node_day AS n
SET planned = n.planned + k.count
FROM
    unnest(:node_ids::text[], :days::date[], :services::text[], :counts::integer[])
        AS k (node_id, day, service, count)
WHERE
    n.market = :market::text
    AND n.node_id = k.node_id
    AND n.day = k.day
    AND n.service = k.service;

-- name: node_days_from -> NodeDay
-- What is planned from a day on, for the view.
SELECT n.node_id, n.day, n.service, n.planned
FROM sourcing.node_day AS n
WHERE n.market = :market::text AND n.day >= :day::date;

-- name: node_days_of -> NodeDay
-- What is planned at one node on some days, for its page.
SELECT n.node_id, n.day, n.service, n.planned
FROM sourcing.node_day AS n
WHERE
    n.market = :market::text
    AND n.node_id = :node_id::text
    AND n.day BETWEEN :first::date AND :last::date
ORDER BY n.day, n.service;

-- name: bar_nodes
-- A node that could not supply a sku of an order is not asked for it again.
INSERT INTO sourcing.bar (market, order_id, sku, node_id, reason, at)
SELECT :market::text, b.order_id, b.sku, b.node_id, b.reason, :at::timestamptz
FROM
    unnest(:order_ids::uuid[], :skus::text[], :node_ids::text[], :reasons::text[])
        AS b (order_id, sku, node_id, reason)
ON CONFLICT (market, order_id, sku, node_id) DO NOTHING;

-- name: lift_bars
-- A person has heard that it is there after all: these nodes may be asked again.
DELETE FROM sourcing.bar AS b
USING unnest(:skus::text[], :node_ids::text[]) AS k (sku, node_id)
WHERE
    b.market = :market::text AND b.order_id = :order_id::uuid AND b.sku = k.sku
    AND b.node_id = k.node_id;

-- name: bars_of -> Bar
-- Which nodes may not be chosen again, for which sku of which order.
SELECT b.order_id, b.sku, b.node_id, b.reason
FROM sourcing.bar AS b
WHERE b.market = :market::text AND b.order_id = any(:order_ids::uuid[])
ORDER BY b.order_id, b.sku, b.node_id;

-- name: decisions_of_orders -> OrderDecision
-- The decisions of many orders, to be run again.
SELECT
    d.order_id, d.decision_id, d.network_version, d.place, d.record_id,
    (
        SELECT r.packed FROM sourcing.record AS r
        WHERE r.market = d.market AND r.record_id = d.record_id
    ) AS record
FROM sourcing.decision AS d
WHERE d.market = :market::text AND d.order_id = any(:order_ids::uuid[])
ORDER BY d.order_id, d.decision_id;
