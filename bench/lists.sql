-- A year of orders as lists see them: one in twenty is still under way, names and skus are as uneven
-- as in life (few are common, most are rare). `:n` orders, the youngest a day old.
CREATE TEMPORARY TABLE told AS
SELECT
    i,
    (
        lpad(to_hex(ms), 12, '0') || '7' || lpad(to_hex(i % 4096), 3, '0')
        || '8' || lpad(to_hex((i * 2654435761) % 4096), 3, '0') || lpad(to_hex(i), 12, '0')
    )::uuid AS order_id,
    to_timestamp(ms / 1000.0) AS placed_at,
    i > :n * 0.95 AS under_way,
    (i * 2654435761) % 1000 AS dice
FROM (
    SELECT i, (:last_ms - (:n - i) * (31536000000 / :n))::bigint AS ms
    FROM generate_series(1, :n::bigint) AS i
) AS t;

INSERT INTO journey.summary
(market, order_id, phase, stage, placed_at, promised_latest, ended_at, terms, at)
SELECT
    'bench', order_id,
    CASE
        WHEN NOT under_way AND dice < 20 THEN 'canceled'
        WHEN NOT under_way THEN 'closed'
        WHEN dice < 300 THEN 'planned'
        WHEN dice < 600 THEN 'released'
        WHEN dice < 610 THEN 'on_hold'
        WHEN dice < 800 THEN 'in_fulfillment'
        ELSE 'shipped'
    END,
    CASE
        WHEN NOT under_way THEN 'done'
        WHEN dice < 300 THEN 'planned'
        WHEN dice < 610 THEN 'released'
        WHEN dice < 700 THEN 'accepted'
        WHEN dice < 800 THEN 'packed'
        ELSE 'shipped'
    END,
    placed_at, placed_at + interval '4 days',
    CASE WHEN NOT under_way AND dice >= 20 THEN placed_at + interval '3 days' END,
    ARRAY[
        'c:' || (ARRAY['web', 'web', 'web', 'app', 'app', 'marketplace', 'pos'])[1 + dice % 7],
        'e:person' || (i * 7919) % (:n / 3) || '@example.com',
        'm:' || CASE WHEN dice % 10 = 0 THEN 'pickup' ELSE 'ship' END,
        'n:node' || (dice * dice / 5000)::integer,
        'p:1415' || lpad(((i * 7919) % (:n / 3))::text, 7, '0'),
        's:sku' || ((dice * dice * dice) / 20000)::integer,
        's:rare' || (i * 104729) % 50000,
        't:tr' || i,
        'v:' || CASE WHEN dice % 20 = 0 THEN 'express' ELSE 'standard' END,
        'w:first' || translate((dice * dice / 10000)::text, '0123456789', 'abcdefghij'),
        'w:last' || translate(((i * 15485863) % 20000)::text, '0123456789', 'abcdefghij'),
        'x:ext-' || i
    ],
    placed_at
FROM told;

INSERT INTO journey.posting (market, term, order_id)
SELECT s.market, u.term, s.order_id
FROM journey.summary AS s
CROSS JOIN unnest(s.terms) AS u (term)
ORDER BY u.term, s.order_id;

INSERT INTO orders.hold (market, order_id, hold_id, kind, reason, actor, placed_at)
SELECT 'bench', s.order_id, s.order_id, 'manual', 'bench', 'bench', s.at
FROM journey.summary AS s
WHERE s.phase = 'on_hold';
