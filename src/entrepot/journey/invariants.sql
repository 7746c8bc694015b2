-- name: every_unit_is_somewhere
-- Of every line the units not canceled are claimed at some node, gone from one, or waiting: none is
-- lost between the rooms. A kit's units count by its parts.
WITH wanted AS (
    SELECT
        l.market,
        l.order_id,
        l.line_no,
        coalesce(p.sku, l.sku) AS sku,
        (l.quantity - l.canceled) * coalesce(p.per_unit, 1) AS units
    FROM orders.line AS l
    LEFT JOIN orders.part AS p
        ON l.market = p.market AND l.order_id = p.order_id AND l.line_no = p.line_no
    WHERE NOT l.digital
),

held AS (
    SELECT
        h.market,
        h.order_id,
        h.line_no,
        h.sku,
        sum(h.units) AS units
    FROM (
        SELECT
            r.market,
            r.order_id,
            r.line_no,
            r.sku,
            r.quantity - r.freed AS units
        FROM inventory.reservation AS r
        UNION ALL
        SELECT
            d.market,
            d.order_id,
            d.line_no,
            d.sku,
            d.quantity AS units
        FROM inventory.demand AS d
    ) AS h
    GROUP BY h.market, h.order_id, h.line_no, h.sku
)

SELECT
    w.market,
    w.order_id,
    w.line_no,
    w.sku,
    w.units AS wanted,
    h.units AS held
FROM wanted AS w
LEFT JOIN held AS h
    ON
        w.market = h.market AND w.order_id = h.order_id AND w.line_no = h.line_no
        AND w.sku = h.sku
WHERE w.units <> coalesce(h.units, 0);

-- name: no_node_works_without_a_claim
-- What nodes are asked to send, or have sent, is claimed there for that line, unit for unit.
SELECT
    f.market,
    f.order_id,
    f.node_id,
    l.line_no,
    l.sku,
    sum(l.quantity - l.shorted - l.canceled) AS asked,
    max(r.quantity - r.freed) AS claimed
FROM fulfillment.line AS l
INNER JOIN fulfillment.fulfillment_order AS f
    ON l.market = f.market AND l.fulfillment_order_id = f.fulfillment_order_id
LEFT JOIN inventory.reservation AS r
    ON
        f.market = r.market AND f.order_id = r.order_id AND l.line_no = r.line_no
        AND l.sku = r.sku AND f.node_id = r.node_id
WHERE f.state NOT IN ('rejected', 'canceled')
GROUP BY f.market, f.order_id, f.node_id, l.line_no, l.sku
HAVING sum(l.quantity - l.shorted - l.canceled) > coalesce(max(r.quantity - r.freed), 0);

-- name: nothing_is_consumed_that_has_not_left
-- Units are taken off the books only where a node has sent them or handed them over.
WITH s AS (
    SELECT
        f.market,
        f.order_id,
        f.node_id,
        l.line_no,
        l.sku,
        sum(l.quantity - l.shorted - l.canceled) AS units
    FROM fulfillment.line AS l
    INNER JOIN fulfillment.fulfillment_order AS f
        ON l.market = f.market AND l.fulfillment_order_id = f.fulfillment_order_id
    WHERE f.state IN ('shipped', 'collected', 'delivered')
    GROUP BY f.market, f.order_id, f.node_id, l.line_no, l.sku
)

SELECT
    r.market,
    r.order_id,
    r.line_no,
    r.sku,
    r.node_id,
    r.consumed,
    s.units AS sent
FROM inventory.reservation AS r
LEFT JOIN s
    ON
        r.market = s.market AND r.order_id = s.order_id AND r.node_id = s.node_id
        AND r.line_no = s.line_no AND r.sku = s.sku
WHERE r.consumed > coalesce(s.units, 0);

-- name: a_closed_order_is_done
-- A closed order has nothing left at a node and nothing that waits.
SELECT c.market, c.order_id, d.line_no, d.sku, d.quantity
FROM orders.closing AS c
INNER JOIN inventory.demand AS d ON c.market = d.market AND c.order_id = d.order_id;

-- name: nothing_sells_before_its_launch
-- What is in a planned launch keeps every unit from everybody, at each position; nothing else does.
SELECT p.market, p.sku, p.node_id, p.safety, l.launch_id
FROM inventory.position AS p
LEFT JOIN inventory.launch_sku AS s ON p.market = s.market AND p.sku = s.sku
LEFT JOIN inventory.launch AS l
    ON s.market = l.market AND s.launch_id = l.launch_id AND l.state = 'planned'
WHERE (p.safety = 1000000000) <> (l.launch_id IS NOT NULL);

-- name: a_launch_has_its_skus_until_it_ends
-- The skus of launches that have not ended are theirs, and nobody else's.
WITH n AS (
    SELECT l.market, l.launch_id, u.sku
    FROM inventory.launch AS l
    CROSS JOIN unnest(l.skus) AS u (sku)
    WHERE l.state IN ('planned', 'open')
)

SELECT n.market, n.launch_id, n.sku, s.market AS had_in, s.launch_id AS had_by, s.sku AS had
FROM n
FULL JOIN inventory.launch_sku AS s
    ON n.market = s.market AND n.launch_id = s.launch_id AND n.sku = s.sku
WHERE n.sku IS NULL OR s.sku IS NULL;

-- name: a_ticket_was_drawn
-- Nobody comes in with a ticket that was never drawn.
SELECT u.market, u.launch_id, u.number, l.issued
FROM inventory.ticket_use AS u
LEFT JOIN inventory.launch AS l ON u.market = l.market AND u.launch_id = l.launch_id
WHERE u.number NOT BETWEEN 1 AND coalesce(l.issued, 0);

-- name: a_summary_is_found_by_its_terms
-- Each term of a summary has its row, and no row is of a term that its order does not have.
WITH t AS (
    SELECT s.market, s.order_id, u.term
    FROM journey.summary AS s
    CROSS JOIN unnest(s.terms) AS u (term)
)

SELECT t.market, t.order_id, t.term, p.market AS found_in, p.order_id AS found, p.term AS found_by
FROM t
FULL JOIN journey.posting AS p
    ON t.market = p.market AND t.order_id = p.order_id AND t.term = p.term
WHERE t.term IS NULL OR p.term IS NULL;
