"""The table of routes: everything the face answers, one file per noun."""

from entrepot.api import (
    availability,
    catalog,
    customers,
    exceptions,
    feed,
    feeds,
    fulfillment,
    health,
    hooks,
    inventory,
    ledger,
    network,
    orders,
    policies,
    tracking,
    transfers,
)

ROUTES = [
    *orders.ROUTES,
    *fulfillment.ROUTES,
    *tracking.ROUTES,
    *availability.ROUTES,
    *inventory.ROUTES,
    *transfers.ROUTES,
    *feeds.ROUTES,
    *ledger.ROUTES,
    *catalog.ROUTES,
    *network.ROUTES,
    *customers.ROUTES,
    *policies.ROUTES,
    *exceptions.ROUTES,
    *feed.ROUTES,
    *hooks.ROUTES,
    *health.ROUTES,
]
