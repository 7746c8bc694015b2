-- Why: planning again together takes seconds; one worker at a time does it, and people see what it
-- brought.

CREATE TABLE journey.wave (
    market text NOT NULL,
    wave_id uuid NOT NULL,
    began_at timestamptz NOT NULL,
    ended_at timestamptz,
    looked integer NOT NULL DEFAULT 0,
    moved integer NOT NULL DEFAULT 0,
    contended integer NOT NULL DEFAULT 0,
    saved bigint NOT NULL DEFAULT 0,
    CONSTRAINT wave_pkey PRIMARY KEY (market, wave_id),
    CONSTRAINT counts_are_no_less_than_nothing
    CHECK (looked >= 0 AND moved >= 0 AND contended >= 0),
    CONSTRAINT it_moves_what_it_looked_at CHECK (moved + contended <= looked),
    CONSTRAINT a_wave_never_costs CHECK (saved >= 0)
);

-- Whose turn is it to do what only one worker should do at a time?
CREATE TABLE journey.turn (
    market text NOT NULL,
    what text NOT NULL,
    began_at timestamptz NOT NULL,
    CONSTRAINT turn_pkey PRIMARY KEY (market, what)
);

-- What stock and room are worth to the orders still to come: written once, read by every router.
CREATE TABLE sourcing.price_table (
    market text NOT NULL,
    version bigint NOT NULL,
    made_at timestamptz NOT NULL,
    why text NOT NULL,
    network_version bigint NOT NULL,
    skus integer NOT NULL CONSTRAINT skus_not_negative CHECK (skus >= 0),
    positions integer NOT NULL CONSTRAINT positions_not_negative CHECK (positions >= 0),
    dearest integer NOT NULL CONSTRAINT no_price_below_nothing CHECK (dearest >= 0),
    document bytea NOT NULL,
    CONSTRAINT price_table_pkey PRIMARY KEY (market, version),
    CONSTRAINT versions_count_from_one CHECK (version > 0)
);
