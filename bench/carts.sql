-- The floor: what one cart costs PostgreSQL with nothing of ours in the way. The least that a
-- durable, idempotent hold of two lines needs: the cart with its unique key and its end, two claims,
-- two guarded stock updates; one call, one commit.
CREATE SEQUENCE cart_id;

CREATE TABLE cart (
    cart_id bigint PRIMARY KEY,
    idempotency_key uuid NOT NULL,
    channel smallint NOT NULL,
    status smallint NOT NULL,
    expires_at timestamptz NOT NULL
);

CREATE UNIQUE INDEX held_once ON cart (idempotency_key);
CREATE INDEX cart_due ON cart (expires_at);

CREATE TABLE claim (
    cart_id bigint,
    line smallint,
    node smallint NOT NULL,
    sku integer NOT NULL,
    quantity integer NOT NULL,
    PRIMARY KEY (cart_id, line)
);

-- Room on every page, so that an update stays on its page and touches no index.
CREATE TABLE stock (
    sku integer,
    node smallint,
    on_hand integer NOT NULL,
    reserved integer NOT NULL DEFAULT 0,
    PRIMARY KEY (sku, node),
    CONSTRAINT never_oversold CHECK (reserved <= on_hand)
) WITH (fillfactor = 70);

-- As many positions as the sample retailer has, clustered by sku.
INSERT INTO stock (sku, node, on_hand)
SELECT
    s.sku,
    n.node,
    1000000000 AS on_hand
FROM generate_series(1, 20000) AS s (sku), generate_series(1, 50) AS n (node);

CREATE FUNCTION hold(
    sku_a integer, node_a integer, sku_b integer, node_b integer
) RETURNS bigint
LANGUAGE plpgsql AS $$
DECLARE
    id bigint := nextval('cart_id');
BEGIN
    INSERT INTO cart VALUES (id, uuidv7(), 1, 1, now() + interval '10 minutes');
    INSERT INTO claim VALUES (id, 1, node_a, sku_a, 1), (id, 2, node_b, sku_b, 1);
    UPDATE stock SET reserved = reserved + 1
    WHERE sku = sku_a AND node = node_a AND on_hand - reserved >= 1;
    IF NOT found THEN RAISE EXCEPTION 'short'; END IF;
    UPDATE stock SET reserved = reserved + 1
    WHERE sku = sku_b AND node = node_b AND on_hand - reserved >= 1;
    IF NOT found THEN RAISE EXCEPTION 'short'; END IF;
    RETURN id;
END
$$;
