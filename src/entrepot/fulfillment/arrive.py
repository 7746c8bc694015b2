"""Note that the customer has come for what they fetch: somebody should go to them."""

from datetime import datetime

from entrepot.fulfillment import pickups, store
from entrepot.fulfillment.browse import AT_THE_NODE
from entrepot.fulfillment.model import Ask, WhyNot, Work
from entrepot.fulfillment.rules import FETCHED
from entrepot.plumbing import db
from entrepot.terms.ids import MarketId
from entrepot.terms.outcome import Done, Outcome, Refused


async def arrive(
    conn: db.Connection,
    market: MarketId,
    ask: Ask,
    *,
    spot: str | None,
    vehicle: str | None,
    at: datetime,
) -> Outcome[Work, WhyNot]:
    """Note it of work that its customer fetches and that waits at its node, ready or not yet.

    Who says so again waits since the first time. The caller owns the transaction.
    """
    works = await store.works_for_update(conn, market, [ask.fulfillment_order_id])
    if not works:
        said = f"there is no fulfillment order {ask.fulfillment_order_id}"
        return Refused(WhyNot.UNKNOWN_FULFILLMENT_ORDER, said)
    (work,) = works
    if work.head.method not in FETCHED or work.state not in AT_THE_NODE:
        said = f"nobody comes for a fulfillment order for {work.head.method} that is {work.state}"
        return Refused(WhyNot.ILLEGAL_TRANSITION, said)
    await pickups.put_arrived(conn, market, work.id, spot=spot, vehicle=vehicle, at=at)
    return Done(work)
