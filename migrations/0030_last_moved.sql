-- Why: nearly all rows of a nightly count find what the books say. Whether anything has moved since
-- they looked, or is owed, stands on the position itself, so that one statement locks it and takes
-- such a count: what it reads is what it has locked.

-- The latest moment of which an entry changed `on_hand` here, by what the entry says ('-infinity':
-- none did). Null: nobody has asked the ledger yet; the next count does. `owing`: it has a deficit.
ALTER TABLE inventory.position
ADD COLUMN moved_at timestamptz,
ADD COLUMN owing boolean NOT NULL DEFAULT FALSE;

UPDATE inventory.position AS p SET owing = TRUE
FROM inventory.deficit AS d
WHERE p.market = d.market AND p.sku = d.sku AND p.node_id = d.node_id;
