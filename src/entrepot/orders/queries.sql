-- name: known_orders -> Known
-- The same order may be sent again under another key: what stands under its external id?
SELECT o.channel, o.external_id, o.order_id, o.fingerprint, o.document
FROM orders."order" AS o
INNER JOIN
    unnest(:channels::text[], :external_ids::text[]) AS k (channel, external_id)
    ON o.channel = k.channel AND o.external_id = k.external_id
WHERE o.market = :market::text;

-- name: documents -> Document
-- The answers orders were given at capture.
SELECT o.order_id, o.document
FROM orders."order" AS o
WHERE o.market = :market::text AND o.order_id = any(:order_ids::uuid[]);

-- name: record_orders
-- A whole batch of orders and their lines in one statement.
WITH lines AS (
    INSERT INTO orders.line (
        market, order_id, line_no, external_id, sku, quantity, canceled, unit_price, discount, tax,
        digital
    )
    SELECT
        :market::text, l.order_id, l.line_no, l.external_id, l.sku, l.quantity, l.canceled,
        l.unit_price, l.discount, l.tax, l.digital
    FROM
        unnest(
            :line_orders::uuid[],
            :line_nos::smallint[],
            :line_externals::text[],
            :skus::text[],
            :quantities::integer[],
            :canceleds::integer[],
            :unit_prices::bigint[],
            :discounts::bigint[],
            :taxes::bigint[],
            :digitals::boolean[]
        ) AS l (
            order_id, line_no, external_id, sku, quantity, canceled, unit_price, discount, tax,
            digital
        )
)

INSERT INTO orders."order" (
    market, order_id, channel, external_id, placed_at, captured_at, currency, total, email,
    method, service, backorder, promised_earliest, promised_latest, fingerprint, document
)
SELECT
    :market::text, o.order_id, o.channel, o.external_id, o.placed_at, :at::timestamptz,
    o.currency, o.total, o.email, o.method, o.service, o.backorder, o.promised_earliest,
    o.promised_latest, o.fingerprint, o.document
FROM
    unnest(
        :order_ids::uuid[],
        :channels::text[],
        :external_ids::text[],
        :placed_ats::timestamptz[],
        :currencies::text[],
        :totals::bigint[],
        :emails::text[],
        :methods::text[],
        :services::text[],
        :backorders::text[],
        :earliests::timestamptz[],
        :latests::timestamptz[],
        :fingerprints::bytea[],
        :documents::text[]
    ) AS o (
        order_id, channel, external_id, placed_at, currency, total, email, method, service,
        backorder, promised_earliest, promised_latest, fingerprint, document
    );

-- name: record_parts
-- What a kit was made of when it was sold, so that a later change of the kit changes no order.
INSERT INTO orders.part (market, order_id, line_no, sku, per_unit)
SELECT :market::text, p.order_id, p.line_no, p.sku, p.per_unit
FROM
    unnest(:order_ids::uuid[], :line_nos::smallint[], :skus::text[], :per_units::integer[])
        AS p (order_id, line_no, sku, per_unit);

-- name: lock_orders -> Locked
-- An order's row is its lock: whoever changes its life takes it first, ascending.
SELECT o.order_id
FROM orders."order" AS o
WHERE o.market = :market::text AND o.order_id = any(:order_ids::uuid[])
ORDER BY o.order_id
FOR NO KEY UPDATE;

-- name: heads -> Head
-- Orders without their documents.
SELECT
    o.order_id, o.channel, o.external_id, o.placed_at, o.captured_at, o.currency, o.total, o.email,
    o.method, o.service, o.backorder, o.promised_earliest, o.promised_latest
FROM orders."order" AS o
WHERE o.market = :market::text AND o.order_id = any(:order_ids::uuid[]);

-- name: lines_of -> Line
-- The lines of some orders.
SELECT
    l.order_id, l.line_no, l.external_id, l.sku, l.quantity, l.canceled, l.unit_price, l.discount,
    l.tax, l.digital
FROM orders.line AS l
WHERE l.market = :market::text AND l.order_id = any(:order_ids::uuid[])
ORDER BY l.order_id, l.line_no;

-- name: parts_of -> Part
-- The parts of the kits some orders sold.
SELECT p.order_id, p.line_no, p.sku, p.per_unit
FROM orders.part AS p
WHERE p.market = :market::text AND p.order_id = any(:order_ids::uuid[])
ORDER BY p.order_id, p.line_no, p.sku;

