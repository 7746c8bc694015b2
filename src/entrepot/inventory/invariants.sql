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
    SELECT c.market, c.sku, c.node_id, sum(c.units) AS open
    FROM c
    GROUP BY c.market, c.sku, c.node_id
)

SELECT p.market, p.sku, p.node_id, p.reserved, r.open
FROM inventory.position AS p
FULL JOIN r ON p.market = r.market AND p.sku = r.sku AND p.node_id = r.node_id
WHERE coalesce(p.reserved, -1) <> coalesce(r.open, 0);

-- name: a_cart_keeps_something
-- Every cart has claims, and every cart's claim its cart.
SELECT c.market, c.cart_id, k.cart_id AS claimed_by
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

-- name: drawn_equals_the_ledger
-- What a segment has drawn at a position is the sum of the entries that say so.
SELECT d.market, d.sku, d.node_id, d.drawn_by, sum(d.units) AS too_many
FROM (
    SELECT p.market, p.sku, p.node_id, e.key AS drawn_by, e.value::bigint AS units
    FROM inventory.position AS p
    CROSS JOIN jsonb_each_text(p.drawn) AS e (key, value)
    UNION ALL
    SELECT m.market, m.sku, m.node_id, m.drawn_by, -m.reserved_delta AS units
    FROM inventory.movement AS m
    WHERE m.drawn_by IS NOT NULL
) AS d
GROUP BY d.market, d.sku, d.node_id, d.drawn_by
HAVING sum(d.units) <> 0;

-- name: what_is_set_aside_is_what_is_unavailable
-- A position's unavailable units are the sum of what is set aside there, reason by reason.
SELECT p.market, p.sku, p.node_id, p.unavailable, s.units
FROM inventory.position AS p
FULL JOIN (
    SELECT
        s.market,
        s.sku,
        s.node_id,
        sum(s.quantity) AS units
    FROM inventory.set_aside AS s
    GROUP BY s.market, s.sku, s.node_id
) AS s ON p.market = s.market AND p.sku = s.sku AND p.node_id = s.node_id
WHERE coalesce(p.unavailable, -1) <> coalesce(s.units, 0);

-- name: what_is_set_aside_equals_the_ledger
-- For each reason, what is set aside is the sum of the entries that name it; none leaves it out.
WITH l AS (
    SELECT
        m.market,
        m.sku,
        m.node_id,
        coalesce(m.reason, 'none told') AS reason,
        sum(m.unavailable_delta) AS units
    FROM inventory.movement AS m
    WHERE m.unavailable_delta <> 0
    GROUP BY m.market, m.sku, m.node_id, coalesce(m.reason, 'none told')
)

SELECT
    s.market, s.sku, s.node_id, s.reason, s.quantity, l.sku AS entry_sku,
    l.node_id AS entry_node, l.reason AS entry_reason, l.units
FROM inventory.set_aside AS s
FULL JOIN l
    ON
        s.market = l.market AND s.sku = l.sku AND s.node_id = l.node_id
        AND s.reason = l.reason
WHERE coalesce(s.quantity, 0) <> coalesce(l.units, 0);

-- name: what_is_set_aside_is_there
-- No unit is set aside that is not on hand.
SELECT p.market, p.sku, p.node_id, p.on_hand, p.unavailable
FROM inventory.position AS p
WHERE p.unavailable > p.on_hand;

-- name: what_was_sent_is_received_written_off_or_on_its_way
-- Of every line of a transfer, units end once: what is closed has none on its way, what was never
-- sent has none anywhere.
SELECT t.market, t.transfer_id, t.state, l.sku, l.sent, l.received, l.written_off
FROM inventory.transfer AS t
INNER JOIN inventory.transfer_line AS l
    ON t.market = l.market AND t.transfer_id = l.transfer_id
WHERE
    l.received + l.written_off > l.sent
    OR (t.state = 'closed' AND l.received + l.written_off <> l.sent)
    OR (t.state IN ('planned', 'canceled') AND l.sent <> 0);

-- name: a_transfer_under_way_has_units_under_way
-- A transfer that was sent and is not closed has at least one unit on its way.
SELECT t.market, t.transfer_id, t.state
FROM inventory.transfer AS t
WHERE
    t.state IN ('sent', 'receiving')
    AND NOT EXISTS (
        SELECT 1
        FROM inventory.transfer_line AS l
        WHERE
            l.market = t.market AND l.transfer_id = t.transfer_id
            AND l.received + l.written_off < l.sent
    );

