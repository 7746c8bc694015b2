-- Why: the commercial order, never split and never given a status: its phase is derived.
CREATE SCHEMA orders;

-- `document` is the answer the caller got at capture: address, customer, prices, promise and plan
-- as they were agreed, in JSON. It never changes; what happens later stands in rows of their own.
CREATE TABLE orders."order" (
    market text NOT NULL,
    order_id uuid NOT NULL,
    channel text NOT NULL,
    external_id text NOT NULL,
    placed_at timestamptz NOT NULL,
    captured_at timestamptz NOT NULL,
    currency text NOT NULL,
    total bigint NOT NULL,
    email text,
    method text NOT NULL,
    service text NOT NULL,
    backorder text NOT NULL,
    promised_earliest timestamptz,
    promised_latest timestamptz,
    fingerprint bytea NOT NULL,
    document text NOT NULL,
    PRIMARY KEY (market, order_id),
    CONSTRAINT one_order_per_external_id UNIQUE (market, external_id, channel)
) WITH (toast_tuple_target = 8160);
CREATE INDEX order_of_email ON orders."order" (market, email, order_id) WHERE email IS NOT NULL;

-- `canceled` only grows. What is reserved, shipped or delivered is told by those who do it.
CREATE TABLE orders.line (
    market text NOT NULL,
    order_id uuid NOT NULL,
    line_no smallint NOT NULL,
    external_id text NOT NULL,
    sku text NOT NULL,
    quantity integer NOT NULL CONSTRAINT quantity_positive CHECK (quantity > 0),
    canceled integer NOT NULL DEFAULT 0,
    unit_price bigint NOT NULL CONSTRAINT price_not_negative CHECK (unit_price >= 0),
    discount bigint NOT NULL CONSTRAINT discount_not_negative CHECK (discount >= 0),
    tax bigint NOT NULL CONSTRAINT tax_not_negative CHECK (tax >= 0),
    digital boolean NOT NULL DEFAULT FALSE,
    PRIMARY KEY (market, order_id, line_no),
    CONSTRAINT no_more_canceled_than_ordered CHECK (canceled BETWEEN 0 AND quantity)
);

-- What one unit of a line is made of: itself, or a kit's components as they were at capture.
-- A line without rows here sells its own sku, unit for unit.
CREATE TABLE orders.part (
    market text NOT NULL,
    order_id uuid NOT NULL,
    line_no smallint NOT NULL,
    sku text NOT NULL,
    per_unit integer NOT NULL CONSTRAINT per_unit_positive CHECK (per_unit > 0),
    PRIMARY KEY (market, order_id, line_no, sku)
);

-- Why units were canceled, by whom.
CREATE TABLE orders.cancellation (
    market text NOT NULL,
    order_id uuid NOT NULL,
    line_no smallint NOT NULL,
    cancellation_id uuid NOT NULL,
    quantity integer NOT NULL CONSTRAINT quantity_positive CHECK (quantity > 0),
    reason text NOT NULL,
    actor text NOT NULL,
    at timestamptz NOT NULL,
    PRIMARY KEY (market, order_id, line_no, cancellation_id)
);

CREATE TABLE orders.hold (
    market text NOT NULL,
    order_id uuid NOT NULL,
    hold_id uuid NOT NULL,
    kind text NOT NULL CONSTRAINT kind_known
    CHECK (kind IN ('manual', 'fraud', 'address', 'payment')),
    reason text NOT NULL,
    actor text NOT NULL,
    placed_at timestamptz NOT NULL,
    until timestamptz,
    lifted_at timestamptz,
    lifted_by text,
    lift_reason text,
    PRIMARY KEY (market, order_id, hold_id)
);
CREATE UNIQUE INDEX one_standing_hold_of_a_kind ON orders.hold (market, order_id, kind)
WHERE lifted_at IS NULL;
CREATE INDEX hold_expiring ON orders.hold (until)
WHERE lifted_at IS NULL AND until IS NOT NULL;

-- An order that is done: all its units delivered, collected or canceled.
CREATE TABLE orders.closing (
    market text NOT NULL,
    order_id uuid NOT NULL,
    at timestamptz NOT NULL,
    PRIMARY KEY (market, order_id)
);
