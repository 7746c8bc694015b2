-- Why: what a package costs is more than its weight: carriers bill bulky parcels by volume and have
-- a least price, and a node has work for every parcel it makes up, whatever is in it. 0 is what
-- every item, lane and node had until now.
ALTER TABLE catalog.item
ADD COLUMN volume_cm3 integer NOT NULL DEFAULT 0
CONSTRAINT volume_not_negative CHECK (volume_cm3 >= 0);

ALTER TABLE network.node
ADD COLUMN parcel_cost bigint NOT NULL DEFAULT 0
CONSTRAINT parcel_cost_not_negative CHECK (parcel_cost >= 0);

ALTER TABLE network.lane
ADD COLUMN cm3_per_kg integer NOT NULL DEFAULT 0
CONSTRAINT cm3_per_kg_not_negative CHECK (cm3_per_kg >= 0),
ADD COLUMN cost_min bigint NOT NULL DEFAULT 0
CONSTRAINT cost_min_not_negative CHECK (cost_min >= 0);
