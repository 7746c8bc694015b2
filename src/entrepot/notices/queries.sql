-- name: webhook_for_update -> Webhook
-- A webhook, held while it is changed.
SELECT
    w.webhook_id, w.url, w.secret, w.types, w.channels, w.enabled, w.version, w.sequence,
    w.failures, w.due_at, w.succeeded_at, w.exception_id
FROM notices.webhook AS w
WHERE w.market = :market::text AND w.webhook_id = :webhook_id::text
FOR NO KEY UPDATE;

-- name: count_webhooks -> Counted
-- How many a market has: each of them reads the whole feed.
SELECT count(*)::bigint AS number
FROM notices.webhook AS w
WHERE w.market = :market::text;

-- name: feed_end -> Counted
-- Where the feed ends: a webhook that is new hears of what comes after.
SELECT f.last_sequence AS number
FROM plumbing.feed AS f
WHERE f.market = :market::text;

-- name: put_webhook
-- A webhook, whole; how far it has read stays as it was.
INSERT INTO notices.webhook (
    market, webhook_id, url, secret, types, channels, enabled, version, sequence, failures, due_at
)
VALUES (
    :market::text, :webhook_id::text, :url::text, :secret::text, :types::text[], :channels::text[],
    :enabled::boolean, :version::bigint, :sequence::bigint, 0, :at::timestamptz
)
ON CONFLICT (market, webhook_id) DO UPDATE SET
    url = excluded.url,
    secret = excluded.secret,
    types = excluded.types,
    channels = excluded.channels,
    enabled = excluded.enabled,
    version = excluded.version,
    failures = 0,
    due_at = excluded.due_at,
    exception_id = NULL;

-- name: begin_again
-- A webhook that was changed begins anew with what waits for it.
UPDATE notices.delivery
SET attempts = 0, due_at = :at::timestamptz, tried_at = NULL
WHERE market = :market::text AND webhook_id = :webhook_id::text AND state = 'waiting';

-- name: retry_delivery -> Retried
-- A delivery that waits or was given up is tried anew, from its first attempt.
UPDATE notices.delivery
SET
    state = 'waiting', attempts = 0, due_at = :at::timestamptz, tried_at = NULL, ended_at = NULL
WHERE
    market = :market::text AND webhook_id = :webhook_id::text AND sequence = :sequence::bigint
    AND state IN ('waiting', 'failed')
RETURNING sequence;

-- name: retry_failed -> Retried
-- What was given up is tried anew, the oldest first, so many at a time.
WITH chosen AS (
    SELECT d.sequence
    FROM notices.delivery AS d
    WHERE
        d.market = :market::text AND d.webhook_id = :webhook_id::text AND d.state = 'failed'
    ORDER BY d.sequence
    LIMIT :most::integer
    FOR NO KEY UPDATE
)

UPDATE notices.delivery AS d
SET
    state = 'waiting', attempts = 0, due_at = :at::timestamptz, tried_at = NULL, ended_at = NULL
FROM chosen AS c
WHERE
    d.market = :market::text AND d.webhook_id = :webhook_id::text AND d.sequence = c.sequence
RETURNING d.sequence;

-- name: call_again
-- The endpoint is called at once, whatever it answered last.
UPDATE notices.webhook
SET due_at = :at::timestamptz
WHERE market = :market::text AND webhook_id = :webhook_id::text AND due_at > :at::timestamptz;

-- name: delete_webhook
-- Nobody is told any more.
DELETE FROM notices.webhook
WHERE market = :market::text AND webhook_id = :webhook_id::text;

-- name: delete_deliveries
-- Nor is anything owed.
DELETE FROM notices.delivery
WHERE market = :market::text AND webhook_id = :webhook_id::text;

-- name: rewind
-- The feed is read again from here: what was delivered from there on is owed again.
UPDATE notices.webhook
SET sequence = :sequence::bigint
WHERE market = :market::text AND webhook_id = :webhook_id::text;

-- name: behind -> Webhook
-- Which webhooks have not read the feed to its end; one worker at a time reads for each.
SELECT
    w.webhook_id, w.url, w.secret, w.types, w.channels, w.enabled, w.version, w.sequence,
    w.failures, w.due_at, w.succeeded_at, w.exception_id
FROM notices.webhook AS w
WHERE w.market = :market::text AND w.enabled AND w.sequence < :last_sequence::bigint
ORDER BY w.webhook_id
FOR NO KEY UPDATE SKIP LOCKED;

-- name: owe
-- What of the feed these webhooks asked for is owed to them; a fact that is owed again (a replay)
-- begins anew.
WITH reading AS (
    SELECT u.webhook_id, u.upto, :at::timestamptz AS due_at
    FROM unnest(:webhook_ids::text[], :uptos::bigint[]) AS u (webhook_id, upto)
)

INSERT INTO notices.delivery AS d (
    market, webhook_id, sequence, event_id, type, subject, state, attempts, due_at
)
SELECT
    :market::text, w.webhook_id, e.sequence, e.event_id, e.type, e.subject, 'waiting', 0, u.due_at
