-- name: one -> FulfillmentOrder
-- A single fulfillment order, for whoever asks.
SELECT
    f.fulfillment_order_id, f.order_id, f.node_id, f.method, f.service, f.carrier, f.lane_id,
    f.state, f.day, f.ship_by, f.release_at, f.made_at, f.moved_at, f.version
FROM fulfillment.fulfillment_order AS f
WHERE
    f.market = :market::text AND f.fulfillment_order_id = :fulfillment_order_id::uuid;

-- name: some -> FulfillmentOrder
-- Fulfillment orders that something else has found, ascending by id.
SELECT
    f.fulfillment_order_id, f.order_id, f.node_id, f.method, f.service, f.carrier, f.lane_id,
    f.state, f.day, f.ship_by, f.release_at, f.made_at, f.moved_at, f.version
FROM fulfillment.fulfillment_order AS f
WHERE
    f.market = :market::text
    AND f.fulfillment_order_id = any(:fulfillment_order_ids::uuid[])
ORDER BY f.fulfillment_order_id;

-- name: listed -> FulfillmentOrder
-- A page of fulfillment orders, ascending by id. A filter that is null lets everything pass.
SELECT
    f.fulfillment_order_id, f.order_id, f.node_id, f.method, f.service, f.carrier, f.lane_id,
    f.state, f.day, f.ship_by, f.release_at, f.made_at, f.moved_at, f.version
FROM fulfillment.fulfillment_order AS f
WHERE
    f.market = :market::text
    AND f.fulfillment_order_id > :after::uuid
    AND (:node_id::text IS NULL OR f.node_id = :node_id::text)
    AND (:states::text[] IS NULL OR f.state = any(:states::text[]))
    AND (:method::text IS NULL OR f.method = :method::text)
ORDER BY f.fulfillment_order_id
LIMIT :most::integer;

-- name: work_list -> FulfillmentOrder
-- A page of what waits at one node. The states stand here as they stand in the index's condition,
-- so that it serves the list; set aside first, so that the order wanted cannot tempt the planner to
-- walk through everything that ever left.
WITH waiting AS MATERIALIZED (
    SELECT
        f.fulfillment_order_id, f.order_id, f.node_id, f.method, f.service, f.carrier, f.lane_id,
        f.state, f.day, f.ship_by, f.release_at, f.made_at, f.moved_at, f.version
    FROM fulfillment.fulfillment_order AS f
    WHERE
        f.market = :market::text
        AND f.node_id = :node_id::text
        AND f.state IN ('released', 'accepted', 'picking', 'picked', 'packed', 'ready_for_pickup')
        AND f.state = any(:states::text[])
        AND f.fulfillment_order_id > :after::uuid
        AND (:method::text IS NULL OR f.method = :method::text)
)

SELECT
    w.fulfillment_order_id, w.order_id, w.node_id, w.method, w.service, w.carrier, w.lane_id,
    w.state, w.day, w.ship_by, w.release_at, w.made_at, w.moved_at, w.version
FROM waiting AS w
ORDER BY w.fulfillment_order_id
LIMIT :most::integer;

-- name: unfinished -> FulfillmentOrder
-- The same over all nodes and with what is still planned: two indexes, each with its own states.
WITH waiting AS MATERIALIZED (
    SELECT
        f.fulfillment_order_id, f.order_id, f.node_id, f.method, f.service, f.carrier, f.lane_id,
        f.state, f.day, f.ship_by, f.release_at, f.made_at, f.moved_at, f.version
    FROM fulfillment.fulfillment_order AS f
    WHERE
        f.market = :market::text
        AND f.state IN ('released', 'accepted', 'picking', 'picked', 'packed', 'ready_for_pickup')
        AND f.state = any(:states::text[])
        AND f.fulfillment_order_id > :after::uuid
        AND (:node_id::text IS NULL OR f.node_id = :node_id::text)
        AND (:method::text IS NULL OR f.method = :method::text)
    UNION ALL
    SELECT
        f.fulfillment_order_id, f.order_id, f.node_id, f.method, f.service, f.carrier, f.lane_id,
        f.state, f.day, f.ship_by, f.release_at, f.made_at, f.moved_at, f.version
    FROM fulfillment.fulfillment_order AS f
    WHERE
        f.market = :market::text
        AND f.state = 'planned'
        AND 'planned' = any(:states::text[])
        AND f.fulfillment_order_id > :after::uuid
        AND (:node_id::text IS NULL OR f.node_id = :node_id::text)
        AND (:method::text IS NULL OR f.method = :method::text)
)

SELECT
    w.fulfillment_order_id, w.order_id, w.node_id, w.method, w.service, w.carrier, w.lane_id,
    w.state, w.day, w.ship_by, w.release_at, w.made_at, w.moved_at, w.version
FROM waiting AS w
ORDER BY w.fulfillment_order_id
LIMIT :most::integer;

-- name: of_orders -> FulfillmentOrder
-- All the work of some orders, in the order it was made.
SELECT
    f.fulfillment_order_id, f.order_id, f.node_id, f.method, f.service, f.carrier, f.lane_id,
    f.state, f.day, f.ship_by, f.release_at, f.made_at, f.moved_at, f.version
FROM fulfillment.fulfillment_order AS f
WHERE f.market = :market::text AND f.order_id = any(:order_ids::uuid[])
ORDER BY f.order_id, f.fulfillment_order_id;

-- name: unreleased -> OrderRow
-- Orders to be sent of which all work is planned, none is about to be released and none was
-- offered: the first to be released first.
SELECT f.order_id
FROM fulfillment.fulfillment_order AS f
WHERE
    f.market = :market::text
    AND f.state = 'planned'
    AND f.method = 'ship'
    AND f.release_at > :until::timestamptz
    AND NOT EXISTS (
        SELECT 1
        FROM fulfillment.fulfillment_order AS g
        WHERE
            g.market = f.market AND g.order_id = f.order_id
            AND g.state NOT IN ('planned', 'canceled', 'rejected')
    )
    AND NOT EXISTS (
        SELECT 1
        FROM fulfillment.offer AS c
        WHERE c.market = f.market AND c.order_id = f.order_id
    )
GROUP BY f.order_id
ORDER BY min(f.release_at), f.order_id
LIMIT :most::integer;

-- name: packages_of -> PackageRow
-- What left, of some fulfillment orders.
SELECT
    p.fulfillment_order_id, p.package_no, p.order_id, p.carrier, p.service, p.tracking_number,
    p.lines, p.shipped_at
FROM fulfillment.package AS p
WHERE
    p.market = :market::text
    AND p.fulfillment_order_id = any(:fulfillment_order_ids::uuid[])
ORDER BY p.fulfillment_order_id, p.package_no;

-- name: packages_by_tracking -> PackageRow
-- Whose parcel is this? One number may stand on packages of several fulfillment orders.
SELECT
    p.fulfillment_order_id, p.package_no, p.order_id, p.carrier, p.service, p.tracking_number,
    p.lines, p.shipped_at
FROM fulfillment.package AS p
WHERE
    p.market = :market::text
    AND p.tracking_number = :tracking_number::text
    AND (:carrier::text IS NULL OR p.carrier = :carrier::text)
ORDER BY p.carrier, p.fulfillment_order_id;

-- name: moves_of -> Move
-- The steps of some lives, in order.
SELECT m.fulfillment_order_id, m.move_no, m.from_state, m.verb, m.actor, m.reason, m.at
FROM fulfillment.move AS m
WHERE
    m.market = :market::text
    AND m.fulfillment_order_id = any(:fulfillment_order_ids::uuid[])
ORDER BY m.fulfillment_order_id, m.move_no;
