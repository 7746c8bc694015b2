-- Why: what is on its way is promised by date, and who waits knows for what, in which order.

-- A document of supply: a purchase order, or a notice of what was shipped, which may name the
-- order it fulfills. `sequence` is the caller's; an older one than what stands is stale. `version`
-- is ours. It is received or canceled when nothing of it is outstanding.
CREATE TABLE inventory.supply (
    market text NOT NULL,
    supply_id text NOT NULL,
    kind text NOT NULL CONSTRAINT supply_kind_known CHECK (kind IN ('purchase', 'asn')),
    node_id text NOT NULL,
    supplier text,
    purchase_order text,
    expected_at timestamptz NOT NULL,
    sequence bigint,
    version integer NOT NULL,
    state text NOT NULL CONSTRAINT supply_state_known
    CHECK (state IN ('open', 'received', 'canceled')),
    updated_at timestamptz NOT NULL,
    PRIMARY KEY (market, supply_id),
    CONSTRAINT only_a_notice_fulfills CHECK (purchase_order IS NULL OR kind = 'asn')
);
CREATE INDEX supply_by_date ON inventory.supply (market, expected_at, supply_id);
CREATE INDEX supply_of_order ON inventory.supply (market, purchase_order)
WHERE purchase_order IS NOT NULL;

-- Units of a sku on a document. `received` of an order counts what came by its notices too.
-- `outstanding` is what is still to come by this document; of an order, less what its notices carry
-- is what it alone still stands for.
CREATE TABLE inventory.supply_line (
    market text NOT NULL,
    supply_id text NOT NULL,
    sku text NOT NULL,
    quantity integer NOT NULL CONSTRAINT ordered_not_negative CHECK (quantity >= 0),
    received integer NOT NULL DEFAULT 0 CONSTRAINT received_not_negative CHECK (received >= 0),
    canceled integer NOT NULL DEFAULT 0
    CONSTRAINT canceled_of_what_was_ordered CHECK (canceled BETWEEN 0 AND quantity),
    outstanding integer NOT NULL GENERATED ALWAYS AS (
        greatest(0, quantity - received - canceled)
    ) STORED,
    PRIMARY KEY (market, supply_id, sku)
);
CREATE INDEX supply_outstanding ON inventory.supply_line (market, sku)
WHERE outstanding > 0;

-- What may be sold of a sku before it is there. A limit that is null is none.
CREATE TABLE inventory.terms (
    market text NOT NULL,
    sku text NOT NULL,
    backorder_limit integer CONSTRAINT backorder_limit_not_negative CHECK (backorder_limit >= 0),
    preorder_limit integer CONSTRAINT preorder_limit_not_negative CHECK (preorder_limit >= 0),
    on_sale_from timestamptz,
    lead_days smallint NOT NULL DEFAULT 0 CONSTRAINT lead_days_not_negative CHECK (lead_days >= 0),
    version integer NOT NULL,
    PRIMARY KEY (market, sku)
);

-- Who waits is served by class, then by age, and is told when: `expected_at` is when the last of
-- its units can be sent, `supply_id` what brings that one. Rows written before have the middle
-- class and no date yet; the next change of their sku's supply dates them.
ALTER TABLE inventory.demand
ADD COLUMN priority smallint NOT NULL DEFAULT 5,
ADD COLUMN expected_at timestamptz,
ADD COLUMN supply_id text;
-- Rows from before hold both by the defaults above; looking at each would keep captures waiting.
ALTER TABLE inventory.demand
ADD CONSTRAINT priority_is_a_class CHECK (priority BETWEEN 0 AND 9) NOT VALID,
ADD CONSTRAINT dated_by_a_supply CHECK ((expected_at IS NULL) = (supply_id IS NULL)) NOT VALID;

-- The queue of a sku, in turn. Only who waits is in this table: it is small, and the runner gives
-- way, so that both are done in the file's one transaction.
-- squawk-ignore require-concurrent-index-deletion
DROP INDEX inventory.demand_of_sku;
-- squawk-ignore require-concurrent-index-creation
CREATE INDEX demand_in_turn
ON inventory.demand (market, sku, priority, since, order_id, line_no) INCLUDE (quantity);
