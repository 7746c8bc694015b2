-- name: nothing_is_owed_to_nobody
-- Every delivery belongs to a webhook.
SELECT d.market, d.webhook_id, d.sequence
FROM notices.delivery AS d
LEFT JOIN notices.webhook AS w ON d.market = w.market AND d.webhook_id = w.webhook_id
WHERE w.webhook_id IS NULL;

-- name: nobody_is_owed_more_than_was_read
-- Whatever waits was read from the feed, and is the event it says.
SELECT d.market, d.webhook_id, d.sequence
FROM notices.delivery AS d
LEFT JOIN plumbing.event AS e ON d.market = e.market AND d.sequence = e.sequence
WHERE e.event_id IS DISTINCT FROM d.event_id;
