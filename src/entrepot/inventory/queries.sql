-- name: positions_for_update -> Position
-- Locked in key order, so that no two writers can deadlock; only then is anything decided.
SELECT
    p.sku, p.node_id, p.on_hand, p.reserved, p.unavailable, p.safety, p.shortage, p.drawn
FROM inventory.position AS p
INNER JOIN
    unnest(:skus::text[], :node_ids::text[]) AS k (sku, node_id)
    ON p.sku = k.sku AND p.node_id = k.node_id
WHERE p.market = :market::text
ORDER BY p.sku, p.node_id
FOR NO KEY UPDATE OF p;

-- name: hold_positions -> Guarded
-- The same lock for whoever writes without reading first; answers how many of them there are.
WITH held AS (
    SELECT 1 AS one
    FROM inventory.position AS p
    INNER JOIN
        unnest(:skus::text[], :node_ids::text[]) AS k (sku, node_id)
        ON p.sku = k.sku AND p.node_id = k.node_id
    WHERE p.market = :market::text
    ORDER BY p.sku, p.node_id
    FOR NO KEY UPDATE OF p
)

SELECT count(*)::bigint AS positions
FROM held;

-- name: record_reservations -> Guarded
-- The whole batch in one statement: the balances with their guard, the claims, the ledger. Answers
-- how many positions took their units; fewer than asked means the caller must not commit. None are
-- taken where a cart had them all: only what was drawn changes then.
WITH guarded AS (
    UPDATE inventory.position AS p
    SET reserved = p.reserved + t.quantity, drawn = coalesce(t.drawn, p.drawn)
    FROM
        unnest(:skus::text[], :node_ids::text[], :quantities::integer[], :drawns::jsonb[])
            AS t (sku, node_id, quantity, drawn)
    WHERE
        p.market = :market::text AND p.sku = t.sku AND p.node_id = t.node_id
        AND (t.quantity = 0 OR p.on_hand - p.reserved - p.unavailable - p.safety >= t.quantity)
    RETURNING 1
),

claimed AS (
    SELECT c.order_id, c.line_no, c.sku, c.node_id, c.quantity, c.drawn_by, c.movement_id
    FROM
        unnest(
            :order_ids::uuid[],
            :line_nos::smallint[],
            :claim_skus::text[],
            :claim_nodes::text[],
            :claim_quantities::integer[],
            :drawn_bys::text[],
            :movement_ids::uuid[]
        ) AS c (order_id, line_no, sku, node_id, quantity, drawn_by, movement_id)
),

reserved AS (
    INSERT INTO inventory.reservation AS r
    (market, order_id, line_no, sku, node_id, quantity, drawn_by)
    SELECT :market::text, c.order_id, c.line_no, c.sku, c.node_id, c.quantity, c.drawn_by
    FROM claimed AS c
    ON CONFLICT (market, order_id, line_no, sku, node_id)
    DO UPDATE SET quantity = r.quantity + excluded.quantity
),

told AS (
    INSERT INTO inventory.movement (
        market, movement_id, sku, node_id, kind, on_hand_delta, reserved_delta, unavailable_delta,
        order_id, line_no, drawn_by, at, writer
    )
    SELECT
        :market::text, c.movement_id, c.sku, c.node_id, 'reserve', 0, c.quantity, 0,
        c.order_id, c.line_no, c.drawn_by, :at::timestamptz, :writer::integer
    FROM claimed AS c
)

SELECT count(*)::bigint AS positions
FROM guarded;

-- name: make_positions
-- A position begins empty; what it holds is told by a count or a movement. Of what is not on sale
-- yet all of it stays, from its first moment.
INSERT INTO inventory.position (market, sku, node_id, on_hand, safety)
SELECT
    :market::text, k.sku, k.node_id, 0,
    CASE WHEN l.launch_id IS NULL THEN 0 ELSE :not_on_sale::integer END -- noqa: RF02
FROM unnest(:skus::text[], :node_ids::text[]) AS k (sku, node_id) -- noqa: RF02
LEFT JOIN inventory.launch_sku AS s ON s.market = :market::text AND k.sku = s.sku
LEFT JOIN inventory.launch AS l
    ON l.market = :market::text AND s.launch_id = l.launch_id AND l.state = 'planned'
ORDER BY k.sku, k.node_id
ON CONFLICT (market, sku, node_id) DO NOTHING;

