-- name: plan_transfers -> TransferWritten
-- New transfers with their lines. Answers those that are new: an id that is taken makes nothing.
WITH head AS (
    INSERT INTO inventory.transfer
    (market, transfer_id, from_node, to_node, state, expected_at, made_at, moved_at)
    SELECT
        :market::text, t.transfer_id, t.from_node, t.to_node, 'planned' AS state, t.expected_at,
        :at::timestamptz, :at::timestamptz
    FROM
        unnest(
            :transfer_ids::text[], :from_nodes::text[], :to_nodes::text[],
            :expected_ats::timestamptz[]
        ) AS t (transfer_id, from_node, to_node, expected_at)
    ORDER BY t.transfer_id
    ON CONFLICT (market, transfer_id) DO NOTHING
    RETURNING transfer_id
),

line AS (
    INSERT INTO inventory.transfer_line (market, transfer_id, sku, quantity)
    SELECT :market::text, l.transfer_id, l.sku, l.quantity
    FROM
        unnest(:line_ids::text[], :skus::text[], :quantities::integer[])
            AS l (transfer_id, sku, quantity)
    INNER JOIN head AS h ON l.transfer_id = h.transfer_id
)

SELECT h.transfer_id
FROM head AS h;

-- name: transfers_for_update -> Transfer
-- Locked in the order of their ids, before any position at either end; only then is decided.
SELECT
    t.transfer_id, t.from_node, t.to_node, t.state, t.expected_at, t.made_at, t.moved_at, t.version
FROM inventory.transfer AS t
WHERE t.market = :market::text AND t.transfer_id = any(:transfer_ids::text[])
ORDER BY t.transfer_id
FOR NO KEY UPDATE OF t;

-- name: transfer_lines -> TransferLine
-- The lines of some transfers.
SELECT l.transfer_id, l.sku, l.quantity, l.sent, l.received, l.written_off, l.surplus
FROM inventory.transfer_line AS l
WHERE l.market = :market::text AND l.transfer_id = any(:transfer_ids::text[])
ORDER BY l.transfer_id, l.sku;

-- name: record_transfers -> TransferWritten
-- What became of locked transfers, in one statement: states with their guard, counters, the moves
-- that explain them. Fewer answered than asked means the caller must not commit.
WITH guarded AS (
    UPDATE inventory.transfer AS t
    SET state = n.state, version = n.version, moved_at = :at::timestamptz
    FROM
        unnest(
            :transfer_ids::text[], :was_versions::integer[], :versions::integer[], :states::text[]
        ) AS n (transfer_id, was_version, version, state)
    WHERE
        t.market = :market::text AND t.transfer_id = n.transfer_id
        AND t.version = n.was_version
    RETURNING t.transfer_id
),

counted AS (
    UPDATE inventory.transfer_line AS l
    SET
        sent = c.sent,
        received = c.received,
        written_off = c.written_off,
        surplus = c.surplus
    FROM
        unnest(
            :line_ids::text[],
            :skus::text[],
            :sents::integer[],
            :receiveds::integer[],
            :written_offs::integer[],
            :surpluses::integer[]
        ) AS c (transfer_id, sku, sent, received, written_off, surplus)
    WHERE l.market = :market::text AND l.transfer_id = c.transfer_id AND l.sku = c.sku
),

told AS (
    INSERT INTO inventory.transfer_move
    (market, transfer_id, move_no, from_state, verb, actor, reason, at)
    SELECT
        :market::text, m.transfer_id, m.move_no, m.from_state, m.verb, m.actor, m.reason,
        :at::timestamptz
    FROM
        unnest(
            :move_ids::text[],
            :move_nos::integer[],
            :from_states::text[],
            :verbs::text[],
            :actors::text[],
            :reasons::text[]
        ) AS m (transfer_id, move_no, from_state, verb, actor, reason)
)

SELECT g.transfer_id
FROM guarded AS g;

-- name: transfer -> Transfer
-- A single transfer, for whoever asks.
SELECT
    t.transfer_id, t.from_node, t.to_node, t.state, t.expected_at, t.made_at, t.moved_at, t.version
FROM inventory.transfer AS t
WHERE t.market = :market::text AND t.transfer_id = :transfer_id::text;

-- name: transfers -> Transfer
-- A page of transfers, ascending by id. A filter that is null lets everything pass.
SELECT
    t.transfer_id, t.from_node, t.to_node, t.state, t.expected_at, t.made_at, t.moved_at, t.version
FROM inventory.transfer AS t
WHERE
    t.market = :market::text
    AND t.transfer_id > :after::text
    AND (
        :node_id::text IS NULL OR t.from_node = :node_id::text OR t.to_node = :node_id::text
    )
    AND (:states::text[] IS NULL OR t.state = any(:states::text[]))
ORDER BY t.transfer_id
LIMIT :most::integer;

-- name: transfer_moves -> TransferMove
-- The life of a transfer, step by step.
SELECT m.transfer_id, m.move_no, m.from_state, m.verb, m.actor, m.reason, m.at
FROM inventory.transfer_move AS m
WHERE m.market = :market::text AND m.transfer_id = :transfer_id::text
ORDER BY m.move_no;

-- name: arriving -> Arriving
-- Units in transit to some positions: few lines are under way, whatever was ever sent.
WITH k AS (
    SELECT a.sku, a.node_id
    FROM unnest(:skus::text[], :node_ids::text[]) AS a (sku, node_id)
)

SELECT
    k.sku,
    k.node_id,
    sum(l.sent - l.received - l.written_off)::integer AS quantity
FROM k
INNER JOIN inventory.transfer_line AS l ON k.sku = l.sku
INNER JOIN inventory.transfer AS t
    ON l.market = t.market AND l.transfer_id = t.transfer_id AND k.node_id = t.to_node
WHERE l.market = :market::text AND l.received + l.written_off < l.sent
GROUP BY k.sku, k.node_id;
