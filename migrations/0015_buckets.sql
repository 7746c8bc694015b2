-- Why: what is there and not for sale says why it is not, what travels between nodes belongs to a
-- transfer, and who has a claim at a position can be found by the position.

-- Units that are there and not for sale, by reason; their sum is the position's `unavailable`.
CREATE TABLE inventory.set_aside (
    market text NOT NULL,
    sku text NOT NULL,
    node_id text NOT NULL,
    reason text NOT NULL CONSTRAINT known_reason
    CHECK (reason IN ('doubt', 'display', 'quarantine', 'damaged')),
    quantity integer NOT NULL CONSTRAINT quantity_positive CHECK (quantity > 0),
    PRIMARY KEY (market, sku, node_id, reason)
) WITH (fillfactor = 90);

-- Which reason a change of `unavailable` was for. Until now there was one: doubt.
ALTER TABLE inventory.movement ADD COLUMN reason text;
-- The transfer an entry belongs to: `reference` is anybody's words.
ALTER TABLE inventory.movement ADD COLUMN transfer_id text;
UPDATE inventory.movement SET reason = 'doubt'
WHERE unavailable_delta <> 0;
INSERT INTO inventory.set_aside (market, sku, node_id, reason, quantity)
SELECT p.market, p.sku, p.node_id, 'doubt' AS reason, p.unavailable
FROM inventory.position AS p
WHERE p.unavailable > 0;

-- Open claims by position: a shortage asks whose units are missing. Few beside all that ever were.
-- Built in the migration's transaction: some seconds for ten million claims, in which none is made.
-- squawk-ignore require-concurrent-index-creation
CREATE INDEX reservation_open ON inventory.reservation (market, sku, node_id)
WHERE freed + consumed < quantity;

-- Goods on their way from one node to another. `transfer_id` is the caller's.
CREATE TABLE inventory.transfer (
    market text NOT NULL,
    transfer_id text NOT NULL,
    from_node text NOT NULL,
    to_node text NOT NULL,
    state text NOT NULL,
    expected_at timestamptz,
    made_at timestamptz NOT NULL,
    moved_at timestamptz NOT NULL,
    version integer NOT NULL DEFAULT 1,
    PRIMARY KEY (market, transfer_id),
    CONSTRAINT from_one_node_to_another CHECK (from_node <> to_node)
) WITH (fillfactor = 80);
CREATE INDEX transfer_under_way ON inventory.transfer (market, transfer_id)
WHERE state IN ('planned', 'sent', 'receiving');

-- What is in transit of a line = sent - received - written off. `surplus` are units that arrived
-- beyond what was sent: taken in at the receiver as an adjustment, and no part of that sum.
CREATE TABLE inventory.transfer_line (
    market text NOT NULL,
    transfer_id text NOT NULL,
    sku text NOT NULL,
    quantity integer NOT NULL CONSTRAINT quantity_positive CHECK (quantity > 0),
    sent integer NOT NULL DEFAULT 0 CONSTRAINT sent_as_planned CHECK (sent BETWEEN 0 AND quantity),
    received integer NOT NULL DEFAULT 0 CONSTRAINT received_not_negative CHECK (received >= 0),
    written_off integer NOT NULL DEFAULT 0
    CONSTRAINT written_off_not_negative CHECK (written_off >= 0),
    surplus integer NOT NULL DEFAULT 0 CONSTRAINT surplus_not_negative CHECK (surplus >= 0),
    PRIMARY KEY (market, transfer_id, sku),
    CONSTRAINT no_more_ends_than_was_sent CHECK (received + written_off <= sent)
) WITH (fillfactor = 80);
CREATE INDEX transfer_line_in_transit ON inventory.transfer_line (market, sku)
WHERE received + written_off < sent;

-- Every move of a transfer's life, by whom and why.
CREATE TABLE inventory.transfer_move (
    market text NOT NULL,
    transfer_id text NOT NULL,
    move_no integer NOT NULL,
    machine text NOT NULL DEFAULT 'inventory.transfer',
    from_state text NOT NULL,
    verb text NOT NULL,
    actor text NOT NULL,
    reason text,
    at timestamptz NOT NULL,
    PRIMARY KEY (market, transfer_id, move_no),
    CONSTRAINT only_legal_moves FOREIGN KEY (machine, from_state, verb)
    REFERENCES plumbing.transition (machine, from_state, verb)
);
