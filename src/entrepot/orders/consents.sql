-- name: ask_consents
-- Questions to customers, one for each order.
INSERT INTO orders.consent (
    market, consent_id, order_id, lines, choices, asked_at, ends_at
)
SELECT
    :market::text, c.consent_id, c.order_id,
    (SELECT array_agg(l.line::smallint) FROM json_array_elements_text(c.lines::json) AS l (line)),
    :choices::text[], :at::timestamptz, :ends_at::timestamptz
FROM
    unnest(:consent_ids::uuid[], :order_ids::uuid[], :lines::text[])
        AS c (consent_id, order_id, lines);

-- name: end_consents -> EndedConsent
-- Those of these that are asked still end; whoever comes second finds nothing.
UPDATE orders.consent AS c
SET
    state = :state::text, verb = :verb::text, choice = :choice::text, ended_by = :actor::text,
    ended_at = :at::timestamptz
WHERE
    c.market = :market::text
    AND c.consent_id = any(:consent_ids::uuid[])
    AND c.state = 'asked'
RETURNING c.consent_id;

-- name: consents_of -> Consent
-- An order's, the oldest first.
SELECT
    c.consent_id, c.order_id, c.lines, c.choices, c.state, c.asked_at, c.ends_at, c.choice,
    c.ended_by, c.ended_at
FROM orders.consent AS c
WHERE c.market = :market::text AND c.order_id = :order_id::uuid
ORDER BY c.consent_id;

-- name: consents_asked -> Consent
-- The questions of some orders that are open still, the oldest first.
SELECT
    c.consent_id, c.order_id, c.lines, c.choices, c.state, c.asked_at, c.ends_at, c.choice,
    c.ended_by, c.ended_at
FROM orders.consent AS c
WHERE
    c.market = :market::text AND c.order_id = any(:order_ids::uuid[]) AND c.state = 'asked'
ORDER BY c.consent_id;

-- name: consents_due -> Consent
-- Whose time is over, by the database's clock.
SELECT
    c.consent_id, c.order_id, c.lines, c.choices, c.state, c.asked_at, c.ends_at, c.choice,
    c.ended_by, c.ended_at
FROM orders.consent AS c
WHERE c.market = :market::text AND c.state = 'asked' AND c.ends_at <= :at::timestamptz
ORDER BY c.consent_id
LIMIT :most::integer;

-- name: put_ways
-- How these lines of an order go from now on.
INSERT INTO orders.way (market, order_id, line_no, method, service, pickup_node, ship_to)
SELECT
    :market::text, :order_id::uuid, l.line_no, :method::text, :service::text, :pickup_node::text,
    :ship_to::text::json
FROM unnest(:line_nos::smallint[]) AS l (line_no)
ON CONFLICT (market, order_id, line_no) DO UPDATE SET
    method = excluded.method, service = excluded.service, pickup_node = excluded.pickup_node,
    ship_to = excluded.ship_to;

-- name: ways_of -> LineWay
-- Lines of these orders that do not go as their order says.
SELECT w.order_id, w.line_no, w.method, w.service, w.pickup_node, w.ship_to::text AS ship_to
FROM orders.way AS w
WHERE w.market = :market::text AND w.order_id = any(:order_ids::uuid[])
ORDER BY w.order_id, w.line_no;
