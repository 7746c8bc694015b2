"""What faces ask of the customers. No locks, no writes."""

from entrepot.customers.model import Customer
from entrepot.customers.store import Q
from entrepot.plumbing import db
from entrepot.terms.ids import CustomerId, MarketId


async def customer(
    conn: db.Connection, market: MarketId, customer_id: CustomerId
) -> Customer | None:
    """Read one customer; None where there is none."""
    found = await db.fetch(conn, Q["customer"], Customer, market=market, customer_id=customer_id)
    return found[0] if found else None


async def customers(
    conn: db.Connection, market: MarketId, *, email: str = "", after: str = "", most: int
) -> list[Customer]:
    """Read customers by ascending id, from the one after `after`.

    With `email` only those of this e-mail address, however either is capitalized.
    """
    if not email:
        return await db.fetch(
            conn, Q["customers_page"], Customer, market=market, after=after, most=most
        )
    return await db.fetch(
        conn, Q["customers_of_email"], Customer,
        market=market, email=email.strip(), after=after, most=most,
    )  # fmt: skip
