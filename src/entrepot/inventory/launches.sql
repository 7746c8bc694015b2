-- name: launches -> Launch
-- Launches by name, those that have not ended, or a page of all; a filter that is null lets
-- everything pass.
SELECT
    l.launch_id, l.state, l.skus, l.opens_at, l.line_first, l.line_per_s, l.issued, l.secret,
    l.reason, l.made_at, l.moved_at, l.version
FROM inventory.launch AS l
WHERE
    l.market = :market::text
    AND l.launch_id > :after::text
    AND (:launch_ids::text[] IS NULL OR l.launch_id = any(:launch_ids::text[]))
    AND (:states::text[] IS NULL OR l.state = any(:states::text[]))
ORDER BY l.launch_id
LIMIT :most::integer;

-- name: live_launches -> Launch
-- What serving processes know by heart: launches with skus that they keep, or sell by turns.
SELECT
    l.launch_id, l.state, l.skus, l.opens_at, l.line_first, l.line_per_s, l.issued, l.secret,
    l.reason, l.made_at, l.moved_at, l.version
FROM inventory.launch AS l
WHERE
    l.market = :market::text
    AND l.launch_id IN (
        SELECT s.launch_id FROM inventory.launch_sku AS s
        WHERE s.market = :market::text
    );

-- name: launch_for_update -> Launch
-- Locked before any position of its skus; only then is decided.
SELECT
    l.launch_id, l.state, l.skus, l.opens_at, l.line_first, l.line_per_s, l.issued, l.secret,
    l.reason, l.made_at, l.moved_at, l.version
FROM inventory.launch AS l
WHERE l.market = :market::text AND l.launch_id = :launch_id::text
FOR NO KEY UPDATE OF l;

-- name: due_launch -> Launch
-- A launch whose time has come; who finds it locked leaves it to whoever opens it.
SELECT
    l.launch_id, l.state, l.skus, l.opens_at, l.line_first, l.line_per_s, l.issued, l.secret,
    l.reason, l.made_at, l.moved_at, l.version
FROM inventory.launch AS l
WHERE l.market = :market::text AND l.state = 'planned' AND l.opens_at <= :at::timestamptz
ORDER BY l.opens_at, l.launch_id
LIMIT 1
FOR NO KEY UPDATE OF l SKIP LOCKED;

-- name: any_due -> LaunchWritten
-- The same without a lock: one probe of an index, four times a second.
SELECT l.launch_id
FROM inventory.launch AS l
WHERE l.market = :market::text AND l.state = 'planned' AND l.opens_at <= :at::timestamptz
ORDER BY l.opens_at
LIMIT 1;

-- name: launches_of_skus -> LaunchOfSku
-- The launches that have not ended and have one of these skus.
SELECT s.sku, s.launch_id
FROM inventory.launch_sku AS s
WHERE s.market = :market::text AND s.sku = any(:skus::text[])
ORDER BY s.sku;

-- name: unopened -> Unopened
-- Which of these skus are not on sale yet, and when they will be.
SELECT s.sku, s.launch_id, l.opens_at
FROM inventory.launch_sku AS s
INNER JOIN inventory.launch AS l ON s.market = l.market AND s.launch_id = l.launch_id
WHERE s.market = :market::text AND s.sku = any(:skus::text[]) AND l.state = 'planned';

-- name: put_launch -> LaunchWritten
-- A new launch, or another plan of one that is still planned. Its secret stays what it was.
INSERT INTO inventory.launch AS l (
    market, launch_id, state, skus, opens_at, line_first, line_per_s, secret, reason, made_at,
    moved_at
)
VALUES (
    :market::text, :launch_id::text, 'planned', :skus::text[], :opens_at::timestamptz,
    :line_first::integer, :line_per_s::integer, :secret::bytea, :reason::text, :at::timestamptz,
    :at::timestamptz
)
ON CONFLICT (market, launch_id) DO UPDATE
    SET
        skus = excluded.skus,
        opens_at = excluded.opens_at,
        line_first = excluded.line_first,
        line_per_s = excluded.line_per_s,
        reason = excluded.reason,
        moved_at = excluded.moved_at,
        version = l.version + 1
    WHERE l.state = 'planned'
