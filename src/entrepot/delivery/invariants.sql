-- name: a_parcel_stands_where_its_scans_say
-- A parcel's status is the weightiest of its scans: returned, else delivered (the earliest of
-- either), else the latest; pending while nothing tells where it is.
WITH word AS (
    SELECT DISTINCT ON (s.market, s.tracking_number, s.carrier)
        s.market,
        s.tracking_number,
        s.carrier,
        s.status,
        s.occurred_at
    FROM delivery.scan AS s
    WHERE s.status NOT IN ('pending', 'unknown')
    ORDER BY
        s.market ASC,
        s.tracking_number ASC,
        s.carrier ASC,
        array_position(ARRAY['delivered', 'return_to_sender'], s.status) DESC NULLS LAST,
        CASE WHEN s.status IN ('delivered', 'return_to_sender') THEN s.occurred_at END ASC,
        s.occurred_at DESC,
        array_position(
            ARRAY[
                'picked_up', 'in_transit', 'on_hold', 'delivery_delayed', 'out_for_delivery',
                'delivery_failed', 'ready_for_pickup'
            ],
            s.status
        ) DESC
)

SELECT d.market, d.tracking_number, d.carrier, d.status, w.status AS said, d.status_at
FROM delivery.parcel AS d
LEFT JOIN
    word AS w
    ON
        d.market = w.market
        AND d.tracking_number = w.tracking_number
        AND d.carrier = w.carrier
WHERE
    d.status <> coalesce(w.status, 'pending')
    OR d.status_at <> coalesce(w.occurred_at, d.status_at);

-- name: a_delivered_parcel_says_since_when
-- A parcel has a time of delivery if and only if it is delivered.
SELECT d.market, d.tracking_number, d.carrier, d.status, d.delivered_at
FROM delivery.parcel AS d
WHERE (d.status = 'delivered') <> (d.delivered_at IS NOT NULL) OR d.delivered_at <> d.status_at;

-- name: a_parcel_is_a_package_that_left
-- No parcel without the package it is.
SELECT d.market, d.tracking_number, d.carrier, d.fulfillment_order_id
FROM delivery.parcel AS d
LEFT JOIN fulfillment.package AS p
    ON
        d.market = p.market
        AND d.tracking_number = p.tracking_number
        AND d.carrier = p.carrier
        AND d.fulfillment_order_id = p.fulfillment_order_id
WHERE p.fulfillment_order_id IS NULL OR p.order_id <> d.order_id;

-- name: every_number_has_its_first_scan
-- The row that everybody locks who speaks of a number is there.
SELECT d.market, d.tracking_number, d.carrier
FROM delivery.parcel AS d
WHERE NOT EXISTS (
    SELECT 1
    FROM delivery.scan AS s
    WHERE
        s.market = d.market
        AND s.tracking_number = d.tracking_number
        AND s.carrier = d.carrier
        AND s.occurred_at = '1970-01-01T00:00:00Z'
        AND s.status = 'pending'
);
