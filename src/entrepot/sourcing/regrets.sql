-- name: keep_regret
-- A day's regret; worked out again it takes the place of what was kept.
INSERT INTO sourcing.regret AS r (market, day, orders, cost, bound, document, made_at)
VALUES (
    :market::text, :day::date, :orders::integer, :cost::bigint, :bound::bigint, :document::json,
    :at::timestamptz
)
ON CONFLICT (market, day) DO UPDATE
    SET
        orders = excluded.orders, cost = excluded.cost, bound = excluded.bound,
        document = excluded.document, made_at = excluded.made_at
    WHERE r.market = excluded.market;

-- name: regrets_between -> KeptRegret
-- The days' regrets, in order, both ends included.
SELECT r.day, r.document, r.made_at
FROM sourcing.regret AS r
WHERE r.market = :market::text AND r.day BETWEEN :from_day::date AND :to_day::date
ORDER BY r.day
LIMIT 400;
