-- Why: files are brought in over the public API: kept where every process sees them and a crash
-- leaves them, brought in piece by piece, each in a commit that says how far the file has come.
CREATE SCHEMA imports;

-- A file on its way in. `upto` is the last row that is done, of the first reading or the `later`
-- one; `rows` are settled,
-- `rows_before` of them when it was last asked for. `kept` false: its bytes are gone, its history
-- stays.
CREATE TABLE imports.job (
    market text NOT NULL,
    import_id uuid NOT NULL,
    kind text NOT NULL,
    file text NOT NULL,
    size bigint NOT NULL CONSTRAINT a_file_is_not_empty CHECK (size > 0),
    digest bytea NOT NULL,
    parts integer NOT NULL CONSTRAINT a_file_has_parts CHECK (parts > 0),
    written_at timestamptz NOT NULL,
    uploaded_at timestamptz NOT NULL,
    uploaded_by text NOT NULL,
    preview json NOT NULL,
    mapping json NOT NULL,
    mapping_name text,
    state text NOT NULL,
    rehearsal boolean NOT NULL DEFAULT FALSE,
    checked json,
    asked_at timestamptz,
    asked_by text,
    began_at timestamptz,
    told_at timestamptz,
    ended_at timestamptz,
    later boolean NOT NULL DEFAULT FALSE,
    upto integer NOT NULL DEFAULT 0,
    rows integer NOT NULL DEFAULT 0,
    rows_before integer NOT NULL DEFAULT 0,
    rejected integer NOT NULL DEFAULT 0,
    counts json NOT NULL DEFAULT '{}',
    done bigint NOT NULL DEFAULT 0,
    total bigint NOT NULL DEFAULT 1,
    worker uuid,
    leased_until timestamptz,
    fault text,
    kept boolean NOT NULL DEFAULT TRUE,
    used_at timestamptz NOT NULL,
    PRIMARY KEY (market, import_id),
    CONSTRAINT who_works_has_a_lease CHECK ((worker IS NULL) = (leased_until IS NULL)),
    CONSTRAINT what_ended_is_not_worked_on CHECK (ended_at IS NULL OR worker IS NULL)
) WITH (fillfactor = 50);
CREATE INDEX job_asked_for ON imports.job (market, asked_at)
WHERE state IN ('checking', 'running');
CREATE INDEX job_kept ON imports.job (market, used_at) WHERE kept;

-- A file's bytes: compressed by nobody, for most of what comes is compressed or read once.
CREATE TABLE imports.part (
    market text NOT NULL,
    import_id uuid NOT NULL,
    part integer NOT NULL,
    bytes_ bytea NOT NULL,
    PRIMARY KEY (market, import_id, part)
);
ALTER TABLE imports.part ALTER COLUMN bytes_ SET STORAGE EXTERNAL;

-- Rows that were not taken, by a rehearsal or by the run itself, each with its reason.
CREATE TABLE imports.reject (
    market text NOT NULL,
    import_id uuid NOT NULL,
    rehearsal boolean NOT NULL,
    row integer NOT NULL,
    field text NOT NULL,
    reason text NOT NULL,
    data text NOT NULL,
    PRIMARY KEY (market, import_id, rehearsal, row)
);

-- Which column is which field, by a name somebody gave, for the next file of the kind.
CREATE TABLE imports.mapping (
    market text NOT NULL,
    kind text NOT NULL,
    name text NOT NULL,
    mapping json NOT NULL,
    saved_by text NOT NULL,
    saved_at timestamptz NOT NULL,
    PRIMARY KEY (market, kind, name)
);

-- A replay that somebody has ended before it was done.
ALTER TABLE sourcing.replay ADD COLUMN canceled_by text;

-- Whoever searches the event log asks for a type first: of some fifty types each grows at its end,
-- so the relay feeds it a handful of pages that are in memory.
-- squawk-ignore require-concurrent-index-creation
CREATE INDEX event_of_type ON plumbing.event (market, type, sequence);

-- What was given up is counted and tried anew: next to no delivery is.
-- squawk-ignore require-concurrent-index-creation
CREATE INDEX delivery_failed ON notices.delivery (market, webhook_id, sequence)
WHERE state = 'failed';
