-- name: put_key
-- A key is written once; what it may do does not change, another key is made instead.
INSERT INTO access.key (market, key_id, name, digest, scopes, made_at, made_by)
VALUES (
    :market::text, :key_id::text, :name::text, :digest::bytea, :scopes::text[], :at::timestamptz,
    :actor::text
);

-- name: revoke_key
-- A revoked key stays as a row: the timeline still says whose it was.
UPDATE access.key
SET revoked_at = :at::timestamptz
WHERE market = :market::text AND key_id = :key_id::text AND revoked_at IS NULL;

-- name: adopt_key
-- The first key of a database that has none. Revoked keys count: whoever has revoked the last one
-- does not want this one back. Two servers that start together adopt it once.
INSERT INTO access.key (market, key_id, name, digest, scopes, made_at)
SELECT
    :market::text, :key_id::text, :name::text, :digest::bytea, :scopes::text[], :at::timestamptz
WHERE NOT EXISTS (SELECT 1 FROM access.key)
ON CONFLICT (market, key_id) DO NOTHING;

-- name: live_keys -> LiveKey
-- What every server keeps in memory, so that no request asks the database who is asking.
SELECT k.market, k.key_id, k.name, k.digest, k.scopes
FROM access.key AS k
WHERE k.revoked_at IS NULL;

-- name: keys_page -> KeyRow
-- The list an administrator leafs through, the newest first; revoked ones stay in it.
SELECT k.key_id, k.name, k.scopes, k.made_at, k.made_by, k.used_on, k.revoked_at
FROM access.key AS k
WHERE
    k.market = :market::text
    AND (k.made_at, k.key_id) < (:before_at::timestamptz, :before_id::text)
ORDER BY k.made_at DESC, k.key_id DESC
LIMIT :most::integer;

-- name: key_of -> KeyRow
-- One key, to be shown or revoked.
SELECT k.key_id, k.name, k.scopes, k.made_at, k.made_by, k.used_on, k.revoked_at
FROM access.key AS k
WHERE k.market = :market::text AND k.key_id = :key_id::text;

-- name: note_use
-- The day on which keys were last asked with: a write for each key and day.
UPDATE access.key AS k
SET used_on = :day::date
FROM unnest(:markets::text[], :key_ids::text[]) AS u (market, key_id)
WHERE k.market = u.market AND k.key_id = u.key_id AND k.used_on IS DISTINCT FROM :day::date;
