-- name: available -> Available
-- What a channel may sell now, read from the rows themselves: `keeps` is per sku what it leaves at
-- each position. `node_ids` null: from every node.
SELECT
    p.sku,
    coalesce(
        sum(
            greatest(0, p.on_hand - p.reserved - p.unavailable - p.safety - k.keep)
        ) FILTER (
            WHERE :node_ids::text[] IS NULL OR p.node_id = any(:node_ids::text[])
        ), 0
    )::bigint AS available,
    sum(greatest(0, p.on_hand - p.reserved - p.unavailable - p.safety))::bigint AS free
FROM inventory.position AS p
INNER JOIN unnest(:skus::text[], :keeps::integer[]) AS k (sku, keep) ON p.sku = k.sku
WHERE p.market = :market::text
GROUP BY p.sku;

-- name: drawn_everywhere -> DrawnAt
-- What was drawn in a market where anything is protected, for the view of a server.
SELECT p.sku, p.node_id, p.drawn
FROM inventory.position AS p
WHERE p.market = :market::text AND p.drawn IS NOT NULL;

-- name: shelves_of_skus -> Shelf
-- The same node by node, one row for each sku: two hundred nodes are two values, not two hundred
-- records. A node with nothing left for the channel is not on the shelf.
SELECT
    p.sku,
    json_agg(p.node_id)::text AS nodes,
    array_agg(p.on_hand - p.reserved - p.unavailable - p.safety - :buffer::integer) AS units
FROM inventory.position AS p
WHERE
    p.market = :market::text AND p.sku = any(:skus::text[])
    AND p.on_hand - p.reserved - p.unavailable - p.safety > :buffer::integer
GROUP BY p.sku;

-- name: positions_of_skus -> Position
-- All balances of some skus, for their bills: by the key, however large the market is.
SELECT
    p.sku, p.node_id, p.on_hand, p.reserved, p.unavailable, p.safety, p.shortage, p.drawn
FROM inventory.position AS p
WHERE p.market = :market::text AND p.sku = any(:skus::text[])
ORDER BY p.sku, p.node_id;
