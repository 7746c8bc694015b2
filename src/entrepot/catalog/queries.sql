-- name: lock_items -> Locked
-- Items and the components they name, in sku order: who is a kit and who is a part stays true until
-- the commit.
SELECT i.sku
FROM catalog.item AS i
WHERE i.market = :market::text AND i.sku = any(:skus::text[])
ORDER BY i.sku
FOR NO KEY UPDATE;

-- name: items_of -> ItemRow
-- Whole items by sku.
SELECT
    i.sku,
    i.name,
    i.price,
    i.weight_g,
    i.category,
    i.attributes,
    i.version,
    i.tracking,
    i.shelf_life_days,
    i.min_remaining_days,
    i.volume_cm3,
    array(
        SELECT c.part_sku
        FROM catalog.component AS c
        WHERE c.market = i.market AND c.sku = i.sku
        ORDER BY c.part_sku
    ) AS parts,
    array(
        SELECT c.quantity
        FROM catalog.component AS c
        WHERE c.market = i.market AND c.sku = i.sku
        ORDER BY c.part_sku
    ) AS quantities,
    array(
        SELECT b.given
        FROM catalog.barcode AS b
        WHERE b.market = i.market AND b.sku = i.sku
        ORDER BY b.place
    ) AS barcodes
FROM catalog.item AS i
WHERE i.market = :market::text AND i.sku = any(:skus::text[]);

-- name: items_page -> ItemRow
-- The list people leaf through, by sku; `prefix` narrows it to the skus that begin so.
SELECT
    i.sku,
    i.name,
    i.price,
    i.weight_g,
    i.category,
    i.attributes,
    i.version,
    i.tracking,
    i.shelf_life_days,
    i.min_remaining_days,
    i.volume_cm3,
    array(
        SELECT c.part_sku
        FROM catalog.component AS c
        WHERE c.market = i.market AND c.sku = i.sku
        ORDER BY c.part_sku
    ) AS parts,
    array(
        SELECT c.quantity
        FROM catalog.component AS c
        WHERE c.market = i.market AND c.sku = i.sku
        ORDER BY c.part_sku
    ) AS quantities,
    array(
        SELECT b.given
        FROM catalog.barcode AS b
        WHERE b.market = i.market AND b.sku = i.sku
        ORDER BY b.place
    ) AS barcodes
FROM catalog.item AS i
WHERE
    i.market = :market::text AND i.sku > :after::text
    AND i.sku >= :prefix::text AND starts_with(i.sku, :prefix::text)
ORDER BY i.sku
LIMIT :most::integer;

-- name: uses_of -> Use
-- Which kits some skus are part of: a part may not become a kit.
SELECT c.part_sku, c.sku
FROM catalog.component AS c
WHERE c.market = :market::text AND c.part_sku = any(:skus::text[]);

-- name: create_items
-- New items. One that somebody else has just made is a unique violation: the whole is tried again.
INSERT INTO catalog.item (
    market, sku, name, price, weight_g, category, attributes, version, tracking, shelf_life_days,
    min_remaining_days, volume_cm3, changed_at
)
SELECT
    :market::text,
    i.sku,
    i.name,
    i.price,
    i.weight_g,
    i.category,
    i.attributes::json,
    i.version,
    i.tracking,
    i.shelf_life_days,
    i.min_remaining_days,
    i.volume_cm3,
    :at::timestamptz
FROM
    unnest(
        :skus::text[],
        :names::text[],
        :prices::bigint[],
        :weights::integer[],
        :categories::text[],
        :attributes::text[],
        :versions::bigint[],
        :trackings::text[],
        :shelf_lives::integer[],
        :min_remainings::integer[],
        :volumes::integer[]
    ) AS i (
        sku, name, price, weight_g, category, attributes, version, tracking, shelf_life_days,
        min_remaining_days, volume_cm3
    )
ORDER BY i.sku;

-- name: update_items
-- Items that are held and have changed.
UPDATE catalog.item AS t
SET
    name = i.name,
    price = i.price,
    weight_g = i.weight_g,
    category = i.category,
    attributes = i.attributes::json,
    version = i.version,
    tracking = i.tracking,
    shelf_life_days = i.shelf_life_days,
    min_remaining_days = i.min_remaining_days,
    volume_cm3 = i.volume_cm3,
    changed_at = :at::timestamptz
FROM
    unnest(
        :skus::text[],
        :names::text[],
        :prices::bigint[],
        :weights::integer[],
        :categories::text[],
        :attributes::text[],
        :versions::bigint[],
        :trackings::text[],
        :shelf_lives::integer[],
        :min_remainings::integer[],
        :volumes::integer[]
    ) AS i (
        sku, name, price, weight_g, category, attributes, version, tracking, shelf_life_days,
        min_remaining_days, volume_cm3
    )
