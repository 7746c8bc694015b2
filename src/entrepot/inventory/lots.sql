-- name: lots_at -> HeldLot
-- The known lots of some positions. Written only under the positions' locks.
SELECT s.sku, s.node_id, s.lot, s.reason, s.serial, s.expires_on, s.quantity
FROM inventory.lot_stock AS s
INNER JOIN
    unnest(:skus::text[], :node_ids::text[]) AS k (sku, node_id)
    ON s.sku = k.sku AND s.node_id = k.node_id
WHERE s.market = :market::text
ORDER BY s.sku, s.node_id, s.lot, s.reason;

-- name: units_by_state -> StateUnits
-- What positions have in each state, of whatever lot: no more of it can be of known ones.
SELECT
    p.sku,
    p.node_id,
    '' AS reason,
    p.on_hand - p.unavailable AS quantity
FROM inventory.position AS p
INNER JOIN
    unnest(:skus::text[], :node_ids::text[]) AS k (sku, node_id)
    ON p.sku = k.sku AND p.node_id = k.node_id
WHERE p.market = :market::text
UNION ALL
SELECT s.sku, s.node_id, s.reason, s.quantity
FROM inventory.set_aside AS s
INNER JOIN
    unnest(:skus::text[], :node_ids::text[]) AS k (sku, node_id)
    ON s.sku = k.sku AND s.node_id = k.node_id
WHERE s.market = :market::text;

-- name: lots_named -> Lot
-- What was told of some lots, whether units of them are left or not.
SELECT l.sku, l.lot, l.serial, l.expires_on
FROM inventory.lot AS l
INNER JOIN
    unnest(:skus::text[], :lots::text[]) AS k (sku, lot)
    ON l.sku = k.sku AND l.lot = k.lot
WHERE l.market = :market::text;

-- name: stock_of_lots -> HeldLot
-- Where units of some lots are, at whatever node.
SELECT s.sku, s.node_id, s.lot, s.reason, s.serial, s.expires_on, s.quantity
FROM inventory.lot_stock AS s
INNER JOIN
    unnest(:skus::text[], :lots::text[]) AS k (sku, lot)
    ON s.sku = k.sku AND s.lot = k.lot
WHERE s.market = :market::text
ORDER BY s.sku, s.node_id, s.lot, s.reason;

-- name: lots_moved_since -> LotMoved
-- What came and went of lots at a position after it was counted; counts and what changes a state
-- alone moved nothing.
SELECT k.ask_no, m.lot, sum(m.quantity)::integer AS quantity
FROM
    unnest(:ask_nos::integer[], :skus::text[], :node_ids::text[], :since::timestamptz[])
        AS k (ask_no, sku, node_id, since)
INNER JOIN inventory.movement_lot AS m
    ON k.sku = m.sku AND k.node_id = m.node_id AND k.since < m.at
WHERE
    m.market = :market::text
    AND m.kind NOT IN ('count', 'netted', 'correction', 'set_aside', 'doubt', 'named', 'fitted')
GROUP BY k.ask_no, m.lot
HAVING sum(m.quantity) <> 0
ORDER BY k.ask_no, m.lot;

-- name: lots_on_their_way -> LotOnItsWay
-- The lots that transfers took from one node and have not brought to the other.
SELECT
    m.transfer_id,
    m.sku,
    m.lot,
    l.serial,
    l.expires_on,
    -sum(m.quantity)::integer AS quantity
FROM inventory.movement_lot AS m
INNER JOIN inventory.lot AS l ON m.market = l.market AND m.sku = l.sku AND m.lot = l.lot
WHERE m.market = :market::text AND m.transfer_id = any(:transfer_ids::text[])
GROUP BY m.transfer_id, m.sku, m.lot, l.serial, l.expires_on
HAVING sum(m.quantity) < 0
ORDER BY m.transfer_id, m.sku, l.expires_on, m.lot;

-- name: tell_lots -> Lot
-- Lots that are told of: a day that nobody knew is written, and one that was said stays. What was
-- only taken to be (`lasts_tos`) is written where a lot is new and nothing was said.
INSERT INTO inventory.lot AS t (market, sku, lot, serial, expires_on, made_at)
SELECT
    :market::text,
    l.sku,
    l.lot,
    l.serial,
    coalesce(l.expires_on, l.lasts_to) AS expires_on,
    :at::timestamptz
FROM
    unnest(
        :skus::text[], :lots::text[], :serials::boolean[], :expires_ons::date[], :lasts_tos::date[]
    ) AS l (sku, lot, serial, expires_on, lasts_to)
ORDER BY l.sku, l.lot
ON CONFLICT (market, sku, lot)
DO UPDATE SET expires_on = coalesce(t.expires_on, excluded.expires_on)
RETURNING t.sku, t.lot, t.serial, t.expires_on;

-- name: date_lot_stock
-- Units of lots whose day was not known until now.
UPDATE inventory.lot_stock AS s
SET expires_on = l.expires_on
FROM
    unnest(:skus::text[], :lots::text[], :expires_ons::date[]) AS l (sku, lot, expires_on)
WHERE
    s.market = :market::text AND s.sku = l.sku AND s.lot = l.lot
    AND s.expires_on IS NULL AND l.expires_on IS NOT NULL;

