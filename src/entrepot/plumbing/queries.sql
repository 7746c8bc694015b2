-- name: claim_keys -> Claimed
-- The first statement of a mutating transaction: the second caller with a key waits here for the
-- first one's commit, then is absent from the answer. Ascending, so that no two batches deadlock.
INSERT INTO plumbing.idempotency (market, principal, key, fingerprint, status, subject, at)
SELECT :market::text, k.principal, k.key, k.fingerprint, 201, k.subject, :at::timestamptz
FROM
    unnest(:principals::text[], :keys::text[], :fingerprints::bytea[], :subjects::uuid[])
        AS k (principal, key, fingerprint, subject)
ORDER BY k.principal, k.key
ON CONFLICT (market, principal, key) DO NOTHING
RETURNING principal, key;

-- name: claim_answered -> Claimed
-- The same where the answers are ready before the claim: no row is written twice.
INSERT INTO plumbing.idempotency
(market, principal, key, fingerprint, status, answer, subject, at)
SELECT
    :market::text, k.principal, k.key, k.fingerprint, 201, k.answer, k.subject, :at::timestamptz
FROM
    unnest(
        :principals::text[],
        :keys::text[],
        :fingerprints::bytea[],
        :answers::bytea[],
        :subjects::uuid[]
    ) AS k (principal, key, fingerprint, answer, subject)
ORDER BY k.principal, k.key
ON CONFLICT (market, principal, key) DO NOTHING
RETURNING principal, key;

-- name: kept_answers -> Kept
-- What was answered to these keys before.
SELECT i.principal, i.key, i.fingerprint, i.status, i.answer, i.subject
FROM plumbing.idempotency AS i
INNER JOIN
    unnest(:principals::text[], :keys::text[]) AS k (principal, key)
    ON i.principal = k.principal AND i.key = k.key
WHERE i.market = :market::text;

-- name: give_keys_back
-- A refusal writes nothing: the claims of requests that were refused leave with them.
DELETE FROM plumbing.idempotency AS i
USING unnest(:principals::text[], :keys::text[]) AS k (principal, key)
WHERE i.market = :market::text AND i.principal = k.principal AND i.key = k.key;

-- name: keep_answer
-- The answer of a single mutating call, in the same commit as its effect.
UPDATE plumbing.idempotency
SET status = :status::smallint, answer = :answer::bytea
WHERE market = :market::text AND principal = :principal::text AND key = :key::text;

-- name: tell
-- Facts, in the commit they tell of.
INSERT INTO plumbing.outbox (market, type, event_id, order_id, subject, at, data)
SELECT :market::text, e.type, e.event_id, e.order_id, e.subject, :at::timestamptz, e.data
FROM
    unnest(
        :types::text[],
        :event_ids::uuid[],
        :order_ids::uuid[],
        :subjects::text[],
        :data::text[]
    ) AS e (type, event_id, order_id, subject, data);

-- name: markets_with_news -> MarketName
-- Which feeds the relay has work for.
SELECT DISTINCT o.market
FROM plumbing.outbox AS o;

-- name: open_feed
-- A market's first event opens its feed.
INSERT INTO plumbing.feed (market, last_sequence) VALUES (:market::text, 0)
ON CONFLICT (market) DO NOTHING;

-- name: lead_feed -> Lead
-- The feed's row is the relay's lease: whoever holds its lock numbers this market's events.
SELECT f.last_sequence
FROM plumbing.feed AS f
WHERE f.market = :market::text
FOR NO KEY UPDATE SKIP LOCKED;

-- name: number_events -> Numbered
-- Every visible outbox row gets the next dense number; rows not yet committed come later, and no
-- reader ever has to guess. Moved in one statement, so that a crash leaves either state whole. The
-- ids are an array, not a join: one planned while the outbox was empty would compare all with all.
WITH taken AS (
    DELETE FROM plumbing.outbox
    WHERE
        outbox_id = any(array(
            SELECT o.outbox_id
            FROM plumbing.outbox AS o
            WHERE o.market = :market::text
            ORDER BY o.outbox_id
            LIMIT :most::integer
        ))
    RETURNING outbox_id, type, event_id, order_id, subject, at, data
),

