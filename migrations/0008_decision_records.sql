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

ALTER TABLE sourcing.decision DROP COLUMN record;
ALTER TABLE sourcing.decision ADD COLUMN record_id uuid NOT NULL;
ALTER TABLE sourcing.decision ADD COLUMN place smallint NOT NULL;
