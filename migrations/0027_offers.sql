-- Why: work may be offered to several nodes; the first that accepts has it, exactly once.

-- One round of offering a fulfillment order. It ends once, by a move that the table of lives has.
CREATE TABLE fulfillment.offer (
    market text NOT NULL,
    offer_id uuid NOT NULL,
    order_id uuid NOT NULL,
    fulfillment_order_id uuid NOT NULL,
    attempt smallint NOT NULL CONSTRAINT attempt_positive CHECK (attempt > 0),
    state text NOT NULL DEFAULT 'open',
    made_at timestamptz NOT NULL,
    ends_at timestamptz NOT NULL,
    machine text NOT NULL DEFAULT 'fulfillment.offer',
    from_state text NOT NULL DEFAULT 'open',
    verb text,
    ended_by text,
    ended_at timestamptz,
    accepted_by text,
    PRIMARY KEY (market, offer_id),
    CONSTRAINT open_until_it_ends
    CHECK ((state = 'open') = (verb IS NULL) AND (verb IS NULL) = (ended_at IS NULL)),
    CONSTRAINT accepted_by_a_node CHECK ((state = 'accepted') = (accepted_by IS NOT NULL)),
    CONSTRAINT only_legal_moves FOREIGN KEY (machine, from_state, verb)
    REFERENCES plumbing.transition (machine, from_state, verb)
) WITH (fillfactor = 80);
CREATE UNIQUE INDEX offer_open ON fulfillment.offer (market, fulfillment_order_id)
WHERE state = 'open';
CREATE INDEX offer_of_order ON fulfillment.offer (market, order_id);
CREATE INDEX offer_due ON fulfillment.offer (market, ends_at) WHERE state = 'open';

-- To whom it was offered, the cheapest first, and what each has answered.
CREATE TABLE fulfillment.offered (
    market text NOT NULL,
    offer_id uuid NOT NULL,
    node_id text NOT NULL,
    place smallint NOT NULL,
    lane_id text,
    cost bigint NOT NULL,
    answer text
    CONSTRAINT answer_known CHECK (answer IN ('accepted', 'declined')),
    actor text,
    reason text,
    answered_at timestamptz,
    PRIMARY KEY (market, offer_id, node_id),
    CONSTRAINT answered_by_somebody CHECK ((answer IS NULL) = (actor IS NULL)),
    FOREIGN KEY (market, offer_id) REFERENCES fulfillment.offer (market, offer_id)
);
CREATE INDEX offered_to ON fulfillment.offered (market, node_id, offer_id);