numbered AS (
    INSERT INTO plumbing.event (market, sequence, type, event_id, order_id, subject, at, data)
    SELECT
        :market::text,
        :last_sequence::bigint + row_number() OVER (ORDER BY t.outbox_id),
        t.type,
        t.event_id,
        t.order_id,
        t.subject,
        t.at,
        t.data
    FROM taken AS t
    RETURNING sequence
)

UPDATE plumbing.feed
SET last_sequence = last_sequence + (SELECT count(*) FROM numbered)
WHERE market = :market::text
RETURNING last_sequence;

-- name: events_after -> Event
-- The feed from a cursor on, in order.
SELECT e.sequence, e.type, e.event_id, e.order_id, e.subject, e.at, e.data
FROM plumbing.event AS e
WHERE e.market = :market::text AND e.sequence > :after::bigint
ORDER BY e.sequence
LIMIT :most::integer;

-- name: events_of_types -> Event
-- What one row of the journey has yet to read.
SELECT e.sequence, e.type, e.event_id, e.order_id, e.subject, e.at, e.data
FROM plumbing.event AS e
WHERE e.market = :market::text AND e.sequence > :after::bigint AND e.type = any(:types::text[])
ORDER BY e.sequence
LIMIT :most::integer;

-- name: events_of_orders -> Event
-- For a row that follows everything that happens to orders and looks at each as it stands: of an
-- order's facts the last one, for who handles that has handled all.
SELECT e.sequence, e.type, e.event_id, e.order_id, e.subject, e.at, e.data
FROM plumbing.event AS e
WHERE
    e.market = :market::text AND e.sequence > :after::bigint AND e.order_id IS NOT NULL
    AND NOT EXISTS (
        SELECT 1
        FROM plumbing.event AS later
        WHERE
            later.market = e.market AND later.order_id = e.order_id
            AND later.sequence > e.sequence
    )
ORDER BY e.sequence
LIMIT :most::integer;

-- name: events_of_order -> Event
-- An order's timeline.
SELECT e.sequence, e.type, e.event_id, e.order_id, e.subject, e.at, e.data
FROM plumbing.event AS e
WHERE e.market = :market::text AND e.order_id = :order_id::uuid
ORDER BY e.sequence;

-- name: news_of_order -> News
-- What has happened to an order and is not numbered yet.
SELECT o.outbox_id, o.type, o.event_id, o.order_id, o.subject, o.at, o.data
FROM plumbing.outbox AS o
WHERE o.market = :market::text AND o.order_id = :order_id::uuid
ORDER BY o.outbox_id;

-- name: feeds -> Feed
-- Every market's feed and its last number.
SELECT f.market, f.last_sequence
FROM plumbing.feed AS f
ORDER BY f.market;

-- name: feed_of -> Feed
-- One market's feed and its last number: where whoever wants only what is new begins.
SELECT f.market, f.last_sequence
FROM plumbing.feed AS f
WHERE f.market = :market::text;

-- name: open_cursors
-- A row of the journey that is new begins at the feed's beginning.
INSERT INTO plumbing.cursor (market, step, sequence)
SELECT :market::text, s.step, 0
FROM unnest(:steps::text[]) AS s (step)
ON CONFLICT (market, step) DO NOTHING;

-- name: take_cursor -> Position
-- One worker at a time runs a row of the journey for a market; another finds it taken and goes on.
SELECT c.sequence
FROM plumbing.cursor AS c
WHERE c.market = :market::text AND c.step = :step::text
FOR UPDATE SKIP LOCKED;

-- name: cursors -> CursorAt
-- How far every row of the journey has read, for lag and readiness.
SELECT c.market, c.step, c.sequence
FROM plumbing.cursor AS c
ORDER BY c.market, c.step;

-- name: move_cursor
-- In the same commit as the step's effect, so that each event has its effect once.
UPDATE plumbing.cursor
SET sequence = :sequence::bigint
WHERE market = :market::text AND step = :step::text;

