-- Why: what was learned of delivery times is kept as rows, version by version, so that any server
-- can load it and any promise can be made again as it was made.
-- A trained version: its forests, and the card that says what it was made of and how good it was.
-- The one in force was promoted and has not been retired.
CREATE TABLE promise.version (
    market text NOT NULL,
    version integer NOT NULL,
    trained_at timestamptz NOT NULL,
    actor text NOT NULL,
    forests bytea NOT NULL,
    card json NOT NULL,
    promoted_at timestamptz,
    retired_at timestamptz,
    PRIMARY KEY (market, version),
    CONSTRAINT retired_after_it_was_in_force CHECK (
        retired_at IS NULL OR (promoted_at IS NOT NULL AND retired_at >= promoted_at)
    )
);
ALTER TABLE promise.version ALTER COLUMN forests SET STORAGE EXTERNAL;
CREATE UNIQUE INDEX one_version_in_force ON promise.version (market)
WHERE promoted_at IS NOT NULL AND retired_at IS NULL;

-- What had happened by a moment, which a version answers from: brought up to date between
-- trainings.
CREATE TABLE promise.memory (
    market text NOT NULL,
    version integer NOT NULL,
    as_of timestamptz NOT NULL,
    past bytea NOT NULL,
    PRIMARY KEY (market, version, as_of),
    FOREIGN KEY (market, version) REFERENCES promise.version (market, version)
);
ALTER TABLE promise.memory ALTER COLUMN past SET STORAGE EXTERNAL;