RETURNING l.launch_id;

-- name: drop_launch_skus
-- These skus are in no launch any more.
DELETE FROM inventory.launch_sku
WHERE market = :market::text AND launch_id = :launch_id::text AND NOT sku = any(:kept::text[]);

-- name: add_launch_skus
-- Each sku is in one launch: who comes second is told by the key.
INSERT INTO inventory.launch_sku (market, sku, launch_id)
SELECT :market::text, s.sku, :launch_id::text
FROM unnest(:skus::text[]) AS s (sku)
WHERE
    NOT EXISTS (
        SELECT 1 FROM inventory.launch_sku AS m
        WHERE m.market = :market::text AND m.launch_id = :launch_id::text AND m.sku = s.sku
    )
ORDER BY s.sku;

-- name: move_launch -> LaunchWritten
-- A locked launch's next state, with the move that explains it. None answered: never commit.
WITH guarded AS (
    UPDATE inventory.launch AS l
    SET state = :state::text, moved_at = :at::timestamptz, version = l.version + 1
    WHERE
        l.market = :market::text AND l.launch_id = :launch_id::text
        AND l.state = :from_state::text
    RETURNING l.launch_id
),

told AS (
    INSERT INTO inventory.launch_move
    (market, launch_id, move_no, from_state, verb, actor, reason, at)
    VALUES (
        :market::text, :launch_id::text, :move_no::integer, :from_state::text, :verb::text,
        :actor::text, :reason::text, :at::timestamptz
    )
)

SELECT g.launch_id
FROM guarded AS g;

-- name: launch_moves -> LaunchMove
-- The life of a launch, step by step.
SELECT m.move_no, m.from_state, m.verb, m.actor, m.reason, m.at
FROM inventory.launch_move AS m
WHERE m.market = :market::text AND m.launch_id = :launch_id::text
ORDER BY m.move_no;

-- name: issue_tickets -> TicketsIssued
-- The next numbers of some lines: each batch has its own, without a gap. Locked in key order.
UPDATE inventory.launch AS l
SET issued = l.issued + w.count
FROM (
    SELECT h.launch_id, k.count
    FROM inventory.launch AS h
    INNER JOIN
        unnest(:launch_ids::text[], :counts::integer[]) AS k (launch_id, count)
        ON h.launch_id = k.launch_id
    WHERE
        h.market = :market::text AND h.line_per_s IS NOT NULL
        AND h.state IN ('planned', 'open')
    ORDER BY h.launch_id
    FOR NO KEY UPDATE OF h
) AS w
WHERE l.market = :market::text AND l.launch_id = w.launch_id
RETURNING l.launch_id, l.issued;

-- name: use_tickets -> TicketUse
-- Each ticket once, whoever comes first. One that a cart had that came to nothing is free again.
-- Ascending, so that no two batches deadlock.
INSERT INTO inventory.ticket_use AS u (market, launch_id, number, holder, at)
SELECT :market::text, k.launch_id, k.number, k.holder, :at::timestamptz
FROM
    unnest(:launch_ids::text[], :numbers::integer[], :holders::uuid[])
        AS k (launch_id, number, holder)
ORDER BY k.launch_id, k.number
ON CONFLICT (market, launch_id, number) DO UPDATE
    SET holder = excluded.holder, at = excluded.at
    WHERE
    EXISTS (
        SELECT 1 FROM inventory.cart AS c
        WHERE
            c.market = :market::text AND c.cart_id = u.holder -- noqa: RF01
            AND c.state IN ('freed', 'expired')
    )
RETURNING launch_id, number, holder;

-- name: return_tickets
-- A refusal writes nothing: who got nothing may try again with the same ticket.
DELETE FROM inventory.ticket_use AS u
USING
    unnest(:launch_ids::text[], :numbers::integer[], :holders::uuid[])
        AS k (launch_id, number, holder)
WHERE
    u.market = :market::text AND u.launch_id = k.launch_id AND u.number = k.number
    AND u.holder = k.holder;
