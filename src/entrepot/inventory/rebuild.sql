-- name: drifted -> Drift
-- Positions that do not say what their ledger and their open claims say, orders' and carts'.
WITH entered AS (
    SELECT
        m.sku,
        m.node_id,
        sum(m.on_hand_delta) AS on_hand,
        sum(m.reserved_delta) AS reserved,
        sum(m.unavailable_delta) AS unavailable
    FROM inventory.movement AS m
    WHERE
        m.market = :market::text
    GROUP BY m.sku, m.node_id
),

claim AS (
    SELECT
        r.sku,
        r.node_id,
        r.quantity - r.freed - r.consumed AS units
    FROM inventory.reservation AS r
    WHERE
        r.market = :market::text
    UNION ALL
    SELECT
        k.sku,
        k.node_id,
        k.quantity AS units
    FROM inventory.cart_claim AS k
    INNER JOIN inventory.cart AS h ON k.market = h.market AND k.cart_id = h.cart_id
    WHERE k.market = :market::text AND h.state = 'held'
),

claimed AS (
    SELECT
        c.sku,
        c.node_id,
        sum(c.units) AS units
    FROM claim AS c
    GROUP BY c.sku, c.node_id
),

held AS (
    SELECT p.sku, p.node_id, p.on_hand, p.reserved, p.unavailable
    FROM inventory.position AS p
    WHERE
        p.market = :market::text
),

entered_aside AS (
    SELECT
        m.sku,
        m.node_id,
        m.reason,
        sum(m.unavailable_delta) AS units
    FROM inventory.movement AS m
    WHERE
        m.market = :market::text AND m.unavailable_delta <> 0
    GROUP BY m.sku, m.node_id, m.reason
),

held_aside AS (
    SELECT s.sku, s.node_id, s.reason, s.quantity
    FROM inventory.set_aside AS s
    WHERE s.market = :market::text
),

false_aside AS (
    SELECT DISTINCT
        coalesce(s.sku, a.sku) AS sku,
        coalesce(s.node_id, a.node_id) AS node_id
    FROM held_aside AS s
    FULL JOIN entered_aside AS a
        ON s.sku = a.sku AND s.node_id = a.node_id AND s.reason = a.reason
    WHERE coalesce(s.quantity, 0) <> coalesce(a.units, 0)
)

SELECT
    coalesce(h.sku, e.sku, c.sku, f.sku) AS sku,
    coalesce(h.node_id, e.node_id, c.node_id, f.node_id) AS node_id,
    coalesce(h.on_hand, 0)::bigint AS on_hand,
    coalesce(h.reserved, 0)::bigint AS reserved,
    coalesce(h.unavailable, 0)::bigint AS unavailable,
    coalesce(e.on_hand, 0)::bigint AS entered_on_hand,
    coalesce(e.reserved, 0)::bigint AS entered_reserved,
    coalesce(e.unavailable, 0)::bigint AS entered_unavailable,
    coalesce(c.units, 0)::bigint AS claimed
FROM held AS h
FULL JOIN entered AS e ON h.sku = e.sku AND h.node_id = e.node_id
FULL JOIN claimed AS c
    ON coalesce(h.sku, e.sku) = c.sku AND coalesce(h.node_id, e.node_id) = c.node_id
FULL JOIN false_aside AS f
    ON
        coalesce(h.sku, e.sku, c.sku) = f.sku
        AND coalesce(h.node_id, e.node_id, c.node_id) = f.node_id
WHERE
    h.sku IS NULL
    OR f.sku IS NOT NULL
    OR h.on_hand <> coalesce(e.on_hand, 0)
    OR h.unavailable <> coalesce(e.unavailable, 0)
    OR h.reserved <> coalesce(e.reserved, 0)
    OR h.reserved <> coalesce(c.units, 0)
ORDER BY sku, node_id
LIMIT :most::integer;

-- name: entered_asides -> AsideRow
-- What the ledger of locked positions says is set aside there, and why.
SELECT m.sku, m.node_id, m.reason, sum(m.unavailable_delta)::integer AS quantity
FROM inventory.movement AS m
INNER JOIN
    unnest(:skus::text[], :node_ids::text[]) AS k (sku, node_id)
    ON m.sku = k.sku AND m.node_id = k.node_id
WHERE m.market = :market::text AND m.unavailable_delta <> 0 AND m.reason IS NOT NULL
GROUP BY m.sku, m.node_id, m.reason
ORDER BY m.sku, m.node_id, m.reason;

-- name: false_chapters -> Tally
-- Positions whose contents do not come to what the ledger says up to the same entry.
SELECT count(*)::bigint AS count
FROM (
    SELECT
        m.sku,
        m.node_id,
        sum(m.on_hand_delta) AS on_hand,
        sum(m.reserved_delta) AS reserved,
        sum(m.unavailable_delta) AS unavailable
    FROM inventory.movement AS m
    INNER JOIN inventory.chapter_mark AS k ON m.market = k.market AND m.movement_id <= k.upto_id
    WHERE m.market = :market::text
    GROUP BY m.sku, m.node_id
) AS e
FULL JOIN (
    SELECT DISTINCT ON (c.sku, c.node_id) c.sku, c.node_id, c.on_hand, c.reserved, c.unavailable
    FROM inventory.chapter AS c
    WHERE c.market = :market::text
    ORDER BY c.sku ASC, c.node_id ASC, c.upto_id DESC
) AS c ON e.sku = c.sku AND e.node_id = c.node_id
WHERE
    (e.on_hand, e.reserved, e.unavailable) IS DISTINCT FROM (c.on_hand, c.reserved, c.unavailable);
