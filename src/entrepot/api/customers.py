"""Customers over HTTP."""

from typing import Annotated

import msgspec
from msgspec import Meta

from entrepot.access.model import Scope
from entrepot.api.bodies_customers import CustomerAnswer, CustomerBody
from entrepot.api.face import Answer, Request, Route
from entrepot.api.kinds import CUSTOMERS
from entrepot.api.paging import Cursor, Limit, after_of
from entrepot.api.problems import Code
from entrepot.api.resource import ImportAnswer, ImportBody, get, import_rows, page_answer, put
from entrepot.customers import browse


class CustomersQuery(msgspec.Struct, frozen=True, kw_only=True):
    """`email` narrows the list to who has this address, however it is capitalized."""

    email: Annotated[str, Meta(max_length=320)] = ""
    limit: Limit = 50
    cursor: Cursor = ""


class CustomersAnswer(msgspec.Struct, frozen=True):
    """A page of customers; `next` is the cursor of the page after it."""

    items: list[CustomerAnswer]
    next: str | None


async def list_customers(request: Request) -> Answer:
    """List customers by ascending id."""
    query: CustomersQuery = request.query
    after = after_of(query.cursor)
    async with request.app.pool.acquire() as conn:
        rows = await browse.customers(
            conn, request.principal.market, email=query.email, after=after, most=query.limit + 1
        )
    return page_answer(CUSTOMERS, rows, query.limit, {"email": query.email})


ROUTES = [
    Route(
        "PUT", "/v1/customers/{customer}", put(CUSTOMERS), Scope.CUSTOMERS_WRITE,
        "Put a customer", body=CustomerBody, answer=CustomerAnswer, keyed=True,
        problems=(Code.PRECONDITION,),
    ),
    Route(
        "GET", "/v1/customers/{customer}", get(CUSTOMERS), Scope.CUSTOMERS_READ, "A customer",
        answer=CustomerAnswer,
    ),
    Route(
        "GET", "/v1/customers", list_customers, Scope.CUSTOMERS_READ, "Customers by id",
        query=CustomersQuery, answer=CustomersAnswer,
    ),
    Route(
        "POST", "/v1/import/customers", import_rows(CUSTOMERS), Scope.CUSTOMERS_WRITE,
        "Put many customers", body=ImportBody, answer=ImportAnswer, keyed=True,
    ),
]  # fmt: skip
