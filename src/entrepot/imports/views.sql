-- name: job -> Job
-- An import as it stands.
SELECT
    j.import_id, j.kind, j.file, j.size, j.digest, j.parts, j.written_at, j.uploaded_at,
    j.uploaded_by, j.preview, j.mapping, j.mapping_name, j.state, j.checked, j.asked_at,
    j.asked_by, j.began_at, j.told_at, j.ended_at, j.later, j.upto, j.rows, j.rejected, j.counts,
    j.done, j.total, j.worker, j.leased_until, j.fault, j.kept,
    j.rehearsal, j.rows_before
FROM imports.job AS j
WHERE j.market = :market::text AND j.import_id = :import_id::uuid;

-- name: jobs -> Job
-- The imports, the newest first.
SELECT
    j.import_id, j.kind, j.file, j.size, j.digest, j.parts, j.written_at, j.uploaded_at,
    j.uploaded_by, j.preview, j.mapping, j.mapping_name, j.state, j.checked, j.asked_at,
    j.asked_by, j.began_at, j.told_at, j.ended_at, j.later, j.upto, j.rows, j.rejected, j.counts,
    j.done, j.total, j.worker, j.leased_until, j.fault, j.kept,
    j.rehearsal, j.rows_before
FROM imports.job AS j
WHERE
    j.market = :market::text AND j.import_id < :before::uuid
    AND (:kinds::text[] IS NULL OR j.kind = any(:kinds::text[]))
    AND (:states::text[] IS NULL OR j.state = any(:states::text[]))
ORDER BY j.import_id DESC
LIMIT :most::integer;

-- name: part -> Part
-- A part of a file.
SELECT p.bytes_
FROM imports.part AS p
WHERE
    p.market = :market::text AND p.import_id = :import_id::uuid AND p.part = :part::integer;

-- name: rejects -> KeptReject
-- Rows that were not taken, in the file's order.
SELECT r.row, r.field, r.reason, r.data
FROM imports.reject AS r
WHERE
    r.market = :market::text AND r.import_id = :import_id::uuid
    AND r.rehearsal = :rehearsal::boolean AND r.row > :after::integer
ORDER BY r.row
LIMIT :most::integer;

-- name: mappings -> SavedMapping
-- The mappings that were kept for a kind, the last first.
SELECT m.kind, m.name, m.mapping, m.saved_by, m.saved_at
FROM imports.mapping AS m
WHERE m.market = :market::text AND m.kind = :kind::text
ORDER BY m.saved_at DESC, m.name ASC
LIMIT :most::integer;
