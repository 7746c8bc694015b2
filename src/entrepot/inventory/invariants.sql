-- name: reserved_equals_open_reservations
-- A position's reserved units are the sum of its open claims, orders' and carts', no more and no
-- less.
WITH c AS (
    SELECT
        r.market,
        r.sku,
        r.node_id,
        r.quantity - r.freed - r.consumed AS units
    FROM inventory.reservation AS r
    UNION ALL
    SELECT
        k.market,
        k.sku,
        k.node_id,
        k.quantity AS units
    FROM inventory.cart_claim AS k
    INNER JOIN inventory.cart AS h ON k.market = h.market AND k.cart_id = h.cart_id
    WHERE h.state = 'held'
),

r AS (
    SELECT
        c.market,
        c.sku,
        c.node_id,
        sum(c.units) AS open
    FROM c
    GROUP BY c.market, c.sku, c.node_id
)

SELECT p.market, p.sku, p.node_id, p.reserved, r.open
FROM inventory.position AS p
FULL JOIN r ON p.market = r.market AND p.sku = r.sku AND p.node_id = r.node_id
WHERE coalesce(p.reserved, -1) <> coalesce(r.open, 0);

-- name: a_cart_keeps_something
-- Every cart has claims, and every cart's claim its cart.
SELECT
    c.market,
    c.cart_id,
    k.cart_id AS claimed_by
FROM inventory.cart AS c
FULL JOIN inventory.cart_claim AS k ON c.market = k.market AND c.cart_id = k.cart_id
WHERE c.cart_id IS NULL OR k.cart_id IS NULL;

-- name: carts_equal_the_ledger
-- What the ledger says a cart holds is what its claims say, line by line: all of it while it is
-- held, nothing after it has ended.
WITH m AS (
    SELECT
        m.market,
        m.reference,
        m.line_no,
        m.sku,
        m.node_id,
        sum(m.reserved_delta) AS units
    FROM inventory.movement AS m
    WHERE m.kind IN ('hold', 'hold_freed', 'hold_expired', 'hold_committed')
    GROUP BY m.market, m.reference, m.line_no, m.sku, m.node_id
)

SELECT k.market, k.cart_id, k.line_no, k.sku, k.node_id, k.quantity, h.state, m.units
FROM inventory.cart_claim AS k
INNER JOIN inventory.cart AS h ON k.market = h.market AND k.cart_id = h.cart_id
LEFT JOIN m
    ON
        k.market = m.market AND k.cart_id::text = m.reference AND k.line_no = m.line_no
        AND k.sku = m.sku AND k.node_id = m.node_id
WHERE coalesce(m.units, -1) <> CASE h.state WHEN 'held' THEN k.quantity ELSE 0 END;

-- name: balances_equal_the_ledger
-- On hand, reserved and unavailable are each the sum of their ledger entries.
WITH l AS (
    SELECT
        m.market,
        m.sku,
        m.node_id,
        sum(m.on_hand_delta) AS on_hand,
        sum(m.reserved_delta) AS reserved,
        sum(m.unavailable_delta) AS unavailable
    FROM inventory.movement AS m
    GROUP BY m.market, m.sku, m.node_id
)

SELECT p.market, p.sku, p.node_id, p.on_hand, p.reserved, p.unavailable
FROM inventory.position AS p
FULL JOIN l ON p.market = l.market AND p.sku = l.sku AND p.node_id = l.node_id
WHERE
    p.sku IS NULL
    OR p.on_hand <> coalesce(l.on_hand, 0)
    OR p.reserved <> coalesce(l.reserved, 0)
    OR p.unavailable <> coalesce(l.unavailable, 0);

-- name: never_oversold
-- No more is claimed than is there, but where a count has found units missing and said so.
SELECT p.market, p.sku, p.node_id, p.on_hand, p.reserved, p.unavailable, p.shortage
FROM inventory.position AS p
WHERE p.reserved + p.unavailable > p.on_hand + p.shortage OR p.on_hand < 0 OR p.reserved < 0;

-- name: a_shortage_is_exactly_what_is_missing
-- A shortage stands only while claimed units are missing, and is as large as what is missing.
SELECT p.market, p.sku, p.node_id, p.on_hand, p.reserved, p.unavailable, p.shortage
FROM inventory.position AS p
WHERE p.shortage <> greatest(0, p.reserved + p.unavailable - p.on_hand);
