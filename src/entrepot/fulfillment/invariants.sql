-- name: no_more_than_asked
-- What was picked, missed and canceled of a line is never more than was asked of it.
SELECT l.market, l.fulfillment_order_id, l.line_no, l.sku, l.quantity
FROM fulfillment.line AS l
WHERE
    l.picked + l.shorted + l.canceled > l.quantity
    OR l.picked < 0 OR l.shorted < 0 OR l.canceled < 0;

-- name: every_fulfillment_order_has_lines
-- Work is always work on something.
SELECT f.market, f.fulfillment_order_id, f.state
FROM fulfillment.fulfillment_order AS f
WHERE NOT EXISTS (
    SELECT 1
    FROM fulfillment.line AS l
    WHERE l.market = f.market AND l.fulfillment_order_id = f.fulfillment_order_id
);

-- name: a_state_is_where_the_last_move_led
-- A fulfillment order is where its last move led by the table of its life; planned before any.
WITH last_move AS (
    SELECT DISTINCT ON (m.market, m.fulfillment_order_id)
        m.market,
        m.fulfillment_order_id,
        m.machine,
        m.from_state,
        m.verb
    FROM fulfillment.move AS m
    ORDER BY m.market ASC, m.fulfillment_order_id ASC, m.move_no DESC
)

SELECT f.market, f.fulfillment_order_id, f.state, t.to_state
FROM fulfillment.fulfillment_order AS f
LEFT JOIN
    last_move AS l
    ON f.market = l.market AND f.fulfillment_order_id = l.fulfillment_order_id
LEFT JOIN plumbing.transition AS t
    ON l.machine = t.machine AND l.from_state = t.from_state AND l.verb = t.verb
WHERE f.state <> coalesce(t.to_state, 'planned');

-- name: every_move_begins_where_the_last_one_ended
-- A life is one unbroken path through its table, its moves numbered from 1 without a gap.
WITH step AS (
    SELECT
        m.market,
        m.fulfillment_order_id,
        m.move_no,
        m.from_state,
        m.verb,
        coalesce(lag(t.to_state) OVER life, 'planned') AS was_state,
        row_number() OVER life AS place
    FROM fulfillment.move AS m
    INNER JOIN plumbing.transition AS t
        ON m.machine = t.machine AND m.from_state = t.from_state AND m.verb = t.verb
    WINDOW life AS (PARTITION BY m.market, m.fulfillment_order_id ORDER BY m.move_no)
)

SELECT s.market, s.fulfillment_order_id, s.move_no, s.from_state, s.verb
FROM step AS s
WHERE s.from_state <> s.was_state OR s.move_no <> s.place;

-- name: a_version_counts_the_moves
-- A fulfillment order's version is one more than the number of its moves.
WITH counted AS (
    SELECT
        m.market,
        m.fulfillment_order_id,
        count(*) AS moves
    FROM fulfillment.move AS m
    GROUP BY m.market, m.fulfillment_order_id
)

SELECT f.market, f.fulfillment_order_id, f.version, coalesce(c.moves, 0) AS moves
FROM fulfillment.fulfillment_order AS f
LEFT JOIN
    counted AS c
    ON f.market = c.market AND f.fulfillment_order_id = c.fulfillment_order_id
WHERE f.version <> 1 + coalesce(c.moves, 0);

-- name: what_is_picked_leaves_nothing_to_pick
-- From picked on every unit still wanted is picked; before picking begins none is.
SELECT f.market, f.fulfillment_order_id, f.state, l.line_no, l.sku
FROM fulfillment.fulfillment_order AS f
INNER JOIN fulfillment.line AS l
    ON f.market = l.market AND f.fulfillment_order_id = l.fulfillment_order_id
WHERE
    (
        f.state IN ('picked', 'packed', 'ready_for_pickup', 'shipped', 'collected', 'delivered')
        AND l.picked + l.shorted + l.canceled <> l.quantity
    )
    OR (f.state IN ('planned', 'released', 'accepted') AND l.picked <> 0);

-- name: work_that_ended_without_leaving_holds_no_units
-- All units of a rejected or canceled fulfillment order were given back, and of no other.
SELECT f.market, f.fulfillment_order_id, f.state, l.live
FROM fulfillment.fulfillment_order AS f
INNER JOIN (
    SELECT
        l.market,
        l.fulfillment_order_id,
        sum(l.quantity - l.shorted - l.canceled) AS live
    FROM fulfillment.line AS l
    GROUP BY l.market, l.fulfillment_order_id
) AS l ON f.market = l.market AND f.fulfillment_order_id = l.fulfillment_order_id
WHERE (f.state IN ('rejected', 'canceled')) <> (l.live = 0);

-- name: what_left_by_carrier_has_packages
-- Every package is of work that was shipped, and work that was shipped has at least one.
SELECT f.market, f.fulfillment_order_id, f.state, f.method, coalesce(p.packages, 0) AS packages
FROM fulfillment.fulfillment_order AS f
FULL JOIN (
    SELECT
        p.market,
        p.fulfillment_order_id,
        count(*) AS packages
    FROM fulfillment.package AS p
    GROUP BY p.market, p.fulfillment_order_id
) AS p ON f.market = p.market AND f.fulfillment_order_id = p.fulfillment_order_id
WHERE
    f.fulfillment_order_id IS NULL
    OR (f.state IN ('shipped', 'delivered')) <> (coalesce(p.packages, 0) > 0);

-- name: only_pickups_are_collected
-- Parcels are shipped and delivered; pickup and curbside are made ready and collected.
SELECT f.market, f.fulfillment_order_id, f.state, f.method
FROM fulfillment.fulfillment_order AS f
WHERE
    (f.state IN ('shipped', 'delivered') AND f.method <> 'ship')
    OR (f.state IN ('ready_for_pickup', 'collected') AND f.method = 'ship');

-- name: an_offer_is_accepted_once
-- An offer that was accepted has exactly one node that did, and any other has none.
SELECT o.market, o.offer_id, o.state
FROM fulfillment.offer AS o
LEFT JOIN fulfillment.offered AS n
    ON o.market = n.market AND o.offer_id = n.offer_id AND n.answer = 'accepted'
GROUP BY o.market, o.offer_id, o.state, o.accepted_by
HAVING
    count(n.node_id) <> CASE WHEN o.state = 'accepted' THEN 1 ELSE 0 END
    OR max(n.node_id) IS DISTINCT FROM o.accepted_by;

-- name: offers_are_of_known_work
-- What is offered is a fulfillment order of the order that the offer names.
SELECT o.market, o.offer_id
FROM fulfillment.offer AS o
LEFT JOIN fulfillment.fulfillment_order AS f
    ON
        o.market = f.market
        AND o.fulfillment_order_id = f.fulfillment_order_id
        AND o.order_id = f.order_id
WHERE f.order_id IS NULL;
