"""Serve those who wait from what is free now: class, then age, sku by sku, in sets.

Of each queue only so much is read as its units reach. Whoever cannot have them (another channel's
nodes, no lane, a node that is barred) is passed over for those behind, so that no unit lies there
while somebody who could have it waits.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from entrepot.inventory import browse as stock
from entrepot.inventory import expected
from entrepot.inventory.model import Demand
from entrepot.inventory.supply_model import InTurn, Queued
from entrepot.inventory.wait import settle
from entrepot.journey import told
from entrepot.journey.asking import Need
from entrepot.journey.here import Here
from entrepot.journey.record import UNROUTABLE
from entrepot.journey.reroute import reroute
from entrepot.orders import browse as orders
from entrepot.plumbing import exceptions, outbox
from entrepot.terms.ids import LineNo, OrderId, Sku

STOCK_CAME = "stock came"

UNDATED = "promise.undated"
"""The kind of exception that a waiting line is whose supply fell away."""

LINES_MAX = 2_000
"""Lines served by one commit, so that captures of the same skus do not wait long."""

SKUS_MAX = 500
"""Skus one commit looks at: most have several lines, and the next commit looks at the next."""

Line = tuple[OrderId, LineNo, Sku]


@dataclass(frozen=True, slots=True)
class _Servable:
    """Units of a sku that somebody waits for, and that are free somewhere."""

    owed: int
    free: int


@dataclass(slots=True)
class _Sweep:
    """What one commit works on: the skus that can be served, and how far each queue is."""

    here: Here
    found: dict[Sku, _Servable] = field(default_factory=dict)
    after: dict[Sku, InTurn] = field(default_factory=dict)

    async def look(self, skus: Sequence[Sku]) -> dict[Sku, _Servable]:
        """Find those of these skus that can be served; of a long list the first that are."""
        for at in range(0, len(skus), SKUS_MAX):
            found = await self.look_at(skus[at : at + SKUS_MAX])
            if found:
                return found
        return {}

    async def look_at(self, skus: Sequence[Sku]) -> dict[Sku, _Servable]:
        """Find all of these skus that can be served."""
        conn, market = self.here.conn, self.here.market
        owed = await stock.owed(conn, market, skus)
        free = await expected.free_units(conn, market, sorted(owed)) if owed else {}
        return {sku: _Servable(owed[sku], units) for sku, units in free.items()}

    async def queued(self, of: Mapping[Sku, _Servable]) -> list[Queued]:
        """Read the lines within reach."""
        units = {sku: of[sku].free for sku in sorted(of)}
        after = {sku: self.after.get(sku, expected.FIRST) for sku in units}
        return await expected.queued(self.here.conn, self.here.market, units, after, LINES_MAX)


async def sweep(here: Here, skus: Sequence[Sku]) -> bool:
    """Serve lines whose turn it is; answers whether more may be served, by another commit.

    The caller owns the transaction. It ends with the first set of which anything is served: orders
    are locked before positions.
    """
    state = _Sweep(here)
    rest = list(skus)
    while rest:
        state.found = await state.look(rest)
        if not state.found:
            return False
        now = _slice(state.found)
        served, again = await _serve(state, now)
        if served:
            return True
        rest = [sku for sku in rest if sku not in now or sku in again]
    return False


def _slice(found: Mapping[Sku, _Servable]) -> dict[Sku, _Servable]:
    """Take so many skus as a commit has room for; a line is of one unit at least."""
    taken: dict[Sku, _Servable] = {}
    lines = 0
    for sku in sorted(found):
        if lines >= LINES_MAX:
            break
        taken[sku] = found[sku]
        lines += min(found[sku].owed, found[sku].free)
    return taken


async def _serve(state: _Sweep, now: Mapping[Sku, _Servable]) -> tuple[int, set[Sku]]:
    """Serve a set; answers how many lines got something, and the skus with lines behind those."""
    here = state.here
    lines = sorted(await state.queued(now), key=lambda each: each.turn)
    if not lines:
        return 0, set()
    order_ids = list(dict.fromkeys(each.order_id for each in lines))
    await orders.lock(here.conn, here.market, sorted(order_ids))
    demand = await stock.waiting(here.conn, here.market, order_ids)
    reached = {(each.order_id, each.line_no, each.sku): each.quantity for each in lines}
    reached |= await _beside(state, demand, now)
    wanted = _wanted(order_ids, demand, reached)
    unrouted = await reroute(here, wanted, kind="supply", waiting=True)
    still = {
        (each.order_id, line, sku): units for each in unrouted for line, sku, units in each.needs
    }
    served = await settled(here, wanted, still)
    read: dict[Sku, int] = {}
    for each in lines:
        state.after[each.sku] = each.turn
        read[each.sku] = read.get(each.sku, 0) + 1
    waits = {_line(each) for each in demand}
    gone = {
        x.sku for x in lines if (x.order_id, x.line_no, x.sku) not in waits
    }  # canceled just now
    behind = gone | {sku for _, _, sku in still}
    return served, {sku for sku in read if sku in behind or read[sku] >= LINES_MAX}


async def _beside(
    state: _Sweep, demand: Sequence[Demand], now: Mapping[Sku, _Servable]
) -> dict[Line, int]:
    """Find what else these orders wait for and may have now, so that they are planned whole.

    Only what is within reach in its own queue, so that nobody is passed; of a sku with enough for
    all who wait that is everything.
    """
    others = [each for each in demand if each.sku not in now]
    unseen = sorted({each.sku for each in others} - state.found.keys())
    known = state.found | (await state.look_at(unseen) if unseen else {})
    others = [each for each in others if each.sku in known]
    scarce = {each.sku: known[each.sku] for each in others if not _plenty(known[each.sku])}
    reached = {_line(each): each.quantity for each in others if each.sku not in scarce}
    if scarce:
        asked = {_line(each) for each in others}
        for each in await state.queued(_slice(scarce)):
            line = (each.order_id, each.line_no, each.sku)
            if line in asked:
                reached[line] = each.quantity
    return reached


def _plenty(sku: _Servable) -> bool:
    return sku.free >= sku.owed


def _line(each: Demand) -> Line:
    return each.order_id, each.line_no, each.sku


def _wanted(
    order_ids: Sequence[OrderId], demand: Iterable[Demand], reached: Mapping[Line, int]
) -> dict[OrderId, list[Need]]:
    """What of the lines within reach waits still, by order; the orders in turn."""
    wanted: dict[OrderId, list[Need]] = {order_id: [] for order_id in order_ids}
    for each in demand:
        units = reached.get((each.order_id, each.line_no, each.sku))
        if units is not None:
            wanted[each.order_id].append((each.line_no, each.sku, min(units, each.quantity)))
    return {order_id: needs for order_id, needs in wanted.items() if needs}


async def settled(
    here: Here, wanted: Mapping[OrderId, Sequence[Need]], still: Mapping[Line, int]
) -> int:
    """What was served waits no longer, and nobody need look after it; answers the lines served.

    `still` is what of it could not be had, by line and sku.
    """
    ended: list[tuple[OrderId, LineNo, Sku, int]] = []
    for order_id, needs in wanted.items():
        for line, sku, units in needs:
            served = units - still.get((order_id, line, sku), 0)
            if served:
                ended.append((order_id, line, sku, served))
    await settle(here.conn, here.market, ended)
    whole = [(order, line) for order, line, sku, _ in ended if (order, line, sku) not in still]
    closed = await exceptions.close_of(
        here.conn, here.market, whole, [UNROUTABLE, UNDATED], reason=STOCK_CAME, at=here.at
    )
    facts = [told.unstuck(each, actor="entrepot", reason=STOCK_CAME) for each in closed]
    await outbox.tell(here.conn, here.market, facts, at=here.at)
    return len(ended)
