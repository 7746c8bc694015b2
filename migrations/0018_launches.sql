-- Why: what everybody wants goes on sale at a moment that was announced, everywhere at once, and
-- where it is wished by turns.

-- Some skus that go on sale together. What is sold by turns has a line: so many are admitted at the
-- opening, so many more in each second after it. `issued` tickets were drawn; `secret` signs them.
CREATE TABLE inventory.launch (
    market text NOT NULL,
    launch_id text NOT NULL,
    state text NOT NULL,
    skus text[] NOT NULL,
    opens_at timestamptz NOT NULL,
    line_first integer
    CONSTRAINT first_not_negative CHECK (line_first >= 0),
    line_per_s integer
    CONSTRAINT somebody_is_admitted CHECK (line_per_s > 0),
    issued integer NOT NULL DEFAULT 0,
    secret bytea NOT NULL,
    reason text,
    made_at timestamptz NOT NULL,
    moved_at timestamptz NOT NULL,
    version integer NOT NULL DEFAULT 1,
    PRIMARY KEY (market, launch_id),
    CONSTRAINT a_line_is_whole CHECK ((line_first IS NULL) = (line_per_s IS NULL))
) WITH (fillfactor = 50);
CREATE INDEX launch_due ON inventory.launch (market, opens_at) WHERE state = 'planned';

-- The skus of launches that have not ended: each is in one launch at most.
CREATE TABLE inventory.launch_sku (
    market text NOT NULL,
    sku text NOT NULL,
    launch_id text NOT NULL,
    PRIMARY KEY (market, sku)
);
CREATE INDEX launch_sku_of ON inventory.launch_sku (market, launch_id);

-- Every move of a launch's life, by whom and why.
CREATE TABLE inventory.launch_move (
    market text NOT NULL,
    launch_id text NOT NULL,
    move_no integer NOT NULL,
    machine text NOT NULL DEFAULT 'inventory.launch',
    from_state text NOT NULL,
    verb text NOT NULL,
    actor text NOT NULL,
    reason text,
    at timestamptz NOT NULL,
    PRIMARY KEY (market, launch_id, move_no),
    CONSTRAINT only_legal_moves FOREIGN KEY (machine, from_state, verb)
    REFERENCES plumbing.transition (machine, from_state, verb)
);

-- Tickets that an order or a cart was made with (`holder`), in its own commit: each once.
CREATE TABLE inventory.ticket_use (
    market text NOT NULL,
    launch_id text NOT NULL,
    number integer NOT NULL,
    holder uuid NOT NULL,
    at timestamptz NOT NULL,
    PRIMARY KEY (market, launch_id, number)
);
