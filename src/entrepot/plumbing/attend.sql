-- name: attended_open -> Attended
-- What waits for a person, the oldest first, as filtered. A filter that is null lets everything
-- pass; of `asleep` true those that are put off, false the others.
SELECT
    x.exception_id, x.kind, x.subject, x.order_id, x.line_no, x.reason, x.detail::text AS detail,
    x.opened_at, x.closed_at, x.closed_by, x.close_reason, x.node_id, x.assignee, x.snoozed_until
FROM plumbing.exception AS x
WHERE
    x.market = :market::text AND x.closed_at IS NULL AND x.exception_id > :after::uuid
    AND (:kinds::text[] IS NULL OR x.kind = any(:kinds::text[]))
    AND (:node_ids::text[] IS NULL OR x.node_id = any(:node_ids::text[]))
    AND (:order_id::uuid IS NULL OR x.order_id = :order_id::uuid)
    AND (:assignee::text IS NULL OR x.assignee = :assignee::text)
    AND (:before::timestamptz IS NULL OR x.opened_at <= :before::timestamptz)
    AND (
        :asleep::boolean IS NULL
        OR (coalesce(x.snoozed_until, '-infinity') > :at::timestamptz) = :asleep::boolean
    )
ORDER BY x.exception_id
LIMIT :most::integer;

-- name: attended_closed -> Attended
-- What was dealt with, the newest first.
SELECT
    x.exception_id, x.kind, x.subject, x.order_id, x.line_no, x.reason, x.detail::text AS detail,
    x.opened_at, x.closed_at, x.closed_by, x.close_reason, x.node_id, x.assignee, x.snoozed_until
FROM plumbing.exception AS x
WHERE
    x.market = :market::text AND x.closed_at IS NOT NULL AND x.exception_id < :after::uuid
    AND (:kinds::text[] IS NULL OR x.kind = any(:kinds::text[]))
    AND (:node_ids::text[] IS NULL OR x.node_id = any(:node_ids::text[]))
    AND (:order_id::uuid IS NULL OR x.order_id = :order_id::uuid)
    AND (:assignee::text IS NULL OR x.assignee = :assignee::text)
    AND (:before::timestamptz IS NULL OR x.opened_at <= :before::timestamptz)
ORDER BY x.exception_id DESC
LIMIT :most::integer;

-- name: attended_one -> Attended
-- One exception, whatever its state.
SELECT
    x.exception_id, x.kind, x.subject, x.order_id, x.line_no, x.reason, x.detail::text AS detail,
    x.opened_at, x.closed_at, x.closed_by, x.close_reason, x.node_id, x.assignee, x.snoozed_until
FROM plumbing.exception AS x
WHERE x.market = :market::text AND x.exception_id = :exception_id::uuid;

-- name: lock_exception
-- Whoever is about to resolve one that is of no order has it alone: the second finds it closed.
SELECT x.exception_id
FROM plumbing.exception AS x
WHERE x.market = :market::text AND x.exception_id = :exception_id::uuid
FOR NO KEY UPDATE;

-- name: assign_exception -> Attended
-- Who has it; only while it is open.
UPDATE plumbing.exception AS x
SET assignee = :assignee::text
WHERE
    x.market = :market::text AND x.exception_id = :exception_id::uuid AND x.closed_at IS NULL
RETURNING
    x.exception_id, x.kind, x.subject, x.order_id, x.line_no, x.reason, x.detail::text AS detail,
    x.opened_at, x.closed_at, x.closed_by, x.close_reason, x.node_id, x.assignee, x.snoozed_until;

-- name: snooze_exception -> Attended
-- Until when it is put off; null: it is in its queue again.
UPDATE plumbing.exception AS x
SET snoozed_until = :until::timestamptz
WHERE
    x.market = :market::text AND x.exception_id = :exception_id::uuid AND x.closed_at IS NULL
RETURNING
    x.exception_id, x.kind, x.subject, x.order_id, x.line_no, x.reason, x.detail::text AS detail,
    x.opened_at, x.closed_at, x.closed_by, x.close_reason, x.node_id, x.assignee, x.snoozed_until;

-- name: exception_queues -> Queue
-- The queues: of each kind what waits, since when, how much is over its time, and of those raised
-- since a moment (an id of its time) how many were dealt with in time, or still can be. Counts end
-- at `most`: nobody reads further, and no queue costs more.
WITH kinds AS (
    SELECT
        u.kind,
        u.within_s
    FROM unnest(:kinds::text[], :within_s::integer[]) AS u (kind, within_s)
),

standing AS (
    SELECT
        k.kind,
        o.opened_at,
        o.awake,
        :at::timestamptz - o.opened_at > make_interval(secs => k.within_s) AS late
    FROM kinds AS k
    LEFT JOIN LATERAL (
        SELECT
            x.opened_at,
            coalesce(x.snoozed_until, '-infinity') <= :at::timestamptz AS awake
        FROM plumbing.exception AS x
        WHERE
            x.market = :market::text AND x.kind = k.kind AND x.closed_at IS NULL
            AND (:node_ids::text[] IS NULL OR x.node_id = any(:node_ids::text[]))
        ORDER BY x.exception_id
        LIMIT :most::integer
    ) AS o ON TRUE
),

recent AS (
    SELECT
        k.kind,
        r.opened_at,
        coalesce(r.closed_at, :at::timestamptz) - r.opened_at
        <= make_interval(secs => k.within_s) AS in_time
    FROM kinds AS k
    LEFT JOIN LATERAL (
        SELECT
            x.opened_at,
            x.closed_at
        FROM plumbing.exception AS x
        WHERE
            x.market = :market::text AND x.kind = k.kind AND x.exception_id >= :since::uuid
            AND (:node_ids::text[] IS NULL OR x.node_id = any(:node_ids::text[]))
        ORDER BY x.exception_id DESC
        LIMIT :most::integer
    ) AS r ON TRUE
),

kept AS (
    SELECT
        r.kind,
        count(r.opened_at)::integer AS raised,
        (count(*) FILTER (WHERE r.in_time))::integer AS in_time
    FROM recent AS r
    GROUP BY r.kind
)

SELECT
    s.kind,
    (count(*) FILTER (WHERE s.awake))::integer AS waiting,
    (count(*) FILTER (WHERE NOT s.awake))::integer AS snoozed,
    (count(*) FILTER (WHERE s.awake AND s.late))::integer AS late,
    min(s.opened_at) FILTER (WHERE s.awake) AS oldest_at,
    max(k.raised) AS raised,
    max(k.in_time) AS in_time
FROM standing AS s
INNER JOIN kept AS k ON s.kind = k.kind
GROUP BY s.kind
ORDER BY s.kind;
