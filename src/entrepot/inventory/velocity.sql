-- name: days_counted -> Day
-- Which days' sales were counted already.
SELECT d.day
FROM inventory.sold_day AS d
WHERE d.market = :market::text AND d.day >= :since::date
ORDER BY d.day;

-- name: count_day
-- What one whole day sold, from the ledger: claims less what was freed. Ids are versions of time,
-- so that a day is a range of the ledger's key; what was taken over from another system with its
-- own times was not sold here.
INSERT INTO inventory.sold (market, day, sku, node_id, units)
SELECT :market::text, :day::date, m.sku, m.node_id, sum(m.reserved_delta)
FROM inventory.movement AS m
WHERE
    m.market = :market::text
    AND m.movement_id >= :from_id::uuid AND m.movement_id < :to_id::uuid
    AND m.kind IN ('reserve', 'free') AND m.at >= :from_at::timestamptz
GROUP BY m.sku, m.node_id
HAVING sum(m.reserved_delta) <> 0;

-- name: mark_day
-- The day is counted, also where nothing was sold.
INSERT INTO inventory.sold_day (market, day) VALUES (:market::text, :day::date)
ON CONFLICT (market, day) DO NOTHING;

-- name: forget_sold
-- Days that no velocity looks at any more.
DELETE FROM inventory.sold
WHERE market = :market::text AND day < :since::date;

-- name: forget_days
-- The same of the list of days: where the window grows they are counted again.
DELETE FROM inventory.sold_day
WHERE market = :market::text AND day < :since::date;

-- name: sold_by_sku -> Sold
-- What sold at each node over the days of the window; of some skus, or of all.
SELECT
    s.sku,
    array_agg(s.node_id ORDER BY s.node_id) AS nodes,
    array_agg(s.units ORDER BY s.node_id) AS units
FROM (
    SELECT d.sku, d.node_id, greatest(0, sum(d.units))::bigint AS units
    FROM inventory.sold AS d
    WHERE
        d.market = :market::text AND d.day >= :since::date AND d.day <= :upto::date
        AND (:skus::text[] IS NULL OR d.sku = any(:skus::text[]))
    GROUP BY d.sku, d.node_id
) AS s
GROUP BY s.sku;
