-- name: skus_found -> Found
-- A page of skus: those that begin so, or whose names have words that begin so, of a category or of
-- all. One branch is walked, by the index that fits; the others are passed over.
WITH walked AS (
    SELECT i.sku
    FROM catalog.item AS i
    WHERE
        :prefix::text = '' AND :category::text IS NULL
        AND i.market = :market::text AND i.sku > :after::text
        AND (
            NOT :stocked::boolean OR NOT EXISTS (
                SELECT 1
                FROM catalog.component AS c
                WHERE c.market = i.market AND c.sku = i.sku
            )
        )
    ORDER BY i.sku
    LIMIT :most::integer
),

of_category AS (
    SELECT i.sku
    FROM catalog.item AS i
    WHERE
        i.market = :market::text AND i.category = :category::text AND i.sku > :after::text
        AND (
            starts_with(i.sku, :prefix::text)
            OR to_tsvector('simple', i.name) @@ to_tsquery('simple', :words::text)
        )
        AND (
            NOT :stocked::boolean OR NOT EXISTS (
                SELECT 1
                FROM catalog.component AS c
                WHERE c.market = i.market AND c.sku = i.sku
            )
        )
    ORDER BY i.sku
    LIMIT :most::integer
),

begun AS (
    SELECT i.sku
    FROM catalog.item AS i
    WHERE
        :prefix::text <> '' AND :category::text IS NULL
        AND i.market = :market::text AND i.sku > :after::text
        AND i.sku >= :prefix::text AND i.sku < :prefix_end::text
        AND starts_with(i.sku, :prefix::text)
        AND (
            NOT :stocked::boolean OR NOT EXISTS (
                SELECT 1
                FROM catalog.component AS c
                WHERE c.market = i.market AND c.sku = i.sku
            )
        )
    ORDER BY i.sku
    LIMIT :most::integer
),

named AS MATERIALIZED (
    SELECT i.market, i.sku
    FROM catalog.item AS i
    WHERE
        :words::text <> '' AND :category::text IS NULL
        AND to_tsvector('simple', i.name) @@ to_tsquery('simple', :words::text)
        AND i.market = :market::text AND i.sku > :after::text
),

worded AS (
    SELECT n.sku
    FROM named AS n
    WHERE
        NOT :stocked::boolean OR NOT EXISTS (
            SELECT 1
            FROM catalog.component AS c
            WHERE c.market = :market::text AND c.sku = n.sku
        )
    ORDER BY n.sku
    LIMIT :most::integer
)

SELECT w.sku FROM walked AS w
UNION
SELECT c.sku FROM of_category AS c
UNION
SELECT b.sku FROM begun AS b
UNION
SELECT o.sku FROM worded AS o
ORDER BY sku
LIMIT :most::integer;

-- name: labels_of -> Label
-- What people call some skus.
SELECT i.sku, i.name, i.category
FROM catalog.item AS i
WHERE i.market = :market::text AND i.sku = any(:skus::text[]);

-- name: categories -> Named
-- The categories there are, by skipping from one to the next: as many steps as there are of them.
WITH RECURSIVE step AS (
    (
        SELECT i.category
        FROM catalog.item AS i
        WHERE i.market = :market::text
        ORDER BY i.category
        LIMIT 1
    )
    UNION ALL
    (
        SELECT n.category
        FROM step AS s
        CROSS JOIN LATERAL (
            SELECT i.category
            FROM catalog.item AS i
            WHERE i.market = :market::text AND i.category > s.category
            ORDER BY i.category
            LIMIT 1
        ) AS n
    )
)

SELECT s.category AS name
FROM step AS s
ORDER BY s.category
LIMIT :most::integer;
