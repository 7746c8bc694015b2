-- Why: what was decided, from what was seen, so that every decision can be explained and run again.
CREATE SCHEMA sourcing;

-- `record` is the packed decision record; see docs/algorithms/sourcing.md.
CREATE TABLE sourcing.decision (
    market text NOT NULL,
    order_id uuid NOT NULL,
    decision_id uuid NOT NULL,
    kind text NOT NULL,
    network_version bigint NOT NULL,
    at timestamptz NOT NULL,
    record bytea NOT NULL,
    PRIMARY KEY (market, order_id, decision_id)
) WITH (toast_tuple_target = 8160);
ALTER TABLE sourcing.decision ALTER COLUMN record SET STORAGE EXTERNAL;

-- The network as it was at a version that some decision used.
CREATE TABLE sourcing.network_snapshot (
    market text NOT NULL,
    version bigint NOT NULL,
    document bytea NOT NULL,
    PRIMARY KEY (market, version)
);

-- Fulfillment orders planned on a node's working day, where the node has a capacity.
CREATE TABLE sourcing.node_day (
    market text NOT NULL,
    node_id text NOT NULL,
    day date NOT NULL,
    planned integer NOT NULL CONSTRAINT planned_not_negative CHECK (planned >= 0),
    PRIMARY KEY (market, node_id, day)
) WITH (fillfactor = 70);

-- Nodes that may not be chosen again for a sku of an order: they rejected it or came up short.
CREATE TABLE sourcing.bar (
    market text NOT NULL,
    order_id uuid NOT NULL,
    sku text NOT NULL,
    node_id text NOT NULL,
    reason text NOT NULL,
    at timestamptz NOT NULL,
    PRIMARY KEY (market, order_id, sku, node_id)
);
