-- Why: what a customer was to fetch is sent only where they say so. A question, and the way that
-- lines of an order go since it was answered.
CREATE TABLE orders.consent (
    market text NOT NULL,
    consent_id uuid NOT NULL,
    order_id uuid NOT NULL,
    lines smallint[] NOT NULL,
    choices text[] NOT NULL,
    state text NOT NULL DEFAULT 'asked',
    asked_at timestamptz NOT NULL,
    ends_at timestamptz NOT NULL,
    machine text NOT NULL DEFAULT 'orders.consent',
    from_state text NOT NULL DEFAULT 'asked',
    verb text,
    choice text,
    ended_by text,
    ended_at timestamptz,
    PRIMARY KEY (market, consent_id),
    CONSTRAINT asked_until_it_ends
    CHECK ((state = 'asked') = (verb IS NULL) AND (verb IS NULL) = (ended_at IS NULL)),
    CONSTRAINT answered_by_a_choice CHECK (state <> 'answered' OR choice IS NOT NULL),
    CONSTRAINT only_legal_moves FOREIGN KEY (machine, from_state, verb)
    REFERENCES plumbing.transition (machine, from_state, verb)
) WITH (fillfactor = 80);
CREATE INDEX consent_of_order ON orders.consent (market, order_id);
CREATE INDEX consent_due ON orders.consent (market, ends_at) WHERE state = 'asked';

-- How lines go that do not go as their order says.
CREATE TABLE orders.way (
    market text NOT NULL,
    order_id uuid NOT NULL,
    line_no smallint NOT NULL,
    method text NOT NULL,
    service text NOT NULL,
    pickup_node text,
    ship_to json,
    PRIMARY KEY (market, order_id, line_no)
);
