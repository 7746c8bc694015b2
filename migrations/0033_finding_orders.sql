-- Why: people look for orders by anything, filter by several things at once, keep what they look at
-- as views, and do one thing to many orders. Lists stay as quick with millions of orders as with
-- hundreds: whatever is asked is read off an index in the order of the list.
-- The summary is emptied first, so that nobody waits for what is built on it:
-- squawk-ignore-file require-concurrent-index-deletion, require-concurrent-index-creation
-- squawk-ignore-file ban-drop-column, adding-required-field

-- The summary is a read model: it is emptied here, and the journey writes it again from the feed.
DELETE FROM journey.summary;
UPDATE plumbing.cursor SET sequence = 0
WHERE step = 'orders.summarize';
DROP INDEX journey.summary_by_channel;
DROP INDEX journey.summary_by_node;
DROP INDEX journey.summary_by_sku;

-- `stage` is where the part of an order that is furthest behind stands; `promised_latest` what the
-- customer was told last; `ended_at` when it was delivered or collected, all of it. `terms` are all
-- that it can be found by, each with the sign of its kind: journey/terms.py says which.
ALTER TABLE journey.summary
DROP COLUMN channel,
DROP COLUMN nodes,
DROP COLUMN skus,
ADD COLUMN stage text NOT NULL CONSTRAINT stage_known CHECK (
    stage IN (
        'captured', 'planned', 'released', 'accepted', 'picked', 'packed', 'ready', 'shipped',
        'done'
    )
),
ADD COLUMN placed_at timestamptz NOT NULL,
ADD COLUMN promised_latest timestamptz,
ADD COLUMN ended_at timestamptz,
ADD COLUMN terms text[] NOT NULL;
CREATE INDEX summary_by_stage ON journey.summary (market, stage, order_id)
WHERE stage <> 'done';
CREATE INDEX summary_due ON journey.summary (market, promised_latest, order_id)
WHERE stage <> 'done' AND promised_latest IS NOT NULL;
CREATE INDEX summary_ended ON journey.summary (market, ended_at, order_id)
WHERE ended_at IS NOT NULL;

-- The same terms, one row each, in the order of lists: a term's newest orders are its last rows.
CREATE TABLE journey.posting (
    market text NOT NULL,
    term text COLLATE "C" NOT NULL,
    order_id uuid NOT NULL,
    PRIMARY KEY (market, term, order_id)
);

-- What makes an order one to look at stands with those who know it; these find it by order.
CREATE INDEX exception_open_of_order ON plumbing.exception (market, order_id)
WHERE closed_at IS NULL AND order_id IS NOT NULL;
CREATE INDEX milestone_alarmed_order ON promise.milestone (market, order_id)
WHERE alarm IS NOT NULL;
CREATE INDEX fulfillment_order_unaccepted
ON fulfillment.fulfillment_order (market, moved_at, order_id)
WHERE state = 'released';

-- What people keep of a list: filters, sort and columns, for themselves (`owner`) or for all.
CREATE TABLE journey.view (
    market text NOT NULL,
    view_id uuid NOT NULL,
    screen text NOT NULL,
    name text NOT NULL,
    query json NOT NULL,
    owner text,
    is_default boolean NOT NULL DEFAULT FALSE,
    version integer NOT NULL DEFAULT 1 CONSTRAINT numbered_from_one CHECK (version > 0),
    made_by text NOT NULL,
    made_at timestamptz NOT NULL,
    PRIMARY KEY (market, view_id)
);
CREATE INDEX view_of_screen ON journey.view (market, screen, view_id);

-- One thing done to many orders: those named, or those that a filter finds, oldest first, up to
-- `upto`. `after_id` is how far it has come; `undoes` is the job whose holds it takes back.
CREATE TABLE journey.bulk (
    market text NOT NULL,
    bulk_id uuid NOT NULL,
    action text NOT NULL CONSTRAINT action_known
    CHECK (action IN ('hold', 'unhold', 'cancel')),
    request json NOT NULL,
    actor text NOT NULL,
    undoes uuid,
    made_at timestamptz NOT NULL,
    upto uuid NOT NULL,
    after_id uuid NOT NULL,
    expected integer NOT NULL CONSTRAINT expected_not_negative CHECK (expected >= 0),
    expected_all boolean NOT NULL,
    changed integer NOT NULL DEFAULT 0,
    skipped integer NOT NULL DEFAULT 0,
    failed integer NOT NULL DEFAULT 0,
    stop_asked boolean NOT NULL DEFAULT FALSE,
    ended_at timestamptz,
    ended_by text CONSTRAINT end_known CHECK (ended_by IN ('done', 'canceled', 'fault')),
    fault text,
    PRIMARY KEY (market, bulk_id),
    CONSTRAINT an_end_has_a_time CHECK ((ended_at IS NULL) = (ended_by IS NULL))
);
CREATE INDEX bulk_unfinished ON journey.bulk (market, bulk_id) WHERE ended_at IS NULL;
CREATE UNIQUE INDEX bulk_undone_once ON journey.bulk (market, undoes) WHERE undoes IS NOT NULL;

-- What became of each order of a job, once. `hold_id` is the hold that was put on or taken off.
CREATE TABLE journey.bulk_row (
    market text NOT NULL,
    bulk_id uuid NOT NULL,
    order_id uuid NOT NULL,
    outcome text NOT NULL CONSTRAINT outcome_known
    CHECK (outcome IN ('changed', 'skipped', 'failed')),
    why text,
    detail text,
    hold_id uuid,
    PRIMARY KEY (market, bulk_id, order_id),
    CONSTRAINT only_what_was_not_done_has_a_reason CHECK ((outcome = 'changed') = (why IS NULL))
);

-- What is claimed and is not there: none, or few, beside all positions. A reservation does not
-- change `shortage`, so that its update stays on its page and asks nothing of this index.
CREATE INDEX position_short ON inventory.position (market, sku, node_id) WHERE shortage > 0;
