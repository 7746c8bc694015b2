"""Call supply off: what has not come of a document will not come by it."""

from datetime import datetime

from entrepot.inventory import supply_rules as rules
from entrepot.inventory import supply_store as store
from entrepot.inventory.supply_model import Supply, WhyNotSupplied
from entrepot.plumbing import db
from entrepot.terms.ids import MarketId
from entrepot.terms.outcome import Done, Outcome, Refused


async def call_off(
    conn: db.Connection, market: MarketId, supply_id: str, *, at: datetime
) -> Outcome[Supply, WhyNotSupplied]:
    """Cancel what is outstanding of a document. The caller commits.

    The units of a notice stand with their order again; the notices of an order stand: what was
    shipped is on its way whatever becomes of the order.
    """
    stands = (await store.locked(conn, market, [supply_id])).get(supply_id)
    if stands is None:
        return Refused(WhyNotSupplied.UNKNOWN_SUPPLY, f"there is no supply {supply_id}")
    if not any(line.outstanding for line in stands.lines):
        return Refused(WhyNotSupplied.NOTHING_LEFT, f"nothing of {supply_id} is outstanding")
    lines = rules.called_off(stands.lines)
    await store.write_lines(conn, market, lines)
    await store.turn(conn, market, {supply_id: rules.state_of(lines)}, at)
    return Done((await store.named(conn, market, [supply_id]))[supply_id])
