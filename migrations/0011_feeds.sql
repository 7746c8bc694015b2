-- Why: feeds come doubled, late, out of order and with holes. What was heard is remembered, what a
-- late message means is reckoned against the newest count, and the ledger can be read at any moment
-- without an index that every reservation would have to feed.

-- Who did it and which message said so. Reservations leave these empty: their order knows.
ALTER TABLE inventory.movement ADD COLUMN actor text;
ALTER TABLE inventory.movement ADD COLUMN source text;
ALTER TABLE inventory.movement ADD COLUMN sequence bigint;

-- A position's counts of all sources are read together: the newest of them is what its stock is
-- reckoned from. `on_hand` is what it found; marks from before this migration do not know it. Only
-- counts read or write this table: no order waits while its key is made anew.
ALTER TABLE inventory.count_mark ADD COLUMN on_hand integer;
-- squawk-ignore ban-drop-constraint
ALTER TABLE inventory.count_mark DROP CONSTRAINT count_mark_pkey;
-- squawk-ignore constraint-missing-not-valid, adding-serial-primary-key-field
ALTER TABLE inventory.count_mark ADD PRIMARY KEY (market, sku, node_id, source);

-- Numbered movements that were applied: each has its effect once. It grows beside the ledger, by
-- one short row for each numbered entry, in the order of the numbers.
CREATE TABLE inventory.message (
    market text NOT NULL,
    source text NOT NULL,
    sequence bigint NOT NULL,
    PRIMARY KEY (market, source, sequence)
);

-- Units that numbered messages took away and that the books did not have. Books are never negative
-- and such a message is never refused: what comes later pays this back first.
CREATE TABLE inventory.deficit (
    market text NOT NULL,
    sku text NOT NULL,
    node_id text NOT NULL,
    units integer NOT NULL CONSTRAINT units_positive CHECK (units > 0),
    PRIMARY KEY (market, sku, node_id)
);

-- Which numbers of a source were heard, as ranges: the holes between them are its gaps.
CREATE TABLE inventory.feed_source (
    market text NOT NULL,
    source text NOT NULL,
    heard int8multirange NOT NULL,
    PRIMARY KEY (market, source)
) WITH (fillfactor = 50);

-- How fresh a source is at a node. `per_s` is a mean that forgets: it halves in some 3.5 minutes of
-- silence. `stale_since` is set while the feed is silent longer than the policy allows, for whoever
-- discounts the node's stock; `exception_id` is the alarm of that silence.
CREATE TABLE inventory.feed (
    market text NOT NULL,
    source text NOT NULL,
    node_id text NOT NULL,
    heard_at timestamptz NOT NULL,
    told_at timestamptz NOT NULL,
    sequence bigint,
    messages bigint NOT NULL,
    per_s double precision NOT NULL,
    stale_since timestamptz,
    exception_id uuid,
    PRIMARY KEY (market, source, node_id)
) WITH (fillfactor = 70);

-- The ledger's table of contents: the entries of a closed span, by position, and what the balances
-- were at its end. Spans follow each other without a hole; a span holds ids after `after_id`, up to
-- and with `upto_id`.
CREATE TABLE inventory.chapter (
    market text NOT NULL,
    sku text NOT NULL,
    node_id text NOT NULL,
    upto_id uuid NOT NULL,
    after_id uuid NOT NULL,
    movement_ids uuid[] NOT NULL,
    on_hand integer NOT NULL,
    reserved integer NOT NULL,
    unavailable integer NOT NULL,
    PRIMARY KEY (market, sku, node_id, upto_id)
);

-- How far the contents reach; what is newer is read from the ledger itself.
CREATE TABLE inventory.chapter_mark (
    market text NOT NULL,
    upto_id uuid NOT NULL,
    PRIMARY KEY (market)
) WITH (fillfactor = 50);
