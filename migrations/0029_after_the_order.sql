-- Why: what follows a promise: by when work must be done, how its date moved, how lanes perform.
CREATE SCHEMA promise;

-- By when a node's work must have come how far if the promise is to hold. `deliver_by` is the end
-- of the promise. `watch_at` is when it is looked at next, null once there is nothing to wait for;
-- `alarm` names the milestone that was told as at risk, or as `missed`, and still is; `cause` says
-- why: time runs out, its node is paused, or has more work than its day holds.
CREATE TABLE promise.milestone (
    market text NOT NULL,
    fulfillment_order_id uuid NOT NULL,
    order_id uuid NOT NULL,
    release_by timestamptz NOT NULL,
    accept_by timestamptz NOT NULL,
    pick_by timestamptz NOT NULL,
    ship_by timestamptz NOT NULL,
    deliver_by timestamptz NOT NULL,
    watch_at timestamptz,
    alarm text CONSTRAINT alarm_known
    CHECK (alarm IN ('release', 'accept', 'pick', 'ship', 'deliver')),
    missed boolean NOT NULL DEFAULT FALSE,
    cause text CONSTRAINT cause_known CHECK (cause IN ('time', 'paused', 'full')),
    PRIMARY KEY (market, fulfillment_order_id),
    CONSTRAINT an_alarm_has_a_cause CHECK ((alarm IS NULL) = (cause IS NULL)),
    CONSTRAINT in_their_order
    CHECK (release_by <= accept_by AND accept_by <= pick_by AND pick_by <= ship_by),
    CONSTRAINT only_what_was_told_is_missed CHECK (alarm IS NOT NULL OR NOT missed)
) WITH (fillfactor = 80);
CREATE INDEX milestone_due ON promise.milestone (market, watch_at) WHERE watch_at IS NOT NULL;
CREATE INDEX milestone_alarmed ON promise.milestone (market, fulfillment_order_id)
WHERE alarm IS NOT NULL;

-- What a customer was told after the first promise, which stands with the order: one row each time
-- the date moved. `maker` says what reckoned it, `cause` what moved it, `reason` why in words.
CREATE TABLE promise.revision (
    market text NOT NULL,
    order_id uuid NOT NULL,
    revision_no integer NOT NULL CONSTRAINT numbered_from_one CHECK (revision_no > 0),
    earliest timestamptz NOT NULL,
    latest timestamptz NOT NULL,
    was timestamptz NOT NULL,
    maker text NOT NULL,
    cause text NOT NULL,
    reason text NOT NULL,
    at timestamptz NOT NULL,
    PRIMARY KEY (market, order_id, revision_no),
    CONSTRAINT in_order CHECK (earliest <= latest),
    CONSTRAINT something_moved CHECK (latest <> was)
);

-- How long parcels were on their way, counted: all of a node's work that was delivered on a day
-- (UTC). `days` are carrier business days from hand-over to delivery, `weekday` that of the
-- hand-over (1 is Monday), `lane_id` "" where another carrier took it than was planned.
CREATE TABLE promise.transit (
    market text NOT NULL,
    day date NOT NULL,
    node_id text NOT NULL,
    lane_id text NOT NULL,
    carrier text NOT NULL,
    service text NOT NULL,
    area text NOT NULL,
    weekday smallint NOT NULL CONSTRAINT a_day_of_the_week CHECK (weekday BETWEEN 1 AND 7),
    days integer NOT NULL CONSTRAINT days_not_negative CHECK (days >= 0),
    parcels integer NOT NULL CONSTRAINT parcels_positive CHECK (parcels > 0),
    promised integer NOT NULL,
    on_time integer NOT NULL,
    PRIMARY KEY (market, day, node_id, lane_id, carrier, service, area, weekday, days),
    CONSTRAINT on_time_of_those_promised CHECK (0 <= on_time AND on_time <= promised),
    CONSTRAINT promised_of_all CHECK (promised <= parcels)
);

-- How long nodes took from accepting to handing over, counted by the day (UTC) it ended; `minutes`
-- is the upper end of a span. Work that was given back has none.
CREATE TABLE promise.handling (
    market text NOT NULL,
    day date NOT NULL,
    node_id text NOT NULL,
    service text NOT NULL,
    weekday smallint NOT NULL CONSTRAINT a_day_of_the_week CHECK (weekday BETWEEN 1 AND 7),
    outcome text NOT NULL CONSTRAINT outcome_known
    CHECK (outcome IN ('shipped', 'ready', 'rejected')),
    minutes integer NOT NULL CONSTRAINT minutes_not_negative CHECK (minutes >= 0),
    works integer NOT NULL CONSTRAINT works_positive CHECK (works > 0),
    due integer NOT NULL,
    on_time integer NOT NULL,
    PRIMARY KEY (market, day, node_id, service, weekday, outcome, minutes),
    CONSTRAINT on_time_of_those_due CHECK (0 <= on_time AND on_time <= due),
    CONSTRAINT due_of_all CHECK (due <= works)
);

-- Up to which fact of the feed outcomes are counted: a fact that is told twice counts once.
CREATE TABLE promise.counted (
    market text PRIMARY KEY,
    sequence bigint NOT NULL
);

-- Transit days learned by node and lane, as a promise uses them: a version each time they change,
-- so that it is known what was in force when.
CREATE TABLE promise.transit_table (
    market text NOT NULL,
    version integer NOT NULL,
    made_at timestamptz NOT NULL,
    document jsonb NOT NULL,
    PRIMARY KEY (market, version)
);