FROM notices.webhook AS w
INNER JOIN reading AS u ON w.webhook_id = u.webhook_id
INNER JOIN plumbing.event AS e
    ON w.sequence < e.sequence AND u.upto >= e.sequence
WHERE
    w.market = :market::text AND e.market = :market::text
    AND (cardinality(w.types) = 0 OR e.type = any(w.types))
    AND (w.channels IS NULL OR e.data::json ->> 'channel' = any(w.channels))
ORDER BY w.webhook_id, e.sequence
ON CONFLICT (market, webhook_id, sequence) DO UPDATE SET
    state = 'waiting', attempts = 0, due_at = excluded.due_at, tried_at = NULL, ended_at = NULL,
    status = NULL, error = NULL;

-- name: move
-- How far the feed was read for them, in the commit of what is owed.
UPDATE notices.webhook AS w
SET sequence = u.upto
FROM unnest(:webhook_ids::text[], :uptos::bigint[]) AS u (webhook_id, upto)
WHERE w.market = :market::text AND w.webhook_id = u.webhook_id;

-- name: ready -> Ready
-- Which webhooks may be called now and have something waiting.
SELECT w.webhook_id
FROM notices.webhook AS w
WHERE
    w.market = :market::text AND w.enabled AND w.due_at <= :at::timestamptz
    AND EXISTS (
        SELECT 1 FROM notices.delivery AS d
        WHERE d.market = :market::text AND d.webhook_id = w.webhook_id AND d.state = 'waiting'
    )
ORDER BY w.webhook_id;

-- name: hold_ready -> Webhook
-- One worker at a time claims for a webhook.
SELECT
    w.webhook_id, w.url, w.secret, w.types, w.channels, w.enabled, w.version, w.sequence,
    w.failures, w.due_at, w.succeeded_at, w.exception_id
FROM notices.webhook AS w
WHERE
    w.market = :market::text AND w.webhook_id = :webhook_id::text AND w.enabled
    AND w.due_at <= :at::timestamptz
FOR NO KEY UPDATE SKIP LOCKED;

-- name: claim -> Claimed
-- Of each subject the oldest that waits, if it is due: nothing overtakes within a subject. Who
-- claims counts the attempt and keeps it to itself until the lease ends. An endpoint that fails is
-- probed with what was tried least, so that one message it will not take does not pass for its end.
WITH ahead AS (
    SELECT d.sequence, d.subject, d.due_at, d.attempts
    FROM notices.delivery AS d
    WHERE
        d.market = :market::text AND d.webhook_id = :webhook_id::text AND d.state = 'waiting'
    ORDER BY d.sequence
    LIMIT :ahead::integer
),

heads AS (
    SELECT DISTINCT ON (a.subject) a.sequence, a.due_at, a.attempts
    FROM ahead AS a
    ORDER BY a.subject, a.sequence
),

taken AS (
    SELECT h.sequence
    FROM heads AS h
    WHERE h.due_at <= :at::timestamptz
    ORDER BY CASE WHEN :probe::boolean THEN h.attempts ELSE 0 END, h.sequence
    LIMIT :most::integer
)

UPDATE notices.delivery AS d
SET
    attempts = d.attempts + 1,
    due_at = :until::timestamptz,
    tried_at = coalesce(d.tried_at, :at::timestamptz)
FROM taken AS t, plumbing.event AS e
WHERE
    d.market = :market::text AND d.webhook_id = :webhook_id::text AND d.sequence = t.sequence
    AND e.market = :market::text AND e.sequence = t.sequence
RETURNING
    e.sequence, e.type, e.event_id, e.order_id, e.subject, e.at, e.data,
    d.attempts AS attempt, d.tried_at;

-- name: record_calls
-- What came of the calls; who lost the lease, or was overtaken by a replay, changes nothing.
UPDATE notices.delivery AS d
SET
    state = r.state,
    due_at = r.due_at,
    status = r.status,
    error = r.error,
    ended_at = CASE WHEN r.state = 'waiting' THEN NULL ELSE :at::timestamptz END
FROM
    unnest(
        :sequences::bigint[], :attempts::integer[], :states::text[], :dues::timestamptz[],
        :statuses::smallint[], :errors::text[]
    ) AS r (sequence, attempt, state, due_at, status, error)
WHERE
    d.market = :market::text AND d.webhook_id = :webhook_id::text AND d.sequence = r.sequence
    AND d.state = 'waiting' AND d.attempts = r.attempt;

-- name: record_round
-- How the endpoint does. Whoever has put the webhook anew meanwhile is right: then nothing changes.
UPDATE notices.webhook
SET
    failures = :failures::integer,
    due_at = :due_at::timestamptz,
    succeeded_at = coalesce(:succeeded_at::timestamptz, succeeded_at),
    enabled = enabled AND NOT :disable::boolean,
    exception_id = coalesce(:exception_id::uuid, exception_id)
WHERE
    market = :market::text AND webhook_id = :webhook_id::text AND version = :version::bigint;
