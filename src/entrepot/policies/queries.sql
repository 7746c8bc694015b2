-- name: new_policy -> Written
-- The next number in the order of writing. Two at once: one of them is a unique violation, and
-- tried again.
INSERT INTO policies.policy (
    market, version, state, document, actor, reason, made_at, changed_at, restores, active_from,
    activation
)
SELECT
    :market::text,
    coalesce(max(p.version), 0) + 1 AS next_version,
    :state::text,
    :document::json,
    :actor::text,
    :reason::text,
    :at::timestamptz,
    :at::timestamptz,
    :restores::integer,
    CASE WHEN :state::text = 'active' THEN :at::timestamptz END AS active_from,
    CASE WHEN :state::text = 'active' THEN coalesce(max(p.activation), 0) + 1 END AS activation
FROM policies.policy AS p
WHERE p.market = :market::text
RETURNING version;

-- name: current_policy -> PolicyRow
-- The version in force: there is one at most.
SELECT p.version, p.document
FROM policies.policy AS p
WHERE p.market = :market::text AND p.state = 'active';

-- name: policy_history -> Version
-- Who changed the rules that decide, when and why; those that came into force, newest first.
SELECT
    p.version, p.state, p.document, p.actor, p.reason, p.made_at, p.changed_at, p.effective_at,
    p.active_from, p.retired_at, p.restores, p.activation, p.revision
FROM policies.policy AS p
WHERE p.market = :market::text AND p.activation < :before::integer
ORDER BY p.activation DESC
LIMIT :most::integer;

-- name: policies -> Version
-- A page of all versions, newest first; a filter that is null lets everything pass.
SELECT
    p.version, p.state, p.document, p.actor, p.reason, p.made_at, p.changed_at, p.effective_at,
    p.active_from, p.retired_at, p.restores, p.activation, p.revision
FROM policies.policy AS p
WHERE
    p.market = :market::text
    AND p.version < :before::integer
    AND (:states::text[] IS NULL OR p.state = any(:states::text[]))
ORDER BY p.version DESC
LIMIT :most::integer;

-- name: policy_version -> Version
-- One version, whatever its state.
SELECT
    p.version, p.state, p.document, p.actor, p.reason, p.made_at, p.changed_at, p.effective_at,
    p.active_from, p.retired_at, p.restores, p.activation, p.revision
FROM policies.policy AS p
WHERE p.market = :market::text AND p.version = :version::integer;

-- name: policy_for_update -> Version
-- Locked; only then is decided what may become of it.
SELECT
    p.version, p.state, p.document, p.actor, p.reason, p.made_at, p.changed_at, p.effective_at,
    p.active_from, p.retired_at, p.restores, p.activation, p.revision
FROM policies.policy AS p
WHERE p.market = :market::text AND p.version = :version::integer
FOR NO KEY UPDATE OF p;

-- name: active_for_update -> Version
-- The version in force, locked before another one takes its place.
SELECT
    p.version, p.state, p.document, p.actor, p.reason, p.made_at, p.changed_at, p.effective_at,
    p.active_from, p.retired_at, p.restores, p.activation, p.revision
FROM policies.policy AS p
WHERE p.market = :market::text AND p.state = 'active'
FOR NO KEY UPDATE OF p;

-- name: due_policy -> Written
-- A version whose time has come: of several the one that was to come first.
SELECT p.version
FROM policies.policy AS p
WHERE p.market = :market::text AND p.state = 'scheduled' AND p.effective_at <= :at::timestamptz
ORDER BY p.effective_at, p.version
LIMIT 1;

-- name: move_policy -> Written
-- A locked version's next state, with the move that explains it. None answered: never commit.
WITH guarded AS (
    UPDATE policies.policy AS p
    SET
        state = :state::text,
        document = coalesce(:document::json, p.document),
        reason = coalesce(:note::text, p.reason),
        changed_at = :at::timestamptz,
        effective_at = CASE
            WHEN :state::text = 'scheduled' THEN :effective_at::timestamptz
            WHEN :state::text = 'draft' THEN NULL
            ELSE p.effective_at
        END,
        active_from = CASE
            WHEN :state::text = 'active' THEN :at::timestamptz ELSE p.active_from
        END,
        activation = CASE
            WHEN :state::text = 'active'
                THEN (
                    SELECT coalesce(max(n.activation), 0) + 1
                    FROM policies.policy AS n
                    WHERE n.market = :market::text
                )
            ELSE p.activation
        END,
        retired_at = CASE
            WHEN :state::text = 'retired' THEN :at::timestamptz ELSE p.retired_at
        END,
        revision = p.revision + 1
    WHERE
        p.market = :market::text AND p.version = :version::integer
        AND p.state = :from_state::text
    RETURNING p.version
),

told AS (
    INSERT INTO policies.policy_move
    (market, version, move_no, from_state, verb, actor, reason, at)
    VALUES (
        :market::text, :version::integer, :move_no::integer, :from_state::text, :verb::text,
        :actor::text, :reason::text, :at::timestamptz
    )
)

SELECT g.version
FROM guarded AS g;

-- name: policy_moves -> PolicyMove
-- The life of a version, step by step.
SELECT m.move_no, m.from_state, m.verb, m.actor, m.reason, m.at
FROM policies.policy_move AS m
WHERE m.market = :market::text AND m.version = :version::integer
ORDER BY m.move_no;
