-- name: a_numbered_message_is_one_entry
-- What a source has numbered stands in the ledger once, as often as it was told.
SELECT
    e.entries,
    coalesce(e.market, m.market) AS market,
    coalesce(e.source, m.source) AS source,
    coalesce(e.sequence, m.sequence) AS sequence
FROM (
    SELECT
        v.market,
        v.source,
        v.sequence,
        count(*) AS entries
    FROM inventory.movement AS v
    WHERE v.sequence IS NOT NULL AND v.kind NOT IN ('count', 'netted')
    GROUP BY v.market, v.source, v.sequence
) AS e
FULL JOIN inventory.message AS m
    ON e.market = m.market AND e.source = m.source AND e.sequence = m.sequence
WHERE e.entries IS DISTINCT FROM 1 OR m.sequence IS NULL;

-- name: a_position_knows_what_moved_and_what_it_owes
-- No entry that changed what is on hand is of a later moment than its position says, and whether
-- anything is owed stands on the position as well: counts that change nothing ask no other row.
WITH latest AS (
    SELECT
        e.market,
        e.sku,
        e.node_id,
        max(e.at) AS at
    FROM inventory.movement AS e
    WHERE e.on_hand_delta <> 0
    GROUP BY e.market, e.sku, e.node_id
)

SELECT p.market, p.sku, p.node_id, p.moved_at, l.at, p.owing, d.units
FROM inventory.position AS p
LEFT JOIN latest AS l ON p.market = l.market AND p.sku = l.sku AND p.node_id = l.node_id
LEFT JOIN inventory.deficit AS d
    ON p.market = d.market AND p.sku = d.sku AND p.node_id = d.node_id
WHERE p.moved_at < l.at OR p.owing IS DISTINCT FROM (d.units IS NOT NULL);
