-- Why: orders decided together share one record of what was seen, instead of one each. Decisions
-- kept before, in the old shape, are let go: no version that wrote them was ever released.
DELETE FROM sourcing.decision;

-- What a batch of decisions saw and said; see docs/algorithms/sourcing.md.
CREATE TABLE sourcing.record (
    market text NOT NULL,
    record_id uuid NOT NULL,
    packed bytea NOT NULL,
    PRIMARY KEY (market, record_id)
);
ALTER TABLE sourcing.record ALTER COLUMN packed SET STORAGE EXTERNAL;

-- Each decision's own record goes, its place in the common one comes; the table is empty now.
-- squawk-ignore ban-drop-column
ALTER TABLE sourcing.decision DROP COLUMN record;
-- squawk-ignore adding-required-field
ALTER TABLE sourcing.decision ADD COLUMN record_id uuid NOT NULL;
-- squawk-ignore adding-required-field
ALTER TABLE sourcing.decision ADD COLUMN place smallint NOT NULL;
