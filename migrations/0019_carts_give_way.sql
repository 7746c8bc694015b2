-- Why: a shortage takes the claims of carts before those of orders, and asks which there are.

-- A cart leaves a day after it has ended: most of these rows are of carts of the last day. Built in
-- the migration's transaction: some seconds for millions of them, in which no cart is held.
-- squawk-ignore require-concurrent-index-creation
CREATE INDEX cart_claim_at ON inventory.cart_claim (market, sku, node_id);
