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

-- name: a_belief_is_a_distribution
-- What is believed of a shelf are probabilities, and together they are one.
SELECT b.market, b.sku, b.node_id, b.missing
FROM inventory.belief AS b
WHERE
    0 > any(b.missing)
    OR (SELECT abs(sum(m.chance) - 1) FROM unnest(b.missing) AS m (chance)) > 0.000001;
