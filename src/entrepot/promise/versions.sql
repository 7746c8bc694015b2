-- name: keep_version -> VersionNumber
-- The next version, in force for nobody yet. Two at once: one of them is a unique violation, and
-- tried again.
INSERT INTO promise.version (market, version, trained_at, actor, forests, card)
SELECT
    :market::text, coalesce(max(v.version), 0) + 1 AS next_version, :at::timestamptz, :actor::text,
    :forests::bytea, :card::json
FROM promise.version AS v
WHERE v.market = :market::text
RETURNING version;

-- name: keep_memory
-- What had happened by a moment: said again of the same moment it is the same.
INSERT INTO promise.memory (market, version, as_of, past)
VALUES (:market::text, :version::integer, :as_of::timestamptz, :past::bytea)
ON CONFLICT (market, version, as_of) DO NOTHING;

-- name: forget_memories
-- What no promise that is still open can have been made from.
DELETE FROM promise.memory AS m
WHERE
    m.market = :market::text
    AND m.as_of < :before::timestamptz
    AND EXISTS (
        SELECT 1
        FROM promise.memory AS n
        WHERE n.market = m.market AND n.version = m.version AND n.as_of > m.as_of
    );

-- name: retire_versions
-- Whoever was in force makes way, in the commit that puts another in its place.
UPDATE promise.version AS v
SET retired_at = :at::timestamptz
WHERE v.market = :market::text AND v.promoted_at IS NOT NULL AND v.retired_at IS NULL;

-- name: promote_version -> VersionNumber
-- In force from this commit on; one that was retired comes back the same way.
UPDATE promise.version AS v
SET promoted_at = :at::timestamptz, retired_at = NULL
WHERE v.market = :market::text AND v.version = :version::integer
RETURNING v.version;

-- name: version_named -> VersionRow
-- A version whole.
SELECT v.version, v.trained_at, v.actor, v.forests, v.card, v.promoted_at, v.retired_at
FROM promise.version AS v
WHERE v.market = :market::text AND v.version = :version::integer;

-- name: versions -> VersionSummary
-- All versions, newest first, without their forests.
SELECT v.version, v.trained_at, v.actor, v.card, v.promoted_at, v.retired_at
FROM promise.version AS v
WHERE v.market = :market::text
ORDER BY v.version DESC
LIMIT :most::integer;

-- name: in_force -> InForce
-- Which version answers, and from which moment's memory: asked again and again, so it is small.
SELECT v.version, max(m.as_of) AS as_of
FROM promise.version AS v
INNER JOIN promise.memory AS m
    ON v.market = m.market AND v.version = m.version
WHERE v.market = :market::text AND v.promoted_at IS NOT NULL AND v.retired_at IS NULL
GROUP BY v.version;

-- name: memory_of -> MemoryRow
-- The newest memory of a version up to a moment.
SELECT m.as_of, m.past
FROM promise.memory AS m
WHERE
    m.market = :market::text
    AND m.version = :version::integer
    AND m.as_of <= :upto::timestamptz
ORDER BY m.as_of DESC
LIMIT 1;
