-- name: what_is_settled_adds_up
-- Rows that were rejected are among those settled.
SELECT j.market, j.import_id
FROM imports.job AS j
WHERE j.rejected > j.rows;

-- name: a_kept_file_is_whole
-- A file that is kept has all its parts.
SELECT j.market, j.import_id
FROM imports.job AS j
WHERE
    j.kept
    AND j.parts <> (
        SELECT count(*)
        FROM imports.part AS p
        WHERE p.market = j.market AND p.import_id = j.import_id
    );
