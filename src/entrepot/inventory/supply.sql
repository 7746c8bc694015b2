-- name: supplies_for_update -> SupplyRow
-- Documents locked in key order, a notice and the order it fulfills together, before positions are.
SELECT
    s.supply_id, s.kind, s.node_id, s.supplier, s.purchase_order, s.expected_at, s.sequence,
    s.version, s.state, s.updated_at
FROM inventory.supply AS s
WHERE s.market = :market::text AND s.supply_id = any(:supply_ids::text[])
ORDER BY s.supply_id
FOR NO KEY UPDATE;

-- name: supplies_named -> SupplyRow
-- The same to be looked at only.
SELECT
    s.supply_id, s.kind, s.node_id, s.supplier, s.purchase_order, s.expected_at, s.sequence,
    s.version, s.state, s.updated_at
FROM inventory.supply AS s
WHERE s.market = :market::text AND s.supply_id = any(:supply_ids::text[]);

-- name: supply_lines -> SupplyLine
-- The lines of some documents, by sku.
SELECT l.supply_id, l.sku, l.quantity, l.received, l.canceled
FROM inventory.supply_line AS l
WHERE l.market = :market::text AND l.supply_id = any(:supply_ids::text[])
ORDER BY l.supply_id, l.sku;

-- name: carried -> OnNotice
-- What open notices carry of some orders: the order does not stand for these units any more.
SELECT n.purchase_order AS supply_id, l.sku, sum(l.outstanding)::integer AS units
FROM inventory.supply AS n
INNER JOIN inventory.supply_line AS l ON n.market = l.market AND n.supply_id = l.supply_id
WHERE
    n.market = :market::text AND n.purchase_order = any(:supply_ids::text[])
    AND l.outstanding > 0
GROUP BY n.purchase_order, l.sku;

-- name: notices_of -> SupplyNamed
-- The open notices of an order, to be locked with it.
SELECT n.supply_id
FROM inventory.supply AS n
WHERE
    n.market = :market::text AND n.purchase_order = :supply_id::text
    AND n.state = 'open';

-- name: make_supply
-- The row of a document that is new, so that there is something to lock.
INSERT INTO inventory.supply (
    market, supply_id, kind, node_id, supplier, purchase_order, expected_at, sequence, version,
    state, updated_at
)
VALUES (
    :market::text, :supply_id::text, :kind::text, :node_id::text, :supplier::text,
    :purchase_order::text, :expected_at::timestamptz, :sequence::bigint, 0, 'open',
    :at::timestamptz
)
ON CONFLICT (market, supply_id) DO NOTHING;

-- name: write_supply
-- A document replaced by what its source says of it now.
UPDATE inventory.supply
SET
    node_id = :node_id::text,
    supplier = :supplier::text,
    purchase_order = :purchase_order::text,
    expected_at = :expected_at::timestamptz,
    sequence = :sequence::bigint,
    version = version + 1,
    state = :state::text,
    updated_at = :at::timestamptz
WHERE market = :market::text AND supply_id = :supply_id::text;

-- name: turn_supplies
-- New states of locked documents whose lines have changed.
UPDATE inventory.supply AS s
SET version = s.version + 1, state = k.state, updated_at = :at::timestamptz
FROM unnest(:supply_ids::text[], :states::text[]) AS k (supply_id, state)
WHERE s.market = :market::text AND s.supply_id = k.supply_id;

-- name: write_supply_lines
-- Lines of locked documents as they are now; what is written over was read under the lock.
INSERT INTO inventory.supply_line (market, supply_id, sku, quantity, received, canceled)
SELECT :market::text, k.supply_id, k.sku, k.quantity, k.received, k.canceled
FROM
    unnest(
        :supply_ids::text[],
        :skus::text[],
        :quantities::integer[],
        :receiveds::integer[],
        :canceleds::integer[]
    ) AS k (supply_id, sku, quantity, received, canceled)
ON CONFLICT (market, supply_id, sku) DO UPDATE
    SET
        quantity = excluded.quantity,
        received = excluded.received,
        canceled = excluded.canceled;

-- name: supplies_page -> SupplyRow
-- What is on its way, by date: of a sku, to a node, within days, in a state. Null asks for all.
SELECT
    s.supply_id, s.kind, s.node_id, s.supplier, s.purchase_order, s.expected_at, s.sequence,
    s.version, s.state, s.updated_at
