-- Why: who buys, for those who keep it here: found by id and by e-mail address. Orders carry their
-- own copy of what was said when they were placed, and refer to nothing here.
CREATE SCHEMA customers;

CREATE TABLE customers.customer (
    market text NOT NULL,
    customer_id text NOT NULL,
    name text,
    email text,
    phone text,
    customer_class text,
    addresses json NOT NULL,
    attributes json NOT NULL,
    version bigint NOT NULL,
    PRIMARY KEY (market, customer_id)
);
CREATE INDEX customer_of_email ON customers.customer (market, lower(email), customer_id)
WHERE email IS NOT NULL;
