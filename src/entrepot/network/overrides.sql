-- name: standing_overrides -> OverrideRow
-- What operations have said of nodes and not taken back: part of the network that sourcing sees.
SELECT
    o.override_id, o.node_id, o.kind, o.method, o.day, o.limit_per_day, o.clock, o.begins_at,
    o.ends_at, o.begun, o.reason, o.actor, o.made_at, o.ended_at, o.ended_by, o.end_reason
FROM network.override AS o
WHERE o.market = :market::text AND o.ended_at IS NULL
ORDER BY o.override_id;

-- name: overrides_of -> OverrideRow
-- A page of a node's overrides, the newest first; those that are over too where it is asked for.
SELECT
    o.override_id, o.node_id, o.kind, o.method, o.day, o.limit_per_day, o.clock, o.begins_at,
    o.ends_at, o.begun, o.reason, o.actor, o.made_at, o.ended_at, o.ended_by, o.end_reason
FROM network.override AS o
WHERE
    o.market = :market::text
    AND o.node_id = :node_id::text
    AND o.override_id < :before::uuid
    AND (:ended::boolean OR o.ended_at IS NULL)
ORDER BY o.override_id DESC
LIMIT :most::integer;

-- name: one_override -> OverrideRow
-- One of them, whatever became of it.
SELECT
    o.override_id, o.node_id, o.kind, o.method, o.day, o.limit_per_day, o.clock, o.begins_at,
    o.ends_at, o.begun, o.reason, o.actor, o.made_at, o.ended_at, o.ended_by, o.end_reason
FROM network.override AS o
WHERE o.market = :market::text AND o.override_id = :override_id::uuid;

-- name: put_override
-- A new one. It is written once; later it only begins and ends.
INSERT INTO network.override (
    market, override_id, node_id, kind, method, day, limit_per_day, clock, begins_at, ends_at,
    begun, reason, actor, made_at
)
VALUES (
    :market::text, :override_id::uuid, :node_id::text, :kind::text, :method::text, :day::date,
    :limit_per_day::integer, :clock::time, :begins_at::timestamptz, :ends_at::timestamptz,
    :begun::boolean, :reason::text, :actor::text, :made_at::timestamptz
);

-- name: end_overrides -> OverrideRow
-- Those of these that stand end now; whoever comes second finds nothing.
UPDATE network.override AS o
SET ended_at = :at::timestamptz, ended_by = :actor::text, end_reason = :reason::text, begun = TRUE
WHERE
    o.market = :market::text AND o.override_id = any(:override_ids::uuid[]) AND o.ended_at IS NULL
RETURNING
    o.override_id, o.node_id, o.kind, o.method, o.day, o.limit_per_day, o.clock, o.begins_at,
    o.ends_at, o.begun, o.reason, o.actor, o.made_at, o.ended_at, o.ended_by, o.end_reason;

-- name: begin_overrides
-- Their time has come: servers read the network again, and channels what they may sell.
UPDATE network.override AS o
SET begun = TRUE
WHERE o.market = :market::text AND o.override_id = any(:override_ids::uuid[]);
