-- Why: what is kept back. Safety stock by rules, and units that are protected for some channels.

-- What each segment has drawn here, and under '' what all others have: {"app": 3, "": 7}, net of
-- what came back. Null: nothing was ever protected here. It stands on the row that is locked to
-- sell, so that who sells sees what is protected at that very moment. A position that is new is
-- `unsecured` until the rules were asked for its safety; those that stand already have had theirs.
ALTER TABLE inventory.position
ADD COLUMN drawn jsonb,
ADD COLUMN unsecured boolean NOT NULL DEFAULT FALSE;
ALTER TABLE inventory.position ALTER COLUMN unsecured SET DEFAULT TRUE;

-- Positions whose safety nobody has looked at yet; empty but for moments, and at first: one look
-- through the table makes it, and writes nothing.
-- squawk-ignore require-concurrent-index-creation
CREATE INDEX position_unsecured ON inventory.position (market, sku, node_id) WHERE unsecured;

-- Whose protection a claim has drawn on, and the entry that tells of it.
ALTER TABLE inventory.reservation ADD COLUMN drawn_by text;
ALTER TABLE inventory.movement ADD COLUMN drawn_by text;

-- Units sold per whole day (UTC): claims less what was freed. Counted from the ledger once per day.
CREATE TABLE inventory.sold (
    market text NOT NULL,
    day date NOT NULL,
    sku text NOT NULL,
    node_id text NOT NULL,
    units integer NOT NULL,
    PRIMARY KEY (market, sku, node_id, day)
);
CREATE INDEX sold_on ON inventory.sold (market, day);

-- The days that were counted, those without a sale too.
CREATE TABLE inventory.sold_day (
    market text NOT NULL,
    day date NOT NULL,
    PRIMARY KEY (market, day)
);

-- How far the sweep that writes `position.safety` has come. `mark` names all that the rules depend
-- on; `swept` is the mark that the last whole sweep was of. `ruled`: it had a rule to follow.
CREATE TABLE inventory.safeguard (
    market text PRIMARY KEY,
    mark text NOT NULL,
    swept text NOT NULL,
    after_sku text NOT NULL,
    after_node text NOT NULL,
    ruled boolean NOT NULL,
    policy_version integer NOT NULL
);

-- What the sweep has changed, one row a commit: servers read from here which positions to look at
-- again. Rows go after a day.
CREATE TABLE inventory.safety_set (
    market text NOT NULL,
    set_id uuid NOT NULL,
    policy_version integer NOT NULL,
    skus text[] NOT NULL,
    node_ids text[] NOT NULL,
    PRIMARY KEY (market, set_id)
);

-- Nodes whose feed fell silent, or spoke again: what stays unsold at all their positions is asked
-- anew, in order of sku. Empty but for moments.
CREATE TABLE inventory.node_sweep (
    market text NOT NULL,
    node_id text NOT NULL,
    after_sku text NOT NULL,
    PRIMARY KEY (market, node_id)
);
