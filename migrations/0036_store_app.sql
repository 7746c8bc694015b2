-- Why: the people in a store work with a phone: they scan barcodes, pick several orders in one
-- walk, put what is ready on a shelf and hand it over to whom it belongs.

-- What is printed on an item. `code` is as it is compared, article numbers with fourteen digits;
-- `given` as it was told. A barcode is that of one item.
CREATE TABLE catalog.barcode (
    market text NOT NULL,
    code text NOT NULL,
    sku text NOT NULL,
    place smallint NOT NULL,
    given text NOT NULL,
    PRIMARY KEY (market, code)
);
CREATE INDEX barcode_of_item ON catalog.barcode (market, sku, place);

-- Work that one person picks in one walk. It ends when all of it is picked, when they give it up,
-- or when nothing has come of it for too long.
CREATE TABLE fulfillment.pick_list (
    market text NOT NULL,
    pick_list_id uuid NOT NULL,
    node_id text NOT NULL,
    picker_id text NOT NULL,
    picker text NOT NULL,
    size smallint NOT NULL CONSTRAINT size_positive CHECK (size > 0),
    made_at timestamptz NOT NULL,
    ended_at timestamptz,
    ended_how text CONSTRAINT how_known CHECK (ended_how IN ('done', 'abandoned', 'timed_out')),
    PRIMARY KEY (market, pick_list_id),
    CONSTRAINT ended_somehow CHECK ((ended_at IS NULL) = (ended_how IS NULL))
);
CREATE UNIQUE INDEX pick_list_of_picker ON fulfillment.pick_list (market, node_id, picker_id)
WHERE ended_at IS NULL;

-- The work of a pick list, each piece at its place on the cart. One piece of work is on one list at
-- most that has not let it go.
CREATE TABLE fulfillment.picking (
    market text NOT NULL,
    pick_list_id uuid NOT NULL,
    place smallint NOT NULL,
    fulfillment_order_id uuid NOT NULL,
    let_go_at timestamptz,
    PRIMARY KEY (market, pick_list_id, place),
    FOREIGN KEY (market, pick_list_id) REFERENCES fulfillment.pick_list (market, pick_list_id)
);
CREATE UNIQUE INDEX picking_by_one ON fulfillment.picking (market, fulfillment_order_id)
WHERE let_go_at IS NULL;

-- What is known of a customer who fetches: where their goods lie, the code they were told, whether
-- they are here, and how the one who came was known.
CREATE TABLE fulfillment.pickup (
    market text NOT NULL,
    fulfillment_order_id uuid NOT NULL,
    code text,
    shelf text,
    wrong_codes smallint NOT NULL DEFAULT 0
    CONSTRAINT wrong_codes_not_negative CHECK (wrong_codes >= 0),
    arrived_at timestamptz,
    spot text,
    vehicle text,
    verified text
    CONSTRAINT verified_somehow CHECK (verified IN ('code', 'id_document', 'name', 'payment_card')),
    collected_by text,
    PRIMARY KEY (market, fulfillment_order_id)
) WITH (fillfactor = 80);
