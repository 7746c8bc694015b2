"""What faces and the journey ask of parcels. No locks, no writes."""

from collections.abc import Iterable, Sequence

from entrepot.delivery.model import Arrived, Number, Parcel, Scan
from entrepot.delivery.store import scans_of_numbers
from entrepot.plumbing import db, sql
from entrepot.terms.ids import FulfillmentOrderId, MarketId

V = sql.load(__package__, "views.sql")


async def parcels_of(
    conn: db.Connection, market: MarketId, ids: Sequence[FulfillmentOrderId]
) -> list[Parcel]:
    """Read the parcels of some fulfillment orders, by package."""
    return await db.fetch(
        conn, V["parcels_of"], Parcel, market=market, fulfillment_order_ids=list(ids)
    )


async def scans_of(conn: db.Connection, market: MarketId, numbers: Iterable[Number]) -> list[Scan]:
    """Read all that was said of some (tracking number, carrier), each in the order it happened."""
    return await scans_of_numbers(conn, market, numbers)


async def all_delivered(
    conn: db.Connection, market: MarketId, ids: Sequence[FulfillmentOrderId]
) -> list[Arrived]:
    """Give those whose every package was delivered, ascending.

    To be asked after the commits that delivered them: two parcels of one fulfillment order may
    arrive in two transactions that do not see each other.
    """
    return await db.fetch(
        conn, V["all_delivered"], Arrived, market=market, fulfillment_order_ids=list(ids)
    )
