"""The table of routes: everything the face answers, one file per noun."""

from entrepot.api import (
    availability,
    catalog,
    exceptions,
    feed,
    fulfillment,
    health,
    hooks,
    inventory,
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
    *catalog.ROUTES,
    *network.ROUTES,
    *policies.ROUTES,
    *exceptions.ROUTES,
    *feed.ROUTES,
    *hooks.ROUTES,
    *health.ROUTES,
]
