-- Why: what every capability stands on: lifecycles as rows, idempotency, the outbox and the feed,
-- the journey's cursors, inbound deliveries, and the exceptions that wait for a person.
CREATE SCHEMA plumbing;

-- Every lifecycle of the house, seeded from the states.py tables whenever migrations run.
CREATE TABLE plumbing.transition (
    machine text NOT NULL,
    from_state text NOT NULL,
    verb text NOT NULL,
    to_state text NOT NULL,
    PRIMARY KEY (machine, from_state, verb)
);

-- One answer per idempotency key. `subject` points at an order whose document is the answer.
CREATE TABLE plumbing.idempotency (
    market text NOT NULL,
    principal text NOT NULL,
    key text NOT NULL,
    fingerprint bytea NOT NULL,
    status smallint,
    answer bytea,
    subject uuid,
    at timestamptz NOT NULL,
    PRIMARY KEY (market, principal, key)
);
CREATE INDEX idempotency_age ON plumbing.idempotency USING brin (at);

-- Facts written in the commit they tell of, until the relay numbers them.
CREATE TABLE plumbing.outbox (
    outbox_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    market text NOT NULL,
    type text NOT NULL,
    event_id uuid NOT NULL,
    order_id uuid,
    subject text NOT NULL,
    at timestamptz NOT NULL,
    data text NOT NULL
) WITH (autovacuum_vacuum_scale_factor = 0.0, autovacuum_vacuum_threshold = 20000);

-- The last sequence number given in a market; the row is also the relay's lease.
CREATE TABLE plumbing.feed (
    market text PRIMARY KEY,
    last_sequence bigint NOT NULL CONSTRAINT sequence_not_negative CHECK (last_sequence >= 0)
);

-- The feed: dense numbers, given after commit.
CREATE TABLE plumbing.event (
    market text NOT NULL,
    sequence bigint NOT NULL,
    type text NOT NULL,
    event_id uuid NOT NULL,
    order_id uuid,
    subject text NOT NULL,
    at timestamptz NOT NULL,
    data text NOT NULL,
    PRIMARY KEY (market, sequence)
);
CREATE INDEX event_of_order ON plumbing.event (market, order_id, sequence)
WHERE order_id IS NOT NULL;

-- How far each row of the journey has read the feed.
CREATE TABLE plumbing.cursor (
    market text NOT NULL,
    step text NOT NULL,
    sequence bigint NOT NULL,
    PRIMARY KEY (market, step)
);

-- Inbound deliveries by their own id: asking twice is asking once.
CREATE TABLE plumbing.inbox (
    market text NOT NULL,
    source text NOT NULL,
    message_id text NOT NULL,
    digest bytea NOT NULL,
    received_at timestamptz NOT NULL,
    outcome text NOT NULL,
    PRIMARY KEY (market, source, message_id)
);

-- Work that no rule can finish, waiting for a person.
CREATE TABLE plumbing.exception (
    market text NOT NULL,
    exception_id uuid NOT NULL,
    kind text NOT NULL,
    subject text NOT NULL,
    order_id uuid,
    line_no smallint,
    reason text NOT NULL,
    detail json NOT NULL,
    opened_at timestamptz NOT NULL,
    closed_at timestamptz,
    closed_by text,
    close_reason text,
    PRIMARY KEY (market, exception_id)
);
CREATE INDEX exception_of_order ON plumbing.exception (market, order_id)
WHERE order_id IS NOT NULL;
CREATE INDEX exception_open ON plumbing.exception (market, exception_id) WHERE closed_at IS NULL;
