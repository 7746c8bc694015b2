-- Why: people look for items by words of their names and by category, and for what is short; at a
-- million positions none of these may read them all.

-- A market's items are some hundred thousand at most: built in the migration's transaction in a
-- second or two, in which no item is put.
-- squawk-ignore require-concurrent-index-creation
CREATE INDEX item_by_words ON catalog.item USING gin (to_tsvector('simple', name));
-- squawk-ignore require-concurrent-index-creation
CREATE INDEX item_of_category ON catalog.item (market, category, sku);
