-- name: claims_at_risk -> AtRisk
-- Of positions where claimed units are missing: the open claims that can still give way, as many as
-- are missing: carts first, then the class served last, always the newest first. Units that were
-- picked stay; units that their node has given up already are freed by what follows from that, and
-- count as mended. An order of which nothing waits is in the class of whoever was given none.
WITH short AS (
    SELECT p.market, p.sku, p.node_id, p.shortage
    FROM inventory.position AS p
    INNER JOIN
        unnest(:skus::text[], :node_ids::text[]) AS k (sku, node_id)
        ON p.sku = k.sku AND p.node_id = k.node_id
    WHERE p.market = :market::text AND p.shortage > 0
),

ordered AS (
    SELECT
        r.order_id,
        r.line_no,
        r.sku,
        r.node_id,
        s.shortage,
        r.quantity - r.freed - r.consumed AS open,
        greatest(0, coalesce(w.begun, 0) - r.consumed) AS begun,
        greatest(0, coalesce(w.shorted, 0) - r.given_up) AS lost
    FROM short AS s
    INNER JOIN inventory.reservation AS r
        ON s.market = r.market AND s.sku = r.sku AND s.node_id = r.node_id
    LEFT JOIN LATERAL (
        SELECT
            sum(
                CASE
                    WHEN f.state IN ('planned', 'released', 'accepted', 'picking') THEN l.picked
                    ELSE l.quantity - l.shorted - l.canceled
                END
            ) AS begun,
            sum(l.shorted) AS shorted
        FROM fulfillment.fulfillment_order AS f
        INNER JOIN fulfillment.line AS l
            ON f.market = l.market AND f.fulfillment_order_id = l.fulfillment_order_id
        WHERE
            f.market = r.market AND f.order_id = r.order_id AND f.node_id = r.node_id
            AND l.line_no = r.line_no AND l.sku = r.sku
    ) AS w ON TRUE
    WHERE r.market = :market::text AND r.freed + r.consumed < r.quantity
),

claim AS (
    SELECT
        o.order_id AS claimant,
        FALSE AS is_cart,
        o.line_no,
        o.sku,
        o.node_id,
        o.shortage,
        o.open - o.begun - o.lost AS movable,
        o.lost,
        coalesce(
            (
                SELECT min(d.priority)
                FROM inventory.demand AS d
                WHERE d.market = :market::text AND d.order_id = o.order_id
            ),
            :priority::smallint
        ) AS class
    FROM ordered AS o
    UNION ALL
    SELECT
        c.cart_id AS claimant,
        TRUE AS is_cart,
        k.line_no,
        k.sku,
        k.node_id,
        s.shortage,
        k.quantity AS movable,
        0 AS lost,
        :priority::smallint AS class -- noqa: RF02
    FROM short AS s
    INNER JOIN inventory.cart_claim AS k
        ON s.market = k.market AND s.sku = k.sku AND s.node_id = k.node_id
    INNER JOIN inventory.cart AS c ON k.market = c.market AND k.cart_id = c.cart_id
    WHERE c.state = 'held'
),

ranked AS (
    SELECT
        c.claimant,
        c.is_cart,
        c.line_no,
        c.sku,
        c.node_id,
        c.class,
        c.movable,
        c.shortage - sum(c.lost) OVER (PARTITION BY c.sku, c.node_id) AS missing,
        sum(c.movable) OVER (
            PARTITION BY c.sku, c.node_id
            ORDER BY c.is_cart DESC, c.class DESC, c.claimant DESC, c.line_no DESC
        ) AS upto
    FROM claim AS c
    WHERE c.movable > 0 OR c.lost > 0
)

SELECT
    k.claimant,
    k.is_cart,
    k.line_no,
    k.sku,
    k.node_id,
    least(k.movable, k.missing - (k.upto - k.movable))::integer AS quantity
FROM ranked AS k
WHERE k.movable > 0 AND k.upto - k.movable < k.missing
ORDER BY
    k.is_cart DESC, k.class DESC, k.claimant DESC, k.line_no DESC, k.sku ASC, k.node_id ASC
LIMIT :most::integer;

-- name: still_short -> StillShort
-- Of these positions, those where claimed units are missing still, and who has them in hand: work
-- whose units are picked, or have left and are not off the books yet.
SELECT
    p.sku,
    p.node_id,
    p.on_hand,
    p.shortage,
    array(
        SELECT r.order_id
        FROM inventory.reservation AS r
        WHERE
            r.market = p.market AND r.sku = p.sku AND r.node_id = p.node_id
            AND r.freed + r.consumed < r.quantity
            AND EXISTS (
                SELECT 1
                FROM fulfillment.fulfillment_order AS f
                INNER JOIN fulfillment.line AS l
                    ON f.market = l.market AND f.fulfillment_order_id = l.fulfillment_order_id
                WHERE
                    f.market = r.market AND f.order_id = r.order_id AND f.node_id = r.node_id
                    AND l.line_no = r.line_no AND l.sku = r.sku AND l.picked > 0
            )
        GROUP BY r.order_id
        ORDER BY r.order_id DESC
        LIMIT :named::integer
    ) AS order_ids
FROM inventory.position AS p
INNER JOIN
    unnest(:skus::text[], :node_ids::text[]) AS k (sku, node_id)
    ON p.sku = k.sku AND p.node_id = k.node_id
WHERE p.market = :market::text AND p.shortage > 0
ORDER BY p.sku, p.node_id;
