-- Why: exceptions are worked by people: of which node one is, who has it, until when it may sleep,
-- are columns; queues count by kind. And people leave each other notes at orders.
-- Exceptions are few, and an index of them is made in a moment:
-- squawk-ignore-file require-concurrent-index-creation
ALTER TABLE plumbing.exception
ADD COLUMN node_id text,
ADD COLUMN assignee text,
ADD COLUMN snoozed_until timestamptz;

UPDATE plumbing.exception AS x
SET node_id = x.detail ->> 'node'
WHERE x.detail ->> 'node' IS NOT NULL;

-- Exceptions are few: an index of them is made in milliseconds.
-- squawk-ignore require-concurrent-index-creation
CREATE INDEX exception_open_by_kind ON plumbing.exception (market, kind, exception_id)
WHERE closed_at IS NULL;
-- squawk-ignore require-concurrent-index-creation
CREATE INDEX exception_by_kind ON plumbing.exception (market, kind, exception_id);
-- squawk-ignore require-concurrent-index-creation
CREATE INDEX exception_closed ON plumbing.exception (market, exception_id)
WHERE closed_at IS NOT NULL;

-- What people tell each other about an order. One that is taken back stays as a row without words.
CREATE TABLE orders.note (
    market text NOT NULL,
    order_id uuid NOT NULL,
    note_id uuid NOT NULL,
    author text NOT NULL,
    words text NOT NULL,
    mentions text[] NOT NULL,
    at timestamptz NOT NULL,
    edited_at timestamptz,
    deleted_at timestamptz,
    PRIMARY KEY (market, order_id, note_id),
    CONSTRAINT says_something CHECK (deleted_at IS NOT NULL OR words <> ''),
    CONSTRAINT taken_back_without_words CHECK (deleted_at IS NULL OR words = '')
);
