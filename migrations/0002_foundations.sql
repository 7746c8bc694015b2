-- Why: who may ask (access), what can be sold (catalog), from where (network), by which rules
-- (policies). Small tables, read into memory by every server; each change raises a version.
CREATE SCHEMA access;
CREATE SCHEMA catalog;
CREATE SCHEMA network;
CREATE SCHEMA policies;

-- The secret itself is never stored, only its digest.
CREATE TABLE access.key (
    market text NOT NULL,
    key_id text NOT NULL,
    name text NOT NULL,
    digest bytea NOT NULL,
    scopes text[] NOT NULL,
    made_at timestamptz NOT NULL,
    revoked_at timestamptz,
    PRIMARY KEY (market, key_id)
);

CREATE TABLE catalog.item (
    market text NOT NULL,
    sku text NOT NULL,
    name text NOT NULL,
    price bigint,
    weight_g integer NOT NULL CONSTRAINT weight_not_negative CHECK (weight_g >= 0),
    category text NOT NULL,
    attributes json NOT NULL,
    version bigint NOT NULL,
    changed_at timestamptz NOT NULL,
    PRIMARY KEY (market, sku)
);
CREATE INDEX item_changed ON catalog.item (market, changed_at);

-- A kit's parts. A kit has no stock of its own.
CREATE TABLE catalog.component (
    market text NOT NULL,
    sku text NOT NULL,
    part_sku text NOT NULL,
    quantity integer NOT NULL CONSTRAINT quantity_positive CHECK (quantity > 0),
    PRIMARY KEY (market, sku, part_sku),
    CONSTRAINT no_kit_of_itself CHECK (sku <> part_sku),
    FOREIGN KEY (market, sku) REFERENCES catalog.item (market, sku)
);

-- A market and the version of its network: any change of a node, group, channel, lane or policy.
CREATE TABLE network.market (
    market text PRIMARY KEY,
    version bigint NOT NULL
);

CREATE TABLE network.node (
    market text NOT NULL,
    node_id text NOT NULL,
    name text NOT NULL,
    kind text NOT NULL,
    address json NOT NULL,
    time_zone text NOT NULL,
    calendar json,
    cut_off time,
    capacity_per_day integer CONSTRAINT capacity_not_negative CHECK (capacity_per_day >= 0),
    services text[] NOT NULL,
    handling_cost bigint NOT NULL CONSTRAINT handling_not_negative CHECK (handling_cost >= 0),
    enabled boolean NOT NULL,
    version bigint NOT NULL,
    PRIMARY KEY (market, node_id)
);

CREATE TABLE network.node_group (
    market text NOT NULL,
    group_id text NOT NULL,
    name text NOT NULL,
    node_ids text[] NOT NULL,
    version bigint NOT NULL,
    PRIMARY KEY (market, group_id)
);

-- `nodes` and `node_groups` both null: the channel may sell from every node.
CREATE TABLE network.channel (
    market text NOT NULL,
    channel_id text NOT NULL,
    name text NOT NULL,
    connector text,
    secret text,
    nodes text[],
    node_groups text[],
    buffer integer NOT NULL CONSTRAINT buffer_not_negative CHECK (buffer >= 0),
    version bigint NOT NULL,
    PRIMARY KEY (market, channel_id)
);

CREATE TABLE network.lane (
    market text NOT NULL,
    lane_id text NOT NULL,
    carrier text NOT NULL,
    service text NOT NULL,
    zone smallint NOT NULL CONSTRAINT zone_known CHECK (zone BETWEEN 1 AND 9),
    transit_days_min smallint NOT NULL,
    transit_days smallint NOT NULL,
    breaks json NOT NULL,
    per_kg_over bigint NOT NULL,
    enabled boolean NOT NULL,
    version bigint NOT NULL,
    PRIMARY KEY (market, lane_id),
    CONSTRAINT days_in_order CHECK (0 <= transit_days_min AND transit_days_min <= transit_days)
);

CREATE TABLE policies.policy (
    market text NOT NULL,
    version integer NOT NULL,
    document json NOT NULL,
    actor text NOT NULL,
    reason text NOT NULL,
    active_from timestamptz NOT NULL,
    PRIMARY KEY (market, version)
);
