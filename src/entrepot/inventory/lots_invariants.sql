-- name: known_lots_are_there
-- In every state of a position (sellable, or set aside for a reason) no more units are of known
-- lots than there are units; the rest is of an unknown lot.
SELECT
    coalesce(s.market, u.market) AS market,
    coalesce(s.sku, u.sku) AS sku,
    coalesce(s.node_id, u.node_id) AS node_id,
    coalesce(s.reason, u.reason) AS reason,
    s.units AS of_lots,
    u.units
FROM (
    SELECT k.market, k.sku, k.node_id, k.reason, sum(k.quantity) AS units
    FROM inventory.lot_stock AS k
    GROUP BY k.market, k.sku, k.node_id, k.reason
) AS s
LEFT JOIN (
    SELECT p.market, p.sku, p.node_id, '' AS reason, p.on_hand - p.unavailable AS units
    FROM inventory.position AS p
    WHERE p.lotted
    UNION ALL
    SELECT a.market, a.sku, a.node_id, a.reason, a.quantity AS units
    FROM inventory.set_aside AS a
) AS u
    ON
        s.market = u.market AND s.sku = u.sku AND s.node_id = u.node_id
        AND s.reason = u.reason
WHERE s.units > coalesce(u.units, 0);

-- name: lots_equal_the_ledger
-- What a position has of a lot is the sum of the entries that name it, state by state.
SELECT
    s.quantity,
    e.units,
    coalesce(s.market, e.market) AS market,
    coalesce(s.sku, e.sku) AS sku,
    coalesce(s.node_id, e.node_id) AS node_id,
    coalesce(s.lot, e.lot) AS lot,
    coalesce(s.reason, e.reason) AS reason
FROM inventory.lot_stock AS s
FULL JOIN (
    SELECT m.market, m.sku, m.node_id, m.lot, m.reason, sum(m.quantity) AS units
    FROM inventory.movement_lot AS m
    GROUP BY m.market, m.sku, m.node_id, m.lot, m.reason
) AS e
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
