-- name: write_carts -> Passed
-- A batch of carts in one statement: the balances with their guard, the carts, their claims, the
-- ledger. Answers how many positions took their units; fewer than asked means: do not commit.
WITH guarded AS (
    UPDATE inventory.position AS p
    SET reserved = p.reserved + t.quantity
    FROM
        unnest(:skus::text[], :node_ids::text[], :quantities::integer[])
            AS t (sku, node_id, quantity)
    WHERE
        p.market = :market::text AND p.sku = t.sku AND p.node_id = t.node_id
        AND p.on_hand - p.reserved - p.unavailable - p.safety >= t.quantity
    RETURNING 1
),

held AS (
    INSERT INTO inventory.cart (market, cart_id, channel, customer, held_at, expires_at, due_at)
    SELECT
        :market::text, c.cart_id, c.channel, c.customer, :at::timestamptz, c.expires_at,
        c.expires_at AS due_at
    FROM
        unnest(:cart_ids::uuid[], :channels::text[], :customers::text[], :expires::timestamptz[])
            AS c (cart_id, channel, customer, expires_at)
),

claim AS (
    SELECT c.cart_id, c.line_no, c.sku, c.node_id, c.quantity, c.movement_id
    FROM
        unnest(
            :claim_carts::uuid[],
            :line_nos::smallint[],
            :claim_skus::text[],
            :claim_nodes::text[],
            :claim_quantities::integer[],
            :movement_ids::uuid[]
        ) AS c (cart_id, line_no, sku, node_id, quantity, movement_id)
),

claimed AS (
    INSERT INTO inventory.cart_claim (market, cart_id, line_no, sku, node_id, quantity)
    SELECT :market::text, c.cart_id, c.line_no, c.sku, c.node_id, c.quantity
    FROM claim AS c
),

told AS (
    INSERT INTO inventory.movement (
        market, movement_id, sku, node_id, kind, on_hand_delta, reserved_delta, unavailable_delta,
        line_no, reference, at, writer
    )
    SELECT
        :market::text, c.movement_id, c.sku, c.node_id, 'hold', 0, c.quantity, 0,
        c.line_no, c.cart_id::text, :at::timestamptz, :writer::integer
    FROM claim AS c
)

SELECT count(*)::bigint AS passed
FROM guarded;

-- name: end_carts -> Passed
-- A batch of carts that end, in one statement: spare units come off the balances and off what is
-- missing of them, the carts say how they ended, the ledger says what became of each claim.
WITH freed AS (
    UPDATE inventory.position AS p
    SET
        reserved = p.reserved - t.quantity,
        shortage = greatest(0, p.reserved - t.quantity + p.unavailable - p.on_hand)
    FROM
        unnest(:skus::text[], :node_ids::text[], :quantities::integer[])
            AS t (sku, node_id, quantity)
    WHERE
        p.market = :market::text AND p.sku = t.sku AND p.node_id = t.node_id
        AND p.reserved >= t.quantity
    RETURNING 1
),

ended AS (
    UPDATE inventory.cart AS c
    SET state = e.state, order_id = e.order_id, due_at = :remove_at::timestamptz
    FROM
        unnest(:cart_ids::uuid[], :states::text[], :order_ids::uuid[])
            AS e (cart_id, state, order_id)
    WHERE c.market = :market::text AND c.cart_id = e.cart_id AND c.state = 'held'
    RETURNING 1
),

told AS (
    INSERT INTO inventory.movement (
        market, movement_id, sku, node_id, kind, on_hand_delta, reserved_delta, unavailable_delta,
        order_id, line_no, reference, at, writer
    )
    SELECT
        :market::text, m.movement_id, m.sku, m.node_id, m.kind, 0, -m.quantity, 0,
        m.order_id, m.line_no, m.cart_id::text, :at::timestamptz, :writer::integer
    FROM
        unnest(
            :movement_ids::uuid[],
            :claim_carts::uuid[],
            :line_nos::smallint[],
            :claim_skus::text[],
            :claim_nodes::text[],
            :claim_quantities::integer[],
            :kinds::text[],
            :claim_orders::uuid[]
        ) AS m (movement_id, cart_id, line_no, sku, node_id, quantity, kind, order_id)
)

SELECT (SELECT count(*) FROM freed) + (SELECT count(*) FROM ended) AS passed;

-- name: lock_carts -> Cart
-- Carts that somebody wants to use, extend or release, locked by ascending id.
SELECT c.cart_id, c.channel, c.customer, c.state, c.held_at, c.expires_at, c.order_id
FROM inventory.cart AS c
WHERE c.market = :market::text AND c.cart_id = any(:cart_ids::uuid[])
ORDER BY c.cart_id
FOR NO KEY UPDATE OF c;

-- name: carts -> Cart
-- The same to look at.
SELECT c.cart_id, c.channel, c.customer, c.state, c.held_at, c.expires_at, c.order_id
FROM inventory.cart AS c
WHERE c.market = :market::text AND c.cart_id = any(:cart_ids::uuid[]);

