-- name: put_session
-- A session begins, of somebody who may still sign in and whose password is still the one shown.
WITH signed AS (
    UPDATE access.account AS a
    SET signed_in_at = :at::timestamptz
    WHERE
        a.market = :market::text AND a.user_id = :user_id::uuid AND a.enabled
        AND a.password = :password::text
    RETURNING a.user_id
)

INSERT INTO access.session (market, digest, user_id, began_at, idle_at, ends_at)
SELECT
    :market::text, -- noqa: RF02
    :digest::bytea, -- noqa: RF02
    s.user_id,
    :at::timestamptz, -- noqa: RF02
    :idle_at::timestamptz, -- noqa: RF02
    :ends_at::timestamptz -- noqa: RF02
FROM signed AS s;

-- name: live_session -> Session
-- A session this process has not seen before, and who has it.
SELECT
    s.market, s.digest, a.user_id, a.login, a.name, a.role, a.node_ids, s.idle_at, s.ends_at
FROM access.session AS s
INNER JOIN access.account AS a ON s.market = a.market AND s.user_id = a.user_id
WHERE
    s.market = :market::text
    AND s.digest = :digest::bytea -- noqa: RF02
    AND s.ended_at IS NULL
    AND s.idle_at > :at::timestamptz
    AND s.ends_at > :at::timestamptz
    AND a.enabled;

-- name: live_sessions -> Session
-- Those of the sessions a process knows that are still good, as their people are now.
SELECT
    s.market, s.digest, a.user_id, a.login, a.name, a.role, a.node_ids, s.idle_at, s.ends_at
FROM unnest(:markets::text[], :digests::bytea[]) AS k (market, digest) -- noqa: RF02
INNER JOIN access.session AS s ON k.market = s.market AND k.digest = s.digest
INNER JOIN access.account AS a ON s.market = a.market AND s.user_id = a.user_id
WHERE
    s.ended_at IS NULL AND s.idle_at > :at::timestamptz AND s.ends_at > :at::timestamptz
    AND a.enabled;

-- name: touch_sessions
-- They were used: they are left alone from now on, if they have not ended.
UPDATE access.session AS s
SET idle_at = :idle_at::timestamptz
FROM unnest(:markets::text[], :digests::bytea[]) AS k (market, digest)
WHERE
    s.market = k.market AND s.digest = k.digest AND s.ended_at IS NULL
    AND s.idle_at > :at::timestamptz AND s.idle_at < :idle_at::timestamptz;

-- name: end_session
-- One session ends.
UPDATE access.session
SET ended_at = :at::timestamptz, end_reason = :why::text
WHERE market = :market::text AND digest = :digest::bytea AND ended_at IS NULL;

-- name: end_sessions_of
-- All sessions of a person end.
UPDATE access.session
SET ended_at = :at::timestamptz, end_reason = :why::text
WHERE market = :market::text AND user_id = :user_id::uuid AND ended_at IS NULL;

-- name: forget_sessions
-- What ended long ago is of no use; each sign-in sweeps behind its own person.
DELETE FROM access.session
WHERE market = :market::text AND user_id = :user_id::uuid AND ends_at < :before::timestamptz;
