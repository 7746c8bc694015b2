-- name: open_offers
-- A round of offers, with the nodes each goes to, in one statement.
WITH opened AS (
    INSERT INTO fulfillment.offer (
        market, offer_id, order_id, fulfillment_order_id, attempt, made_at, ends_at
    )
    SELECT
        :market::text, o.offer_id, o.order_id, o.fulfillment_order_id, o.attempt,
        :at::timestamptz, o.ends_at
    FROM
        unnest(
            :offer_ids::uuid[],
            :order_ids::uuid[],
            :fulfillment_order_ids::uuid[],
            :attempts::smallint[],
            :ends_ats::timestamptz[]
        ) AS o (offer_id, order_id, fulfillment_order_id, attempt, ends_at)
)

INSERT INTO fulfillment.offered (market, offer_id, node_id, place, lane_id, cost)
SELECT :market::text, n.offer_id, n.node_id, n.place, n.lane_id, n.cost
FROM
    unnest(
        :node_offer_ids::uuid[],
        :node_ids::text[],
        :places::smallint[],
        :lane_ids::text[],
        :costs::bigint[]
    ) AS n (offer_id, node_id, place, lane_id, cost);

-- name: end_offers -> EndedOffer
-- Those of these that are open end, each by its verb: whoever comes second finds nothing.
UPDATE fulfillment.offer AS o
SET
    state = e.state, verb = e.verb, ended_by = :actor::text, ended_at = :at::timestamptz,
    accepted_by = e.accepted_by
FROM
    unnest(:offer_ids::uuid[], :states::text[], :verbs::text[], :accepted_bys::text[])
        AS e (offer_id, state, verb, accepted_by)
WHERE o.market = :market::text AND o.offer_id = e.offer_id AND o.state = 'open'
RETURNING o.offer_id;

-- name: answer_offer -> EndedOffer
-- A node answers once, while the offer is open.
UPDATE fulfillment.offered AS n
SET
    answer = :answer::text, actor = :actor::text, reason = :reason::text,
    answered_at = :at::timestamptz
FROM fulfillment.offer AS o
WHERE
    n.market = :market::text
    AND n.offer_id = :offer_id::uuid
    AND n.node_id = :node_id::text
    AND n.answer IS NULL
    AND o.market = n.market
    AND o.offer_id = n.offer_id
    AND o.state = 'open'
RETURNING n.offer_id;

-- name: due_now
-- Work that nobody is offered any more goes to its node as any other.
UPDATE fulfillment.fulfillment_order AS f
SET release_at = :release_at::timestamptz
WHERE
    f.market = :market::text
    AND f.fulfillment_order_id = any(:fulfillment_order_ids::uuid[])
    AND f.state = 'planned';

-- name: offer_due -> OfferRow
-- Offers whose time is over by the database's clock, and those whose work has gone on without them.
SELECT
    o.offer_id, o.order_id, o.fulfillment_order_id, o.attempt, o.state, o.made_at, o.ends_at,
    o.ended_by, o.ended_at, o.accepted_by
FROM fulfillment.offer AS o
INNER JOIN fulfillment.fulfillment_order AS f
    ON o.market = f.market AND o.fulfillment_order_id = f.fulfillment_order_id
WHERE
    o.market = :market::text
    AND o.state = 'open'
    AND (o.ends_at <= :at::timestamptz OR f.state <> 'planned')
ORDER BY o.offer_id
LIMIT :most::integer;

-- name: offers_of_orders -> OfferRow
-- All that was ever offered of some orders' work.
SELECT
    o.offer_id, o.order_id, o.fulfillment_order_id, o.attempt, o.state, o.made_at, o.ends_at,
    o.ended_by, o.ended_at, o.accepted_by
FROM fulfillment.offer AS o
WHERE o.market = :market::text AND o.order_id = any(:order_ids::uuid[])
ORDER BY o.offer_id;

-- name: one_offer -> OfferRow
-- One of them.
SELECT
    o.offer_id, o.order_id, o.fulfillment_order_id, o.attempt, o.state, o.made_at, o.ends_at,
    o.ended_by, o.ended_at, o.accepted_by
FROM fulfillment.offer AS o
WHERE o.market = :market::text AND o.offer_id = :offer_id::uuid;

-- name: offered_of -> Offered
-- To whom some were offered, and what was answered.
SELECT
    n.offer_id, n.node_id, n.place, n.lane_id, n.cost, n.answer, n.actor, n.reason, n.answered_at
FROM fulfillment.offered AS n
WHERE n.market = :market::text AND n.offer_id = any(:offer_ids::uuid[])
ORDER BY n.offer_id, n.place;

-- name: offers_to -> OfferRow
-- A page of what is offered to a node, the oldest first; with a state those in that state.
SELECT
    o.offer_id, o.order_id, o.fulfillment_order_id, o.attempt, o.state, o.made_at, o.ends_at,
    o.ended_by, o.ended_at, o.accepted_by
FROM fulfillment.offered AS n
INNER JOIN fulfillment.offer AS o ON n.market = o.market AND n.offer_id = o.offer_id
WHERE
    n.market = :market::text
    AND n.node_id = :node_id::text
    AND n.offer_id > :after::uuid
    AND o.state = :in_state::text -- noqa: RF02
    AND (o.state <> 'open' OR n.answer IS NULL)
ORDER BY n.offer_id
LIMIT :most::integer;

-- name: wait_for_offers
-- Work on offer is not released while its offer is open, whichever round it is.
UPDATE fulfillment.fulfillment_order AS f
SET release_at = greatest(f.release_at, w.until)
FROM unnest(:fulfillment_order_ids::uuid[], :untils::timestamptz[]) AS w (id, until)
WHERE f.market = :market::text AND f.fulfillment_order_id = w.id AND f.state = 'planned';
