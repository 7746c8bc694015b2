"""The table of routes: everything the face answers."""

from entrepot.access.model import Scope
from entrepot.api import health, orders
from entrepot.api.face import Route
from entrepot.api.problems import Code
from entrepot.journey.receipt import Receipt
from entrepot.orders.model import NewOrder

ROUTES = [
    Route("GET", "/healthz", health.healthz, None, "The process lives"),
    Route("GET", "/readyz", health.readyz, None, "The process can serve"),
    Route("GET", "/metrics", health.metrics, None, "Prometheus metrics", answer_type="text/plain"),
    Route("GET", "/openapi.json", health.openapi, None, "This document"),
    Route("GET", "/docs", health.docs, None, "The document for people", answer_type="text/html"),
    Route(
        "POST", "/v1/orders", orders.create, Scope.ORDERS_WRITE, "Place an order",
        body=NewOrder, answer=Receipt, status=201, keyed=True, code=Code.INVALID_ORDER,
        problems=(Code.NO_STOCK, Code.EXTERNAL_ID, Code.NOT_SOURCEABLE, Code.OVERLOADED),
    ),
]  # fmt: skip