-- name: clear_lot_stock
-- Lots of which a state has no units any more: before others come, so that a serial number is
-- never in two places.
DELETE FROM inventory.lot_stock AS s
USING
    unnest(:skus::text[], :node_ids::text[], :lots::text[], :reasons::text[])
        AS k (sku, node_id, lot, reason)
WHERE
    s.market = :market::text AND s.sku = k.sku AND s.node_id = k.node_id AND s.lot = k.lot
    AND s.reason = k.reason;

-- name: put_lot_stock
-- What locked positions have of lots now; their day is the lot's.
INSERT INTO inventory.lot_stock
(market, sku, node_id, lot, reason, serial, expires_on, quantity)
SELECT
    :market::text, k.sku, k.node_id, k.lot, k.reason, l.serial, l.expires_on, k.quantity
FROM
    unnest(
        :skus::text[], :node_ids::text[], :lots::text[], :reasons::text[], :quantities::integer[]
    ) AS k (sku, node_id, lot, reason, quantity)
INNER JOIN inventory.lot AS l ON k.sku = l.sku AND k.lot = l.lot
WHERE l.market = :market::text
ON CONFLICT (market, sku, node_id, lot, reason)
DO UPDATE SET quantity = excluded.quantity;

-- name: record_lot_entries
-- The lots that ledger entries moved.
INSERT INTO inventory.movement_lot (
    market, movement_id, entry_no, sku, node_id, lot, reason, quantity, kind, order_id, line_no,
    transfer_id, at
)
SELECT
    :market::text, m.movement_id, m.entry_no, m.sku, m.node_id, m.lot, m.reason, m.quantity,
    m.kind, m.order_id, m.line_no, m.transfer_id, coalesce(m.at, :at::timestamptz)
FROM
    unnest(
        :movement_ids::uuid[],
        :entry_nos::smallint[],
        :skus::text[],
        :node_ids::text[],
        :lots::text[],
        :reasons::text[],
        :quantities::integer[],
        :kinds::text[],
        :order_ids::uuid[],
        :line_nos::smallint[],
        :transfer_ids::text[],
        :ats::timestamptz[]
    ) AS m (
        movement_id, entry_no, sku, node_id, lot, reason, quantity, kind, order_id, line_no,
        transfer_id, at
    );

-- name: mark_lotted
-- Positions where lots are known from now on.
UPDATE inventory.position AS p
SET lotted = TRUE
FROM unnest(:skus::text[], :node_ids::text[]) AS k (sku, node_id)
WHERE p.market = :market::text AND p.sku = k.sku AND p.node_id = k.node_id AND NOT p.lotted;

-- name: drifted_lots -> LotDrift
-- Lots whose balance is not what their entries say, or which are more than their position has.
WITH entered AS (
    SELECT
        m.sku,
        m.node_id,
        m.lot,
        m.reason,
        sum(m.quantity) AS quantity
    FROM inventory.movement_lot AS m
    WHERE m.market = :market::text
    GROUP BY m.sku, m.node_id, m.lot, m.reason
),

held AS (
    SELECT
        s.sku,
        s.node_id,
        s.lot,
        s.reason,
        s.quantity,
        sum(s.quantity) OVER (PARTITION BY s.sku, s.node_id, s.reason) AS in_state
    FROM inventory.lot_stock AS s
    WHERE s.market = :market::text
),

state AS (
    SELECT p.sku, p.node_id, '' AS reason, p.on_hand - p.unavailable AS units
    FROM inventory.position AS p
    WHERE p.market = :market::text AND p.lotted
    UNION ALL
    SELECT a.sku, a.node_id, a.reason, a.quantity AS units
    FROM inventory.set_aside AS a
    WHERE a.market = :market::text
)

SELECT
    coalesce(h.sku, e.sku) AS sku,
    coalesce(h.node_id, e.node_id) AS node_id,
    coalesce(h.lot, e.lot) AS lot,
    coalesce(h.reason, e.reason) AS reason,
    coalesce(h.quantity, 0)::integer AS quantity,
    coalesce(e.quantity, 0)::integer AS entered
FROM held AS h
FULL JOIN entered AS e
    ON h.sku = e.sku AND h.node_id = e.node_id AND h.lot = e.lot AND h.reason = e.reason
LEFT JOIN state AS t ON h.sku = t.sku AND h.node_id = t.node_id AND h.reason = t.reason
WHERE
    coalesce(h.quantity, 0) <> coalesce(e.quantity, 0)
    OR (h.sku IS NOT NULL AND h.in_state > coalesce(t.units, 0))
ORDER BY sku, node_id, lot, reason
LIMIT :most::integer;

-- name: entered_lots -> HeldLot
-- What the ledger of locked positions says of their lots.
SELECT
    m.sku,
    m.node_id,
    m.lot,
    m.reason,
    l.serial,
    l.expires_on,
    sum(m.quantity)::integer AS quantity
FROM inventory.movement_lot AS m
INNER JOIN inventory.lot AS l ON m.market = l.market AND m.sku = l.sku AND m.lot = l.lot
INNER JOIN
    unnest(:skus::text[], :node_ids::text[]) AS k (sku, node_id)
    ON m.sku = k.sku AND m.node_id = k.node_id
WHERE m.market = :market::text
GROUP BY m.sku, m.node_id, m.lot, m.reason, l.serial, l.expires_on
HAVING sum(m.quantity) <> 0
ORDER BY m.sku, m.node_id, m.lot, m.reason;
