-- name: customers_for_update -> Customer
-- Whole customers, locked in id order: they are compared with what comes in and written after.
SELECT
    c.customer_id,
    c.name,
    c.email,
    c.phone,
    c.customer_class,
    c.addresses,
    c.attributes,
    c.version
FROM customers.customer AS c
WHERE c.market = :market::text AND c.customer_id = any(:customer_ids::text[])
ORDER BY c.customer_id
FOR NO KEY UPDATE;

-- name: customer -> Customer
-- One customer, to be shown.
SELECT
    c.customer_id,
    c.name,
    c.email,
    c.phone,
    c.customer_class,
    c.addresses,
    c.attributes,
    c.version
FROM customers.customer AS c
WHERE c.market = :market::text AND c.customer_id = :customer_id::text;

-- name: customers_page -> Customer
-- The list people leaf through, by id.
SELECT
    c.customer_id,
    c.name,
    c.email,
    c.phone,
    c.customer_class,
    c.addresses,
    c.attributes,
    c.version
FROM customers.customer AS c
WHERE c.market = :market::text AND c.customer_id > :after::text
ORDER BY c.customer_id
LIMIT :most::integer;

-- name: customers_of_email -> Customer
-- Who has this e-mail address: several may share one, and nobody minds its capitals.
SELECT
    c.customer_id,
    c.name,
    c.email,
    c.phone,
    c.customer_class,
    c.addresses,
    c.attributes,
    c.version
FROM customers.customer AS c
WHERE
    c.market = :market::text
    AND lower(c.email) = lower(:email::text)
    AND c.customer_id > :after::text
ORDER BY c.customer_id
LIMIT :most::integer;

-- name: create_customers
-- New customers. One that somebody else has just made is a unique violation: the whole is tried
-- again.
INSERT INTO customers.customer (
    market, customer_id, name, email, phone, customer_class, addresses, attributes, version
)
SELECT
    :market::text,
    c.customer_id,
    c.name,
    c.email,
    c.phone,
    c.customer_class,
    c.addresses::json,
    c.attributes::json,
    c.version
FROM
    unnest(
        :customer_ids::text[],
        :names::text[],
        :emails::text[],
        :phones::text[],
        :classes::text[],
        :addresses::text[],
        :attributes::text[],
        :versions::bigint[]
    ) AS c (
        customer_id, name, email, phone, customer_class, addresses, attributes, version
    )
ORDER BY c.customer_id;

-- name: update_customers
-- Customers that are held and have changed.
UPDATE customers.customer AS t
SET
    name = c.name,
    email = c.email,
    phone = c.phone,
    customer_class = c.customer_class,
    addresses = c.addresses::json,
    attributes = c.attributes::json,
    version = c.version
FROM
    unnest(
        :customer_ids::text[],
        :names::text[],
        :emails::text[],
        :phones::text[],
        :classes::text[],
        :addresses::text[],
        :attributes::text[],
        :versions::bigint[]
    ) AS c (
        customer_id, name, email, phone, customer_class, addresses, attributes, version
    )
WHERE t.market = :market::text AND t.customer_id = c.customer_id;
