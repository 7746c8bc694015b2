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

-- name: a_numbered_message_is_one_entry
-- What a source has numbered stands in the ledger once, as often as it was told.
SELECT
    e.entries,
    coalesce(e.market, m.market) AS market,
    coalesce(e.source, m.source) AS source,
    coalesce(e.sequence, m.sequence) AS sequence
FROM (
    SELECT
        v.market,
        v.source,
        v.sequence,
        count(*) AS entries
    FROM inventory.movement AS v
    WHERE v.sequence IS NOT NULL AND v.kind NOT IN ('count', 'netted')
    GROUP BY v.market, v.source, v.sequence
) AS e
FULL JOIN inventory.message AS m
    ON e.market = m.market AND e.source = m.source AND e.sequence = m.sequence
WHERE e.entries IS DISTINCT FROM 1 OR m.sequence IS NULL;

-- name: a_belief_is_a_distribution
-- What is believed of a shelf are probabilities, and together they are one.
SELECT b.market, b.sku, b.node_id, b.missing
FROM inventory.belief AS b
WHERE
    0 > any(b.missing)
    OR (SELECT abs(sum(m.chance) - 1) FROM unnest(b.missing) AS m (chance)) > 0.000001;
