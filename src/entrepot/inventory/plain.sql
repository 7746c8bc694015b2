-- name: confirm_counts -> Confirmed
-- Locks the positions in key order, and takes the counts that found what the books say, where
-- nothing else is to be said: their marks alone move on. Any entry since they looked, any other
-- source's newer word, anything owed, set aside, missing or known of lots is for those who decide.
-- All that may make a count one of theirs stands on the row that is locked; another's word that is
-- newer and that this statement does not see yet has found the same.
WITH held AS (
    SELECT
        k.place,
        k.sku,
        k.node_id,
        k.on_hand,
        k.source,
        k.sequence,
        p.moved_at,
        (:moments::timestamptz[])[k.moment] AS counted_at,
        (
            k.on_hand = p.on_hand
            AND p.moved_at < (:moments::timestamptz[])[k.moment]
            AND p.unavailable = 0
            AND p.shortage = 0
            AND NOT p.owing
            AND NOT p.lotted
        ) AS agrees
    FROM inventory.position AS p
    INNER JOIN
        unnest(
            :skus::text[],
            :node_ids::text[],
            :on_hands::integer[],
            :sources::text[],
            :sequences::bigint[],
            :counted_ats::integer[],
            :places::integer[]
        ) AS k (sku, node_id, on_hand, source, sequence, moment, place)
        ON p.sku = k.sku AND p.node_id = k.node_id
    WHERE p.market = :market::text
    ORDER BY p.sku, p.node_id
    FOR NO KEY UPDATE OF p
),

again AS (
    UPDATE inventory.count_mark AS m
    SET sequence = h.sequence, counted_at = h.counted_at, on_hand = h.on_hand
    FROM held AS h
    WHERE
        h.agrees
        AND m.market = :market::text AND m.sku = h.sku AND m.node_id = h.node_id
        AND m.source = h.source
        AND m.counted_at <= h.counted_at AND coalesce(m.sequence < h.sequence, TRUE)
        AND NOT EXISTS (
            SELECT 1
            FROM inventory.count_mark AS o
            WHERE
                o.market = :market::text AND o.sku = h.sku AND o.node_id = h.node_id  -- noqa: RF01
                AND o.source <> h.source AND o.counted_at >= h.counted_at  -- noqa: RF01
        )
    RETURNING h.place
)

SELECT
    h.held,
    h.unasked,
    (SELECT array_agg(a.place) FROM again AS a) AS places
FROM (
    SELECT
        count(*) AS held,
        count(*) FILTER (WHERE h.moved_at IS NULL) AS unasked
    FROM held AS h
) AS h;

-- name: recount -> Recounted
-- Counts of locked positions that found something else and leave nothing to decide: nothing has
-- moved since they looked, their source has said nothing newer, nor any other one, and nothing is
-- owed, set aside or known of lots. What they found is what is there; a first word of its source is
-- one, too. What the source's own mark does not allow is left to those who decide.
WITH there AS (
    SELECT
        k.place,
        k.movement_id,
        k.sku,
        k.node_id,
        k.on_hand,
        k.source,
        k.sequence,
        p.reserved,
        p.safety,
        p.shortage,
        (:moments::timestamptz[])[k.moment] AS counted_at, -- noqa: RF02
        k.on_hand - p.on_hand AS on_hand_delta,
        greatest(0, p.reserved - k.on_hand) AS short
    FROM
        unnest(
            :movement_ids::uuid[],
            :skus::text[],
            :node_ids::text[],
            :on_hands::integer[],
            :sources::text[],
            :sequences::bigint[],
            :counted_ats::integer[],
            :places::integer[]
        ) AS k (movement_id, sku, node_id, on_hand, source, sequence, moment, place)
    INNER JOIN inventory.position AS p ON k.sku = p.sku AND k.node_id = p.node_id
    WHERE
        p.market = :market::text
        AND p.moved_at < (:moments::timestamptz[])[k.moment]
        AND p.unavailable = 0 AND NOT p.owing AND NOT p.lotted
        AND NOT EXISTS (
            SELECT 1
            FROM inventory.count_mark AS o
            WHERE
                o.market = :market::text AND o.sku = k.sku AND o.node_id = k.node_id  -- noqa: RF01
                AND o.source <> k.source  -- noqa: RF01
                AND o.counted_at >= (:moments::timestamptz[])[k.moment]  -- noqa: RF01, RF02
        )
),

