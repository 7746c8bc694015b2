-- name: carriers -> CarrierFigure
-- How parcels went that were delivered between two days, by the dimensions asked for; the others
-- are added up. A percentile is the fewest days within which so many of them came.
WITH narrowed AS (
    SELECT
        t.days,
        t.parcels,
        t.promised,
        t.on_time,
        CASE WHEN 'carrier' = any(:dimensions::text[]) THEN t.carrier ELSE '' END AS carrier,
        CASE WHEN 'service' = any(:dimensions::text[]) THEN t.service ELSE '' END AS service,
        CASE WHEN 'node' = any(:dimensions::text[]) THEN t.node_id ELSE '' END AS node_id,
        CASE WHEN 'area' = any(:dimensions::text[]) THEN t.area ELSE '' END AS area,
        CASE WHEN 'weekday' = any(:dimensions::text[]) THEN t.weekday ELSE 0 END AS weekday
    FROM promise.transit AS t
    WHERE
        t.market = :market::text
        AND t.day BETWEEN :since::date AND :until::date
        AND (:carrier::text IS NULL OR t.carrier = :carrier::text)
        AND (:service::text IS NULL OR t.service = :service::text)
        AND (:node_id::text IS NULL OR t.node_id = :node_id::text)
        AND (:area::text IS NULL OR t.area = :area::text)
),

counted AS (
    SELECT
        n.carrier,
        n.service,
        n.node_id,
        n.area,
        n.weekday,
        n.days,
        sum(n.parcels) AS parcels,
        sum(n.promised) AS promised,
        sum(n.on_time) AS on_time
    FROM narrowed AS n
    GROUP BY n.carrier, n.service, n.node_id, n.area, n.weekday, n.days
),

run AS (
    SELECT
        c.*,
        sum(c.parcels) OVER (
            PARTITION BY c.carrier, c.service, c.node_id, c.area, c.weekday
            ORDER BY c.days
        ) AS upto,
        sum(c.parcels) OVER (
            PARTITION BY c.carrier, c.service, c.node_id, c.area, c.weekday
        ) AS total
    FROM counted AS c
)

SELECT
    r.carrier,
    r.service,
    r.node_id,
    r.area,
    r.weekday::integer AS weekday,
    sum(r.parcels)::integer AS parcels,
    sum(r.promised)::integer AS promised,
    sum(r.on_time)::integer AS on_time,
    (min(r.days) FILTER (WHERE r.upto * 2 >= r.total))::integer AS median,
    (min(r.days) FILTER (WHERE r.upto * 10 >= r.total * 9))::integer AS p90
FROM run AS r
WHERE
    (r.carrier, r.service, r.node_id, r.area, r.weekday)
    > (
        :after_carrier::text, :after_service::text, :after_node::text, :after_area::text,
        :after_weekday::integer
    )
GROUP BY r.carrier, r.service, r.node_id, r.area, r.weekday
ORDER BY r.carrier, r.service, r.node_id, r.area, r.weekday
LIMIT :most::integer;

-- name: nodes -> NodeFigure
-- How nodes' work went that ended between two days, by the dimensions asked for beside the node.
WITH narrowed AS (
    SELECT
        h.node_id,
        h.minutes,
        h.works,
        h.due,
        h.on_time,
        CASE WHEN 'service' = any(:dimensions::text[]) THEN h.service ELSE '' END AS service,
        CASE WHEN 'weekday' = any(:dimensions::text[]) THEN h.weekday ELSE 0 END AS weekday,
        h.outcome = 'rejected' AS rejected
    FROM promise.handling AS h
    WHERE
        h.market = :market::text
        AND h.day BETWEEN :since::date AND :until::date
        AND (:node_id::text IS NULL OR h.node_id = :node_id::text)
        AND (:service::text IS NULL OR h.service = :service::text)
),

counted AS (
    SELECT
        n.node_id,
        n.service,
        n.weekday,
        n.rejected,
        n.minutes,
        sum(n.works) AS works,
        sum(n.due) AS due,
        sum(n.on_time) AS on_time
    FROM narrowed AS n
    GROUP BY n.node_id, n.service, n.weekday, n.rejected, n.minutes
),

run AS (
    SELECT
        c.*,
        sum(c.works) OVER (
            PARTITION BY c.node_id, c.service, c.weekday, c.rejected
            ORDER BY c.minutes
        ) AS upto,
        sum(c.works) OVER (
            PARTITION BY c.node_id, c.service, c.weekday, c.rejected
        ) AS total
    FROM counted AS c
)

SELECT
    r.node_id,
    r.service,
    r.weekday::integer AS weekday,
    sum(r.works)::integer AS works,
    coalesce(sum(r.works) FILTER (WHERE r.rejected), 0)::integer AS rejected,
    sum(r.due)::integer AS due,
    sum(r.on_time)::integer AS on_time,
    (min(r.minutes) FILTER (WHERE NOT r.rejected AND r.upto * 2 >= r.total))::integer AS median,
    (min(r.minutes) FILTER (WHERE NOT r.rejected AND r.upto * 10 >= r.total * 9))::integer AS p90
FROM run AS r
WHERE
    (r.node_id, r.service, r.weekday)
    > (:after_node::text, :after_service::text, :after_weekday::integer)
GROUP BY r.node_id, r.service, r.weekday
ORDER BY r.node_id, r.service, r.weekday
LIMIT :most::integer;

-- name: miscounted -> Miscounted
-- Nodes of which more or less is counted than happened. To be asked while nothing waits to be
-- counted.
WITH counted AS (
    SELECT
        t.node_id,
        'deliveries' AS what,
        sum(t.parcels) AS number
    FROM promise.transit AS t
    WHERE t.market = :market::text
    GROUP BY t.node_id
    UNION ALL
    SELECT
        h.node_id,
        'work' AS what,
        sum(h.works) AS number
    FROM promise.handling AS h
    WHERE h.market = :market::text
    GROUP BY h.node_id
),

moved AS (
    SELECT
        f.node_id,
        CASE WHEN e.verb = 'deliver' THEN 'deliveries' ELSE 'work' END AS what
    FROM fulfillment.fulfillment_order AS f
    INNER JOIN fulfillment.move AS e
        ON
            f.market = e.market AND f.fulfillment_order_id = e.fulfillment_order_id
            AND e.verb IN ('ship', 'ready', 'reject', 'deliver')
    WHERE f.market = :market::text
),

happened AS (
    SELECT
        m.node_id,
        m.what,
        count(*) AS number
    FROM moved AS m
    GROUP BY m.node_id, m.what
)

SELECT
    coalesce(c.node_id, h.node_id) AS node_id,
    coalesce(c.what, h.what) AS what,
    coalesce(c.number, 0)::integer AS counted,
    coalesce(h.number, 0)::integer AS happened
FROM counted AS c
FULL JOIN happened AS h ON c.node_id = h.node_id AND c.what = h.what
WHERE coalesce(c.number, 0) <> coalesce(h.number, 0);
