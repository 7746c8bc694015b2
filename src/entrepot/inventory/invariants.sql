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

-- name: drawn_equals_the_ledger
-- What a segment has drawn at a position is the sum of the entries that say so.
WITH l AS (
    SELECT m.market, m.sku, m.node_id, m.drawn_by, sum(m.reserved_delta) AS units
    FROM inventory.movement AS m
    WHERE m.drawn_by IS NOT NULL
    GROUP BY m.market, m.sku, m.node_id, m.drawn_by
),

d AS (
    SELECT p.market, p.sku, p.node_id, e.key AS drawn_by, e.value::bigint AS units
    FROM inventory.position AS p
    CROSS JOIN jsonb_each_text(p.drawn) AS e (key, value)
)

SELECT d.market, d.sku, d.node_id, d.drawn_by, d.units, l.units AS told
FROM d
FULL JOIN l
    ON
        d.market = l.market AND d.sku = l.sku AND d.node_id = l.node_id
        AND d.drawn_by = l.drawn_by
WHERE coalesce(d.units, 0) <> coalesce(l.units, 0);
