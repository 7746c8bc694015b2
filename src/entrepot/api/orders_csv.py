"""What a list of orders shows, as CSV: streamed, a chunk of orders in memory at a time."""

from collections.abc import AsyncGenerator
from datetime import datetime
from typing import Any

from entrepot.access.model import Scope
from entrepot.api.face import Answer, Request, Route
from entrepot.api.orders_list import OWN, OrdersSorted, narrowed
from entrepot.api.sheets import CSV, rows_of
from entrepot.journey.filters import Filters
from entrepot.journey.finding_model import Place
from entrepot.journey.listing import list_orders
from entrepot.plumbing import mint
from entrepot.terms.ids import id_at

CHUNK = 200

COLUMNS = (
    "number", "external_id", "channel", "placed_at", "phase", "customer", "email", "method",
    "service", "nodes", "lines", "units", "currency", "total_minor", "promised_latest", "holds",
    "exceptions", "tracking",
)  # fmt: skip


async def exported(request: Request) -> Answer:
    """All orders that fit, in the order of the list; those captured meanwhile are not in it."""
    headers = (("content-disposition", 'attachment; filename="orders.csv"'),)
    return Answer(
        200, b"", headers, CSV, parts=_parts(request, narrowed(request, request.query), mint.now())
    )


async def _parts(request: Request, filters: Filters, at: datetime) -> AsyncGenerator[bytes, None]:
    query: OrdersSorted = request.query
    upto = id_at(at)
    after: Place | None = None
    yield rows_of([COLUMNS])
    while True:
        async with request.app.pool.acquire() as conn:
            found, after = await list_orders(
                conn, request.principal.market, filters, query.sort,
                after=after, most=CHUNK, at=at, upto=upto,
            )  # fmt: skip
        if found:
            yield rows_of(map(_cells, found))
        if after is None:
            return


def _cells(order: dict[str, Any]) -> list[object]:
    customer = order.get("customer") or {}
    ship_to = order.get("ship_to") or {}
    return [
        order["number"],
        order["external_id"],
        order["channel"],
        order["placed_at"],
        order["phase"],
        customer.get("name") or ship_to.get("name"),
        customer.get("email"),
        order["method"],
        order.get("service"),
        " ".join(node["node"] for node in (order.get("plan") or {}).get("nodes", ())),
        len(order["lines"]),
        sum(line["quantity"] for line in order["lines"]),
        order["currency"],
        order["total"],
        (order.get("promise") or {}).get("latest"),
        " ".join(hold["kind"] for hold in order["holds"] if hold["lifted_at"] is None),
        " ".join(each["kind"] for each in order["exceptions"] if each["closed_at"] is None),
        " ".join(shipment["tracking_number"] for shipment in order["shipments"]),
    ]


ROUTES = [
    Route(
        "GET", "/v1/orders.csv", exported, Scope.ORDERS_READ, "Orders as filtered, as CSV",
        query=OrdersSorted, answer_type=CSV, at=OWN,
    ),
]  # fmt: skip
