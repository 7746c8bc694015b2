-- What a read of availability asks of PostgreSQL, with nothing of ours in the way: the rows of a
-- sku at 200 nodes, side by side on their pages.
CREATE TABLE wide_stock (
    sku integer,
    node smallint,
    on_hand integer NOT NULL,
    reserved integer NOT NULL,
    PRIMARY KEY (sku, node)
);

INSERT INTO wide_stock (sku, node, on_hand, reserved)
SELECT
    sku,
    node,
    50 AS on_hand,
    3 AS reserved
FROM generate_series(1, 2000) AS sku, generate_series(1, 200) AS node;
