-- Why: a policy is drafted and looked at before it decides anything, comes into force at a time
-- that was announced, and is taken back in one step.

-- A version is a number in the order of writing; `activation` counts those that came into force, in
-- that order, and is part of the network's version. `effective_at` is when a scheduled one is to
-- come into force, `restores` the version whose document it has again.
-- squawk-ignore ban-drop-not-null
ALTER TABLE policies.policy ALTER COLUMN active_from DROP NOT NULL;
ALTER TABLE policies.policy
ADD COLUMN state text NOT NULL DEFAULT 'retired',
ADD COLUMN activation integer,
ADD COLUMN effective_at timestamptz,
ADD COLUMN retired_at timestamptz,
ADD COLUMN restores integer,
ADD COLUMN made_at timestamptz,
ADD COLUMN changed_at timestamptz,
ADD COLUMN revision integer NOT NULL DEFAULT 1;

-- Until now each version was in force from its writing on, and until the next one.
UPDATE policies.policy AS p
SET
    activation = p.version,
    made_at = p.active_from,
    changed_at = p.active_from,
    retired_at = (
        SELECT n.active_from FROM policies.policy AS n
        WHERE n.market = p.market AND n.version = p.version + 1
    ),
    state = CASE
        WHEN EXISTS (
            SELECT 1 FROM policies.policy AS n
            WHERE n.market = p.market AND n.version > p.version
        ) THEN 'retired'
        ELSE 'active'
    END;

-- Some hundreds of rows: whoever reads them waits for milliseconds.
-- squawk-ignore ban-drop-default
ALTER TABLE policies.policy ALTER COLUMN state DROP DEFAULT;
-- squawk-ignore adding-not-nullable-field
ALTER TABLE policies.policy ALTER COLUMN made_at SET NOT NULL;
-- squawk-ignore adding-not-nullable-field
ALTER TABLE policies.policy ALTER COLUMN changed_at SET NOT NULL;
ALTER TABLE policies.policy
-- squawk-ignore constraint-missing-not-valid
ADD CONSTRAINT in_force_since CHECK ((activation IS NULL) = (active_from IS NULL)),
-- squawk-ignore constraint-missing-not-valid
ADD CONSTRAINT active_was_activated CHECK (state <> 'active' OR activation IS NOT NULL),
-- squawk-ignore constraint-missing-not-valid
ADD CONSTRAINT scheduled_has_a_time CHECK (state <> 'scheduled' OR effective_at IS NOT NULL),
-- squawk-ignore constraint-missing-not-valid
ADD CONSTRAINT drafts_never_decided
CHECK (state NOT IN ('draft', 'scheduled') OR activation IS NULL);
-- squawk-ignore require-concurrent-index-creation
CREATE UNIQUE INDEX one_in_force ON policies.policy (market) WHERE state = 'active';
-- squawk-ignore require-concurrent-index-creation
CREATE UNIQUE INDEX activated_in_turn ON policies.policy (market, activation);
-- squawk-ignore require-concurrent-index-creation
CREATE INDEX policy_due ON policies.policy (market, effective_at) WHERE state = 'scheduled';

-- Every move of a version's life, by whom and why.
CREATE TABLE policies.policy_move (
    market text NOT NULL,
    version integer NOT NULL,
    move_no integer NOT NULL,
    machine text NOT NULL DEFAULT 'policies.policy',
    from_state text NOT NULL,
    verb text NOT NULL,
    actor text NOT NULL,
    reason text,
    at timestamptz NOT NULL,
    PRIMARY KEY (market, version, move_no),
    CONSTRAINT only_legal_moves FOREIGN KEY (machine, from_state, verb)
    REFERENCES plumbing.transition (machine, from_state, verb)
);
