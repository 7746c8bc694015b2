-- name: arrived -> Arrived
-- Work that was delivered, as its moves tell: they never change. Its first package says who took
-- it.
SELECT
    f.fulfillment_order_id,
    f.order_id,
    f.node_id,
    f.lane_id,
    f.carrier AS planned_carrier,
    p.carrier,
    p.service,
    s.at AS shipped_at,
    d.at AS delivered_at,
    o.promised_latest,
    (o.document::json -> 'ship_to')::text AS ship_to
FROM fulfillment.fulfillment_order AS f
INNER JOIN fulfillment.move AS s
    ON
        f.market = s.market AND f.fulfillment_order_id = s.fulfillment_order_id
        AND s.verb = 'ship'
INNER JOIN fulfillment.move AS d
    ON
        f.market = d.market AND f.fulfillment_order_id = d.fulfillment_order_id
        AND d.verb = 'deliver'
INNER JOIN fulfillment.package AS p
    ON
        f.market = p.market AND f.fulfillment_order_id = p.fulfillment_order_id
        AND p.package_no = 1
INNER JOIN orders."order" AS o ON f.market = o.market AND f.order_id = o.order_id
WHERE
    f.market = :market::text -- noqa: RF02
    AND f.fulfillment_order_id = any(:fulfillment_order_ids::uuid[]) -- noqa: RF02
ORDER BY f.fulfillment_order_id;

-- name: handled -> Handled
-- Work that left its node, or was given back, as its moves tell.
SELECT
    f.fulfillment_order_id,
    f.node_id,
    f.service,
    f.ship_by,
    a.at AS accepted_at,
    e.at AS ended_at,
    e.verb
FROM fulfillment.fulfillment_order AS f
INNER JOIN fulfillment.move AS e
    ON
        f.market = e.market AND f.fulfillment_order_id = e.fulfillment_order_id
        AND e.verb IN ('ship', 'ready', 'reject')
LEFT JOIN fulfillment.move AS a
    ON
        f.market = a.market AND f.fulfillment_order_id = a.fulfillment_order_id
        AND a.verb = 'accept'
WHERE
    f.market = :market::text -- noqa: RF02
    AND f.fulfillment_order_id = any(:fulfillment_order_ids::uuid[]) -- noqa: RF02
ORDER BY f.fulfillment_order_id;

-- name: works_of_orders -> WorkOf
-- The work of orders that were taken over.
SELECT f.fulfillment_order_id
FROM fulfillment.fulfillment_order AS f
WHERE f.market = :market::text AND f.order_id = any(:order_ids::uuid[])
ORDER BY f.fulfillment_order_id;

-- name: works_after -> WorkOf
-- All work that left its node or came back to us, a chunk at a time, to count it from the start.
SELECT f.fulfillment_order_id
FROM fulfillment.fulfillment_order AS f
WHERE
    f.market = :market::text
    AND f.fulfillment_order_id > :after::uuid
ORDER BY f.fulfillment_order_id
LIMIT :most::integer;

-- name: count_transit
-- Deliveries are added to what was counted of their kind.
INSERT INTO promise.transit AS t (
    market, day, node_id, lane_id, carrier, service, area, weekday, days, parcels, promised, on_time
)
SELECT
    :market::text, n.day, n.node_id, n.lane_id, n.carrier, n.service, n.area, n.weekday, n.days,
    n.parcels, n.promised, n.on_time
FROM
    unnest(
        :on_days::date[],
        :node_ids::text[],
        :lane_ids::text[],
        :carriers::text[],
        :services::text[],
        :areas::text[],
        :weekdays::smallint[],
        :days::integer[],
        :parcels::integer[],
        :promised::integer[],
        :on_time::integer[]
    ) AS n (
        day, node_id, lane_id, carrier, service, area, weekday, days, parcels, promised, on_time
    )
ORDER BY n.day, n.node_id, n.lane_id, n.carrier, n.service, n.area, n.weekday, n.days
ON CONFLICT (market, day, node_id, lane_id, carrier, service, area, weekday, days)
DO UPDATE SET
    parcels = t.parcels + excluded.parcels,
    promised = t.promised + excluded.promised,
    on_time = t.on_time + excluded.on_time;

-- name: count_handling
-- Nodes' work is added to what was counted of its kind.
INSERT INTO promise.handling AS h (
    market, day, node_id, service, weekday, outcome, minutes, works, due, on_time
)
SELECT
    :market::text, n.day, n.node_id, n.service, n.weekday, n.outcome, n.minutes, n.works, n.due,
    n.on_time
FROM
    unnest(
        :on_days::date[],
        :node_ids::text[],
        :services::text[],
        :weekdays::smallint[],
        :outcomes::text[],
        :minutes::integer[],
        :works::integer[],
        :due::integer[],
        :on_time::integer[]
    ) AS n (day, node_id, service, weekday, outcome, minutes, works, due, on_time)
ORDER BY n.day, n.node_id, n.service, n.weekday, n.outcome, n.minutes
ON CONFLICT (market, day, node_id, service, weekday, outcome, minutes)
DO UPDATE SET
    works = h.works + excluded.works,
    due = h.due + excluded.due,
    on_time = h.on_time + excluded.on_time;

-- name: begin_counting
-- A market of which nothing is counted yet.
INSERT INTO promise.counted (market, sequence)
VALUES (:market::text, 0)
ON CONFLICT (market) DO NOTHING;

-- name: counted_to -> CountedTo
-- Up to which fact outcomes are counted, locked: who counts next waits for this commit.
SELECT c.sequence
FROM promise.counted AS c
WHERE c.market = :market::text
FOR NO KEY UPDATE;

-- name: count_to
-- How far it has come, in the commit of what was counted; never back.
UPDATE promise.counted
SET sequence = :sequence::bigint
WHERE market = :market::text AND sequence < :sequence::bigint;

-- name: forget_transit
-- All that was counted of deliveries, before it is counted again.
DELETE FROM promise.transit
WHERE market = :market::text;

-- name: forget_handling
-- All that was counted of nodes' work, before it is counted again.
DELETE FROM promise.handling
WHERE market = :market::text;

-- name: lane_days -> LaneDays
-- How long parcels of each lane from each node were on their way since a day.
SELECT t.node_id, t.lane_id, t.days, sum(t.parcels)::integer AS parcels
FROM promise.transit AS t
WHERE t.market = :market::text AND t.day >= :since::date AND t.lane_id <> ''
GROUP BY t.node_id, t.lane_id, t.days
ORDER BY t.node_id, t.lane_id, t.days;

-- name: transit_table -> TransitTable
-- The learned transit days in force.
SELECT t.version, t.made_at, t.document::text AS document
FROM promise.transit_table AS t
WHERE t.market = :market::text
ORDER BY t.version DESC
LIMIT 1;

-- name: transit_version -> TableVersion
-- Which version of the learned transit days is in force; 0 where nothing was learned.
SELECT coalesce(max(t.version), 0)::integer AS version
FROM promise.transit_table AS t
WHERE t.market = :market::text;

-- name: put_transit_table
-- Another version of what lanes have shown.
INSERT INTO promise.transit_table (market, version, made_at, document)
VALUES (:market::text, :version::integer, :at::timestamptz, :document::jsonb);