WHERE t.market = :market::text AND t.sku = i.sku;

-- name: clear_components
-- A changed item's components are written anew.
DELETE FROM catalog.component AS c
WHERE c.market = :market::text AND c.sku = any(:skus::text[]);

-- name: put_components
-- What kits are made of.
INSERT INTO catalog.component (market, sku, part_sku, quantity)
SELECT :market::text, c.sku, c.part_sku, c.quantity
FROM
    unnest(
        :skus::text[], :part_skus::text[], :quantities::integer[]
    ) AS c (sku, part_sku, quantity);

-- name: owners_of -> Barcode
-- Whose some barcodes are: each is that of one item.
SELECT b.code, b.sku
FROM catalog.barcode AS b
WHERE b.market = :market::text AND b.code = any(:codes::text[]);

-- name: clear_barcodes
-- A changed item's barcodes are written anew.
DELETE FROM catalog.barcode AS b
WHERE b.market = :market::text AND b.sku = any(:skus::text[]);

-- name: put_barcodes
-- What is printed on items. One that another item was just given is a unique violation: the whole
-- is tried again, and refused.
INSERT INTO catalog.barcode (market, code, sku, place, given)
SELECT :market::text, b.code, b.sku, b.place, b.given
FROM
    unnest(
        :codes::text[], :skus::text[], :places::smallint[], :givens::text[]
    ) AS b (code, sku, place, given);

-- name: made_all -> MadeRow
-- Everything an order may ask for: what a starting server reads.
WITH item AS (
    SELECT i.sku, i.weight_g, i.category, i.tracking, i.shelf_life_days, i.volume_cm3
    FROM catalog.item AS i
    WHERE i.market = :market::text
),

kit AS (
    SELECT
        c.sku,
        array_agg(c.part_sku ORDER BY c.part_sku) AS parts,
        array_agg(c.quantity ORDER BY c.part_sku) AS quantities
    FROM catalog.component AS c
    WHERE c.market = :market::text
    GROUP BY c.sku
)

SELECT
    i.sku,
    i.weight_g,
    i.category,
    i.tracking,
    i.shelf_life_days,
    i.volume_cm3,
    coalesce(k.parts, '{}') AS parts,
    coalesce(k.quantities, '{}') AS quantities
FROM item AS i
LEFT JOIN kit AS k ON i.sku = k.sku;

-- name: made_since -> MadeRow
-- What was changed lately; read with overlap, so that a late commit is seen too.
SELECT
    i.sku,
    i.weight_g,
    i.category,
    i.tracking,
    i.shelf_life_days,
    i.volume_cm3,
    array(
        SELECT c.part_sku
        FROM catalog.component AS c
        WHERE c.market = i.market AND c.sku = i.sku
        ORDER BY c.part_sku
    ) AS parts,
    array(
        SELECT c.quantity
        FROM catalog.component AS c
        WHERE c.market = i.market AND c.sku = i.sku
        ORDER BY c.part_sku
    ) AS quantities
FROM catalog.item AS i
WHERE i.market = :market::text AND i.changed_at > :since::timestamptz;

-- name: made_of -> MadeRow
-- The same of some skus: those a server has not yet heard of.
SELECT
    i.sku,
    i.weight_g,
    i.category,
    i.tracking,
    i.shelf_life_days,
    i.volume_cm3,
    array(
        SELECT c.part_sku
        FROM catalog.component AS c
        WHERE c.market = i.market AND c.sku = i.sku
        ORDER BY c.part_sku
    ) AS parts,
    array(
        SELECT c.quantity
        FROM catalog.component AS c
        WHERE c.market = i.market AND c.sku = i.sku
        ORDER BY c.part_sku
    ) AS quantities
FROM catalog.item AS i
WHERE i.market = :market::text AND i.sku = any(:skus::text[]);

-- name: categories_of -> Categorized
-- Which category each of some skus is in, for the rules that speak of categories.
SELECT i.sku, i.category
FROM catalog.item AS i
WHERE i.market = :market::text AND i.sku = any(:skus::text[]);

-- name: known_categories -> Named
-- Which of these categories have an item: a rule for one that has none is a slip of the pen.
SELECT DISTINCT i.category AS name
FROM catalog.item AS i
WHERE i.market = :market::text AND i.category = any(:names::text[]);

-- name: last_change -> Changed
-- When an item was last changed: rules that speak of categories are looked at again after it.
SELECT max(i.changed_at) AS changed_at
FROM catalog.item AS i
WHERE i.market = :market::text;
