-- name: associates_and_nobody_else_are_bound_to_nodes
-- Whoever is bound to nodes is an associate, and an associate is bound to one at least.
SELECT a.market, a.user_id, a.role, a.node_ids
FROM access.account AS a
WHERE (a.role = 'associate') <> (coalesce(cardinality(a.node_ids), 0) > 0);

-- name: who_may_not_sign_in_has_no_session
-- A disabled account's sessions ended with it.
SELECT s.market, s.user_id, s.began_at
FROM access.session AS s
INNER JOIN access.account AS a ON s.market = a.market AND s.user_id = a.user_id
WHERE s.ended_at IS NULL AND NOT a.enabled;

-- name: no_session_is_older_than_its_password
-- A changed password ends what was begun with the one before.
SELECT s.market, s.user_id, s.began_at, a.password_at
FROM access.session AS s
INNER JOIN access.account AS a ON s.market = a.market AND s.user_id = a.user_id
WHERE s.ended_at IS NULL AND s.began_at < a.password_at;

-- name: sessions_end_in_time
-- A session ends after it begins, and no use makes it outlast its day.
SELECT s.market, s.user_id, s.began_at, s.idle_at, s.ends_at
FROM access.session AS s
WHERE
    s.ends_at <= s.began_at OR s.idle_at < s.began_at
    OR s.ends_at > s.began_at + '16 hours'::interval;

-- name: passwords_are_only_kept_hashed
-- What stands for a password is an argon2id hash.
SELECT a.market, a.user_id
FROM access.account AS a
WHERE a.password NOT LIKE '$argon2id$v=19$m=%,t=%,p=%$%';

-- name: preferences_are_small_objects
-- A preferences document is a JSON object of 16 KiB at most.
SELECT p.market, p.user_id
FROM access.preference AS p
WHERE json_typeof(p.document) <> 'object' OR octet_length(p.document::text) > 16384;
