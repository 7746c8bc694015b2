-- name: put_summaries
-- A summary is rebuilt whole; nothing is read from the old one. Arrays go in as JSON texts.
INSERT INTO journey.summary AS s (market, order_id, channel, phase, nodes, skus, at)
SELECT
    :market::text,
    n.order_id,
    n.channel,
    n.phase,
    array(SELECT json_array_elements_text(n.nodes::json)),
    array(SELECT json_array_elements_text(n.skus::json)),
    :at::timestamptz
FROM
    unnest(
        :order_ids::uuid[], :channels::text[], :phases::text[], :nodes::text[], :skus::text[]
    ) AS n (order_id, channel, phase, nodes, skus)
ORDER BY n.order_id
ON CONFLICT (market, order_id)
DO UPDATE SET
    phase = excluded.phase, nodes = excluded.nodes, skus = excluded.skus, at = excluded.at
WHERE s.phase <> excluded.phase OR s.nodes <> excluded.nodes OR s.skus <> excluded.skus;