marked AS (
    INSERT INTO inventory.count_mark AS m
    (market, source, sku, node_id, sequence, counted_at, on_hand)
    SELECT :market::text, t.source, t.sku, t.node_id, t.sequence, t.counted_at, t.on_hand
    FROM there AS t
    ON CONFLICT (market, sku, node_id, source) DO UPDATE
        SET
            sequence = excluded.sequence,
            counted_at = excluded.counted_at,
            on_hand = excluded.on_hand
        WHERE
        m.counted_at <= excluded.counted_at
        AND coalesce(m.sequence < excluded.sequence, TRUE)
    RETURNING m.sku, m.node_id
),

taken AS (
    SELECT
        t.place, t.movement_id, t.sku, t.node_id, t.on_hand, t.source, t.sequence, t.reserved,
        t.safety, t.shortage, t.on_hand_delta, t.short
    FROM there AS t
    INNER JOIN marked AS m ON t.sku = m.sku AND t.node_id = m.node_id
),

changed AS (
    UPDATE inventory.position AS p
    SET
        on_hand = t.on_hand,
        shortage = t.short,
        moved_at = greatest(p.moved_at, :at::timestamptz)
    FROM taken AS t
    WHERE
        p.market = :market::text AND p.sku = t.sku AND p.node_id = t.node_id
        AND t.on_hand_delta <> 0
),

told AS (
    INSERT INTO inventory.movement (
        market, movement_id, sku, node_id, kind, on_hand_delta, reserved_delta, unavailable_delta,
        reference, at, writer, actor, source, sequence
    )
    SELECT
        :market::text, t.movement_id, t.sku, t.node_id, 'count', t.on_hand_delta, 0, 0,
        t.source AS reference, :at::timestamptz, :writer::integer, :actor::text, t.source,
        t.sequence
    FROM taken AS t
    WHERE t.on_hand_delta <> 0
)

SELECT
    array_agg(t.place) AS places,
    array_agg(t.short) AS shorts,
    array_agg(t.shortage) AS were_short,
    array_agg(greatest(0, t.on_hand - t.reserved - t.safety)) AS frees
FROM taken AS t
HAVING count(*) > 0;

-- name: ask_when_moved
-- Positions of which nobody has asked yet when anything moved there: now the ledger says.
UPDATE inventory.position AS p
SET
    moved_at = coalesce(
        (
            SELECT max(e.at)
            FROM inventory.movement AS e
            WHERE
                e.market = :market::text AND e.sku = p.sku AND e.node_id = p.node_id
                AND e.on_hand_delta <> 0
        ),
        '-infinity'
    )
FROM unnest(:skus::text[], :node_ids::text[]) AS k (sku, node_id)
WHERE
    p.market = :market::text AND p.sku = k.sku AND p.node_id = k.node_id
    AND p.moved_at IS NULL;

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
        shortage = greatest(0, p.reserved + p.unavailable - p.on_hand - s.total),
        moved_at
        = CASE
            WHEN p.moved_at IS NOT NULL
                THEN greatest(p.moved_at, :moved_at::timestamptz)
        END
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
        AND p.on_hand + s.lowest >= p.unavailable AND NOT p.lotted AND NOT p.owing
        AND NOT EXISTS (
            SELECT 1
            FROM inventory.count_mark AS c
            WHERE
                c.market = :market::text AND c.sku = s.sku AND c.node_id = s.node_id  -- noqa: RF01
                AND c.counted_at >= (:moments::timestamptz[])[s.since]  -- noqa: RF01
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
