-- The floor: what one order costs PostgreSQL with nothing of ours in the way. The least that a
-- durable, idempotent order needs: the order with its document and unique key, two lines, two
-- reservations, two guarded stock updates, one outbox row; one call, one commit.
CREATE SEQUENCE order_id;

CREATE TABLE document (body jsonb NOT NULL);

CREATE TABLE customer_order (
    order_id bigint PRIMARY KEY,
    idempotency_key uuid NOT NULL,
    customer_id bigint NOT NULL,
    channel smallint NOT NULL,
    status smallint NOT NULL,
    total bigint NOT NULL,
    created_at timestamptz NOT NULL,
    body jsonb NOT NULL
);

CREATE UNIQUE INDEX placed_once ON customer_order (idempotency_key);

CREATE TABLE order_line (
    order_id bigint,
    line smallint,
    sku integer NOT NULL,
    quantity integer NOT NULL,
    unit_price bigint NOT NULL,
    status smallint NOT NULL,
    PRIMARY KEY (order_id, line)
);

CREATE TABLE reservation (
    order_id bigint,
    line smallint,
    node smallint,
    sku integer NOT NULL,
    quantity integer NOT NULL,
    status smallint NOT NULL,
    PRIMARY KEY (order_id, line, node)
);

CREATE TABLE outbox (
    outbox_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    order_id bigint NOT NULL,
    kind smallint NOT NULL,
    at timestamptz NOT NULL,
    body jsonb
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
SELECT sku, node, 1000000000 AS on_hand
FROM generate_series(1, 20000) AS sku, generate_series(1, 50) AS node;

INSERT INTO document (body)
VALUES (
    '{
        "ship": {"name": "Ada Lovelace", "line1": "12 St James Square", "city": "Austin",
                 "region": "TX", "postal_code": "78701", "country": "US", "phone": "+12025550123"},
        "bill": {"name": "Ada Lovelace", "line1": "12 St James Square", "city": "Austin",
                 "region": "TX", "postal_code": "78701", "country": "US"},
        "payment": {"method": "card", "token": "tok_1N4fPq2eZvKYlo2C", "authorized": "A1B2C3"},
        "meta": {"source": "web", "agent": "Mozilla/5.0 (X11; Linux x86_64)", "ip": "203.0.113.9"}
    }'
);

CREATE FUNCTION place(
    sku_a integer, node_a integer, sku_b integer, node_b integer, document jsonb
) RETURNS bigint
LANGUAGE plpgsql AS $$
DECLARE
    id bigint := nextval('order_id');
BEGIN
    INSERT INTO customer_order VALUES (id, uuidv7(), 42, 1, 1, 2000, now(), document);
    INSERT INTO order_line VALUES (id, 1, sku_a, 1, 1000, 1), (id, 2, sku_b, 1, 1000, 1);
    INSERT INTO reservation VALUES (id, 1, node_a, sku_a, 1, 1), (id, 2, node_b, sku_b, 1, 1);
    INSERT INTO outbox (order_id, kind, at) VALUES (id, 1, now());
    UPDATE stock SET reserved = reserved + 1
    WHERE sku = sku_b AND node = node_b AND on_hand - reserved >= 1;
    IF NOT found THEN RAISE EXCEPTION 'short'; END IF;
    -- The hot sku last: its row lock is held across nothing but the commit.
    UPDATE stock SET reserved = reserved + 1
    WHERE sku = sku_a AND node = node_a AND on_hand - reserved >= 1;
    IF NOT found THEN RAISE EXCEPTION 'short'; END IF;
    RETURN id;
END
$$;
