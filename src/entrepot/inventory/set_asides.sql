-- name: set_asides_at -> AsideRow
-- What is set aside at some positions, and why. Written only under the positions' locks.
SELECT s.sku, s.node_id, s.reason, s.quantity
FROM inventory.set_aside AS s
INNER JOIN
    unnest(:skus::text[], :node_ids::text[]) AS k (sku, node_id)
    ON s.sku = k.sku AND s.node_id = k.node_id
WHERE s.market = :market::text
ORDER BY s.sku, s.node_id, s.reason;

-- name: put_set_asides
-- What is set aside of locked positions now; a reason that holds nothing any more has no row.
WITH a AS (
    SELECT k.sku, k.node_id, k.reason, k.quantity
    FROM
        unnest(:skus::text[], :node_ids::text[], :reasons::text[], :quantities::integer[])
            AS k (sku, node_id, reason, quantity)
),

gone AS (
    DELETE FROM inventory.set_aside AS s
    USING a
    WHERE
        s.market = :market::text AND s.sku = a.sku AND s.node_id = a.node_id
        AND s.reason = a.reason AND a.quantity = 0
)

INSERT INTO inventory.set_aside (market, sku, node_id, reason, quantity)
SELECT :market::text, a.sku, a.node_id, a.reason, a.quantity
FROM a
WHERE a.quantity > 0
ORDER BY a.sku, a.node_id, a.reason
ON CONFLICT (market, sku, node_id, reason) DO UPDATE SET quantity = excluded.quantity;
