-- name: put_account
-- A new person; a login or a name that somebody has is not given again.
INSERT INTO access.account (
    market, user_id, login, name, role, node_ids, password, enabled, made_at, made_by, password_at,
    version
)
VALUES (
    :market::text, :user_id::uuid, :login::text, :name::text, :role::text, :node_ids::text[],
    :password::text, TRUE, :at::timestamptz, :actor::text, :at::timestamptz, 1
)
ON CONFLICT DO NOTHING;

-- name: taken -> Taken
-- Whether somebody else has this login, or this name.
SELECT
    coalesce(bool_or(a.login = :login::text), FALSE) AS login,
    coalesce(bool_or(lower(a.name) = lower(:name::text)), FALSE) AS name
FROM access.account AS a
WHERE
    a.market = :market::text AND a.user_id <> :user_id::uuid
    AND (a.login = :login::text OR lower(a.name) = lower(:name::text));

-- name: account -> Account
-- One person, to be shown.
SELECT
    a.user_id, a.login, a.name, a.role, a.node_ids, a.enabled, a.made_at, a.made_by,
    a.signed_in_at, a.version
FROM access.account AS a
WHERE a.market = :market::text AND a.user_id = :user_id::uuid;

-- name: account_for_update -> Account
-- One person, to be changed.
SELECT
    a.user_id, a.login, a.name, a.role, a.node_ids, a.enabled, a.made_at, a.made_by,
    a.signed_in_at, a.version
FROM access.account AS a
WHERE a.market = :market::text AND a.user_id = :user_id::uuid
FOR NO KEY UPDATE;

-- name: account_of_login -> Account
-- Who has this login.
SELECT
    a.user_id, a.login, a.name, a.role, a.node_ids, a.enabled, a.made_at, a.made_by,
    a.signed_in_at, a.version
FROM access.account AS a
WHERE a.market = :market::text AND a.login = :login::text;

-- name: administrators_for_update -> Account
-- Everybody who could undo a change, locked in key order: two of them cannot end each other.
SELECT
    a.user_id, a.login, a.name, a.role, a.node_ids, a.enabled, a.made_at, a.made_by,
    a.signed_in_at, a.version
FROM access.account AS a
WHERE a.market = :market::text AND a.role = 'administrator' AND a.enabled
ORDER BY a.user_id
FOR NO KEY UPDATE;

-- name: secret_of -> Secret
-- What a sign-in is judged by.
SELECT a.user_id, a.password, a.enabled
FROM access.account AS a
WHERE a.market = :market::text AND a.login = :login::text;

-- name: change_account
-- Who somebody is, and what is theirs to do, from now on.
UPDATE access.account
SET
    name = :name::text, role = :role::text, node_ids = :node_ids::text[],
    enabled = :enabled::boolean, version = version + 1
WHERE market = :market::text AND user_id = :user_id::uuid;

-- name: set_password
-- Another password: its owner forgot the one before, or has had enough of it.
UPDATE access.account
SET password = :password::text, password_at = :at::timestamptz
WHERE market = :market::text AND user_id = :user_id::uuid;

-- name: replace_password
-- Another hash, of the password that was just shown to be right; not if it changed meanwhile.
UPDATE access.account
SET password = :password::text
WHERE market = :market::text AND user_id = :user_id::uuid AND password = :before::text;

-- name: accounts_page -> Account
-- The list people leaf through, by login.
SELECT
    a.user_id, a.login, a.name, a.role, a.node_ids, a.enabled, a.made_at, a.made_by,
    a.signed_in_at, a.version
FROM access.account AS a
WHERE a.market = :market::text AND a.login > :after::text
ORDER BY a.login
LIMIT :most::integer;

-- name: accounts_in_all -> Count
-- Whether anybody could sign in at all: who starts an empty system is told how to begin.
SELECT count(*) FROM access.account;

-- name: preference -> Preference
-- What a person wants the faces to remember.
SELECT p.document::text AS document, p.version
FROM access.preference AS p
WHERE p.market = :market::text AND p.user_id = :user_id::uuid;

-- name: preference_for_update -> Preference
-- The same, to be compared with what the caller has seen.
SELECT p.document::text AS document, p.version
FROM access.preference AS p
WHERE p.market = :market::text AND p.user_id = :user_id::uuid
FOR NO KEY UPDATE;

-- name: put_preference -> Version
-- The whole document is replaced.
INSERT INTO access.preference AS p (market, user_id, document, version, changed_at)
VALUES (:market::text, :user_id::uuid, :document::json, 1, :at::timestamptz)
ON CONFLICT (market, user_id) DO UPDATE
    SET
        document = excluded.document, version = p.version + 1, changed_at = excluded.changed_at
RETURNING p.version;
