-- Why: what every node holds, who has a claim on it, and the ledger that says why.
CREATE SCHEMA inventory;

-- The balances of one sku at one node. The guard of every sale is `never_oversold`, here and in
-- the WHERE of the statement that reserves. `shortage` is what a count found missing of reserved
-- units: only counts and movements may raise it, so that a physical fact is never refused and never
-- hidden.
CREATE TABLE inventory.position (
    market text NOT NULL,
    sku text NOT NULL,
    node_id text NOT NULL,
    on_hand integer NOT NULL CONSTRAINT on_hand_not_negative CHECK (on_hand >= 0),
    reserved integer NOT NULL DEFAULT 0 CONSTRAINT reserved_not_negative CHECK (reserved >= 0),
    unavailable integer NOT NULL DEFAULT 0
    CONSTRAINT unavailable_not_negative CHECK (unavailable >= 0),
    safety integer NOT NULL DEFAULT 0 CONSTRAINT safety_not_negative CHECK (safety >= 0),
    shortage integer NOT NULL DEFAULT 0 CONSTRAINT shortage_not_negative CHECK (shortage >= 0),
    PRIMARY KEY (market, sku, node_id),
    CONSTRAINT never_oversold CHECK (reserved + unavailable <= on_hand + shortage)
) WITH (fillfactor = 90);

-- The ledger: every change of a balance, with its cause. Balances can be rebuilt from it. `writer`
-- tells processes apart, so that each reads only what the others have changed.
CREATE TABLE inventory.movement (
    market text NOT NULL,
    movement_id uuid NOT NULL,
    sku text NOT NULL,
    node_id text NOT NULL,
    kind text NOT NULL,
    on_hand_delta integer NOT NULL,
    reserved_delta integer NOT NULL,
    unavailable_delta integer NOT NULL,
    order_id uuid,
    line_no smallint,
    reference text,
    at timestamptz NOT NULL,
    writer integer NOT NULL,
    PRIMARY KEY (market, movement_id)
);
-- What moved since a count was taken; reservations move nothing physical and stay out of it.
CREATE INDEX movement_physical ON inventory.movement (market, sku, node_id, at)
WHERE on_hand_delta <> 0;

-- A claim of units at a node for an order line. Open = quantity - freed - consumed. Of what was
-- freed, `given_up` is what the node itself gave up: it rejected it or came up short.
CREATE TABLE inventory.reservation (
    market text NOT NULL,
    order_id uuid NOT NULL,
    line_no smallint NOT NULL,
    sku text NOT NULL,
    node_id text NOT NULL,
    quantity integer NOT NULL CONSTRAINT quantity_positive CHECK (quantity > 0),
    freed integer NOT NULL DEFAULT 0 CONSTRAINT freed_not_negative CHECK (freed >= 0),
    given_up integer NOT NULL DEFAULT 0 CONSTRAINT given_up_is_freed
    CHECK (given_up BETWEEN 0 AND freed),
    consumed integer NOT NULL DEFAULT 0 CONSTRAINT consumed_not_negative CHECK (consumed >= 0),
    PRIMARY KEY (market, order_id, line_no, sku, node_id),
    CONSTRAINT resolved_once CHECK (freed + consumed <= quantity)
) WITH (fillfactor = 90);

-- Units accepted for which no node has a claim: backorders, and what a channel sold without stock.
-- Availability counts them, so that supply that arrives is not sold over the heads of who waits.
CREATE TABLE inventory.demand (
    market text NOT NULL,
    order_id uuid NOT NULL,
    line_no smallint NOT NULL,
    sku text NOT NULL,
    quantity integer NOT NULL CONSTRAINT quantity_positive CHECK (quantity > 0),
    why text NOT NULL,
    since timestamptz NOT NULL,
    PRIMARY KEY (market, order_id, line_no, sku)
);
CREATE INDEX demand_of_sku ON inventory.demand (market, sku, since);

-- The newest count applied from each source, so that an older one that arrives late is refused.
CREATE TABLE inventory.count_mark (
    market text NOT NULL,
    source text NOT NULL,
    sku text NOT NULL,
    node_id text NOT NULL,
    sequence bigint,
    counted_at timestamptz NOT NULL,
    PRIMARY KEY (market, source, sku, node_id)
);
