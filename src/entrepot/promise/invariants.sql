-- name: a_promise_moves_from_what_was_told
-- Each revision begins where the one before it ended, the first one with the order's own promise.
SELECT r.market, r.order_id, r.revision_no, r.was, coalesce(b.latest, o.promised_latest) AS told
FROM promise.revision AS r
INNER JOIN orders."order" AS o ON r.market = o.market AND r.order_id = o.order_id
LEFT JOIN promise.revision AS b
    ON r.market = b.market AND r.order_id = b.order_id AND r.revision_no = b.revision_no + 1
WHERE
    r.was <> coalesce(b.latest, o.promised_latest)
    OR (b.order_id IS NULL AND r.revision_no <> 1);

-- name: work_under_way_is_watched
-- Work that owes a milestone, and has them, is looked at again some time.
SELECT m.market, m.fulfillment_order_id, f.state
FROM promise.milestone AS m
INNER JOIN fulfillment.fulfillment_order AS f
    ON m.market = f.market AND m.fulfillment_order_id = f.fulfillment_order_id
WHERE
    m.watch_at IS NULL
    AND f.state IN ('planned', 'released', 'accepted', 'picking', 'picked', 'packed', 'shipped');

-- name: no_more_deliveries_are_counted_than_there_were
-- What is counted of a node's deliveries is at most what its work's moves tell: each at most once.
WITH counted AS (
    SELECT t.market, t.node_id, sum(t.parcels) AS parcels
    FROM promise.transit AS t
    GROUP BY t.market, t.node_id
),

happened AS (
    SELECT f.market, f.node_id, count(*) AS parcels
    FROM fulfillment.fulfillment_order AS f
    INNER JOIN fulfillment.move AS d
        ON
            f.market = d.market AND f.fulfillment_order_id = d.fulfillment_order_id
            AND d.verb = 'deliver'
    GROUP BY f.market, f.node_id
)

SELECT c.market, c.node_id, c.parcels, h.parcels AS delivered
FROM counted AS c
LEFT JOIN happened AS h ON c.market = h.market AND c.node_id = h.node_id
WHERE c.parcels > coalesce(h.parcels, 0);

-- name: no_more_work_is_counted_than_there_was
-- What is counted of a node's work is at most what its moves tell: each piece at most once.
WITH counted AS (
    SELECT c.market, c.node_id, sum(c.works) AS works
    FROM promise.handling AS c
    GROUP BY c.market, c.node_id
),

happened AS (
    SELECT f.market, f.node_id, count(*) AS works
    FROM fulfillment.fulfillment_order AS f
    INNER JOIN fulfillment.move AS e
        ON
            f.market = e.market AND f.fulfillment_order_id = e.fulfillment_order_id
            AND e.verb IN ('ship', 'ready', 'reject')
    GROUP BY f.market, f.node_id
)

SELECT c.market, c.node_id, c.works, h.works AS ended
FROM counted AS c
LEFT JOIN happened AS h ON c.market = h.market AND c.node_id = h.node_id
WHERE c.works > coalesce(h.works, 0);
