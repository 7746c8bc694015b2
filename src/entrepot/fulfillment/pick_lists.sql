-- name: pick_list -> PickList
-- One pick list, for whoever asks.
SELECT p.pick_list_id, p.node_id, p.picker_id, p.picker, p.size, p.made_at, p.ended_at, p.ended_how
FROM fulfillment.pick_list AS p
WHERE p.market = :market::text AND p.pick_list_id = :pick_list_id::uuid;

-- name: pick_lists_open -> PickList
-- Who picks what at a node now; one picker's alone where one is named.
SELECT p.pick_list_id, p.node_id, p.picker_id, p.picker, p.size, p.made_at, p.ended_at, p.ended_how
FROM fulfillment.pick_list AS p
WHERE
    p.market = :market::text
    AND p.node_id = :node_id::text
    AND p.ended_at IS NULL
    AND (:picker_id::text IS NULL OR p.picker_id = :picker_id::text)
ORDER BY p.pick_list_id;

-- name: picking_of -> Picking
-- The work of some pick lists, in the order of their places.
SELECT k.pick_list_id, k.place, k.fulfillment_order_id, k.let_go_at
FROM fulfillment.picking AS k
WHERE k.market = :market::text AND k.pick_list_id = any(:pick_list_ids::uuid[])
ORDER BY k.pick_list_id, k.place;

-- name: pick_lists_over -> Over
-- Lists of a node that have nothing left to pick, or of which nothing has come since a moment.
SELECT
    p.pick_list_id,
    NOT EXISTS (
        SELECT 1
        FROM fulfillment.picking AS k
        INNER JOIN fulfillment.fulfillment_order AS f
            ON k.market = f.market AND k.fulfillment_order_id = f.fulfillment_order_id
        WHERE
            k.market = p.market AND k.pick_list_id = p.pick_list_id
            AND f.state IN ('accepted', 'picking')
    ) AS done
FROM fulfillment.pick_list AS p
WHERE
    p.market = :market::text
    AND p.node_id = :node_id::text
    AND p.ended_at IS NULL
    AND (
        (
            p.made_at < :idle_since::timestamptz
            AND NOT EXISTS (
                SELECT 1
                FROM fulfillment.picking AS k
                INNER JOIN fulfillment.fulfillment_order AS f
                    ON k.market = f.market AND k.fulfillment_order_id = f.fulfillment_order_id
                WHERE
                    k.market = p.market AND k.pick_list_id = p.pick_list_id
                    AND f.moved_at >= :idle_since::timestamptz -- noqa: RF02
            )
        )
        OR NOT EXISTS (
            SELECT 1
            FROM fulfillment.picking AS k
            INNER JOIN fulfillment.fulfillment_order AS f
                ON k.market = f.market AND k.fulfillment_order_id = f.fulfillment_order_id
            WHERE
                k.market = p.market AND k.pick_list_id = p.pick_list_id
                AND f.state IN ('accepted', 'picking')
        )
    )
ORDER BY p.pick_list_id
FOR NO KEY UPDATE OF p;

-- name: heads_to_pick -> FulfillmentOrder
-- The first of some work that is still to be picked and on nobody's list. What somebody else is
-- taking at this moment is left to them, so that two who ask at once get different work.
SELECT
    f.fulfillment_order_id, f.order_id, f.node_id, f.method, f.service, f.carrier, f.lane_id,
    f.state, f.day, f.ship_by, f.release_at, f.made_at, f.moved_at, f.version
FROM fulfillment.fulfillment_order AS f
WHERE
    f.market = :market::text
    AND f.fulfillment_order_id = any(:fulfillment_order_ids::uuid[])
    AND f.state IN ('released', 'accepted', 'picking')
    AND NOT EXISTS (
        SELECT 1
        FROM fulfillment.picking AS k
        WHERE
            k.market = f.market AND k.fulfillment_order_id = f.fulfillment_order_id
            AND k.let_go_at IS NULL
    )
ORDER BY array_position(:fulfillment_order_ids::uuid[], f.fulfillment_order_id)
LIMIT :most::integer
FOR NO KEY UPDATE OF f SKIP LOCKED;

-- name: open_pick_list
-- A list and its work. Work that stands on another's list meanwhile is a unique violation: the
-- whole is tried again.
WITH opened AS (
    INSERT INTO fulfillment.pick_list (
        market, pick_list_id, node_id, picker_id, picker, size, made_at
    )
    VALUES (
        :market::text, :pick_list_id::uuid, :node_id::text, :picker_id::text, :picker::text,
        :size::smallint, :at::timestamptz
    )
)

INSERT INTO fulfillment.picking (market, pick_list_id, place, fulfillment_order_id)
SELECT :market::text, :pick_list_id::uuid, k.place, k.fulfillment_order_id
FROM
    unnest(:places::smallint[], :fulfillment_order_ids::uuid[]) AS k (place, fulfillment_order_id);

-- name: end_pick_lists -> EndedList
-- Lists end once, and let go of their work.
WITH ended AS (
    UPDATE fulfillment.pick_list AS p
    SET ended_at = :at::timestamptz, ended_how = e.how
    FROM unnest(:pick_list_ids::uuid[], :hows::text[]) AS e (pick_list_id, how)
    WHERE
        p.market = :market::text AND p.pick_list_id = e.pick_list_id AND p.ended_at IS NULL
    RETURNING p.pick_list_id
),

let_go AS (
    UPDATE fulfillment.picking AS k
    SET let_go_at = :at::timestamptz
    WHERE
        k.market = :market::text
        AND k.pick_list_id = any(:pick_list_ids::uuid[])
        AND k.let_go_at IS NULL
)

SELECT d.pick_list_id
FROM ended AS d;