-- name: raise_exceptions
-- Work for a person, with its reason.
INSERT INTO plumbing.exception
(market, exception_id, kind, subject, order_id, line_no, reason, detail, opened_at)
SELECT
    :market::text, x.exception_id, x.kind, x.subject, x.order_id, x.line_no, x.reason,
    x.detail::json, :at::timestamptz
FROM
    unnest(
        :exception_ids::uuid[],
        :kinds::text[],
        :subjects::text[],
        :order_ids::uuid[],
        :line_nos::smallint[],
        :reasons::text[],
        :details::text[]
    ) AS x (exception_id, kind, subject, order_id, line_no, reason, detail);

-- name: exceptions_of_orders -> Trouble
-- What stands open, or stood, against these orders.
SELECT
    x.exception_id, x.kind, x.subject, x.order_id, x.line_no, x.reason, x.detail::text AS detail,
    x.opened_at, x.closed_at, x.closed_by, x.close_reason
FROM plumbing.exception AS x
WHERE x.market = :market::text AND x.order_id = any(:order_ids::uuid[])
ORDER BY x.exception_id;

-- name: open_exceptions -> Trouble
-- The list a person works through, oldest first.
SELECT
    x.exception_id, x.kind, x.subject, x.order_id, x.line_no, x.reason, x.detail::text AS detail,
    x.opened_at, x.closed_at, x.closed_by, x.close_reason
FROM plumbing.exception AS x
WHERE x.market = :market::text AND x.closed_at IS NULL AND x.exception_id > :after::uuid
ORDER BY x.exception_id
LIMIT :most::integer;

-- name: open_exceptions_about -> Trouble
-- What stands open about some subjects: what is mended is closed, what stands is not opened twice.
SELECT
    x.exception_id, x.kind, x.subject, x.order_id, x.line_no, x.reason, x.detail::text AS detail,
    x.opened_at, x.closed_at, x.closed_by, x.close_reason
FROM plumbing.exception AS x
WHERE
    x.market = :market::text AND x.closed_at IS NULL AND x.kind = :kind::text
    AND x.subject = any(:subjects::text[])
ORDER BY x.exception_id;

-- name: close_exceptions -> Closed
-- A person, or the event that mended it, ends an exception; it is never deleted.
UPDATE plumbing.exception AS x
SET closed_at = :at::timestamptz, closed_by = :actor::text, close_reason = :reason::text
WHERE
    x.market = :market::text AND x.exception_id = any(:exception_ids::uuid[])
    AND x.closed_at IS NULL
RETURNING x.exception_id, x.kind, x.subject, x.order_id, x.line_no;

-- name: close_exceptions_of -> Closed
-- What was in the way of these lines no longer is.
UPDATE plumbing.exception AS x
SET closed_at = :at::timestamptz, closed_by = 'entrepot', close_reason = :reason::text
FROM unnest(:order_ids::uuid[], :line_nos::smallint[]) AS l (order_id, line_no)
WHERE
    x.market = :market::text AND x.order_id = l.order_id AND x.line_no = l.line_no
    AND x.kind = any(:kinds::text[]) AND x.closed_at IS NULL
RETURNING x.exception_id, x.kind, x.subject, x.order_id, x.line_no;

-- name: take_delivery -> Taken
-- An inbound delivery is taken once; told again, the answer is empty.
INSERT INTO plumbing.inbox (market, source, message_id, digest, received_at, outcome)
VALUES (
    :market::text, :source::text, :message_id::text, :digest::bytea, :at::timestamptz,
    :outcome::text
)
ON CONFLICT (market, source, message_id) DO NOTHING
RETURNING message_id;

-- name: delivery_taken -> Delivery
-- What became of an inbound delivery with this id.
SELECT i.digest, i.outcome, i.received_at
FROM plumbing.inbox AS i
WHERE i.market = :market::text AND i.source = :source::text AND i.message_id = :message_id::text;

-- name: lag -> Lag
-- How much is committed but not yet numbered, and how old the oldest is.
SELECT count(*)::bigint AS waiting, min(o.at) AS oldest
FROM plumbing.outbox AS o;

-- name: database_clock -> Clock
-- What time it is where the rows are.
SELECT clock_timestamp() AS at;
