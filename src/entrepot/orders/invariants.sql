-- name: canceled_is_the_sum_of_cancellations
-- A line's canceled units are those somebody canceled for a reason.
SELECT l.market, l.order_id, l.line_no, l.canceled, c.quantity
FROM orders.line AS l
FULL JOIN (
    SELECT
        c.market,
        c.order_id,
        c.line_no,
        sum(c.quantity) AS quantity
    FROM orders.cancellation AS c
    GROUP BY c.market, c.order_id, c.line_no
) AS c ON l.market = c.market AND l.order_id = c.order_id AND l.line_no = c.line_no
WHERE l.canceled IS DISTINCT FROM coalesce(c.quantity, 0);

-- name: every_order_has_lines
-- No order without lines, no line without an order.
SELECT o.market, o.order_id, l.line_no
FROM orders."order" AS o
FULL JOIN orders.line AS l ON o.market = l.market AND o.order_id = l.order_id
WHERE o.order_id IS NULL OR l.order_id IS NULL;

-- name: total_is_the_sum_of_its_lines
-- An order's total is its lines, less discounts, plus taxes and shipping as agreed at capture.
SELECT o.market, o.order_id, o.total, l.goods
FROM orders."order" AS o
INNER JOIN (
    SELECT
        l.market,
        l.order_id,
        sum(l.unit_price * l.quantity - l.discount + l.tax) AS goods
    FROM orders.line AS l
    GROUP BY l.market, l.order_id
) AS l ON o.market = l.market AND o.order_id = l.order_id
WHERE
    o.total
    <> l.goods + coalesce((o.document::json ->> 'shipping')::bigint, 0)
    + coalesce((o.document::json ->> 'shipping_tax')::bigint, 0);

-- name: a_lifted_hold_says_by_whom
-- A hold that was lifted names who lifted it and why.
SELECT h.market, h.order_id, h.hold_id
FROM orders.hold AS h
WHERE h.lifted_at IS NOT NULL AND (h.lifted_by IS NULL OR h.lift_reason IS NULL);
