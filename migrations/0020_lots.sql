-- Why: where an item says so, stock knows its lots with their expiry, or its serial numbers.

-- How units of an item are told apart, how long one lasts, and how long it must last to be sold.
ALTER TABLE catalog.item
ADD COLUMN tracking text NOT NULL DEFAULT 'none'
CONSTRAINT known_tracking CHECK (tracking IN ('none', 'lot', 'serial')),
ADD COLUMN shelf_life_days integer
CONSTRAINT shelf_life_positive CHECK (shelf_life_days > 0),
ADD COLUMN min_remaining_days integer NOT NULL DEFAULT 0
CONSTRAINT min_remaining_not_negative CHECK (min_remaining_days >= 0);
-- The most days any item must last: the background looks no further ahead than that.
-- squawk-ignore require-concurrent-index-creation
CREATE INDEX item_min_remaining ON catalog.item (market, min_remaining_days)
WHERE min_remaining_days > 0;

-- Units that may not be sold any more: set aside by the background when their day has come. The
-- rows that stand fit the wider list; looking at each would keep whoever sets aside waiting.
-- squawk-ignore ban-drop-constraint
ALTER TABLE inventory.set_aside DROP CONSTRAINT known_reason;
ALTER TABLE inventory.set_aside
ADD CONSTRAINT known_reason
CHECK (reason IN ('doubt', 'display', 'quarantine', 'expired', 'damaged')) NOT VALID;

-- Whether any lot was ever told here: the position's row, which every change writes, says so, and
-- all others pay nothing.
ALTER TABLE inventory.position ADD COLUMN lotted boolean NOT NULL DEFAULT FALSE;

-- A lot, or one unit by its serial number, as it was first told. It stays when its units are gone.
CREATE TABLE inventory.lot (
    market text NOT NULL,
    sku text NOT NULL,
    lot text NOT NULL,
    serial boolean NOT NULL,
    expires_on date,
    made_at timestamptz NOT NULL,
    PRIMARY KEY (market, sku, lot)
);

-- What a node has of a lot, by what it is set aside for ('': sellable). What a position has beyond
-- them is of an unknown lot, and has no row.
CREATE TABLE inventory.lot_stock (
    market text NOT NULL,
    sku text NOT NULL,
    node_id text NOT NULL,
    lot text NOT NULL,
    reason text NOT NULL,
    serial boolean NOT NULL,
    expires_on date,
    quantity integer NOT NULL CONSTRAINT quantity_positive CHECK (quantity > 0),
    PRIMARY KEY (market, sku, node_id, lot, reason),
    CONSTRAINT a_serial_is_one_unit CHECK (NOT serial OR quantity = 1)
) WITH (fillfactor = 90);
CREATE UNIQUE INDEX a_serial_is_in_one_place ON inventory.lot_stock (market, sku, lot)
WHERE serial;
CREATE INDEX lot_stock_by_lot ON inventory.lot_stock (market, sku, lot);
CREATE INDEX lot_stock_expiring ON inventory.lot_stock (market, expires_on)
WHERE expires_on IS NOT NULL;

-- Which lots a ledger entry moved, by the state they left or came to. Never altered.
CREATE TABLE inventory.movement_lot (
    market text NOT NULL,
    movement_id uuid NOT NULL,
    entry_no smallint NOT NULL,
    sku text NOT NULL,
    node_id text NOT NULL,
    lot text NOT NULL,
    reason text NOT NULL,
    quantity integer NOT NULL CONSTRAINT quantity_moves CHECK (quantity <> 0),
    kind text NOT NULL,
    order_id uuid,
    line_no smallint,
    transfer_id text,
    at timestamptz NOT NULL,
    PRIMARY KEY (market, movement_id, entry_no)
);
CREATE INDEX movement_lot_of_lot
ON inventory.movement_lot (market, sku, lot, movement_id, entry_no);
CREATE INDEX movement_lot_of_order ON inventory.movement_lot (market, order_id)
WHERE order_id IS NOT NULL;
CREATE INDEX movement_lot_of_transfer ON inventory.movement_lot (market, transfer_id, sku)
WHERE transfer_id IS NOT NULL;

-- The lots that were picked for a line of a node's work. `gone`: they are off the books.
CREATE TABLE fulfillment.line_lot (
    market text NOT NULL,
    fulfillment_order_id uuid NOT NULL,
    line_no smallint NOT NULL,
    sku text NOT NULL,
    node_id text NOT NULL,
    lot text NOT NULL,
    serial boolean NOT NULL,
    quantity integer NOT NULL CONSTRAINT quantity_positive CHECK (quantity > 0),
    gone boolean NOT NULL DEFAULT FALSE,
    PRIMARY KEY (market, fulfillment_order_id, line_no, sku, lot)
);
CREATE INDEX line_lot_open ON fulfillment.line_lot (market, sku, node_id, lot)
WHERE NOT gone;
