-- name: no_kit_of_kits
-- A component is never a kit itself: an order explodes in one step.
SELECT c.market, c.sku, c.part_sku
FROM catalog.component AS c
INNER JOIN catalog.component AS k ON c.market = k.market AND c.part_sku = k.sku;

-- name: components_are_items
-- What a kit is made of can be found in the catalog.
SELECT c.market, c.sku, c.part_sku
FROM catalog.component AS c
LEFT JOIN catalog.item AS i ON c.market = i.market AND c.part_sku = i.sku
WHERE i.sku IS NULL;
