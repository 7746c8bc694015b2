-- Why: one node's work for one order, from plan to hand-over, and what left the building.
CREATE SCHEMA fulfillment;
CREATE SCHEMA delivery;

CREATE TABLE fulfillment.fulfillment_order (
    market text NOT NULL,
    fulfillment_order_id uuid NOT NULL,
    order_id uuid NOT NULL,
    node_id text NOT NULL,
    method text NOT NULL,
    service text NOT NULL,
    carrier text,
    lane_id text,
    state text NOT NULL,
    day date NOT NULL,
    ship_by timestamptz,
    release_at timestamptz NOT NULL,
    made_at timestamptz NOT NULL,
    moved_at timestamptz NOT NULL,
    version integer NOT NULL DEFAULT 1,
    PRIMARY KEY (market, fulfillment_order_id)
) WITH (fillfactor = 80);
CREATE INDEX fulfillment_order_of_order ON fulfillment.fulfillment_order (market, order_id);
CREATE INDEX fulfillment_order_of_node
ON fulfillment.fulfillment_order (market, node_id, state, fulfillment_order_id)
WHERE state IN ('released', 'accepted', 'picking', 'picked', 'packed', 'ready_for_pickup');
CREATE INDEX fulfillment_order_due ON fulfillment.fulfillment_order (release_at)
WHERE state = 'planned';

-- `quantity` asked = picked + shorted + canceled + still to pick.
CREATE TABLE fulfillment.line (
    market text NOT NULL,
    fulfillment_order_id uuid NOT NULL,
    line_no smallint NOT NULL,
    sku text NOT NULL,
    quantity integer NOT NULL CONSTRAINT quantity_positive CHECK (quantity > 0),
    picked integer NOT NULL DEFAULT 0 CONSTRAINT picked_not_negative CHECK (picked >= 0),
    shorted integer NOT NULL DEFAULT 0 CONSTRAINT shorted_not_negative CHECK (shorted >= 0),
    canceled integer NOT NULL DEFAULT 0 CONSTRAINT canceled_not_negative CHECK (canceled >= 0),
    PRIMARY KEY (market, fulfillment_order_id, line_no, sku),
    CONSTRAINT no_more_than_asked CHECK (picked + shorted + canceled <= quantity)
);

-- Every move of every life, by whom and why. A move that the table does not allow has no row to
-- refer to and cannot be written.
CREATE TABLE fulfillment.move (
    market text NOT NULL,
    fulfillment_order_id uuid NOT NULL,
    move_no integer NOT NULL,
    machine text NOT NULL DEFAULT 'fulfillment.fulfillment_order',
    from_state text NOT NULL,
    verb text NOT NULL,
    actor text NOT NULL,
    reason text,
    at timestamptz NOT NULL,
    PRIMARY KEY (market, fulfillment_order_id, move_no),
    CONSTRAINT only_legal_moves FOREIGN KEY (machine, from_state, verb)
    REFERENCES plumbing.transition (machine, from_state, verb)
);

CREATE TABLE fulfillment.package (
    market text NOT NULL,
    fulfillment_order_id uuid NOT NULL,
    package_no smallint NOT NULL,
    order_id uuid NOT NULL,
    carrier text NOT NULL,
    service text NOT NULL,
    tracking_number text NOT NULL,
    lines json NOT NULL,
    shipped_at timestamptz NOT NULL,
    PRIMARY KEY (market, fulfillment_order_id, package_no)
);
CREATE UNIQUE INDEX package_of_tracking
ON fulfillment.package (market, tracking_number, carrier, fulfillment_order_id);

-- What a carrier has said of a parcel, once each, in whatever order it said it.
CREATE TABLE delivery.scan (
    market text NOT NULL,
    tracking_number text NOT NULL,
    carrier text NOT NULL,
    occurred_at timestamptz NOT NULL,
    status text NOT NULL,
    detail json NOT NULL,
    received_at timestamptz NOT NULL,
    PRIMARY KEY (market, tracking_number, carrier, occurred_at, status)
);

-- A parcel's state as its scans tell it, whatever order they came in.
CREATE TABLE delivery.parcel (
    market text NOT NULL,
    tracking_number text NOT NULL,
    carrier text NOT NULL,
    fulfillment_order_id uuid NOT NULL,
    order_id uuid NOT NULL,
    status text NOT NULL,
    status_at timestamptz NOT NULL,
    delivered_at timestamptz,
    PRIMARY KEY (market, tracking_number, carrier, fulfillment_order_id)
);
CREATE INDEX parcel_of_fulfillment_order ON delivery.parcel (market, fulfillment_order_id);
