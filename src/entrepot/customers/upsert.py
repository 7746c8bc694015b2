"""Upsert customers: each row replaces the whole customer of its id."""

from collections.abc import Sequence

from entrepot.customers import rules, store
from entrepot.customers.model import Customer, Upserted
from entrepot.plumbing import db
from entrepot.terms.ids import CustomerId, MarketId


async def upsert(conn: db.Connection, market: MarketId, rows: Sequence[Customer]) -> list[Upserted]:
    """Answer every row, in order; `version` of what comes in is not looked at.

    Three statements at most, whatever the number of rows. The caller owns the transaction.
    """
    known = await store.customers_for_update(conn, market, {row.customer_id for row in rows})

    settled = rules.settle(rows, known)

    await store.create_customers(conn, market, settled.created)
    await store.update_customers(conn, market, settled.updated)
    return settled.answers


async def hold(conn: db.Connection, market: MarketId, customer_id: CustomerId) -> None:
    """Keep a customer as it is for others until the transaction ends; an unknown one is left."""
    await store.customers_for_update(conn, market, [customer_id])
