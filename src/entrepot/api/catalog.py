"""Items over HTTP."""

from typing import Annotated

import msgspec
from msgspec import Meta

from entrepot.access.model import Scope
from entrepot.api.bodies_catalog import ItemAnswer, ItemBody
from entrepot.api.bounds import Anywhere
from entrepot.api.face import Answer, Request, Route
from entrepot.api.kinds import ITEMS
from entrepot.api.paging import Cursor, Limit, after_of
from entrepot.api.problems import Code
from entrepot.api.resource import ImportAnswer, ImportBody, get, import_rows, page_answer, put
from entrepot.catalog import browse


class ItemsQuery(msgspec.Struct, frozen=True, kw_only=True):
    """`q` narrows the list to skus that begin so."""

    q: Annotated[str, Meta(max_length=128, description="the beginning of a sku")] = ""
    limit: Limit = 50
    cursor: Cursor = ""


class ItemsAnswer(msgspec.Struct, frozen=True):
    """A page of items; `next` is the cursor of the page after it."""

    items: list[ItemAnswer]
    next: str | None


async def list_items(request: Request) -> Answer:
    """List items by ascending sku."""
    query: ItemsQuery = request.query
    after = after_of(query.cursor)
    async with request.app.pool.acquire() as conn:
        rows = await browse.items(
            conn, request.principal.market, prefix=query.q, after=after, most=query.limit + 1
        )
    return page_answer(ITEMS, rows, query.limit, {"q": query.q})


FOR_ALL = Anywhere("what is sold is the same everywhere")

ROUTES = [
    Route(
        "PUT", "/v1/items/{sku}", put(ITEMS), Scope.CATALOG_WRITE, "Put an item",
        body=ItemBody, answer=ItemAnswer, keyed=True,
        problems=(Code.PRECONDITION, Code.CONFLICT),
    ),
    Route(
        "GET", "/v1/items/{sku}", get(ITEMS), Scope.CATALOG_READ, "An item", answer=ItemAnswer,
        at=FOR_ALL,
    ),
    Route(
        "GET", "/v1/items", list_items, Scope.CATALOG_READ, "Items by sku",
        query=ItemsQuery, answer=ItemsAnswer, at=FOR_ALL,
    ),
    Route(
        "POST", "/v1/import/items", import_rows(ITEMS), Scope.CATALOG_WRITE, "Put many items",
        body=ImportBody, answer=ImportAnswer, keyed=True,
    ),
]  # fmt: skip
