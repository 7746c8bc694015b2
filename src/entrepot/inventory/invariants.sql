-- name: reserved_equals_open_reservations
-- A position's reserved units are the sum of its open claims, no more and no less.
SELECT p.market, p.sku, p.node_id, p.reserved, r.open
FROM inventory.position AS p
FULL JOIN (
    SELECT
        r.market,
        r.sku,
        r.node_id,
        sum(r.quantity - r.freed - r.consumed) AS open
    FROM inventory.reservation AS r
    GROUP BY r.market, r.sku, r.node_id
) AS r ON p.market = r.market AND p.sku = r.sku AND p.node_id = r.node_id
WHERE coalesce(p.reserved, -1) <> coalesce(r.open, 0);

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

-- name: a_supply_is_open_while_anything_is_outstanding
-- A document is what its lines say: open while units are to come, then received or canceled.
SELECT
    s.market,
    s.supply_id,
    s.state,
    coalesce(sum(l.outstanding), 0) AS outstanding,
    coalesce(sum(l.received), 0) AS received
FROM inventory.supply AS s
LEFT JOIN inventory.supply_line AS l ON s.market = l.market AND s.supply_id = l.supply_id
GROUP BY s.market, s.supply_id, s.state
HAVING s.state <> CASE
    WHEN coalesce(sum(l.outstanding), 0) > 0 THEN 'open'
    WHEN coalesce(sum(l.received), 0) > 0 THEN 'received'
    ELSE 'canceled'
END;

-- name: nothing_is_received_without_a_movement
-- What a document says it received came on hand: by a receipt that names it, one of its notices, or
-- the order it fulfills.
WITH came AS (
    SELECT
        m.market,
        m.reference,
        m.sku,
        sum(m.on_hand_delta) AS units
    FROM inventory.movement AS m
    WHERE m.kind = 'receipt' AND m.reference IS NOT NULL
    GROUP BY m.market, m.reference, m.sku
),

family AS (
    SELECT s.market, s.supply_id, s.supply_id AS named
    FROM inventory.supply AS s
    UNION ALL
    SELECT s.market, s.supply_id, s.purchase_order AS named
    FROM inventory.supply AS s
    WHERE s.purchase_order IS NOT NULL
    UNION ALL
    SELECT s.market, s.purchase_order AS supply_id, s.supply_id AS named
    FROM inventory.supply AS s
    WHERE s.purchase_order IS NOT NULL
)

SELECT
    l.market,
    l.supply_id,
    l.sku,
    l.received,
    coalesce(sum(c.units), 0) AS came
FROM inventory.supply_line AS l
INNER JOIN family AS f ON l.market = f.market AND l.supply_id = f.supply_id
LEFT JOIN came AS c ON f.market = c.market AND f.named = c.reference AND l.sku = c.sku
GROUP BY l.market, l.supply_id, l.sku, l.received
HAVING l.received > coalesce(sum(c.units), 0);

-- name: a_date_is_of_supply_that_is_known
-- Whoever waits with a date waits for a document that has, or had, the sku.
SELECT d.market, d.order_id, d.line_no, d.sku, d.supply_id
FROM inventory.demand AS d
LEFT JOIN inventory.supply_line AS l
    ON d.market = l.market AND d.supply_id = l.supply_id AND d.sku = l.sku
WHERE d.supply_id IS NOT NULL AND l.supply_id IS NULL;
