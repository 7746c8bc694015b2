-- name: pickups_of -> Pickup
-- What is known of customers who fetch some work.
SELECT
    p.fulfillment_order_id, p.code, p.shelf, p.wrong_codes, p.arrived_at, p.spot, p.vehicle,
    p.verified, p.collected_by
FROM fulfillment.pickup AS p
WHERE
    p.market = :market::text
    AND p.fulfillment_order_id = any(:fulfillment_order_ids::uuid[]);

-- name: pickup_for_update -> Pickup
-- The same of one, locked: of two who try a code the second is judged after the first.
SELECT
    p.fulfillment_order_id, p.code, p.shelf, p.wrong_codes, p.arrived_at, p.spot, p.vehicle,
    p.verified, p.collected_by
FROM fulfillment.pickup AS p
WHERE
    p.market = :market::text AND p.fulfillment_order_id = :fulfillment_order_id::uuid
FOR NO KEY UPDATE;

-- name: put_ready
-- Where the goods lie, and the code their customer is told.
INSERT INTO fulfillment.pickup (market, fulfillment_order_id, code, shelf)
VALUES (:market::text, :fulfillment_order_id::uuid, :code::text, :shelf::text)
ON CONFLICT (market, fulfillment_order_id)
DO UPDATE SET code = excluded.code, shelf = excluded.shelf;

-- name: put_arrived
-- The customer is here. Who says so again is still waiting since the first time.
INSERT INTO fulfillment.pickup AS p (market, fulfillment_order_id, arrived_at, spot, vehicle)
VALUES (
    :market::text, :fulfillment_order_id::uuid, :at::timestamptz, :spot::text, :vehicle::text
)
ON CONFLICT (market, fulfillment_order_id)
DO UPDATE SET
    arrived_at = coalesce(p.arrived_at, excluded.arrived_at),
    spot = coalesce(excluded.spot, p.spot),
    vehicle = coalesce(excluded.vehicle, p.vehicle);

-- name: note_wrong_code
-- A code that was tried and is not theirs: there are only so many tries.
UPDATE fulfillment.pickup AS p
SET wrong_codes = p.wrong_codes + 1
WHERE p.market = :market::text AND p.fulfillment_order_id = :fulfillment_order_id::uuid;

-- name: note_collected
-- Who came, and how they were known.
INSERT INTO fulfillment.pickup (market, fulfillment_order_id, verified, collected_by)
VALUES (
    :market::text, :fulfillment_order_id::uuid, :verified::text, :collected_by::text
)
ON CONFLICT (market, fulfillment_order_id)
DO UPDATE SET verified = excluded.verified, collected_by = excluded.collected_by;
