-- Why: a nightly count of everything moves every mark on and changes little else. Pages with room
-- for a second version of each row take that without a word to the index.
ALTER TABLE inventory.count_mark SET (fillfactor = 45);