FROM inventory.supply AS s
WHERE
    s.market = :market::text
    AND (s.expected_at, s.supply_id) > (:after_at::timestamptz, :after_id::text)
    AND (:not_after::timestamptz IS NULL OR s.expected_at <= :not_after::timestamptz)
    AND (:node_id::text IS NULL OR s.node_id = :node_id::text)
    AND (:state::text IS NULL OR s.state = :state::text)
    AND (
        :sku::text IS NULL
        OR EXISTS (
            SELECT 1
            FROM inventory.supply_line AS l
            WHERE
                l.market = s.market AND l.supply_id = s.supply_id AND l.sku = :sku::text
        )
    )
ORDER BY s.expected_at, s.supply_id
LIMIT :most::integer;

-- name: due -> Due
-- What documents bring of some skus, each unit once: an order's less what its notices carry.
SELECT
    l.sku,
    l.supply_id,
    s.node_id,
    s.expected_at,
    (l.outstanding - coalesce(c.units, 0))::integer AS units
FROM inventory.supply_line AS l
INNER JOIN inventory.supply AS s ON l.market = s.market AND l.supply_id = s.supply_id
LEFT JOIN LATERAL (
    SELECT sum(a.outstanding) AS units
    FROM inventory.supply AS n
    INNER JOIN inventory.supply_line AS a ON n.market = a.market AND n.supply_id = a.supply_id
    WHERE
        n.market = l.market AND n.purchase_order = l.supply_id AND a.sku = l.sku
        AND a.outstanding > 0
) AS c ON s.kind = 'purchase'
WHERE
    l.market = :market::text AND l.sku = any(:skus::text[]) AND l.outstanding > 0
    AND l.outstanding > coalesce(c.units, 0)
ORDER BY l.sku, s.expected_at, l.supply_id;

-- name: terms_of -> Terms
-- The terms of some skus; a sku without a row has no limits.
SELECT
    t.sku, t.backorder_limit, t.preorder_limit, t.on_sale_from, t.lead_days, t.version
FROM inventory.terms AS t
WHERE t.market = :market::text AND t.sku = any(:skus::text[]);

-- name: terms_for_update -> Terms
-- The terms that those who are about to wait wait under: of two batches that want the last place in
-- a queue, the second one reads what the first has left.
SELECT
    t.sku, t.backorder_limit, t.preorder_limit, t.on_sale_from, t.lead_days, t.version
FROM inventory.terms AS t
WHERE t.market = :market::text AND t.sku = any(:skus::text[])
ORDER BY t.sku
FOR NO KEY UPDATE;

-- name: write_terms -> Terms
-- The terms of a sku, whole; an unchanged document keeps its version.
INSERT INTO inventory.terms AS t (
    market, sku, backorder_limit, preorder_limit, on_sale_from, lead_days, version
)
VALUES (
    :market::text, :sku::text, :backorder_limit::integer, :preorder_limit::integer,
    :on_sale_from::timestamptz, :lead_days::smallint, 1
)
ON CONFLICT (market, sku) DO UPDATE
    SET
        backorder_limit = excluded.backorder_limit,
        preorder_limit = excluded.preorder_limit,
        on_sale_from = excluded.on_sale_from,
        lead_days = excluded.lead_days,
        version = t.version + 1
RETURNING t.sku, t.backorder_limit, t.preorder_limit, t.on_sale_from, t.lead_days, t.version;

-- name: free_units -> FreeUnits
-- Which of some skus have anything free, and how much, so that only their queues are looked at.
SELECT
    p.sku,
    sum(greatest(0, p.on_hand - p.reserved - p.unavailable - p.safety))::integer AS units
FROM inventory.position AS p
WHERE
    p.market = :market::text AND p.sku = any(:skus::text[])
    AND p.on_hand - p.reserved - p.unavailable - p.safety > 0
GROUP BY p.sku;

-- name: free_when_still -> SkuNamed
-- Which of some skus are free anywhere, once nobody else is changing them: whoever locks a position
-- after this one sees who waits. Locked in key order.
WITH p AS (
    SELECT p.sku, p.on_hand - p.reserved - p.unavailable - p.safety AS free
    FROM inventory.position AS p
    WHERE p.market = :market::text AND p.sku = any(:skus::text[])
    ORDER BY p.sku, p.node_id
    FOR NO KEY UPDATE OF p
)

