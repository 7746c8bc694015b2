"""The table of routes: everything the face answers, one file per noun."""

from entrepot.api import (
    availability,
    catalog,
    exceptions,
    feed,
    forward,
    fulfillment,
    health,
    hooks,
    inventory,
    network,
    orders,
    policies,
    supplies,
    tracking,
)

ROUTES = [
    *orders.ROUTES,
    *fulfillment.ROUTES,
    *tracking.ROUTES,
    *availability.ROUTES,
    *inventory.ROUTES,
    *supplies.ROUTES,
    *forward.ROUTES,
    *catalog.ROUTES,
    *network.ROUTES,
    *policies.ROUTES,
    *exceptions.ROUTES,
    *feed.ROUTES,
    *hooks.ROUTES,
    *health.ROUTES,
]