-- name: transfers_equal_the_ledger
-- What a transfer says it took from one node and brought to the other is what their entries say;
-- a surplus is an adjustment there.
WITH said AS (
    SELECT
        t.market,
        t.transfer_id,
        l.sku,
        t.from_node AS node_id,
        'transfer_out' AS kind,
        -l.sent AS units
    FROM inventory.transfer AS t
    INNER JOIN inventory.transfer_line AS l
        ON t.market = l.market AND t.transfer_id = l.transfer_id
    UNION ALL
    SELECT
        t.market,
        t.transfer_id,
        l.sku,
        t.to_node AS node_id,
        'transfer_in' AS kind,
        l.received AS units
    FROM inventory.transfer AS t
    INNER JOIN inventory.transfer_line AS l
        ON t.market = l.market AND t.transfer_id = l.transfer_id
    UNION ALL
    SELECT
        t.market,
        t.transfer_id,
        l.sku,
        t.to_node AS node_id,
        'adjustment' AS kind,
        l.surplus AS units
    FROM inventory.transfer AS t
    INNER JOIN inventory.transfer_line AS l
        ON t.market = l.market AND t.transfer_id = l.transfer_id
),

entry AS (
    SELECT
        m.market,
        m.transfer_id,
        m.sku,
        m.node_id,
        m.kind,
        sum(m.on_hand_delta) AS units
    FROM inventory.movement AS m
    WHERE m.transfer_id IS NOT NULL
    GROUP BY m.market, m.transfer_id, m.sku, m.node_id, m.kind
)

SELECT s.market, s.transfer_id, s.sku, s.node_id, s.kind, s.units, e.units AS entries
FROM said AS s
FULL JOIN entry AS e
    ON
        s.market = e.market AND s.transfer_id = e.transfer_id AND s.sku = e.sku
        AND s.node_id = e.node_id AND s.kind = e.kind
WHERE coalesce(s.units, 0) <> coalesce(e.units, 0);

-- name: a_transfer_is_where_its_last_move_led
-- A transfer's life is one unbroken path through its table, and its version counts the moves.
WITH step AS (
    SELECT
        m.market,
        m.transfer_id,
        m.move_no,
        m.from_state,
        t.to_state,
        coalesce(lag(t.to_state) OVER life, 'planned') AS was_state,
        row_number() OVER life AS place,
        count(*) OVER (PARTITION BY m.market, m.transfer_id) AS moves
    FROM inventory.transfer_move AS m
    INNER JOIN plumbing.transition AS t
        ON m.machine = t.machine AND m.from_state = t.from_state AND m.verb = t.verb
    WINDOW life AS (PARTITION BY m.market, m.transfer_id ORDER BY m.move_no)
)

SELECT h.market, h.transfer_id, h.state, h.version, s.move_no, s.from_state, s.to_state
FROM inventory.transfer AS h
LEFT JOIN step AS s ON h.market = s.market AND h.transfer_id = s.transfer_id
WHERE
    s.from_state <> s.was_state
    OR s.move_no <> s.place
    OR h.version <> 1 + coalesce(s.moves, 0)
    OR (coalesce(s.place, 0) = coalesce(s.moves, 0) AND h.state <> coalesce(s.to_state, 'planned'));
-- name: chapters_say_what_the_ledger_says
-- The ledger's contents come to what its entries come to, at the entry they reach.
SELECT
    coalesce(e.market, c.market) AS market,
    coalesce(e.sku, c.sku) AS sku,
    coalesce(e.node_id, c.node_id) AS node_id
FROM (
    SELECT
        m.market,
        m.sku,
        m.node_id,
        count(*) AS entries,
        sum(m.on_hand_delta) AS on_hand,
        sum(m.reserved_delta) AS reserved,
        sum(m.unavailable_delta) AS unavailable
    FROM inventory.movement AS m
    INNER JOIN inventory.chapter_mark AS k ON m.market = k.market AND m.movement_id <= k.upto_id
    GROUP BY m.market, m.sku, m.node_id
) AS e
FULL JOIN (
    SELECT
        c.market,
        c.sku,
        c.node_id,
        sum(cardinality(c.movement_ids)) AS entries,
        (array_agg(c.on_hand ORDER BY c.upto_id DESC))[1] AS on_hand,
        (array_agg(c.reserved ORDER BY c.upto_id DESC))[1] AS reserved,
        (array_agg(c.unavailable ORDER BY c.upto_id DESC))[1] AS unavailable
    FROM inventory.chapter AS c
    GROUP BY c.market, c.sku, c.node_id
) AS c ON e.market = c.market AND e.sku = c.sku AND e.node_id = c.node_id
WHERE
    (e.entries, e.on_hand, e.reserved, e.unavailable)
    IS DISTINCT FROM (c.entries, c.on_hand, c.reserved, c.unavailable);

-- name: a_belief_is_a_distribution
-- What is believed of a shelf are probabilities, and together they are one.
SELECT b.market, b.sku, b.node_id, b.missing
FROM inventory.belief AS b
WHERE
    0 > any(b.missing)
    OR (SELECT abs(sum(m.chance) - 1) FROM unnest(b.missing) AS m (chance)) > 0.000001;

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
