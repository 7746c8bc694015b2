-- A flood of carts that nobody pays for: $1 of them, each with two claims, all running out at $2.
-- Their rows are what holding them writes, so that the database stays one that can be verified.
CREATE SCHEMA IF NOT EXISTS bench;
CREATE TABLE bench.cart AS
SELECT
    g.number,
    uuidv7() AS cart_id
FROM generate_series(1, {carts}) AS g (number);
CREATE TABLE bench.place AS
SELECT
    p.sku,
    p.node_id,
    row_number() OVER (ORDER BY p.sku, p.node_id) - 1 AS number
FROM inventory.position AS p
WHERE p.market = 'default' AND p.on_hand - p.reserved - p.unavailable - p.safety >= 200;
CREATE TABLE bench.claim AS
SELECT
    c.cart_id,
    l.line_no::smallint AS line_no,
    p.sku,
    p.node_id
FROM bench.cart AS c
CROSS JOIN generate_series(1, 2) AS l (line_no)
INNER JOIN bench.place AS p
    ON p.number = (c.number * 2 + l.line_no) * 7919 % (SELECT count(*) FROM bench.place);
INSERT INTO inventory.cart (market, cart_id, channel, held_at, expires_at, due_at)
SELECT 'default', c.cart_id, 'web', now(), '{until}', '{until}'
FROM bench.cart AS c;
INSERT INTO inventory.cart_claim (market, cart_id, line_no, sku, node_id, quantity)
SELECT 'default', c.cart_id, c.line_no, c.sku, c.node_id, 1
FROM bench.claim AS c;
INSERT INTO inventory.movement (
    market, movement_id, sku, node_id, kind, on_hand_delta, reserved_delta, unavailable_delta,
    line_no, reference, at, writer
)
SELECT
    'default', uuidv7(), c.sku, c.node_id, 'hold', 0, 1, 0, c.line_no, c.cart_id::text, now(), 0
FROM bench.claim AS c;
UPDATE inventory.position AS p
SET reserved = p.reserved + c.units
FROM (SELECT c.sku, c.node_id, count(*) AS units FROM bench.claim AS c GROUP BY c.sku, c.node_id) AS c
WHERE p.market = 'default' AND p.sku = c.sku AND p.node_id = c.node_id;
ANALYZE inventory.cart, inventory.cart_claim;
DROP SCHEMA bench CASCADE;
