-- Why: a node may need time between an order and the hand-over to the carrier: engraving, assembly,
-- a supplier's own warehouse. Whole hours of its opening hours; 0 is what every node had until now.
ALTER TABLE network.node
ADD COLUMN handling_hours smallint NOT NULL DEFAULT 0
CONSTRAINT handling_in_bounds CHECK (handling_hours BETWEEN 0 AND 240);
