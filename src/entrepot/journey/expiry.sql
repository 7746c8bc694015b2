-- name: expiring -> Expiring
-- Sellable units whose day has come where they are, in key order: what is left of their life is
-- less than their item asks for. No row is looked at whose day lies further ahead than any asks.
SELECT s.sku, s.node_id, s.lot, s.serial, s.expires_on, s.quantity
FROM inventory.lot_stock AS s
INNER JOIN catalog.item AS i ON s.market = i.market AND s.sku = i.sku
INNER JOIN network.node AS n ON s.market = n.market AND s.node_id = n.node_id
WHERE
    s.market = :market::text
    AND s.reason = ''
    AND s.expires_on < (:at::timestamptz)::date + 2 + (
        SELECT coalesce(max(m.min_remaining_days), 0)
        FROM catalog.item AS m
        WHERE m.market = :market::text AND m.min_remaining_days > 0
    )
    AND s.expires_on < (:at::timestamptz AT TIME ZONE n.time_zone)::date + i.min_remaining_days
ORDER BY s.sku, s.node_id, s.lot
LIMIT :most::integer;

-- name: good_again -> Expiring
-- Units that were set aside as expired and are good: their day was put right, or less is asked.
SELECT s.sku, s.node_id, s.lot, s.serial, s.expires_on, s.quantity
FROM inventory.lot_stock AS s
INNER JOIN catalog.item AS i ON s.market = i.market AND s.sku = i.sku
INNER JOIN network.node AS n ON s.market = n.market AND s.node_id = n.node_id
WHERE
    s.market = :market::text
    AND s.reason = 'expired'
    AND s.expires_on >= (:at::timestamptz AT TIME ZONE n.time_zone)::date + i.min_remaining_days
ORDER BY s.sku, s.node_id, s.lot
LIMIT :most::integer;
