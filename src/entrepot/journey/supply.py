"""inventory.supplied -> sourcing.supply: stock came for those who wait, longest first."""

from collections.abc import Sequence

import msgspec

from entrepot.inventory import browse as inventory
from entrepot.inventory.wait import settle
from entrepot.journey import told
from entrepot.journey.asking import Need
from entrepot.journey.here import Here
from entrepot.journey.record import UNROUTABLE
from entrepot.journey.reroute import reroute
from entrepot.orders import browse as orders
from entrepot.plumbing import exceptions, outbox
from entrepot.plumbing.model import Event
from entrepot.terms.ids import LineNo, OrderId, Sku

STOCK_CAME = "stock came"

ORDERS_MAX = 1_000
"""Orders served by one commit; the next supply serves the next."""


class SuppliedTold(msgspec.Struct, frozen=True):
    skus: list[Sku]


_supplied = msgspec.json.Decoder(SuppliedTold)


async def supply(here: Here, events: Sequence[Event]) -> None:
    """Plan what waits for these skus on what is there now."""
    skus = {sku for event in events for sku in _supplied.decode(event.data).skus}
    found = await inventory.orders_waiting_for(here.conn, here.market, sorted(skus), ORDERS_MAX)
    await orders.lock(here.conn, here.market, sorted(found))
    _, demand = await inventory.claims(here.conn, here.market, found)
    wanted: dict[OrderId, list[Need]] = {order_id: [] for order_id in found}
    for each in demand:
        if each.sku in skus:
            wanted[each.order_id].append((each.line_no, each.sku, each.quantity))

    unrouted = await reroute(
        here, {o: n for o, n in wanted.items() if n}, kind="supply", waiting=True
    )

    still = {
        (each.order_id, line, sku): units for each in unrouted for line, sku, units in each.needs
    }
    settled: list[tuple[OrderId, LineNo, Sku, int]] = []
    for order_id, needs in wanted.items():
        for line, sku, units in needs:
            served = units - still.get((order_id, line, sku), 0)
            if served:
                settled.append((order_id, line, sku, served))
    await settle(here.conn, here.market, settled)
    served_whole = [
        (order_id, line) for order_id, line, sku, _ in settled if (order_id, line, sku) not in still
    ]
    closed = await exceptions.close_of(
        here.conn, here.market, served_whole, [UNROUTABLE], reason=STOCK_CAME, at=here.at
    )
    facts = [told.unstuck(each, actor="entrepot", reason=STOCK_CAME) for each in closed]
    await outbox.tell(here.conn, here.market, facts, at=here.at)
