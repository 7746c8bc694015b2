-- name: work_due -> DueWork
-- A page of what waits at a node, by when its next step is due. What is ready is by how long it
-- waits. The states stand here as they stand in the index's condition.
WITH waiting AS MATERIALIZED (
    SELECT
        f.fulfillment_order_id,
        f.order_id,
        CASE
            WHEN f.state = 'released' THEN coalesce(m.accept_by, f.ship_by, f.release_at)
            WHEN
                f.state IN ('accepted', 'picking')
                THEN coalesce(m.pick_by, f.ship_by, f.release_at)
            WHEN f.state IN ('picked', 'packed') THEN coalesce(m.ship_by, f.ship_by, f.release_at)
            ELSE f.moved_at
        END AS due_at
    FROM fulfillment.fulfillment_order AS f
    LEFT JOIN promise.milestone AS m
        ON f.market = m.market AND f.fulfillment_order_id = m.fulfillment_order_id
    WHERE
        f.market = :market::text
        AND f.node_id = :node_id::text
        AND f.state IN ('released', 'accepted', 'picking', 'picked', 'packed', 'ready_for_pickup')
        AND f.state = any(:states::text[]) -- noqa: RF02
        AND f.method = any(:methods::text[]) -- noqa: RF02
)

SELECT w.fulfillment_order_id, w.order_id, w.due_at
FROM waiting AS w
WHERE
    (w.due_at, w.fulfillment_order_id)
    > (:after_at::timestamptz, :after::uuid)
ORDER BY w.due_at, w.fulfillment_order_id
LIMIT :most::integer;

-- name: counters -> Counters
-- What a store looks at first. `due_now`: the next step is due by `soon`.
WITH waiting AS MATERIALIZED (
    SELECT
        f.fulfillment_order_id,
        f.state,
        f.method,
        CASE
            WHEN f.state = 'released' THEN coalesce(m.accept_by, f.ship_by, f.release_at)
            WHEN
                f.state IN ('accepted', 'picking')
                THEN coalesce(m.pick_by, f.ship_by, f.release_at)
            WHEN f.state IN ('picked', 'packed') THEN coalesce(m.ship_by, f.ship_by, f.release_at)
        END AS due_at
    FROM fulfillment.fulfillment_order AS f
    LEFT JOIN promise.milestone AS m
        ON f.market = m.market AND f.fulfillment_order_id = m.fulfillment_order_id
    WHERE
        f.market = :market::text
        AND f.node_id = :node_id::text
        AND f.state IN ('released', 'accepted', 'picking', 'picked', 'packed', 'ready_for_pickup')
),

here AS (
    SELECT count(*) AS customers
    FROM waiting AS w
    INNER JOIN fulfillment.pickup AS p
        ON p.market = :market::text AND w.fulfillment_order_id = p.fulfillment_order_id
    WHERE p.arrived_at IS NOT NULL
),

arriving AS (
    SELECT count(*) AS transfers
    FROM inventory.transfer AS t
    WHERE
        t.market = :market::text
        AND t.to_node = :node_id::text
        AND t.state IN ('sent', 'receiving')
)

SELECT
    count(*) FILTER (WHERE w.due_at <= :soon::timestamptz) AS due_now,
    count(*) FILTER (WHERE w.due_at < :at::timestamptz) AS late,
    count(*) FILTER (WHERE w.state = 'released') AS to_accept,
    count(*) FILTER (WHERE w.state IN ('accepted', 'picking')) AS to_pick,
    count(*) FILTER (WHERE w.state = 'picked' AND w.method = 'ship') AS to_pack,
    count(*) FILTER (WHERE w.state IN ('picked', 'packed') AND w.method <> 'ship') AS to_ready,
    count(*) FILTER (WHERE w.state = 'packed' AND w.method = 'ship') AS carrier_pickup,
    count(*) FILTER (WHERE w.state = 'ready_for_pickup') AS ready,
    (SELECT h.customers FROM here AS h) AS customers_here,
    (SELECT a.transfers FROM arriving AS a) AS arrivals
FROM waiting AS w;

-- name: to_pick_next -> Candidate
-- What of a node's work is to be picked next and is on nobody's list, by when it must be picked.
-- What a hold stands against is left where it is.
SELECT f.fulfillment_order_id
FROM fulfillment.fulfillment_order AS f
LEFT JOIN promise.milestone AS m
    ON f.market = m.market AND f.fulfillment_order_id = m.fulfillment_order_id
WHERE
    f.market = :market::text
    AND f.node_id = :node_id::text
    AND f.state IN ('released', 'accepted', 'picking', 'picked', 'packed', 'ready_for_pickup')
    AND f.state IN ('released', 'accepted', 'picking')
    AND NOT EXISTS (
        SELECT 1
        FROM fulfillment.picking AS k
        WHERE
            k.market = f.market AND k.fulfillment_order_id = f.fulfillment_order_id
            AND k.let_go_at IS NULL
    )
    AND NOT EXISTS (
        SELECT 1
        FROM orders.hold AS h
        WHERE h.market = f.market AND h.order_id = f.order_id AND h.lifted_at IS NULL
    )
ORDER BY coalesce(m.pick_by, f.ship_by, f.release_at), f.fulfillment_order_id
LIMIT :most::integer;

-- name: picked_by -> PickedBy
-- On whose list some work is.
SELECT k.fulfillment_order_id, p.pick_list_id, p.picker
FROM fulfillment.picking AS k
INNER JOIN fulfillment.pick_list AS p
    ON k.market = p.market AND k.pick_list_id = p.pick_list_id
WHERE
    k.market = :market::text
    AND k.fulfillment_order_id = any(:fulfillment_order_ids::uuid[]) -- noqa: RF02
    AND k.let_go_at IS NULL;

-- name: fetched_here -> DueWork
-- What customers fetch at a node, who is here first, then who waits longest; where something is
-- looked for, what bears that name, number, or code.
WITH waiting AS MATERIALIZED (
    SELECT
        f.fulfillment_order_id,
        f.order_id,
        f.state,
        f.moved_at,
        p.code,
        p.arrived_at
    FROM fulfillment.fulfillment_order AS f
    LEFT JOIN fulfillment.pickup AS p
        ON f.market = p.market AND f.fulfillment_order_id = p.fulfillment_order_id
    WHERE
        f.market = :market::text
        AND f.node_id = :node_id::text
        AND f.state IN ('released', 'accepted', 'picking', 'picked', 'packed', 'ready_for_pickup')
        AND f.method <> 'ship'
)

SELECT w.fulfillment_order_id, w.order_id, coalesce(w.arrived_at, w.moved_at) AS due_at
FROM waiting AS w
INNER JOIN orders."order" AS o ON o.market = :market::text AND w.order_id = o.order_id
WHERE
    :text::text = '' -- noqa: RF02
    OR w.code = :code::text -- noqa: RF02
    OR w.order_id BETWEEN :low::uuid AND :high::uuid -- noqa: RF02
    OR o.external_id = :text::text -- noqa: RF02
    OR strpos(
        lower(o.document::json -> 'customer' ->> 'name'), lower(:text::text) -- noqa: RF02
    ) > 0
    OR strpos(
        lower(o.document::json -> 'ship_to' ->> 'name'), lower(:text::text) -- noqa: RF02
    ) > 0
ORDER BY
    w.arrived_at ASC NULLS LAST, w.state = 'ready_for_pickup' DESC, w.moved_at ASC,
    w.fulfillment_order_id ASC
LIMIT :most::integer;
