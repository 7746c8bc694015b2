-- name: put_view
-- A view is kept, or kept anew as somebody has changed it.
INSERT INTO journey.view AS v
(market, view_id, screen, name, query, owner, is_default, made_by, made_at)
VALUES (
    :market::text, :view_id::uuid, :screen::text, :name::text, :query::text::json, :owner::text,
    :is_default::boolean, :actor::text, :at::timestamptz
)
ON CONFLICT (market, view_id) DO UPDATE SET
    name = excluded.name,
    query = excluded.query,
    owner = excluded.owner,
    is_default = excluded.is_default,
    version = v.version + 1;

-- name: only_default
-- One view of a screen at most is what somebody begins with; the others of the same owner are not.
UPDATE journey.view AS v
SET is_default = FALSE, version = v.version + 1
WHERE
    v.market = :market::text AND v.screen = :screen::text AND v.view_id <> :view_id::uuid
    AND v.owner IS NOT DISTINCT FROM :owner::text AND v.is_default;

-- name: drop_view
-- A view nobody needs.
DELETE FROM journey.view AS v
WHERE v.market = :market::text AND v.view_id = :view_id::uuid;

-- name: view_for_update -> View
-- A view that is about to change.
SELECT
    v.view_id, v.screen, v.name, v.query::text AS query, v.owner, v.is_default, v.version,
    v.made_by, v.made_at
FROM journey.view AS v
WHERE v.market = :market::text AND v.view_id = :view_id::uuid
FOR NO KEY UPDATE;

-- name: views_of -> View
-- What somebody sees of a screen's views: the team's and their own, the oldest first.
SELECT
    v.view_id, v.screen, v.name, v.query::text AS query, v.owner, v.is_default, v.version,
    v.made_by, v.made_at
FROM journey.view AS v
WHERE
    v.market = :market::text AND v.screen = :screen::text
    AND (v.owner IS NULL OR v.owner = :owner::text)
ORDER BY v.view_id
LIMIT :most::integer;
