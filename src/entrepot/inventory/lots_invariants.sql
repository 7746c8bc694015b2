-- name: known_lots_are_there
-- In every state of a position (sellable, or set aside for a reason) no more units are of known
-- lots than there are units; the rest is of an unknown lot.
WITH known AS (
    SELECT
        k.market,
        k.sku,
        k.node_id,
        k.reason,
        sum(k.quantity) AS units
    FROM inventory.lot_stock AS k
    GROUP BY k.market, k.sku, k.node_id, k.reason
),

there AS (
    SELECT
        p.market,
        p.sku,
        p.node_id,
        '' AS reason,
        p.on_hand - p.unavailable AS units
    FROM inventory.position AS p
    WHERE p.lotted
    UNION ALL
    SELECT
        a.market,
        a.sku,
        a.node_id,
        a.reason,
        a.quantity AS units
    FROM inventory.set_aside AS a
)

SELECT
    k.market,
    k.sku,
    k.node_id,
    k.reason,
    k.units AS of_lots,
    t.units
FROM known AS k
LEFT JOIN there AS t
    ON
        k.market = t.market AND k.sku = t.sku AND k.node_id = t.node_id
        AND k.reason = t.reason
WHERE k.units > coalesce(t.units, 0);

-- name: lots_equal_the_ledger
-- What a position has of a lot is the sum of the entries that name it, state by state.
WITH entered AS (
    SELECT
        m.market,
        m.sku,
        m.node_id,
        m.lot,
        m.reason,
        sum(m.quantity) AS units
    FROM inventory.movement_lot AS m
    GROUP BY m.market, m.sku, m.node_id, m.lot, m.reason
)

SELECT
    s.market,
    s.sku,
    s.node_id,
    s.lot,
    s.reason,
    s.quantity,
    e.market AS entry_market,
    e.sku AS entry_sku,
    e.node_id AS entry_node,
    e.lot AS entry_lot,
    e.units
FROM inventory.lot_stock AS s
FULL JOIN entered AS e
    ON
        s.market = e.market AND s.sku = e.sku AND s.node_id = e.node_id AND s.lot = e.lot
        AND s.reason = e.reason
WHERE coalesce(s.quantity, 0) <> coalesce(e.units, 0);

-- name: a_lot_has_one_last_day
-- Units of a lot are good for as long as the lot is, wherever they are, and a serial number is one.
SELECT s.market, s.sku, s.node_id, s.lot, s.expires_on, l.expires_on AS told
FROM inventory.lot_stock AS s
LEFT JOIN inventory.lot AS l ON s.market = l.market AND s.sku = l.sku AND s.lot = l.lot
WHERE
    l.lot IS NULL OR l.serial <> s.serial
    OR s.expires_on IS DISTINCT FROM l.expires_on;

-- name: a_lot_moves_with_its_entry
-- What an entry says of lots is of its own position.
SELECT e.market, e.movement_id, e.entry_no, e.lot
FROM inventory.movement_lot AS e
LEFT JOIN inventory.movement AS m ON e.market = m.market AND e.movement_id = m.movement_id
WHERE
    m.sku IS NULL OR m.sku <> e.sku OR m.node_id <> e.node_id
    OR e.kind NOT IN (m.kind, 'named', 'fitted');
