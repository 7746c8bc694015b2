-- name: open_market
-- A market begins at version 1; whoever opens it again finds it open.
INSERT INTO network.market (market, version) VALUES (:market::text, 1)
ON CONFLICT (market) DO NOTHING;

-- name: lock_market -> Version
-- Whoever changes a network has it alone: rows are compared with what stands and written after.
SELECT m.version AS number
FROM network.market AS m
WHERE m.market = :market::text
FOR NO KEY UPDATE;

-- name: raise_version
-- Once per change, in its commit: servers that see another number read the network again.
UPDATE network.market
SET version = version + 1
WHERE market = :market::text;

-- name: network_version -> Version
-- The sum of two counters that only grow: the network's own changes and the policies' activations.
-- It rises with either, so a decision that names it names both.
SELECT coalesce(sum(c.counter), 0)::bigint AS number
FROM (
    SELECT m.version AS counter
    FROM network.market AS m
    WHERE m.market = :market::text
    UNION ALL
    SELECT max(p.activation) AS counter
    FROM policies.policy AS p
    WHERE p.market = :market::text
) AS c;

-- name: policy_in_force -> PolicyRow
-- The policy in force: what it adds to a rate card's prices is part of the network.
SELECT p.version, p.document
FROM policies.policy AS p
WHERE p.market = :market::text AND p.state = 'active';

-- name: nodes_of -> NodeRow
-- Nodes by id, ascending: some of them, or a page, or all.
SELECT
    n.node_id,
    n.name,
    n.kind,
    n.address,
    n.time_zone,
    n.calendar,
    n.cut_off,
    n.capacity_per_day,
    n.services,
    n.handling_cost,
    n.enabled,
    n.handling_hours,
    n.parcel_cost,
    n.version,
    n.capacity_per_service
FROM network.node AS n
WHERE
    n.market = :market::text
    AND (:names::text[] IS NULL OR n.node_id = any(:names::text[]))
    AND n.node_id > :after::text
ORDER BY n.node_id
LIMIT :most::integer;

-- name: groups_of -> GroupRow
-- Node groups by id, ascending: some of them, or a page, or all.
SELECT g.group_id, g.name, g.node_ids, g.version
FROM network.node_group AS g
WHERE
    g.market = :market::text
    AND (:names::text[] IS NULL OR g.group_id = any(:names::text[]))
    AND g.group_id > :after::text
ORDER BY g.group_id
LIMIT :most::integer;

-- name: channels_of -> ChannelRow
-- Channels by id, ascending: some of them, or a page, or all.
SELECT
    c.channel_id,
    c.name,
    c.connector,
    c.secret,
    c.nodes,
    c.node_groups,
    c.buffer,
    c.version
FROM network.channel AS c
WHERE
    c.market = :market::text
    AND (:names::text[] IS NULL OR c.channel_id = any(:names::text[]))
    AND c.channel_id > :after::text
ORDER BY c.channel_id
LIMIT :most::integer;

-- name: lanes_of -> LaneRow
-- Lanes by id, ascending: some of them, or a page, or all.
SELECT
    l.lane_id,
    l.carrier,
    l.service,
    l.zone,
    l.transit_days_min,
    l.transit_days,
    l.breaks,
    l.per_kg_over,
    l.enabled,
    l.cm3_per_kg,
    l.cost_min,
    l.version
FROM network.lane AS l
WHERE
    l.market = :market::text
    AND (:names::text[] IS NULL OR l.lane_id = any(:names::text[]))
    AND l.lane_id > :after::text
ORDER BY l.lane_id
LIMIT :most::integer;

-- name: known_nodes -> Named
-- Which of these nodes there are.
SELECT n.node_id AS row_id
FROM network.node AS n
WHERE n.market = :market::text AND n.node_id = any(:names::text[]);

-- name: known_groups -> Named
-- Which of these node groups there are.
SELECT g.group_id AS row_id
FROM network.node_group AS g
WHERE g.market = :market::text AND g.group_id = any(:names::text[]);

-- name: known_channels -> Named
-- Which of these channels there are.
SELECT c.channel_id AS row_id
FROM network.channel AS c
WHERE c.market = :market::text AND c.channel_id = any(:names::text[]);