-- name: record_changes -> Lotted
-- New balances of locked positions, and the entries that explain them, in one statement. Answers
-- those at which lots are known.
WITH told AS (
    INSERT INTO inventory.movement (
        market, movement_id, sku, node_id, kind, on_hand_delta, reserved_delta, unavailable_delta,
        reason, order_id, line_no, reference, transfer_id, drawn_by, at, writer, actor, source,
        sequence
    )
    SELECT
        :market::text, m.movement_id, m.sku, m.node_id, m.kind, m.on_hand_delta, m.reserved_delta,
        m.unavailable_delta, m.reason, m.order_id, m.line_no, m.reference, m.transfer_id,
        m.drawn_by, coalesce(m.at, :at::timestamptz), :writer::integer, m.actor, m.source,
        m.sequence
    FROM
        unnest(
            :movement_ids::uuid[],
            :move_skus::text[],
            :move_nodes::text[],
            :kinds::text[],
            :on_hand_deltas::integer[],
            :reserved_deltas::integer[],
            :unavailable_deltas::integer[],
            :reasons::text[],
            :order_ids::uuid[],
            :line_nos::smallint[],
            :refs::text[],
            :transfer_ids::text[],
            :drawn_bys::text[],
            :ats::timestamptz[],
            :actors::text[],
            :sources::text[],
            :sequences::bigint[]
        ) AS m (
            movement_id, sku, node_id, kind, on_hand_delta, reserved_delta, unavailable_delta,
            reason, order_id, line_no, reference, transfer_id, drawn_by, at, actor, source, sequence
        )
),

changed AS (
    UPDATE inventory.position AS p
    SET
        on_hand = c.on_hand,
        reserved = c.reserved,
        unavailable = c.unavailable,
        shortage = c.shortage,
        drawn = coalesce(c.drawn, p.drawn),
        unsecured = p.unsecured OR p.unavailable <> c.unavailable,
        moved_at = CASE WHEN p.moved_at IS NOT NULL THEN greatest(p.moved_at, c.moved_at) END
    FROM
        unnest(
            :skus::text[],
            :node_ids::text[],
            :on_hands::integer[],
            :reserveds::integer[],
            :unavailables::integer[],
            :shortages::integer[],
            :drawns::jsonb[],
            :moved_ats::timestamptz[]
        ) AS c (sku, node_id, on_hand, reserved, unavailable, shortage, drawn, moved_at)
    WHERE p.market = :market::text AND p.sku = c.sku AND p.node_id = c.node_id
    RETURNING p.sku, p.node_id, p.lotted
)

SELECT c.sku, c.node_id
FROM changed AS c
WHERE c.lotted;

-- name: reservations_of_orders -> Reservation
-- Every claim these orders have made, in the order it was made in.
SELECT
    r.order_id, r.line_no, r.sku, r.node_id, r.quantity, r.freed, r.consumed,
    r.given_up
FROM inventory.reservation AS r
WHERE r.market = :market::text AND r.order_id = any(:order_ids::uuid[])
ORDER BY r.order_id, r.line_no, r.sku, r.node_id;

-- name: draws_of -> Draw
-- Whose protection these orders' claims have drawn on: what is freed is protected again.
SELECT r.order_id, r.line_no, r.sku, r.node_id, r.drawn_by
FROM inventory.reservation AS r
WHERE
    r.market = :market::text AND r.order_id = any(:order_ids::uuid[]) AND r.drawn_by IS NOT NULL;

-- name: resolve_reservations -> Guarded
-- Claims are freed or consumed once: the guard counts, and the CHECK stands behind it.
WITH resolved AS (
    UPDATE inventory.reservation AS r
    SET
        freed = r.freed + c.freed,
        consumed = r.consumed + c.consumed,
        given_up = r.given_up + c.given_up
    FROM
        unnest(
            :order_ids::uuid[],
            :line_nos::smallint[],
            :skus::text[],
            :node_ids::text[],
            :freeds::integer[],
            :consumeds::integer[],
            :given_ups::integer[]
        ) AS c (order_id, line_no, sku, node_id, freed, consumed, given_up)
    WHERE
        r.market = :market::text AND r.order_id = c.order_id AND r.line_no = c.line_no
        AND r.sku = c.sku AND r.node_id = c.node_id
        AND r.quantity - r.freed - r.consumed >= c.freed + c.consumed
    RETURNING 1
)

SELECT count(*)::bigint AS positions
FROM resolved;

-- name: record_demand
-- Units that wait for supply; more of the same line adds up, and keeps its class and its age.
INSERT INTO inventory.demand AS d (market, order_id, line_no, sku, quantity, why, since, priority)
SELECT
    :market::text, w.order_id, w.line_no, w.sku, w.quantity, w.why, :at::timestamptz, w.priority
FROM
    unnest(
        :order_ids::uuid[],
        :line_nos::smallint[],
        :skus::text[],
        :quantities::integer[],
        :whys::text[],
        :priorities::smallint[]
    ) AS w (order_id, line_no, sku, quantity, why, priority)
ON CONFLICT (market, order_id, line_no, sku)
DO UPDATE SET quantity = d.quantity + excluded.quantity;

-- name: demand_of_orders -> Demand
-- What these orders wait for, in which class, and when it is expected by which supply.
SELECT
    d.order_id, d.line_no, d.sku, d.quantity, d.why, d.priority, d.expected_at, d.supply_id
FROM inventory.demand AS d
WHERE d.market = :market::text AND d.order_id = any(:order_ids::uuid[])
ORDER BY d.order_id, d.line_no, d.sku;

-- name: settle_demand
-- Units that wait no longer: planned at last, or canceled. What is settled whole leaves the table.
DELETE FROM inventory.demand AS d
USING
    unnest(
        :order_ids::uuid[], :line_nos::smallint[], :skus::text[], :quantities::integer[]
    ) AS l (order_id, line_no, sku, quantity)
