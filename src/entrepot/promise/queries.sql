-- name: told_of -> Told
-- What the customers of some orders were told last, and how much later that is than calendars and
-- rate card said. Orders that were promised nothing are left out.
SELECT
    o.order_id,
    r.was,
    r.at AS revised_at,
    coalesce(r.revision_no, 0) AS revision_no,
    coalesce(r.earliest, o.promised_earliest, o.promised_latest) AS earliest,
    coalesce(r.latest, o.promised_latest) AS latest,
    CASE
        WHEN strpos(o.document, '"stated_latest":"') = 0 THEN interval '0'
        ELSE
            o.promised_latest
            - (o.document::json -> 'promise' ->> 'stated_latest')::timestamptz
    END AS shift
FROM orders."order" AS o
LEFT JOIN LATERAL (
    SELECT n.revision_no, n.earliest, n.latest, n.was, n.at
    FROM promise.revision AS n
    WHERE n.market = o.market AND n.order_id = o.order_id
    ORDER BY n.revision_no DESC
    LIMIT 1
) AS r ON TRUE
WHERE
    o.market = :market::text
    AND o.order_id = any(:order_ids::uuid[])
    AND o.promised_latest IS NOT NULL;

-- name: stirred -> Stirred
-- Of some orders those whose date may be another one now; the others, which are nearly all, cost
-- nothing more. Work that was planned, or went, on the day that makes the promise, and of which its
-- carrier has said nothing out of the way, moves no date, unless the date has moved before.
SELECT f.order_id
FROM fulfillment.fulfillment_order AS f
INNER JOIN orders."order" AS o ON f.market = o.market AND f.order_id = o.order_id
INNER JOIN network.node AS n ON f.market = n.market AND f.node_id = n.node_id
LEFT JOIN promise.milestone AS m
    ON f.market = m.market AND f.fulfillment_order_id = m.fulfillment_order_id
WHERE
    f.market = :market::text
    AND f.order_id = any(:order_ids::uuid[])
    AND f.state NOT IN ('canceled', 'rejected', 'delivered', 'collected')
    AND o.promised_latest IS NOT NULL
    AND (
        o.promised_latest <= :at::timestamptz
        OR (f.method = 'ship' AND f.state <> 'shipped' AND f.ship_by > m.ship_by)
        OR (f.method = 'ship' AND f.state <> 'shipped' AND f.ship_by <= :at::timestamptz)
        OR (m.cause = 'full' AND f.state IN ('planned', 'released'))
        OR (
            f.state = 'shipped'
            AND EXISTS (
                SELECT 1
                FROM fulfillment.package AS p
                LEFT JOIN delivery.parcel AS d
                    ON
                        p.market = d.market
                        AND p.tracking_number = d.tracking_number
                        AND p.carrier = d.carrier
                        AND p.fulfillment_order_id = d.fulfillment_order_id
                WHERE
                    p.market = f.market
                    AND p.fulfillment_order_id = f.fulfillment_order_id
                    AND (
                        (p.shipped_at AT TIME ZONE n.time_zone)::date <> f.day
                        OR (d.status_at AT TIME ZONE n.time_zone)::date > f.day
                        AND d.status = 'picked_up'
                        OR d.status IN (
                            'out_for_delivery', 'ready_for_pickup', 'delivery_failed',
                            'delivery_delayed', 'on_hold', 'return_to_sender'
                        )
                    )
            )
        )
        OR EXISTS (
            SELECT 1
            FROM promise.revision AS r
            WHERE r.market = f.market AND r.order_id = f.order_id
        )
    )
    AND NOT EXISTS (
        SELECT 1
        FROM inventory.demand AS w
        WHERE w.market = f.market AND w.order_id = f.order_id
    )
GROUP BY f.order_id
ORDER BY f.order_id;

-- name: ways_of -> Way
-- The work of some orders and, of each, the parcel that is furthest behind.
SELECT
    f.order_id,
    f.fulfillment_order_id,
    f.node_id,
    f.lane_id,
    f.method,
    f.state,
    f.day,
    p.shipped_at,
    p.carrier,
    p.status,
    p.status_at,
    coalesce(p.delivered_at, CASE WHEN f.state = 'delivered' THEN f.moved_at END) AS delivered_at,
    coalesce(m.cause = 'full', FALSE) AS crowded
FROM fulfillment.fulfillment_order AS f
LEFT JOIN promise.milestone AS m
    ON f.market = m.market AND f.fulfillment_order_id = m.fulfillment_order_id
