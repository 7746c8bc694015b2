"""The customers' rows: every read and write the verbs make, and nothing they decide."""

from collections.abc import Collection, Sequence

from entrepot.customers.model import Customer
from entrepot.plumbing import db, sql
from entrepot.terms.ids import CustomerId, MarketId

Q = sql.load(__package__)


async def customers_for_update(
    conn: db.Connection, market: MarketId, ids: Collection[CustomerId]
) -> dict[CustomerId, Customer]:
    if not ids:
        return {}
    rows = await db.fetch(
        conn, Q["customers_for_update"], Customer, market=market, customer_ids=list(ids)
    )
    return {row.customer_id: row for row in rows}


async def create_customers(
    conn: db.Connection, market: MarketId, customers: Sequence[Customer]
) -> None:
    await _write(conn, market, "create_customers", customers)


async def update_customers(
    conn: db.Connection, market: MarketId, customers: Sequence[Customer]
) -> None:
    await _write(conn, market, "update_customers", customers)


async def _write(
    conn: db.Connection, market: MarketId, statement: str, customers: Sequence[Customer]
) -> None:
    if not customers:
        return
    await db.execute(
        conn, Q[statement],
        market=market,
        customer_ids=[each.customer_id for each in customers],
        names=[each.name for each in customers],
        emails=[each.email for each in customers],
        phones=[each.phone for each in customers],
        classes=[each.customer_class for each in customers],
        addresses=[each.addresses for each in customers],
        attributes=[each.attributes for each in customers],
        versions=[each.version for each in customers],
    )  # fmt: skip
