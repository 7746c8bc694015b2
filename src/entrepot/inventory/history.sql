-- name: record_past_claims
-- Claims of orders that are taken over, as they ended: gone with the goods, or open still.
INSERT INTO inventory.reservation
(market, order_id, line_no, sku, node_id, quantity, consumed)
SELECT :market::text, c.order_id, c.line_no, c.sku, c.node_id, c.quantity, c.consumed
FROM
    unnest(
        :order_ids::uuid[],
        :line_nos::smallint[],
        :skus::text[],
        :node_ids::text[],
        :quantities::integer[],
        :consumeds::integer[]
    ) AS c (order_id, line_no, sku, node_id, quantity, consumed);
