-- name: count_marks -> CountMark
-- The newest count heard from each source at these positions.
SELECT m.sku, m.node_id, m.source, m.sequence, m.counted_at, m.on_hand
FROM inventory.count_mark AS m
INNER JOIN
    unnest(:skus::text[], :node_ids::text[]) AS k (sku, node_id)
    ON m.sku = k.sku AND m.node_id = k.node_id
WHERE m.market = :market::text;

-- name: set_count_marks
-- Remember what was heard, so that an older count that comes late is refused.
INSERT INTO inventory.count_mark (market, source, sku, node_id, sequence, counted_at, on_hand)
SELECT :market::text, k.source, k.sku, k.node_id, k.sequence, k.counted_at, k.on_hand
FROM
    unnest(
        :sources::text[],
        :skus::text[],
        :node_ids::text[],
        :sequences::bigint[],
        :counted_ats::timestamptz[],
        :on_hands::integer[]
    ) AS k (source, sku, node_id, sequence, counted_at, on_hand)
ON CONFLICT (market, sku, node_id, source)
DO UPDATE SET
    sequence = excluded.sequence, counted_at = excluded.counted_at, on_hand = excluded.on_hand;

-- name: moved_since -> Moved
-- What physically came and went at a position after a count: counts themselves and what nets or
-- mends the books moved nothing. Of its own moment the numbers of its source say what came after.
SELECT k.ask_no, sum(m.on_hand_delta)::integer AS quantity
FROM
    unnest(
        :ask_nos::integer[],
        :skus::text[],
        :node_ids::text[],
        :since::timestamptz[],
        :sources::text[],
        :sequences::bigint[]
    ) AS k (ask_no, sku, node_id, since, source, sequence)
INNER JOIN inventory.movement AS m
    ON k.sku = m.sku AND k.node_id = m.node_id AND k.since <= m.at
WHERE
    m.market = :market::text AND m.on_hand_delta <> 0
    AND m.kind NOT IN ('count', 'netted', 'correction', 'set_aside')
    AND (k.since < m.at OR (k.source = m.source AND k.sequence < m.sequence))
GROUP BY k.ask_no;
