-- Why: channels are told what they may sell. What was last said to each stands here with a version
-- that only grows; what may have to be said waits until its window has passed. And the feed is
-- carried to whoever asked for it: webhooks, and one row for each event owed to one of them.
CREATE TABLE journey.published (
    market text NOT NULL,
    channel text NOT NULL,
    sku text NOT NULL,
    available integer NOT NULL CONSTRAINT available_not_negative CHECK (available >= 0),
    version bigint NOT NULL CONSTRAINT version_positive CHECK (version > 0),
    published_at timestamptz NOT NULL,
    PRIMARY KEY (market, channel, sku)
) WITH (fillfactor = 85);

-- What may have changed for a channel, looked at when it is due: many changes are one look.
CREATE TABLE journey.unpublished (
    market text NOT NULL,
    channel text NOT NULL,
    sku text NOT NULL,
    due_at timestamptz NOT NULL,
    forced boolean NOT NULL,
    PRIMARY KEY (market, channel, sku)
);
CREATE INDEX unpublished_due ON journey.unpublished (market, due_at);

-- How far the ledger, the feed and the network were looked through for what changed.
CREATE TABLE journey.look (
    market text PRIMARY KEY,
    looked_at timestamptz NOT NULL,
    looked_back_at timestamptz NOT NULL,
    sequence bigint NOT NULL,
    network_version bigint NOT NULL
);

-- Skus to go through page by page: a republish, or rules that changed. No channel: all of them.
CREATE TABLE journey.sweep (
    market text NOT NULL,
    sweep_id uuid NOT NULL,
    channel text,
    category text,
    forced boolean NOT NULL,
    after_sku text NOT NULL,
    PRIMARY KEY (market, sweep_id)
);

-- Who sells a part as part of a kit hears of its stock.
-- squawk-ignore require-concurrent-index-creation
CREATE INDEX component_of ON catalog.component (market, part_sku);

CREATE SCHEMA notices;

-- `sequence` is how far the feed was read for it; `failures` counts those since the last success.
CREATE TABLE notices.webhook (
    market text NOT NULL,
    webhook_id text NOT NULL,
    url text NOT NULL,
    secret text NOT NULL,
    types text[] NOT NULL,
    channels text[],
    enabled boolean NOT NULL,
    version bigint NOT NULL,
    sequence bigint NOT NULL,
    failures integer NOT NULL CONSTRAINT failures_not_negative CHECK (failures >= 0),
    due_at timestamptz NOT NULL,
    succeeded_at timestamptz,
    exception_id uuid,
    PRIMARY KEY (market, webhook_id)
);

CREATE TABLE notices.delivery (
    market text NOT NULL,
    webhook_id text NOT NULL,
    sequence bigint NOT NULL,
    event_id uuid NOT NULL,
    type text NOT NULL,
    subject text NOT NULL,
    state text NOT NULL
    CONSTRAINT state_is_known CHECK (state IN ('waiting', 'delivered', 'failed')),
    attempts integer NOT NULL CONSTRAINT attempts_not_negative CHECK (attempts >= 0),
    due_at timestamptz NOT NULL,
    tried_at timestamptz,
    ended_at timestamptz,
    status smallint,
    error text,
    PRIMARY KEY (market, webhook_id, sequence)
) WITH (fillfactor = 80);
CREATE INDEX delivery_waiting ON notices.delivery (market, webhook_id, sequence)
WHERE state = 'waiting';
