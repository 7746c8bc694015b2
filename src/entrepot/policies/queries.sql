-- name: publish_policy -> PolicyRow
-- The next version, in force from now on. Two at once: one of them is a unique violation, and
-- tried again.
INSERT INTO policies.policy (market, version, document, actor, reason, active_from)
SELECT
    :market::text,
    coalesce(max(p.version), 0) + 1 AS next_version,
    :document::json,
    :actor::text,
    :reason::text,
    :at::timestamptz
FROM policies.policy AS p
WHERE p.market = :market::text
RETURNING version, document;

-- name: current_policy -> PolicyRow
-- The version in force is the newest.
SELECT p.version, p.document
FROM policies.policy AS p
WHERE p.market = :market::text
ORDER BY p.version DESC
LIMIT 1;

-- name: policy_history -> PublishedRow
-- Who changed the rules, when and why; newest first.
SELECT p.version, p.document, p.actor, p.reason, p.active_from
FROM policies.policy AS p
WHERE p.market = :market::text AND p.version < :before::integer
ORDER BY p.version DESC
LIMIT :most::integer;
