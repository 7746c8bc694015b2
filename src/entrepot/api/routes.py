"""The table of routes: everything the face answers, one file per noun."""

from entrepot.api import (
    availability,
    catalog,
    customers,
    exceptions,
    feed,
    fulfillment,
    health,
    hooks,
    inventory,
    network,
    orders,
    policies,
    publication,
    tracking,
    webhooks,
)

ROUTES = [
    *orders.ROUTES,
    *fulfillment.ROUTES,
    *tracking.ROUTES,
    *availability.ROUTES,
    *inventory.ROUTES,
    *catalog.ROUTES,
    *network.ROUTES,
    *customers.ROUTES,
    *policies.ROUTES,
    *publication.ROUTES,
    *webhooks.ROUTES,
    *exceptions.ROUTES,
    *feed.ROUTES,
    *hooks.ROUTES,
    *health.ROUTES,
]
