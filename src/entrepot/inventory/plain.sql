-- name: confirm_counts -> Confirmed
-- Counts that found what the books say, where nothing else is to be said: their marks alone move
-- on. Their positions are locked. Any entry since they looked, any other source's newer word,
-- anything owed, set aside, missing or known of lots is for those who decide.
WITH again AS (
    UPDATE inventory.count_mark AS m
    SET sequence = k.sequence, counted_at = k.counted_at, on_hand = k.on_hand
    FROM (
        SELECT
            u.sku, u.node_id, u.on_hand, u.source, u.sequence, u.place,
            (:moments::timestamptz[])[u.moment] AS counted_at
        FROM
            unnest(
                :skus::text[],
                :node_ids::text[],
                :on_hands::integer[],
                :sources::text[],
                :sequences::bigint[],
                :counted_ats::integer[],
                :places::integer[]
            ) AS u (sku, node_id, on_hand, source, sequence, moment, place)
    ) AS k
    INNER JOIN inventory.position AS p
        ON
            p.market = :market::text AND k.sku = p.sku AND k.node_id = p.node_id
            AND k.on_hand = p.on_hand
    WHERE
        m.market = :market::text AND m.sku = k.sku AND m.node_id = k.node_id
        AND m.source = k.source
        AND m.counted_at <= k.counted_at AND coalesce(m.sequence < k.sequence, TRUE)
        AND p.shortage = 0 AND NOT p.lotted
        AND (
            p.unavailable = 0
            OR NOT EXISTS (
                SELECT 1
                FROM inventory.set_aside AS s
                WHERE
                    s.market = :market::text AND s.sku = k.sku  -- noqa: RF01
                    AND s.node_id = k.node_id  -- noqa: RF01
                    AND s.reason = 'doubt'
            )
        )
        AND NOT EXISTS (
            SELECT 1
            FROM inventory.count_mark AS o
            WHERE
                o.market = :market::text AND o.sku = k.sku AND o.node_id = k.node_id  -- noqa: RF01
                AND o.source <> k.source AND o.counted_at >= k.counted_at  -- noqa: RF01
        )
        AND NOT EXISTS (
            SELECT 1
            FROM inventory.movement AS e
            WHERE
                e.market = :market::text AND e.sku = k.sku AND e.node_id = k.node_id  -- noqa: RF01
                AND e.at >= k.counted_at AND e.on_hand_delta <> 0  -- noqa: RF01
        )
        AND NOT EXISTS (
            SELECT 1
            FROM inventory.deficit AS d
            WHERE
                d.market = :market::text AND d.sku = k.sku AND d.node_id = k.node_id  -- noqa: RF01
        )
    RETURNING k.place
)

SELECT array_agg(a.place) AS places
FROM again AS a;

-- name: move_plainly -> Stand
-- Movements of locked positions that leave nothing to decide: no count has seen them, nothing is
-- owed, no lots are known, and the units are there, also those that are set aside. All of a
-- position's are taken, or none. Of `moments` each stands once; the rows say which. Two long lists
-- that a planner believes to be short are best joined by a hash: only a full join is never a loop
-- in a loop.
WITH plain AS (
    UPDATE inventory.position AS p
    SET
        on_hand = p.on_hand + s.total,
        shortage = greatest(0, p.reserved + p.unavailable - p.on_hand - s.total)
    FROM
        unnest(
            :skus::text[],
            :node_ids::text[],
            :totals::integer[],
            :lowests::integer[],
            :sinces::integer[]
        ) WITH ORDINALITY AS s (sku, node_id, total, lowest, since, spot)
    WHERE
        p.market = :market::text AND p.sku = s.sku AND p.node_id = s.node_id
        AND p.on_hand + s.lowest >= p.unavailable AND NOT p.lotted
        AND NOT EXISTS (
            SELECT 1
            FROM inventory.count_mark AS c
            WHERE
                c.market = :market::text AND c.sku = s.sku AND c.node_id = s.node_id  -- noqa: RF01
                AND c.counted_at >= (:moments::timestamptz[])[s.since]  -- noqa: RF01
        )
        AND NOT EXISTS (
            SELECT 1
            FROM inventory.deficit AS d
            WHERE
                d.market = :market::text AND d.sku = s.sku AND d.node_id = s.node_id  -- noqa: RF01
        )
    RETURNING
        s.spot, s.sku, s.node_id, p.on_hand, p.reserved + p.unavailable AS claimed, p.safety
),

told AS (
    INSERT INTO inventory.movement (
        market, movement_id, sku, node_id, kind, on_hand_delta, reserved_delta, unavailable_delta,
        reference, at, writer, actor, source, sequence
    )
    SELECT
        :market::text, m.movement_id, p.sku, p.node_id, m.kind, m.quantity, 0, 0,
        m.reference, coalesce((:moments::timestamptz[])[m.moment], :at::timestamptz),
        :writer::integer, :actor::text, m.source, m.sequence
    FROM
        unnest(
            :move_spots::bigint[],
            :movement_ids::uuid[],
            :kinds::text[],
            :quantities::integer[],
            :refs::text[],
            :ats::integer[],
            :sources::text[],
            :sequences::bigint[]
        ) AS m (
            spot, movement_id, kind, quantity, reference, moment, source, sequence
        )
    FULL JOIN plain AS p ON m.spot = p.spot
    WHERE coalesce(p.spot, 0) > 0
)

SELECT
    array_agg(p.spot) AS spots,
    array_agg(p.on_hand) AS on_hands,
    array_agg(p.claimed) AS claimeds,
    array_agg(p.safety) AS safeties
FROM plain AS p
HAVING count(*) > 0;
