-- name: revisions_of -> Revision
-- How the dates of some orders moved, each in its order.
SELECT
    r.order_id, r.revision_no, r.earliest, r.latest, r.was, r.maker, r.cause, r.reason, r.at
FROM promise.revision AS r
WHERE r.market = :market::text AND r.order_id = any(:order_ids::uuid[])
ORDER BY r.order_id, r.revision_no;

-- name: milestones_of -> MilestoneRow
-- The milestones of some fulfillment orders.
SELECT
    m.fulfillment_order_id, m.order_id, m.release_by, m.accept_by, m.pick_by, m.ship_by,
    m.deliver_by, m.watch_at, m.alarm, m.missed, m.cause
FROM promise.milestone AS m
WHERE
    m.market = :market::text
    AND m.fulfillment_order_id = any(:fulfillment_order_ids::uuid[]);

-- name: alarmed -> LateWork
-- A page of work at risk, ascending by id. With `late_since`, only what was due by then. A filter
-- that is null lets everything pass.
SELECT m.fulfillment_order_id
FROM promise.milestone AS m
INNER JOIN fulfillment.fulfillment_order AS f
    ON m.market = f.market AND m.fulfillment_order_id = f.fulfillment_order_id
WHERE
    m.market = :market::text -- noqa: RF02
    AND m.alarm IS NOT NULL
    AND f.state NOT IN ('canceled', 'rejected', 'delivered', 'collected')
    AND m.fulfillment_order_id > :after::uuid -- noqa: RF02
    AND (:node_id::text IS NULL OR f.node_id = :node_id::text) -- noqa: RF02
    AND (:states::text[] IS NULL OR f.state = any(:states::text[])) -- noqa: RF02
    AND (:method::text IS NULL OR f.method = :method::text) -- noqa: RF02
    AND (
        :late_since::timestamptz IS NULL -- noqa: RF02
        OR (
            m.missed
            AND CASE m.alarm
                WHEN 'release' THEN m.release_by
                WHEN 'accept' THEN m.accept_by
                WHEN 'pick' THEN m.pick_by
                WHEN 'ship' THEN m.ship_by
                ELSE m.deliver_by
            END <= :late_since::timestamptz -- noqa: RF02
        )
    )
ORDER BY m.fulfillment_order_id
LIMIT :most::integer;
