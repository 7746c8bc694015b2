-- Why: what the books say of a store's shelf is not what is there. What is believed of a position,
-- from counts, picks and time, is kept here, and with it the units that are too doubtful to sell.
CREATE TABLE inventory.belief (
    market text NOT NULL,
    sku text NOT NULL,
    node_id text NOT NULL,
    as_of timestamptz NOT NULL,
    looked_at timestamptz NOT NULL,
    missing float8[] NOT NULL
    CONSTRAINT every_loss_has_its_chance CHECK (cardinality(missing) = 16),
    exposed double precision NOT NULL,
    running double precision NOT NULL,
    lost integer NOT NULL,
    picked integer NOT NULL,
    shorted integer NOT NULL,
    shorted_at timestamptz,
    attempts integer NOT NULL,
    misfound integer NOT NULL,
    velocity double precision NOT NULL,
    doubtful integer NOT NULL CONSTRAINT doubtful_not_negative CHECK (doubtful >= 0),
    expected_lost double precision NOT NULL,
    policy_version integer NOT NULL,
    PRIMARY KEY (market, sku, node_id),
    CONSTRAINT nothing_happened_in_negative_time CHECK (exposed >= 0 AND running >= 0)
) WITH (fillfactor = 80);
-- What is to be brought up to date: what an older policy decided first, then what is oldest.
CREATE INDEX belief_due ON inventory.belief (market, policy_version, as_of);
CREATE INDEX belief_of_node ON inventory.belief (market, node_id);

-- What a node has been learned to do to its records: units lost per position and day of exposure,
-- and how many picks miss what is there.
CREATE TABLE inventory.shrinkage (
    market text NOT NULL,
    node_id text NOT NULL,
    losses_a_day double precision NOT NULL
    CONSTRAINT losses_not_negative CHECK (losses_a_day >= 0),
    misfind double precision NOT NULL
    CONSTRAINT misfind_is_a_probability CHECK (misfind BETWEEN 0 AND 1),
    learned_at timestamptz NOT NULL,
    PRIMARY KEY (market, node_id)
);
