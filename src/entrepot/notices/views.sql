-- name: webhook -> Webhook
-- One webhook, to be shown but for its secret.
SELECT
    w.webhook_id, w.url, w.secret, w.types, w.channels, w.enabled, w.version, w.sequence,
    w.failures, w.due_at, w.succeeded_at, w.exception_id
FROM notices.webhook AS w
WHERE w.market = :market::text AND w.webhook_id = :webhook_id::text;

-- name: webhooks_page -> Webhook
-- The list, by id.
SELECT
    w.webhook_id, w.url, w.secret, w.types, w.channels, w.enabled, w.version, w.sequence,
    w.failures, w.due_at, w.succeeded_at, w.exception_id
FROM notices.webhook AS w
WHERE w.market = :market::text AND w.webhook_id > :after::text
ORDER BY w.webhook_id
LIMIT :most::integer;

-- name: deliveries -> Delivery
-- The delivery log of a webhook, newest first.
SELECT
    d.sequence, d.event_id, d.type, d.subject, d.state, d.attempts, d.due_at, d.ended_at,
    d.status, d.error
FROM notices.delivery AS d
WHERE
    d.market = :market::text AND d.webhook_id = :webhook_id::text
    AND d.sequence < :before::bigint
    AND (:state::text IS NULL OR d.state = :state::text)
ORDER BY d.sequence DESC
LIMIT :most::integer;

-- name: tallies -> Tally
-- How many deliveries wait and how many were given up, counted up to a bound.
SELECT
    u.webhook_id,
    (
        SELECT count(*)
        FROM (
            SELECT 1
            FROM notices.delivery AS d
            WHERE
                d.market = :market::text AND d.webhook_id = u.webhook_id AND d.state = 'waiting'
            LIMIT :most::integer  -- noqa: AM09
        ) AS w
    ) AS waiting,
    (
        SELECT count(*)
        FROM (
            SELECT 1
            FROM notices.delivery AS d
            WHERE
                d.market = :market::text AND d.webhook_id = u.webhook_id AND d.state = 'failed'
            LIMIT :most::integer  -- noqa: AM09
        ) AS f
    ) AS failed
FROM unnest(:webhook_ids::text[]) AS u (webhook_id);
