-- Why: a checkout keeps its units for a while: a claim like any other, with an end.

-- A reservation for a cart: held, then committed to an order, freed by its shopper, or expired.
-- `expires_at` only grows. `due_at` is when the sweep looks at the row: an extension leaves it
-- alone, so that it touches no index, and the sweep sets it anew; an ended row is due for removal.
CREATE TABLE inventory.cart (
    market text NOT NULL,
    cart_id uuid NOT NULL,
    channel text NOT NULL,
    customer text,
    state text NOT NULL DEFAULT 'held'
    CONSTRAINT cart_state_known CHECK (state IN ('held', 'committed', 'freed', 'expired')),
    held_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    due_at timestamptz NOT NULL,
    order_id uuid,
    PRIMARY KEY (market, cart_id),
    CONSTRAINT committed_to_an_order CHECK ((state = 'committed') = (order_id IS NOT NULL)),
    CONSTRAINT looked_at_in_time CHECK (state <> 'held' OR due_at <= expires_at)
) WITH (fillfactor = 80);
CREATE INDEX cart_due ON inventory.cart (market, due_at, cart_id);

-- Units of a sku at a node that a cart's line keeps. Written once; they are claimed while the cart
-- is held, and no longer.
CREATE TABLE inventory.cart_claim (
    market text NOT NULL,
    cart_id uuid NOT NULL,
    line_no smallint NOT NULL,
    sku text NOT NULL,
    node_id text NOT NULL,
    quantity integer NOT NULL CONSTRAINT quantity_positive CHECK (quantity > 0),
    PRIMARY KEY (market, cart_id, line_no, sku, node_id)
);