WHERE
    d.market = :market::text AND d.order_id = l.order_id AND d.line_no = l.line_no
    AND d.sku = l.sku AND d.quantity <= l.quantity;

-- name: settle_in_part
-- What more units wait for than were settled waits for the rest.
UPDATE inventory.demand AS d
SET quantity = d.quantity - l.quantity
FROM
    unnest(
        :order_ids::uuid[], :line_nos::smallint[], :skus::text[], :quantities::integer[]
    ) AS l (order_id, line_no, sku, quantity)
WHERE
    d.market = :market::text AND d.order_id = l.order_id AND d.line_no = l.line_no
    AND d.sku = l.sku AND d.quantity > l.quantity;

-- name: free_by_sku -> FreeRow
-- The whole view of a market: what a starting server reads.
SELECT
    p.sku,
    array_agg(p.node_id ORDER BY p.node_id) AS nodes,
    array_agg(
        greatest(0, p.on_hand - p.reserved - p.unavailable - p.safety) ORDER BY p.node_id
    ) AS free
FROM inventory.position AS p
WHERE p.market = :market::text
GROUP BY p.sku;

-- name: free_at -> Free
-- The free units of some positions, after they were changed here.
SELECT -- noqa: ST06
    p.sku,
    p.node_id,
    greatest(0, p.on_hand - p.reserved - p.unavailable - p.safety) AS free,
    p.drawn
FROM inventory.position AS p
INNER JOIN
    unnest(:skus::text[], :node_ids::text[]) AS k (sku, node_id)
    ON p.sku = k.sku AND p.node_id = k.node_id
WHERE p.market = :market::text;

-- name: free_of_skus -> Free
-- Everything there is of some skus: no refusal is given on less than this.
SELECT -- noqa: ST06
    p.sku,
    p.node_id,
    greatest(0, p.on_hand - p.reserved - p.unavailable - p.safety) AS free,
    p.drawn
FROM inventory.position AS p
WHERE p.market = :market::text AND p.sku = any(:skus::text[]);

-- name: free_since -> Free
-- What others changed lately, for the view; read with overlap, so that a late commit is seen too.
WITH touched AS (
    SELECT DISTINCT m.sku, m.node_id
    FROM inventory.movement AS m
    WHERE
        m.market = :market::text AND m.movement_id > :since::uuid
        AND m.writer <> :writer::integer
    UNION
    SELECT k.sku, k.node_id
    FROM inventory.safety_set AS s
    CROSS JOIN unnest(s.skus, s.node_ids) AS k (sku, node_id)
    WHERE s.market = :market::text AND s.set_id > :since::uuid
)

SELECT -- noqa: ST06
    p.sku,
    p.node_id,
    greatest(0, p.on_hand - p.reserved - p.unavailable - p.safety) AS free,
    p.drawn
FROM inventory.position AS p
INNER JOIN touched AS t ON p.sku = t.sku AND p.node_id = t.node_id
WHERE p.market = :market::text;

-- name: owed -> Owed
-- Units per sku that are owed to orders that wait.
SELECT d.sku, sum(d.quantity)::integer AS quantity
FROM inventory.demand AS d
WHERE d.market = :market::text
GROUP BY d.sku;

-- name: owed_of_skus -> Owed
-- The same of some skus only.
SELECT d.sku, sum(d.quantity)::integer AS quantity
FROM inventory.demand AS d
WHERE d.market = :market::text AND d.sku = any(:skus::text[])
GROUP BY d.sku;

-- name: positions_of -> Position
-- The balances people ask for, by sku and node. Skus that are named are looked up, never walked to.
WITH named AS (
    SELECT
        p.sku, p.node_id, p.on_hand, p.reserved, p.unavailable, p.safety, p.shortage,
        p.drawn
    FROM inventory.position AS p
    WHERE
        p.market = :market::text AND p.sku = any(:skus::text[])
        AND (:node_id::text IS NULL OR p.node_id = :node_id::text)
        AND (p.sku, p.node_id) > (:after_sku::text, :after_node::text)
    ORDER BY p.sku, p.node_id
    LIMIT :most::integer
),

walked AS (
    SELECT
        p.sku, p.node_id, p.on_hand, p.reserved, p.unavailable, p.safety, p.shortage,
        p.drawn
    FROM inventory.position AS p
    WHERE
        :skus::text[] IS NULL AND p.market = :market::text
        AND (:node_id::text IS NULL OR p.node_id = :node_id::text)
        AND (p.sku, p.node_id) > (:after_sku::text, :after_node::text)
    ORDER BY p.sku, p.node_id
    LIMIT :most::integer
)

SELECT n.sku, n.node_id, n.on_hand, n.reserved, n.unavailable, n.safety, n.shortage, n.drawn
FROM named AS n
UNION ALL
SELECT w.sku, w.node_id, w.on_hand, w.reserved, w.unavailable, w.safety, w.shortage, w.drawn
FROM walked AS w
ORDER BY sku, node_id;
