"""Take in what a source says of supply: a purchase order, or a notice of what was shipped."""

from dataclasses import dataclass
from datetime import datetime

from entrepot.inventory import supply_rules as rules
from entrepot.inventory import supply_store as store
from entrepot.inventory.supply_model import NewSupply, Supply, WhyNotSupplied
from entrepot.inventory.supply_rules import Telling
from entrepot.plumbing import db
from entrepot.terms.ids import MarketId, Sku
from entrepot.terms.outcome import Done, Outcome, Refused


@dataclass(frozen=True, slots=True)
class Announced:
    """What became of the telling, the document as it stands, and the skus it moved."""

    telling: Telling
    supply: Supply
    skus: tuple[Sku, ...]
    why: str


async def announce(
    conn: db.Connection, market: MarketId, new: NewSupply, *, at: datetime
) -> Outcome[Announced, WhyNotSupplied]:
    """Replace a document by what is said of it now, unless that is older. The caller commits.

    Its skus and its node are known to exist. What was received of it stays received.
    """
    names = [name for name in (new.supply_id, new.purchase_order) if name]
    found = await store.locked(conn, market, names)
    order = found.get(new.purchase_order or "")
    no = rules.refused(found.get(new.supply_id), order, new)
    if no is None and new.supply_id not in found:
        await store.make(conn, market, new, at)
        found = await store.locked(conn, market, [new.supply_id])
        no = rules.refused(found[new.supply_id], order, new)
    if no is not None:
        return Refused(*no)
    stands = found[new.supply_id]
    lines = rules.retold(stands.lines, new)
    telling = rules.telling(stands, lines, new)
    if telling in {Telling.STALE, Telling.UNCHANGED}:
        return Done(Announced(telling, stands, (), telling.value))
    await store.write(
        conn, market, new, state=rules.state_of(lines), at=at,
        sequence=stands.row.sequence if new.sequence is None else new.sequence,
    )  # fmt: skip
    await store.write_lines(conn, market, lines)
    now = (await store.named(conn, market, [new.supply_id]))[new.supply_id]
    skus = tuple(line.sku for line in lines)
    return Done(Announced(telling, now, skus, rules.why_changed(stands.row, new)))
