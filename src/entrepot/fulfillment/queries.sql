-- name: open_fulfillment_orders
-- A plan's work for its nodes, all of it in one statement.
WITH opened AS (
    INSERT INTO fulfillment.fulfillment_order (
        market, fulfillment_order_id, order_id, node_id, method, service, carrier, lane_id, state,
        day, ship_by, release_at, made_at, moved_at
    )
    SELECT
        :market::text, f.fulfillment_order_id, f.order_id, f.node_id, f.method, f.service,
        f.carrier, f.lane_id, 'planned' AS state, f.day, f.ship_by, f.release_at, f.made_at,
        f.made_at AS moved_at
    FROM
        unnest(
            :fulfillment_order_ids::uuid[],
            :order_ids::uuid[],
            :node_ids::text[],
            :methods::text[],
            :services::text[],
            :carriers::text[],
            :lane_ids::text[],
            :days::date[],
            :ship_bys::timestamptz[],
            :release_ats::timestamptz[],
            :made_ats::timestamptz[]
        ) AS f (
            fulfillment_order_id, order_id, node_id, method, service, carrier, lane_id, day,
            ship_by, release_at, made_at
        )
)

INSERT INTO fulfillment.line (market, fulfillment_order_id, line_no, sku, quantity)
SELECT :market::text, l.fulfillment_order_id, l.line_no, l.sku, l.quantity
FROM
    unnest(
        :line_ids::uuid[], :line_nos::smallint[], :skus::text[], :quantities::integer[]
    ) AS l (fulfillment_order_id, line_no, sku, quantity);

-- name: heads_for_update -> FulfillmentOrder
-- Locked in the order of their ids, so that no two writers can deadlock; only then is decided.
SELECT
    f.fulfillment_order_id, f.order_id, f.node_id, f.method, f.service, f.carrier, f.lane_id,
    f.state, f.day, f.ship_by, f.release_at, f.made_at, f.moved_at, f.version
FROM fulfillment.fulfillment_order AS f
WHERE
    f.market = :market::text
    AND f.fulfillment_order_id = any(:fulfillment_order_ids::uuid[])
ORDER BY f.fulfillment_order_id
FOR NO KEY UPDATE OF f;

-- name: heads_of_orders_for_update -> FulfillmentOrder
-- The work of some orders, in the same order of locks; the caller holds the orders themselves.
SELECT
    f.fulfillment_order_id, f.order_id, f.node_id, f.method, f.service, f.carrier, f.lane_id,
    f.state, f.day, f.ship_by, f.release_at, f.made_at, f.moved_at, f.version
FROM fulfillment.fulfillment_order AS f
WHERE f.market = :market::text AND f.order_id = any(:order_ids::uuid[])
ORDER BY f.fulfillment_order_id
FOR NO KEY UPDATE OF f;

-- name: due_heads_for_update -> FulfillmentOrder
-- Work whose release window has ended, longest first, with its order locked so that no hold can be
-- put on meanwhile. What somebody else has in hand, or a hold stops, is left for the next sweep.
SELECT
    f.fulfillment_order_id, f.order_id, f.node_id, f.method, f.service, f.carrier, f.lane_id,
    f.state, f.day, f.ship_by, f.release_at, f.made_at, f.moved_at, f.version
FROM fulfillment.fulfillment_order AS f
INNER JOIN orders."order" AS o ON f.market = o.market AND f.order_id = o.order_id
WHERE
    f.market = :market::text -- noqa: RF02
    AND f.state = 'planned'
    AND f.release_at <= :at::timestamptz -- noqa: RF02
    AND NOT EXISTS (
        SELECT 1
        FROM orders.hold AS h
        WHERE h.market = f.market AND h.order_id = f.order_id AND h.lifted_at IS NULL
    )
ORDER BY f.release_at, f.fulfillment_order_id
LIMIT :most::integer
FOR NO KEY UPDATE OF o, f SKIP LOCKED;

-- name: standing_holds -> Standing
-- Orders that a hold stands against: read under their locks, after them, so that none is missed.
SELECT h.order_id
FROM orders.hold AS h
WHERE
    h.market = :market::text AND h.order_id = any(:order_ids::uuid[]) AND h.lifted_at IS NULL
GROUP BY h.order_id;

-- name: lines_of -> Line
-- The lines of locked work.
SELECT l.fulfillment_order_id, l.line_no, l.sku, l.quantity, l.picked, l.shorted, l.canceled
FROM fulfillment.line AS l
WHERE
    l.market = :market::text
    AND l.fulfillment_order_id = any(:fulfillment_order_ids::uuid[])
ORDER BY l.fulfillment_order_id, l.line_no, l.sku;

-- name: record_moves -> Guarded
-- All that the turns changed, in one statement: states with their guard, counters, the moves that
-- explain them, packages. Fewer rows than turned means the caller must not commit.
WITH guarded AS (
    UPDATE fulfillment.fulfillment_order AS f
    SET state = t.state, version = t.version, moved_at = t.moved_at
    FROM
        unnest(
            :fulfillment_order_ids::uuid[],
            :was_versions::integer[],
            :versions::integer[],
            :states::text[],
            :moved_ats::timestamptz[]
        ) AS t (fulfillment_order_id, was_version, version, state, moved_at)
    WHERE
        f.market = :market::text
        AND f.fulfillment_order_id = t.fulfillment_order_id
        AND f.version = t.was_version
    RETURNING 1
),

counted AS (
    UPDATE fulfillment.line AS l
    SET picked = c.picked, shorted = c.shorted, canceled = c.canceled
    FROM
        unnest(
            :line_ids::uuid[],
            :line_nos::smallint[],
            :skus::text[],
            :pickeds::integer[],
            :shorteds::integer[],
            :canceleds::integer[]
        ) AS c (fulfillment_order_id, line_no, sku, picked, shorted, canceled)
    WHERE
        l.market = :market::text
        AND l.fulfillment_order_id = c.fulfillment_order_id
        AND l.line_no = c.line_no
        AND l.sku = c.sku
),

told AS (
    INSERT INTO fulfillment.move
    (market, fulfillment_order_id, move_no, from_state, verb, actor, reason, at)
    SELECT
        :market::text, m.fulfillment_order_id, m.move_no, m.from_state, m.verb, m.actor, m.reason,
        m.at
    FROM
        unnest(
            :move_ids::uuid[],
            :move_nos::integer[],
            :from_states::text[],
            :verbs::text[],
            :actors::text[],
            :reasons::text[],
            :ats::timestamptz[]
        ) AS m (fulfillment_order_id, move_no, from_state, verb, actor, reason, at)
),

packed AS (
    INSERT INTO fulfillment.package (
        market, fulfillment_order_id, package_no, order_id, carrier, service, tracking_number,
        lines, shipped_at
    )
    SELECT
        :market::text, p.fulfillment_order_id, p.package_no, p.order_id, p.carrier, p.service,
        p.tracking_number, p.lines::json, p.shipped_at
    FROM
        unnest(
            :package_ids::uuid[],
            :package_nos::smallint[],
            :package_orders::uuid[],
            :package_carriers::text[],
            :package_services::text[],
            :tracking_numbers::text[],
            :package_lines::text[],
            :shipped_ats::timestamptz[]
        ) AS p (
            fulfillment_order_id, package_no, order_id, carrier, service, tracking_number, lines,
            shipped_at
        )
)

SELECT count(*)::bigint AS passed
FROM guarded;
