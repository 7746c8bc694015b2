"""The public Olist order history as a history of Entrepot."""
