"""Shopify speaks to Entrepot: its webhooks, verified and translated."""
