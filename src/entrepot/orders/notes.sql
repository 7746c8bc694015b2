-- name: put_note -> Note
-- A note at an order, told once: its id is the teller's.
INSERT INTO orders.note (market, order_id, note_id, author, words, mentions, at)
VALUES (
    :market::text, :order_id::uuid, :note_id::uuid, :author::text, :words::text,
    :mentions::text[], :at::timestamptz
)
RETURNING order_id, note_id, author, words, mentions, at, edited_at, deleted_at;

-- name: note_for_update -> Note
-- The note that its author is about to change.
SELECT n.order_id, n.note_id, n.author, n.words, n.mentions, n.at, n.edited_at, n.deleted_at
FROM orders.note AS n
WHERE
    n.market = :market::text AND n.order_id = :order_id::uuid AND n.note_id = :note_id::uuid
FOR NO KEY UPDATE;

-- name: change_note -> Note
-- Its words are others now; taken back, it has none.
UPDATE orders.note
SET
    words = :words::text, mentions = :mentions::text[], edited_at = :at::timestamptz,
    deleted_at = CASE WHEN :words::text = '' THEN :at::timestamptz END
WHERE market = :market::text AND order_id = :order_id::uuid AND note_id = :note_id::uuid
RETURNING order_id, note_id, author, words, mentions, at, edited_at, deleted_at;

-- name: notes_of -> Note
-- What stands at an order, the oldest first.
SELECT n.order_id, n.note_id, n.author, n.words, n.mentions, n.at, n.edited_at, n.deleted_at
FROM orders.note AS n
WHERE
    n.market = :market::text AND n.order_id = :order_id::uuid AND n.deleted_at IS NULL
ORDER BY n.note_id;

-- name: count_notes -> NoteCount
-- How many an order has, those taken back too: there is an end to it.
SELECT count(*)::integer AS notes
FROM orders.note AS n
WHERE n.market = :market::text AND n.order_id = :order_id::uuid;
