-- name: feed_is_dense
-- The feed's numbers run from 1 to the last one given, each once.
SELECT f.market, f.last_sequence, count(e.sequence) AS events, max(e.sequence) AS greatest
FROM plumbing.feed AS f
LEFT JOIN plumbing.event AS e ON f.market = e.market
GROUP BY f.market, f.last_sequence
HAVING
    count(e.sequence) <> f.last_sequence
    OR coalesce(max(e.sequence), 0) <> f.last_sequence
    OR coalesce(min(e.sequence), 1) <> 1;

-- name: no_event_outside_a_feed
-- Every numbered event belongs to a feed that has counted it.
SELECT e.market, e.sequence
FROM plumbing.event AS e
LEFT JOIN plumbing.feed AS f ON e.market = f.market
WHERE f.market IS NULL;

-- name: cursors_stay_behind_the_feed
-- No row of the journey has read further than was written.
SELECT c.market, c.step, c.sequence
FROM plumbing.cursor AS c
LEFT JOIN plumbing.feed AS f ON c.market = f.market
WHERE c.sequence > coalesce(f.last_sequence, 0);

-- name: every_key_has_an_answer
-- An idempotency key that was kept leads to an answer or to the order that is the answer.
SELECT i.market, i.principal, i.key
FROM plumbing.idempotency AS i
WHERE i.answer IS NULL AND i.subject IS NULL;

-- name: an_exception_ends_with_a_name
-- An exception that is closed says by whom and why.
SELECT x.market, x.exception_id
FROM plumbing.exception AS x
WHERE x.closed_at IS NOT NULL AND (x.closed_by IS NULL OR x.close_reason IS NULL);
