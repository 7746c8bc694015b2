-- Why: what has been decided is decided again, by the rules of then and by rules not yet in force,
-- before they are; and what it finds is kept for whoever asks whether they may be.

-- Decisions of a span of time are found without an index that captures would have to feed: they
-- are written in the order of time, and a page in a hundred says which it holds.
-- squawk-ignore require-concurrent-index-creation
CREATE INDEX decision_by_time ON sourcing.decision USING brin (market, at)
WITH (pages_per_range = 32, autosummarize = on);

-- A replay of a span of time; `document` is the policy tried, null where only the rules of then
-- are. `after_id` is the last record done: whoever goes on begins behind it. `digest` is of the
-- document, `result` what was found.
CREATE TABLE sourcing.replay (
    market text NOT NULL,
    replay_id uuid NOT NULL,
    actor text NOT NULL,
    from_at timestamptz NOT NULL,
    to_at timestamptz NOT NULL,
    document json,
    digest text,
    seed integer NOT NULL,
    made_at timestamptz NOT NULL,
    after_id uuid NOT NULL,
    records integer NOT NULL,
    records_done integer NOT NULL DEFAULT 0,
    decisions integer NOT NULL DEFAULT 0,
    orders integer NOT NULL DEFAULT 0,
    differing integer NOT NULL DEFAULT 0,
    changed integer NOT NULL DEFAULT 0,
    ended_at timestamptz,
    fault text,
    result json,
    PRIMARY KEY (market, replay_id),
    CONSTRAINT a_span_has_a_length CHECK (from_at < to_at),
    CONSTRAINT a_document_has_a_digest CHECK ((document IS NULL) = (digest IS NULL)),
    CONSTRAINT a_result_is_at_the_end CHECK (result IS NULL OR ended_at IS NOT NULL)
) WITH (fillfactor = 50);
CREATE INDEX replay_unfinished ON sourcing.replay (market, replay_id) WHERE ended_at IS NULL;
CREATE INDEX replay_of_document ON sourcing.replay (market, digest, ended_at);

-- What each step of it counted, packed.
CREATE TABLE sourcing.replay_part (
    market text NOT NULL,
    replay_id uuid NOT NULL,
    part integer NOT NULL,
    packed bytea NOT NULL,
    PRIMARY KEY (market, replay_id, part)
);

-- Decisions that differ: `faithful` false where the rules of then do not give what was recorded,
-- which is a defect; true where the tried rules send an order elsewhere.
CREATE TABLE sourcing.replay_change (
    market text NOT NULL,
    replay_id uuid NOT NULL,
    number integer NOT NULL,
    faithful boolean NOT NULL,
    order_id uuid,
    document json NOT NULL,
    PRIMARY KEY (market, replay_id, number)
);

-- What a day's orders cost beside what they could have cost; `document` is the whole of it.
CREATE TABLE sourcing.regret (
    market text NOT NULL,
    day date NOT NULL,
    orders integer NOT NULL,
    cost bigint NOT NULL,
    bound bigint NOT NULL,
    document json NOT NULL,
    made_at timestamptz NOT NULL,
    PRIMARY KEY (market, day),
    CONSTRAINT a_bound_is_no_more_than_the_cost CHECK (bound <= cost)
);
