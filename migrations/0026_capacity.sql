-- Why: a node's day has limits by service beside its own, and operations say for a while what the
-- node's row does not: nothing new until then, so many today, closed that day, another cut-off.
ALTER TABLE network.node ADD COLUMN capacity_per_service json;

-- Written once; it begins and ends. `day`, `limit_per_day` and `clock` (local time) are there where
-- the kind has them; `method` null means all of them.
CREATE TABLE network.override (
    market text NOT NULL,
    override_id uuid NOT NULL,
    node_id text NOT NULL,
    kind text NOT NULL
    CONSTRAINT override_kind_known CHECK (kind IN ('pause', 'cap', 'close', 'cut_off')),
    method text,
    day date,
    limit_per_day integer CONSTRAINT limit_not_negative CHECK (limit_per_day >= 0),
    clock time,
    begins_at timestamptz NOT NULL,
    ends_at timestamptz NOT NULL,
    begun boolean NOT NULL,
    reason text NOT NULL,
    actor text NOT NULL,
    made_at timestamptz NOT NULL,
    ended_at timestamptz,
    ended_by text,
    end_reason text,
    PRIMARY KEY (market, override_id),
    CONSTRAINT ends_after_it_begins CHECK (begins_at < ends_at),
    CONSTRAINT a_cap_has_a_limit CHECK ((kind = 'cap') = (limit_per_day IS NOT NULL)),
    CONSTRAINT a_pause_has_no_day CHECK ((kind = 'pause') = (day IS NULL)),
    CONSTRAINT ended_by_somebody
    CHECK ((ended_at IS NULL) = (ended_by IS NULL) AND (ended_at IS NULL) = (end_reason IS NULL))
);
CREATE INDEX override_standing ON network.override (market, node_id, override_id)
WHERE ended_at IS NULL;

-- Work planned on a day is counted for the node ('') and for each service with a limit of its own.
-- A row for each node and day that has a limit: its key is made anew in a moment.
ALTER TABLE sourcing.node_day ADD COLUMN service text NOT NULL DEFAULT '';
-- squawk-ignore ban-drop-constraint
ALTER TABLE sourcing.node_day DROP CONSTRAINT node_day_pkey;
-- squawk-ignore constraint-missing-not-valid, adding-serial-primary-key-field
ALTER TABLE sourcing.node_day ADD PRIMARY KEY (market, node_id, day, service);

-- A node's work of a day: what an override may move, and what a day's page shows. Built in the
-- migration's transaction: some seconds for ten million, in which no work is opened.
-- squawk-ignore require-concurrent-index-creation
CREATE INDEX fulfillment_order_of_day
ON fulfillment.fulfillment_order (market, node_id, day, fulfillment_order_id);

-- Days are read from a day on, by every server again and again.
-- squawk-ignore require-concurrent-index-creation
CREATE INDEX node_day_from ON sourcing.node_day (market, day);