SELECT DISTINCT p.sku
FROM p
WHERE p.free > 0
ORDER BY p.sku;

-- name: queued -> Queued
-- Of each sku the lines whose turn it is: from a place in the queue on, as far as its units go. No
-- more rows of a queue are read than there are units, or than one commit takes.
WITH w AS (
    SELECT k.sku, k.units, d.priority, d.since, d.order_id, d.line_no, d.quantity
    FROM
        unnest(
            :skus::text[],
            :units::integer[],
            :after_priorities::smallint[],
            :after_sinces::timestamptz[],
            :after_orders::uuid[],
            :after_lines::smallint[]
        ) AS k (sku, units, priority, since, order_id, line_no)
    CROSS JOIN LATERAL (
        SELECT d.priority, d.since, d.order_id, d.line_no, d.quantity
        FROM inventory.demand AS d
        WHERE
            d.market = :market::text AND d.sku = k.sku AND d.why <> 'unknown_sku'
            AND (d.priority, d.since, d.order_id, d.line_no)
            > (k.priority, k.since, k.order_id, k.line_no)
        ORDER BY d.priority, d.since, d.order_id, d.line_no
        LIMIT least(k.units, :most::integer)
    ) AS d
),

q AS (
    SELECT
        w.sku,
        w.units,
        w.priority,
        w.since,
        w.order_id,
        w.line_no,
        w.quantity,
        sum(w.quantity) OVER (
            PARTITION BY w.sku
            ORDER BY w.priority, w.since, w.order_id, w.line_no
        ) - w.quantity AS ahead
    FROM w
)

SELECT q.sku, q.priority, q.since, q.order_id, q.line_no, q.quantity
FROM q
WHERE q.ahead < q.units;

-- name: waiters -> Waiter
-- Everybody who waits for some skus, in turn, and the dates they were told.
SELECT
    d.sku, d.priority, d.since, d.order_id, d.line_no, d.quantity, d.expected_at, d.supply_id
FROM inventory.demand AS d
WHERE d.market = :market::text AND d.sku = any(:skus::text[]) AND d.why <> 'unknown_sku'
ORDER BY d.sku, d.priority, d.since, d.order_id, d.line_no;

-- name: waiting_skus_of -> SkuNamed
-- The skus that some orders wait for, but for reasons that no unit ends.
SELECT DISTINCT d.sku
FROM inventory.demand AS d
WHERE
    d.market = :market::text AND d.order_id = any(:order_ids::uuid[])
    AND d.why <> 'unknown_sku' AND d.why <> all(:whys::text[]);

-- name: date_demand -> Dated
-- New dates, in key order, of lines that still wait as they were read; only those are answered, so
-- that nobody is told a date that was not written.
WITH asked AS (
    SELECT k.order_id, k.line_no, k.sku, k.quantity, k.was, k.expected_at, k.supply_id
    FROM
        unnest(
            :order_ids::uuid[],
            :line_nos::smallint[],
            :skus::text[],
            :quantities::integer[],
            :was::timestamptz[],
            :expected_ats::timestamptz[],
            :supply_ids::text[]
        ) AS k (order_id, line_no, sku, quantity, was, expected_at, supply_id)
),

locked AS (
    SELECT d.order_id, d.line_no, d.sku
    FROM inventory.demand AS d
    INNER JOIN asked AS k
        ON d.order_id = k.order_id AND d.line_no = k.line_no AND d.sku = k.sku
    WHERE d.market = :market::text
    ORDER BY d.order_id, d.line_no, d.sku
    FOR NO KEY UPDATE OF d
)

UPDATE inventory.demand AS d
SET expected_at = k.expected_at, supply_id = k.supply_id
FROM asked AS k
INNER JOIN locked AS l
    ON k.order_id = l.order_id AND k.line_no = l.line_no AND k.sku = l.sku
WHERE
    d.market = :market::text AND d.order_id = k.order_id AND d.line_no = k.line_no
    AND d.sku = k.sku AND d.quantity = k.quantity
    AND d.expected_at IS NOT DISTINCT FROM k.was
RETURNING d.order_id, d.line_no, d.sku;

-- name: prioritize -> SkuNamed
-- All that an order waits for goes to another class; its age stays what it is.
UPDATE inventory.demand AS d
SET priority = :priority::smallint
WHERE
    d.market = :market::text AND d.order_id = :order_id::uuid
RETURNING d.sku;
