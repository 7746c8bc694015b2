-- name: publish_prices -> PriceVersion
-- A table is written once: whoever comes second with a version has priced an older world.
INSERT INTO sourcing.price_table (
    market, version, made_at, why, network_version, skus, positions, dearest, document
)
VALUES (
    :market::text, :version::bigint, :made_at::timestamptz, :why::text, :network_version::bigint,
    :skus::integer, :positions::integer, :dearest::integer, :document::bytea
)
ON CONFLICT (market, version) DO NOTHING
RETURNING version, made_at;

-- name: forget_prices
-- Tables that nobody reads any more.
DELETE FROM sourcing.price_table
WHERE market = :market::text AND version <= :upto::bigint;

-- name: newest_prices -> PriceVersion
-- Which prices routers should use.
SELECT p.version, p.made_at
FROM sourcing.price_table AS p
WHERE p.market = :market::text
ORDER BY p.version DESC
LIMIT 1;

-- name: prices -> PriceTable
-- The prices themselves.
SELECT p.document
FROM sourcing.price_table AS p
WHERE p.market = :market::text AND p.version = :version::bigint;

-- name: price_tables -> PriceRow
-- What was priced, when and why: the newest first.
SELECT p.version, p.made_at, p.why, p.network_version, p.skus, p.positions, p.dearest
FROM sourcing.price_table AS p
WHERE p.market = :market::text AND p.version < :before::bigint
ORDER BY p.version DESC
LIMIT :most::integer;
