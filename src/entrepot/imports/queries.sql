-- name: add_part
-- A part of a file as it comes; it is of no file yet until that is written down.
INSERT INTO imports.part (market, import_id, part, bytes_)
VALUES (:market::text, :import_id::uuid, :part::integer, :bytes_::bytea)
ON CONFLICT (market, import_id, part) DO NOTHING;

-- name: drop_parts
-- A file that is not kept any more.
DELETE FROM imports.part
WHERE market = :market::text AND import_id = :import_id::uuid;

-- name: drop_parts_of_nobody
-- Uploads that broke off: parts older than any that may still be coming, of which no file tells.
DELETE FROM imports.part AS p
WHERE
    p.market = :market::text AND p.import_id < :before::uuid
    AND NOT EXISTS (
        SELECT 1 FROM imports.job AS j
        WHERE j.market = :market::text AND j.import_id = p.import_id
    );

-- name: forget_files
-- Files that were last used long ago: their bytes go, what became of them stays.
WITH old AS (
    SELECT j.import_id
    FROM imports.job AS j
    WHERE
        j.market = :market::text AND j.kept AND j.used_at < :before::timestamptz
        AND j.state NOT IN ('checking', 'running')
    ORDER BY j.used_at
    LIMIT 100
    FOR NO KEY UPDATE SKIP LOCKED
),

gone AS (
    DELETE FROM imports.part AS p
    USING old AS o
    WHERE p.market = :market::text AND p.import_id = o.import_id
)

UPDATE imports.job AS j
SET kept = FALSE
FROM old AS o
WHERE j.market = :market::text AND j.import_id = o.import_id;

-- name: add_job
-- A file is here, whole.
INSERT INTO imports.job (
    market, import_id, kind, file, size, digest, parts, written_at, uploaded_at, uploaded_by,
    preview, mapping, state, used_at
)
VALUES (
    :market::text, :import_id::uuid, :kind::text, :file::text, :size::bigint, :digest::bytea,
    :parts::integer, :written_at::timestamptz, :at::timestamptz, :actor::text, :preview::json,
    :mapping::json, :state::text, :at::timestamptz
);

-- name: job_for_update -> Job
-- An import, held while it is moved.
SELECT
    j.import_id, j.kind, j.file, j.size, j.digest, j.parts, j.written_at, j.uploaded_at,
    j.uploaded_by, j.preview, j.mapping, j.mapping_name, j.state, j.checked, j.asked_at,
    j.asked_by, j.began_at, j.told_at, j.ended_at, j.later, j.upto, j.rows, j.rejected, j.counts,
    j.done, j.total, j.worker, j.leased_until, j.fault, j.kept,
    j.rehearsal, j.rows_before
FROM imports.job AS j
WHERE j.market = :market::text AND j.import_id = :import_id::uuid
FOR NO KEY UPDATE;

-- name: map_job
-- What the columns are; whatever was found before was found otherwise.
UPDATE imports.job
SET
    state = :state::text, mapping = :mapping::json, mapping_name = :name::text, checked = NULL,
    later = FALSE, upto = 0, rows = 0, rejected = 0, counts = '{}'::json, done = 0, total = 1,
    fault = NULL, ended_at = NULL, began_at = NULL, used_at = :at::timestamptz
WHERE market = :market::text AND import_id = :import_id::uuid;

-- name: begin_job
-- It is asked for: from the beginning, or behind the row that is done.
UPDATE imports.job
SET
    state = :state::text, rehearsal = :rehearsal::boolean, asked_at = :at::timestamptz,
    asked_by = :actor::text,
    began_at = NULL, rows_before = CASE WHEN :anew::boolean THEN 0 ELSE rows END,
    told_at = NULL, ended_at = NULL, fault = NULL, worker = NULL, leased_until = NULL,
    later = CASE WHEN :anew::boolean THEN FALSE ELSE later END,
    upto = CASE WHEN :anew::boolean THEN 0 ELSE upto END,
    rows = CASE WHEN :anew::boolean THEN 0 ELSE rows END,
    rejected = CASE WHEN :anew::boolean THEN 0 ELSE rejected END,
    counts = CASE WHEN :anew::boolean THEN '{}'::json ELSE counts END,
    done = CASE WHEN :anew::boolean THEN 0 ELSE done END,
    total = CASE WHEN :anew::boolean THEN 1 ELSE total END,
    used_at = :at::timestamptz
WHERE market = :market::text AND import_id = :import_id::uuid;

-- name: drop_rejects
-- A rehearsal finds anew what is wrong; and so does a run from the beginning.
DELETE FROM imports.reject
WHERE
    market = :market::text AND import_id = :import_id::uuid AND rehearsal = :rehearsal::boolean;

-- name: claim_job -> JobName
-- The oldest that was asked for and that nobody works on: who died has let it go.
UPDATE imports.job AS j
SET
    worker = :worker::uuid, leased_until = :until::timestamptz,
    began_at = coalesce(j.began_at, :at::timestamptz)
WHERE
    j.market = :market::text
    AND j.import_id = (
        SELECT w.import_id
        FROM imports.job AS w
        WHERE
            w.market = :market::text AND w.state IN ('checking', 'running')
            AND (w.leased_until IS NULL OR w.leased_until < :at::timestamptz)
        ORDER BY w.asked_at, w.import_id
        LIMIT 1
        FOR NO KEY UPDATE SKIP LOCKED
    )
RETURNING j.import_id;

-- name: move_job
-- A piece is done, in the commit of what it brought; the row is held by whoever did it.
UPDATE imports.job
SET
    later = :later::boolean, upto = :upto::integer, rows = :rows::integer,
    rejected = :rejected::integer, counts = :counts::json, done = :done::bigint,
    total = :total::bigint, told_at = :at::timestamptz, leased_until = :until::timestamptz
WHERE market = :market::text AND import_id = :import_id::uuid AND worker = :worker::uuid;

-- name: add_rejects
-- Rows that were not taken; a row is refused once.
INSERT INTO imports.reject (market, import_id, rehearsal, row, field, reason, data)
SELECT
    :market::text, :import_id::uuid, :rehearsal::boolean, r.row, r.field, r.reason, r.data
FROM
    unnest(:rows::integer[], :fields::text[], :reasons::text[], :data::text[])
        AS r (row, field, reason, data)
ON CONFLICT (market, import_id, rehearsal, row) DO NOTHING;

-- name: end_job
-- It is done, canceled or broken off; whoever worked on it works on it no more.
UPDATE imports.job
SET
    state = :state::text, ended_at = :ended_at::timestamptz, fault = :fault::text,
    checked = coalesce(:checked::json, checked), worker = NULL, leased_until = NULL,
    used_at = :at::timestamptz
WHERE market = :market::text AND import_id = :import_id::uuid;

-- name: let_go
-- Whoever stops lets another go on at once.
UPDATE imports.job
SET worker = NULL, leased_until = NULL
WHERE market = :market::text AND import_id = :import_id::uuid AND worker = :worker::uuid;

-- name: save_mapping
-- A mapping under a name, for the next file of this kind.
INSERT INTO imports.mapping (market, kind, name, mapping, saved_by, saved_at)
VALUES (
    :market::text, :kind::text, :name::text, :mapping::json, :actor::text, :at::timestamptz
)
ON CONFLICT (market, kind, name) DO UPDATE SET
    mapping = excluded.mapping, saved_by = excluded.saved_by, saved_at = excluded.saved_at;

-- name: drop_mapping
-- A mapping nobody needs any more.
DELETE FROM imports.mapping
WHERE market = :market::text AND kind = :kind::text AND name = :name::text;