-- name: claims_of_carts -> CartClaim
-- What these carts keep, or have kept, in the order of their lines.
SELECT c.cart_id, c.line_no, c.sku, c.node_id, c.quantity
FROM inventory.cart_claim AS c
WHERE c.market = :market::text AND c.cart_id = any(:cart_ids::uuid[])
ORDER BY c.cart_id, c.line_no, c.sku, c.node_id;

-- name: extend_carts
-- Later ends for locked carts. No indexed column changes: the row is updated in its page.
UPDATE inventory.cart AS c
SET expires_at = e.expires_at
FROM unnest(:cart_ids::uuid[], :expires::timestamptz[]) AS e (cart_id, expires_at)
WHERE
    c.market = :market::text AND c.cart_id = e.cart_id AND c.state = 'held'
    AND c.expires_at <= e.expires_at;

-- name: due_carts -> DueCart
-- The next carts the sweep has to look at; those that somebody is using are left to them.
SELECT c.cart_id, c.state, c.expires_at
FROM inventory.cart AS c
WHERE c.market = :market::text AND c.due_at <= :at::timestamptz
ORDER BY c.due_at, c.cart_id
LIMIT :most::integer
FOR UPDATE OF c SKIP LOCKED;

-- name: hold_places -> Places
-- The positions of these carts' claims, locked in key order: how many they are, how many claims are
-- on them, and of which skus.
WITH claimed AS (
    SELECT c.sku, c.node_id, count(*) AS claims
    FROM inventory.cart_claim AS c
    WHERE c.market = :market::text AND c.cart_id = any(:cart_ids::uuid[])
    GROUP BY c.sku, c.node_id
),

locked AS (
    SELECT p.sku, k.claims
    FROM inventory.position AS p
    INNER JOIN claimed AS k ON p.sku = k.sku AND p.node_id = k.node_id
    WHERE p.market = :market::text
    ORDER BY p.sku, p.node_id
    FOR NO KEY UPDATE OF p
)

SELECT
    count(*) AS places,
    coalesce(sum(l.claims), 0)::bigint AS claims,
    coalesce(array_agg(DISTINCT l.sku), '{}') AS skus
FROM locked AS l;

-- name: expire_carts -> Passed
-- Locked carts whose time is over, with all their claims, in one statement: their rows are read and
-- written where they lie. Answers how many positions and carts passed, and entries were written.
WITH claim AS MATERIALIZED (
    SELECT
        c.cart_id,
        c.line_no,
        c.sku,
        c.node_id,
        c.quantity,
        row_number() OVER (ORDER BY c.cart_id, c.line_no, c.sku, c.node_id) AS number
    FROM inventory.cart_claim AS c
    WHERE c.market = :market::text AND c.cart_id = any(:cart_ids::uuid[])
),

freed AS (
    UPDATE inventory.position AS p
    SET
        reserved = p.reserved - t.quantity,
        shortage = greatest(0, p.reserved - t.quantity + p.unavailable - p.on_hand)
    FROM (
        SELECT c.sku, c.node_id, sum(c.quantity)::integer AS quantity
        FROM claim AS c
        GROUP BY c.sku, c.node_id
    ) AS t
    WHERE
        p.market = :market::text AND p.sku = t.sku AND p.node_id = t.node_id
        AND p.reserved >= t.quantity
    RETURNING 1
),

ended AS (
    UPDATE inventory.cart AS c
    SET state = 'expired', due_at = :remove_at::timestamptz
    WHERE c.market = :market::text AND c.cart_id = any(:cart_ids::uuid[]) AND c.state = 'held'
    RETURNING 1
),

told AS (
    INSERT INTO inventory.movement (
        market, movement_id, sku, node_id, kind, on_hand_delta, reserved_delta, unavailable_delta,
        line_no, reference, at, writer
    )
    SELECT
        :market::text, (:movement_ids::uuid[])[c.number], c.sku, c.node_id, 'hold_expired', 0,
        -c.quantity, 0, c.line_no, c.cart_id::text, :at::timestamptz, :writer::integer
    FROM claim AS c
    RETURNING 1
)

SELECT
    (SELECT count(*) FROM freed)
    + (SELECT count(*) FROM ended)
    + (SELECT count(*) FROM told) AS passed;

-- name: look_again
-- Carts that were extended since: the sweep looks at them when they expire.
UPDATE inventory.cart AS c
SET due_at = c.expires_at
WHERE c.market = :market::text AND c.cart_id = any(:cart_ids::uuid[]);

-- name: remove_carts
-- Carts that ended long ago leave; the ledger remembers them.
WITH gone AS (
    DELETE FROM inventory.cart_claim AS c
    WHERE c.market = :market::text AND c.cart_id = any(:cart_ids::uuid[])
)

DELETE FROM inventory.cart AS c
WHERE c.market = :market::text AND c.cart_id = any(:cart_ids::uuid[]);