LEFT JOIN LATERAL (
    SELECT k.shipped_at, k.carrier, d.status, d.status_at, d.delivered_at
    FROM fulfillment.package AS k
    LEFT JOIN delivery.parcel AS d
        ON
            k.market = d.market
            AND k.tracking_number = d.tracking_number
            AND k.carrier = d.carrier
            AND k.fulfillment_order_id = d.fulfillment_order_id
    WHERE k.market = f.market AND k.fulfillment_order_id = f.fulfillment_order_id
    ORDER BY d.delivered_at DESC NULLS FIRST, k.shipped_at DESC, k.package_no ASC
    LIMIT 1
) AS p ON TRUE
WHERE f.market = :market::text AND f.order_id = any(:order_ids::uuid[])
ORDER BY f.order_id, f.fulfillment_order_id;

-- name: put_revisions
-- Dates that moved; a second one under the same number is a fault, or another worker's.
INSERT INTO promise.revision (
    market, order_id, revision_no, earliest, latest, was, maker, cause, reason, at
)
SELECT
    :market::text, r.order_id, r.revision_no, r.earliest, r.latest, r.was, r.maker, r.cause,
    r.reason, :at::timestamptz
FROM
    unnest(
        :order_ids::uuid[],
        :revision_nos::integer[],
        :earliests::timestamptz[],
        :latests::timestamptz[],
        :wases::timestamptz[],
        :makers::text[],
        :causes::text[],
        :reasons::text[]
    ) AS r (order_id, revision_no, earliest, latest, was, maker, cause, reason)
ORDER BY r.order_id;

-- name: put_milestones
-- The milestones of work that was opened.
INSERT INTO promise.milestone (
    market, fulfillment_order_id, order_id, release_by, accept_by, pick_by, ship_by, deliver_by,
    watch_at
)
SELECT
    :market::text, m.fulfillment_order_id, m.order_id, m.release_by, m.accept_by, m.pick_by,
    m.ship_by, m.deliver_by, m.watch_at
FROM
    unnest(
        :fulfillment_order_ids::uuid[],
        :order_ids::uuid[],
        :release_bys::timestamptz[],
        :accept_bys::timestamptz[],
        :pick_bys::timestamptz[],
        :ship_bys::timestamptz[],
        :deliver_bys::timestamptz[],
        :watch_ats::timestamptz[]
    ) AS m (
        fulfillment_order_id, order_id, release_by, accept_by, pick_by, ship_by, deliver_by,
        watch_at
    );

-- name: milestones_to_recount -> MilestoneRow
-- The milestones of orders whose date has moved, locked in the order of their ids.
SELECT
    m.fulfillment_order_id, m.order_id, m.release_by, m.accept_by, m.pick_by, m.ship_by,
    m.deliver_by, m.watch_at, m.alarm, m.missed, m.cause
FROM promise.milestone AS m
INNER JOIN fulfillment.fulfillment_order AS f
    ON m.market = f.market AND m.fulfillment_order_id = f.fulfillment_order_id
WHERE
    m.market = :market::text
    AND f.order_id = any(:order_ids::uuid[])
    AND f.state NOT IN ('canceled', 'rejected', 'delivered', 'collected')
ORDER BY m.fulfillment_order_id
FOR NO KEY UPDATE OF m;

-- name: recount_milestones
-- Milestones that follow another date. The alarm that stands is judged anew at the next look.
UPDATE promise.milestone AS m
SET
    release_by = n.release_by,
    accept_by = n.accept_by,
    pick_by = n.pick_by,
    ship_by = n.ship_by,
    deliver_by = n.deliver_by,
    watch_at = n.watch_at
FROM
    unnest(
        :fulfillment_order_ids::uuid[],
        :release_bys::timestamptz[],
        :accept_bys::timestamptz[],
        :pick_bys::timestamptz[],
        :ship_bys::timestamptz[],
        :deliver_bys::timestamptz[],
        :watch_ats::timestamptz[]
    ) AS n (fulfillment_order_id, release_by, accept_by, pick_by, ship_by, deliver_by, watch_at)
WHERE m.market = :market::text AND m.fulfillment_order_id = n.fulfillment_order_id;

-- name: due_milestones -> Watched
-- Milestones whose time to be looked at has come, longest first, and how far their work has come.
-- What somebody else has in hand is left for the next sweep.
SELECT
    m.fulfillment_order_id,
    m.order_id,
    m.release_by,
    m.accept_by,
    m.pick_by,
    m.ship_by,
    m.deliver_by,
    m.alarm,
    m.missed,
    m.cause,
    f.node_id,
    f.state,
    f.moved_at,
    coalesce(s.held, FALSE) AS held
FROM promise.milestone AS m
INNER JOIN fulfillment.fulfillment_order AS f
    ON m.market = f.market AND m.fulfillment_order_id = f.fulfillment_order_id