-- name: cancel_units
-- Units are canceled once: the CHECK refuses more than were ordered. Why and by whom stands beside.
WITH noted AS (
    INSERT INTO orders.cancellation
    (market, order_id, line_no, cancellation_id, quantity, reason, actor, at)
    SELECT
        :market::text, c.order_id, c.line_no, c.cancellation_id, c.quantity, c.reason, c.actor,
        :at::timestamptz
    FROM
        unnest(
            :order_ids::uuid[],
            :line_nos::smallint[],
            :cancellation_ids::uuid[],
            :quantities::integer[],
            :reasons::text[],
            :actors::text[]
        ) AS c (order_id, line_no, cancellation_id, quantity, reason, actor)
    RETURNING order_id, line_no, quantity
)

UPDATE orders.line AS l
SET canceled = l.canceled + n.quantity
FROM noted AS n
WHERE l.market = :market::text AND l.order_id = n.order_id AND l.line_no = n.line_no;

-- name: note_cancellations
-- Units dropped at capture: the lines were written with them, the reasons stand here.
INSERT INTO orders.cancellation
(market, order_id, line_no, cancellation_id, quantity, reason, actor, at)
SELECT
    :market::text, c.order_id, c.line_no, c.cancellation_id, c.quantity, c.reason, c.actor,
    :at::timestamptz
FROM
    unnest(
        :order_ids::uuid[],
        :line_nos::smallint[],
        :cancellation_ids::uuid[],
        :quantities::integer[],
        :reasons::text[],
        :actors::text[]
    ) AS c (order_id, line_no, cancellation_id, quantity, reason, actor);

-- name: place_hold -> Hold
-- One standing hold of a kind at most; a second one of it is absent from the answer.
INSERT INTO orders.hold (market, order_id, hold_id, kind, reason, actor, placed_at, until)
VALUES (
    :market::text, :order_id::uuid, :hold_id::uuid, :kind::text, :reason::text, :actor::text,
    :at::timestamptz, :until::timestamptz
)
ON CONFLICT (market, order_id, kind) WHERE lifted_at IS NULL DO NOTHING
RETURNING
    order_id, hold_id, kind, reason, actor, placed_at, until, lifted_at, lifted_by, lift_reason;

-- name: place_holds -> Hold
-- Holds of many orders at once, as their channels ask for them; a kind that stands already stays.
INSERT INTO orders.hold (market, order_id, hold_id, kind, reason, actor, placed_at)
SELECT :market::text, h.order_id, h.hold_id, h.kind, h.reason, h.actor, :at::timestamptz
FROM
    unnest(
        :order_ids::uuid[], :hold_ids::uuid[], :kinds::text[], :reasons::text[], :actors::text[]
    ) AS h (order_id, hold_id, kind, reason, actor)
ON CONFLICT (market, order_id, kind) WHERE lifted_at IS NULL DO NOTHING
RETURNING
    order_id, hold_id, kind, reason, actor, placed_at, until, lifted_at, lifted_by, lift_reason;

-- name: lift_holds -> Hold
-- A hold is lifted, never deleted.
UPDATE orders.hold AS h
SET lifted_at = :at::timestamptz, lifted_by = :actor::text, lift_reason = :reason::text
FROM unnest(:order_ids::uuid[], :kinds::text[]) AS k (order_id, kind)
WHERE
    h.market = :market::text AND h.order_id = k.order_id AND h.kind = k.kind
    AND h.lifted_at IS NULL
RETURNING
    h.order_id, h.hold_id, h.kind, h.reason, h.actor, h.placed_at, h.until, h.lifted_at,
    h.lifted_by, h.lift_reason;

-- name: holds_of -> Hold
-- Every hold some orders have or had.
SELECT
    h.order_id, h.hold_id, h.kind, h.reason, h.actor, h.placed_at, h.until, h.lifted_at,
    h.lifted_by, h.lift_reason
FROM orders.hold AS h
WHERE h.market = :market::text AND h.order_id = any(:order_ids::uuid[])
ORDER BY h.order_id, h.hold_id;

-- name: holds_expired -> Expired
-- Holds whose time has come, in any market: a timer is a column.
SELECT h.market, h.order_id, h.hold_id, h.kind
FROM orders.hold AS h
WHERE h.lifted_at IS NULL AND h.until <= :at::timestamptz
ORDER BY h.until
LIMIT :most::integer;

-- name: close_orders -> Locked
-- Done is done once.
INSERT INTO orders.closing (market, order_id, at)
SELECT :market::text, c.order_id, :at::timestamptz
FROM unnest(:order_ids::uuid[]) AS c (order_id)
ON CONFLICT (market, order_id) DO NOTHING
RETURNING order_id;

-- name: closed_among -> Locked
-- Which of these orders are closed.
SELECT c.order_id
FROM orders.closing AS c
WHERE c.market = :market::text AND c.order_id = any(:order_ids::uuid[]);
