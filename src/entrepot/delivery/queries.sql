-- name: know_numbers
-- A number's first scan is ours; the row whoever speaks of the number locks next.
INSERT INTO delivery.scan
(market, tracking_number, carrier, occurred_at, status, detail, received_at)
SELECT
    :market::text, n.tracking_number, n.carrier, :first_at::timestamptz, 'pending' AS status,
    '{}' AS detail, :at::timestamptz
FROM
    unnest(:tracking_numbers::text[], :carriers::text[]) AS n (tracking_number, carrier)
ORDER BY n.tracking_number, n.carrier
ON CONFLICT (market, tracking_number, carrier, occurred_at, status) DO NOTHING;

-- name: numbers_for_update -> Noted
-- Locked in the order of the numbers, so that no two can deadlock; only then is anything read.
SELECT s.tracking_number, s.carrier, s.occurred_at, s.status
FROM delivery.scan AS s
INNER JOIN
    unnest(:tracking_numbers::text[], :carriers::text[]) AS n (tracking_number, carrier)
    ON s.tracking_number = n.tracking_number AND s.carrier = n.carrier
WHERE
    s.market = :market::text
    AND s.occurred_at = :first_at::timestamptz
    AND s.status = 'pending'
ORDER BY s.tracking_number, s.carrier
FOR NO KEY UPDATE OF s;

-- name: note_scans -> Noted
-- What a carrier says is kept once; answers what is new.
INSERT INTO delivery.scan
(market, tracking_number, carrier, occurred_at, status, detail, received_at)
SELECT
    :market::text, e.tracking_number, e.carrier, e.occurred_at, e.status, e.detail::json,
    :at::timestamptz
FROM
    unnest(
        :tracking_numbers::text[],
        :carriers::text[],
        :occurred_ats::timestamptz[],
        :statuses::text[],
        :details::text[]
    ) AS e (tracking_number, carrier, occurred_at, status, detail)
ORDER BY e.tracking_number, e.carrier, e.occurred_at, e.status
ON CONFLICT (market, tracking_number, carrier, occurred_at, status) DO NOTHING
RETURNING tracking_number, carrier, occurred_at, status;

-- name: scans_of_numbers -> Scan
-- All that was said of some numbers, our own first word left out.
SELECT s.tracking_number, s.carrier, s.occurred_at, s.status, s.detail, s.received_at
FROM delivery.scan AS s
INNER JOIN
    unnest(:tracking_numbers::text[], :carriers::text[]) AS n (tracking_number, carrier)
    ON s.tracking_number = n.tracking_number AND s.carrier = n.carrier
WHERE
    s.market = :market::text
    AND (s.occurred_at <> :first_at::timestamptz OR s.status <> 'pending')
ORDER BY s.tracking_number, s.carrier, s.occurred_at, s.status;

-- name: parcels_of_numbers -> Parcel
-- The parcels that bear these numbers, with what is in them and where they left from.
SELECT
    d.tracking_number, d.carrier, d.fulfillment_order_id, d.order_id, d.status, d.status_at,
    d.delivered_at, f.node_id, p.lines
FROM delivery.parcel AS d
INNER JOIN
    unnest(:tracking_numbers::text[], :carriers::text[]) -- noqa: RF02
        AS n (tracking_number, carrier)
    ON d.tracking_number = n.tracking_number AND d.carrier = n.carrier
INNER JOIN fulfillment.package AS p
    ON
        d.market = p.market
        AND d.tracking_number = p.tracking_number
        AND d.carrier = p.carrier
        AND d.fulfillment_order_id = p.fulfillment_order_id
INNER JOIN fulfillment.fulfillment_order AS f
    ON d.market = f.market AND d.fulfillment_order_id = f.fulfillment_order_id
WHERE d.market = :market::text -- noqa: RF02
ORDER BY d.tracking_number, d.carrier, d.fulfillment_order_id;

-- name: packages_to_expect -> Parcel
-- Packages that left and are not expected yet, each as the parcel it begins as.
SELECT
    p.tracking_number, p.carrier, p.fulfillment_order_id, p.order_id, 'pending' AS status,
    p.shipped_at AS status_at, NULL::timestamptz AS delivered_at, f.node_id, p.lines
FROM fulfillment.package AS p
INNER JOIN fulfillment.fulfillment_order AS f
    ON p.market = f.market AND p.fulfillment_order_id = f.fulfillment_order_id
WHERE
    p.market = :market::text -- noqa: RF02
    AND p.fulfillment_order_id = any(:fulfillment_order_ids::uuid[]) -- noqa: RF02
    AND NOT EXISTS (
        SELECT 1
        FROM delivery.parcel AS d
        WHERE
            d.market = p.market
            AND d.tracking_number = p.tracking_number
            AND d.carrier = p.carrier
            AND d.fulfillment_order_id = p.fulfillment_order_id
    )
ORDER BY p.tracking_number, p.carrier, p.fulfillment_order_id;

-- name: make_parcels
-- Parcels as they stand by what was said before anybody expected them.
INSERT INTO delivery.parcel (
    market, tracking_number, carrier, fulfillment_order_id, order_id, status, status_at,
    delivered_at
)
SELECT
    :market::text, p.tracking_number, p.carrier, p.fulfillment_order_id, p.order_id, p.status,
    p.status_at, p.delivered_at
FROM
    unnest(
        :tracking_numbers::text[],
        :carriers::text[],
        :fulfillment_order_ids::uuid[],
        :order_ids::uuid[],
        :statuses::text[],
        :status_ats::timestamptz[],
        :delivered_ats::timestamptz[]
    ) AS p (
        tracking_number, carrier, fulfillment_order_id, order_id, status, status_at, delivered_at
    );

-- name: move_parcels
-- Where parcels stand by all that was said of them; their numbers are locked.
UPDATE delivery.parcel AS d
SET status = p.status, status_at = p.status_at, delivered_at = p.delivered_at
FROM
    unnest(
        :tracking_numbers::text[],
        :carriers::text[],
        :fulfillment_order_ids::uuid[],
        :statuses::text[],
        :status_ats::timestamptz[],
        :delivered_ats::timestamptz[]
    ) AS p (tracking_number, carrier, fulfillment_order_id, status, status_at, delivered_at)
WHERE
    d.market = :market::text
    AND d.tracking_number = p.tracking_number
    AND d.carrier = p.carrier
    AND d.fulfillment_order_id = p.fulfillment_order_id;