-- name: put_nodes
-- New and changed nodes, whole. `rows` is a JSON array of objects named as the columns.
INSERT INTO network.node (
    market, node_id, name, kind, address, time_zone, calendar, cut_off, capacity_per_day, services,
    handling_cost, enabled, handling_hours, parcel_cost, version, capacity_per_service
)
SELECT
    :market::text,
    r.node_id,
    r.name,
    r.kind,
    r.address::json,
    r.time_zone,
    r.calendar::json,
    r.cut_off,
    r.capacity_per_day,
    r.services,
    r.handling_cost,
    r.enabled,
    r.handling_hours,
    r.parcel_cost,
    r.version,
    r.capacity_per_service::json
FROM
    json_to_recordset(:rows::json) AS r (
        node_id text,
        name text,
        kind text,
        address text,
        time_zone text,
        calendar text,
        cut_off time,
        capacity_per_day integer,
        services text[],
        handling_cost bigint,
        enabled boolean,
        handling_hours smallint,
        parcel_cost bigint,
        version bigint,
        capacity_per_service text
    )
ON CONFLICT (market, node_id) DO UPDATE SET
    name = excluded.name,
    kind = excluded.kind,
    address = excluded.address,
    time_zone = excluded.time_zone,
    calendar = excluded.calendar,
    cut_off = excluded.cut_off,
    capacity_per_day = excluded.capacity_per_day,
    services = excluded.services,
    handling_cost = excluded.handling_cost,
    enabled = excluded.enabled,
    handling_hours = excluded.handling_hours,
    parcel_cost = excluded.parcel_cost,
    version = excluded.version,
    capacity_per_service = excluded.capacity_per_service;

-- name: put_groups
-- New and changed node groups, whole.
INSERT INTO network.node_group (market, group_id, name, node_ids, version)
SELECT :market::text, r.group_id, r.name, r.node_ids, r.version
FROM
    json_to_recordset(:rows::json) AS r (
        group_id text, name text, node_ids text[], version bigint
    )
ON CONFLICT (market, group_id) DO UPDATE SET
    name = excluded.name, node_ids = excluded.node_ids, version = excluded.version;

-- name: put_channels
-- New and changed channels, whole.
INSERT INTO network.channel (
    market, channel_id, name, connector, secret, nodes, node_groups, buffer, version
)
SELECT
    :market::text,
    r.channel_id,
    r.name,
    r.connector,
    r.secret,
    r.nodes,
    r.node_groups,
    r.buffer,
    r.version
FROM
    json_to_recordset(:rows::json) AS r (
        channel_id text,
        name text,
        connector text,
        secret text,
        nodes text[],
        node_groups text[],
        buffer integer,
        version bigint
    )
ON CONFLICT (market, channel_id) DO UPDATE SET
    name = excluded.name,
    connector = excluded.connector,
    secret = excluded.secret,
    nodes = excluded.nodes,
    node_groups = excluded.node_groups,
    buffer = excluded.buffer,
    version = excluded.version;

-- name: put_lanes
-- New and changed lanes, whole.
INSERT INTO network.lane (
    market, lane_id, carrier, service, zone, transit_days_min, transit_days, breaks, per_kg_over,
    enabled, cm3_per_kg, cost_min, version
)
SELECT
    :market::text,
    r.lane_id,
    r.carrier,
    r.service,
    r.zone,
    r.transit_days_min,
    r.transit_days,
    r.breaks::json,
    r.per_kg_over,
    r.enabled,
    r.cm3_per_kg,
    r.cost_min,
    r.version
FROM
    json_to_recordset(:rows::json) AS r (
        lane_id text,
        carrier text,
        service text,
        zone smallint,
        transit_days_min smallint,
        transit_days smallint,
        breaks text,
        per_kg_over bigint,
        enabled boolean,
        cm3_per_kg integer,
        cost_min bigint,
        version bigint
    )
ON CONFLICT (market, lane_id) DO UPDATE SET
    carrier = excluded.carrier,
    service = excluded.service,
    zone = excluded.zone,
    transit_days_min = excluded.transit_days_min,
    transit_days = excluded.transit_days,
    breaks = excluded.breaks,
    per_kg_over = excluded.per_kg_over,
    enabled = excluded.enabled,
    cm3_per_kg = excluded.cm3_per_kg,
    cost_min = excluded.cost_min,
    version = excluded.version;

-- name: channels_named -> NamedChannel
-- Whose webhook is this? The signature decides among the markets that have a channel of this name.
SELECT c.market, c.connector, c.secret
FROM network.channel AS c
WHERE c.channel_id = :channel_id::text
ORDER BY c.market;

-- name: markets -> Named
-- Every market there is, for checks that go through all of them.
SELECT m.market AS row_id
FROM network.market AS m
ORDER BY m.market;
