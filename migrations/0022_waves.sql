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
    CONSTRAINT counts_are_no_less_than_nothing CHECK (looked >= 0 AND moved >= 0 AND contended >= 0),
    CONSTRAINT it_moves_what_it_looked_at CHECK (moved + contended <= looked),
    CONSTRAINT a_wave_never_costs CHECK (saved >= 0)
);

CREATE TABLE journey.wave_turn (
    market text NOT NULL,
    began_at timestamptz NOT NULL,
    CONSTRAINT wave_turn_pkey PRIMARY KEY (market)
);
