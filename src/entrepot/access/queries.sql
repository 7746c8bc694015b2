-- name: put_key
-- A key is written once; what it may do does not change, another key is made instead.
INSERT INTO access.key (market, key_id, name, digest, scopes, made_at)
VALUES (
    :market::text, :key_id::text, :name::text, :digest::bytea, :scopes::text[], :at::timestamptz
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
