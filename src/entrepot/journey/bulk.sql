-- name: make_bulk
-- A job is a row; the background does it.
INSERT INTO journey.bulk (
    market, bulk_id, action, request, actor, undoes, made_at, upto, after_id, expected,
    expected_all
)
VALUES (
    :market::text, :bulk_id::uuid, :action::text, :request::text::json, :actor::text,
    :undoes::uuid, :at::timestamptz, :upto::uuid, :after_id::uuid, :expected::integer,
    :expected_all::boolean
);

-- name: bulk_for_update -> Bulk
-- The job that is worked on, by one worker at a time; nothing where another has it.
SELECT
    b.bulk_id, b.action, b.request::text AS request, b.actor, b.undoes, NULL::uuid AS undone_by,
    b.made_at, b.upto, b.after_id, b.expected, b.expected_all, b.changed, b.skipped, b.failed,
    b.stop_asked, b.ended_at, b.ended_by, b.fault
FROM journey.bulk AS b
WHERE b.market = :market::text AND b.bulk_id = :bulk_id::uuid AND b.ended_at IS NULL
FOR NO KEY UPDATE SKIP LOCKED;

-- name: bulks_of -> Bulk
-- Jobs as they stand, newest first: one that is named, or all before one.
SELECT
    b.bulk_id, b.action, b.request::text AS request, b.actor, b.undoes, u.bulk_id AS undone_by,
    b.made_at, b.upto, b.after_id, b.expected, b.expected_all, b.changed, b.skipped, b.failed,
    b.stop_asked, b.ended_at, b.ended_by, b.fault
FROM journey.bulk AS b
LEFT JOIN journey.bulk AS u ON b.market = u.market AND b.bulk_id = u.undoes
WHERE
    b.market = :market::text AND b.bulk_id < :before::uuid
    AND (:open::boolean IS NULL OR (b.ended_at IS NULL) = :open::boolean)  -- noqa: RF02
    AND (:bulk_id::uuid IS NULL OR b.bulk_id = :bulk_id::uuid)  -- noqa: RF02
ORDER BY b.bulk_id DESC
LIMIT :most::integer;

-- name: bulks_unfinished -> BulkName
-- What is to be worked on, the oldest first.
SELECT b.bulk_id
FROM journey.bulk AS b
WHERE b.market = :market::text AND b.ended_at IS NULL
ORDER BY b.bulk_id;

-- name: move_bulk
-- A step was done: how far it came, and what became of its orders.
UPDATE journey.bulk AS b
SET
    after_id = :after_id::uuid,
    changed = b.changed + :changed::integer,
    skipped = b.skipped + :skipped::integer,
    failed = b.failed + :failed::integer
WHERE b.market = :market::text AND b.bulk_id = :bulk_id::uuid AND b.ended_at IS NULL;

-- name: end_bulk
-- A job ends once.
UPDATE journey.bulk AS b
SET ended_at = :at::timestamptz, ended_by = :ended_by::text, fault = :fault::text
WHERE b.market = :market::text AND b.bulk_id = :bulk_id::uuid AND b.ended_at IS NULL;

-- name: stop_bulk
-- A job that somebody stops ends with its next step.
UPDATE journey.bulk AS b
SET stop_asked = TRUE
WHERE b.market = :market::text AND b.bulk_id = :bulk_id::uuid AND b.ended_at IS NULL;

-- name: put_bulk_rows
-- What became of each order, in the commit that did it.
INSERT INTO journey.bulk_row (market, bulk_id, order_id, outcome, why, detail, hold_id)
SELECT :market::text, :bulk_id::uuid, r.order_id, r.outcome, r.why, r.detail, r.hold_id
FROM
    unnest(
        :order_ids::uuid[], :outcomes::text[], :whys::text[], :details::text[], :hold_ids::uuid[]
    ) AS r (order_id, outcome, why, detail, hold_id);

-- name: bulk_rows_after -> BulkRow
-- A page of what became of a job's orders, of those that changed or of those that did not.
SELECT r.order_id, r.outcome, r.why, r.detail, r.hold_id
FROM journey.bulk_row AS r
WHERE
    r.market = :market::text AND r.bulk_id = :bulk_id::uuid AND r.order_id > :after::uuid
    AND r.outcome = any(:outcomes::text[])
ORDER BY r.order_id
LIMIT :most::integer;

-- name: bulk_whys -> WhyCount
-- Why orders were left as they are, by reason.
SELECT r.why, count(*)::integer AS orders
FROM journey.bulk_row AS r
WHERE r.market = :market::text AND r.bulk_id = :bulk_id::uuid AND r.why IS NOT NULL
GROUP BY r.why
ORDER BY r.why;
