-- Why: lists filter by phase, node and sku; an order's phase is derived, so what lists need is a
-- read model: rebuildable at any time, compared with the derivation by an invariant.
CREATE SCHEMA journey;

CREATE TABLE journey.summary (
    market text NOT NULL,
    order_id uuid NOT NULL,
    channel text NOT NULL,
    phase text NOT NULL,
    nodes text[] NOT NULL,
    skus text[] NOT NULL,
    at timestamptz NOT NULL,
    PRIMARY KEY (market, order_id)
) WITH (fillfactor = 80);
CREATE INDEX summary_by_phase ON journey.summary (market, phase, order_id);
CREATE INDEX summary_by_channel ON journey.summary (market, channel, order_id);
CREATE INDEX summary_by_node ON journey.summary USING gin (nodes);
CREATE INDEX summary_by_sku ON journey.summary USING gin (skus);