LEFT JOIN LATERAL (
    SELECT TRUE AS held
    FROM orders.hold AS h
    WHERE h.market = m.market AND h.order_id = m.order_id AND h.lifted_at IS NULL
    ORDER BY h.hold_id
    LIMIT 1
) AS s ON TRUE
WHERE m.market = :market::text AND m.watch_at <= :at::timestamptz -- noqa: RF02
ORDER BY m.watch_at
LIMIT :most::integer
FOR NO KEY UPDATE OF m SKIP LOCKED;

-- name: set_looks
-- When milestones are looked at next, and the alarm that stands.
UPDATE promise.milestone AS m
SET watch_at = l.watch_at, alarm = l.alarm, missed = l.missed, cause = l.cause
FROM
    unnest(
        :fulfillment_order_ids::uuid[],
        :watch_ats::timestamptz[],
        :alarms::text[],
        :misseds::boolean[],
        :causes::text[]
    ) AS l (fulfillment_order_id, watch_at, alarm, missed, cause)
WHERE m.market = :market::text AND m.fulfillment_order_id = l.fulfillment_order_id;

-- name: waits_at_nodes -> Watched
-- Work that some nodes have not taken on and of which nothing was told: the youngest up to a day,
-- as many as are asked of each node. What a hold keeps where it is, is left out. Two states, each
-- with an index of its own.
WITH asked AS (
    SELECT
        k.node_id,
        k.day,
        k.most
    FROM unnest(:node_ids::text[], :days::date[], :counts::integer[]) AS k (node_id, day, most)
),

idle AS (
    SELECT f.market, f.fulfillment_order_id, f.order_id, f.node_id, f.state, f.moved_at, k.most
    FROM asked AS k
    INNER JOIN fulfillment.fulfillment_order AS f ON k.node_id = f.node_id AND k.day >= f.day
    WHERE f.market = :market::text AND f.state = 'released' AND f.method = 'ship'
    UNION ALL
    SELECT f.market, f.fulfillment_order_id, f.order_id, f.node_id, f.state, f.moved_at, k.most
    FROM asked AS k
    INNER JOIN fulfillment.fulfillment_order AS f ON k.node_id = f.node_id AND k.day >= f.day
    WHERE f.market = :market::text AND f.state = 'planned' AND f.method = 'ship'
),

waiting AS (
    SELECT
        i.market,
        i.fulfillment_order_id,
        i.node_id,
        i.state,
        i.moved_at,
        i.most,
        row_number() OVER (PARTITION BY i.node_id ORDER BY i.fulfillment_order_id DESC) AS place
    FROM idle AS i
    INNER JOIN promise.milestone AS t
        ON i.market = t.market AND i.fulfillment_order_id = t.fulfillment_order_id
    LEFT JOIN orders.hold AS h
        ON i.market = h.market AND i.order_id = h.order_id AND h.lifted_at IS NULL
    WHERE i.market = :market::text AND t.alarm IS NULL AND h.order_id IS NULL
)

SELECT
    m.fulfillment_order_id,
    m.order_id,
    m.release_by,
    m.accept_by,
    m.pick_by,
    m.ship_by,
    m.deliver_by,
    m.alarm,
    m.missed,
    m.cause,
    w.node_id,
    w.state,
    w.moved_at,
    FALSE AS held
FROM promise.milestone AS m
INNER JOIN waiting AS w
    ON m.market = w.market AND m.fulfillment_order_id = w.fulfillment_order_id
WHERE m.market = :market::text AND w.place <= w.most
ORDER BY m.fulfillment_order_id
FOR NO KEY UPDATE OF m SKIP LOCKED;

-- name: backlog -> Backlog
-- The work that has not left some nodes, by its working day and method. Planned work has an index
-- of its own.
WITH unfinished AS (
    SELECT f.market, f.fulfillment_order_id, f.node_id, f.day, f.method
    FROM fulfillment.fulfillment_order AS f
    WHERE
        f.market = :market::text
        AND f.node_id = any(:node_ids::text[])
        AND f.state IN ('released', 'accepted', 'picking', 'picked', 'packed')
    UNION ALL
    SELECT f.market, f.fulfillment_order_id, f.node_id, f.day, f.method
    FROM fulfillment.fulfillment_order AS f
    WHERE
        f.market = :market::text
        AND f.node_id = any(:node_ids::text[])
        AND f.state = 'planned'
)

SELECT
    u.node_id,
    u.day,
    u.method,
    count(*)::integer AS works,
    count(*) FILTER (WHERE m.cause = 'full')::integer AS alarmed
FROM unfinished AS u
LEFT JOIN promise.milestone AS m
    ON u.market = m.market AND u.fulfillment_order_id = m.fulfillment_order_id
WHERE u.market = :market::text
GROUP BY u.node_id, u.day, u.method
ORDER BY u.node_id, u.day, u.method;
