"""Date who waits by what is on its way: all waiting lines of some skus at once.

    order.captured, order.canceled, order.prioritized, terms.changed, exception.opened
    -> promise.date

A line whose date moves is told so; one whose supply fell away waits for a person too.
"""

from collections.abc import Iterable, Mapping, Sequence

import msgspec

from entrepot.inventory import atp, expected, tell
from entrepot.inventory import browse as stock
from entrepot.inventory import supply_rules as rules
from entrepot.inventory.atp import Nodes
from entrepot.inventory.date import date
from entrepot.inventory.supply_model import Dating, Due, Waiter
from entrepot.journey import store, told
from entrepot.journey.foresee import nodes_of
from entrepot.journey.here import Here, orders_of
from entrepot.journey.sweep import UNDATED
from entrepot.network.model import Method
from entrepot.orders import browse as orders
from entrepot.plumbing import exceptions, outbox
from entrepot.plumbing.exceptions import Stuck
from entrepot.plumbing.model import Event
from entrepot.terms.ids import ChannelId, LineNo, NodeId, OrderId, Sku

DATED = "supply was found"


class SkuTold(msgspec.Struct, frozen=True):
    sku: Sku


class KindTold(msgspec.Struct, frozen=True):
    kind: str


class Pickup(msgspec.Struct, frozen=True):
    pickup_node: NodeId | None = None


_sku = msgspec.json.Decoder(SkuTold)
_kind = msgspec.json.Decoder(KindTold)
_pickup = msgspec.json.Decoder(Pickup)


async def date_waiting(here: Here, events: Sequence[Event]) -> None:
    """Date the skus that these facts are about, where anybody waits for them."""
    skus = {_sku.decode(event.data).sku for event in events if event.type == "terms.changed"}
    ids = orders_of([event for event in events if not _is_ours(event)])
    skus.update(await expected.waiting_skus_of(here.conn, here.market, ids))
    gone = orders_of([event for event in events if event.type == "order.canceled"])
    if gone:
        skus.update(await store.skus_of_orders(here.conn, here.market, gone))
    await redate(here, sorted(skus))


def _is_ours(event: Event) -> bool:
    """An exception that dating itself has opened says nothing new of supply."""
    return event.type == "exception.opened" and _kind.decode(event.data).kind == UNDATED


async def redate(
    here: Here, skus: Sequence[Sku], *, due: Sequence[Due] | None = None, swept: bool = False
) -> None:
    """Give every waiting line of these skus the date of what will serve it, and tell who moved.

    `due` is what is on its way, where the caller has read it. `swept` False: what is free now is
    about to be served, and those it serves keep their dates.
    """
    waiters = await expected.waiters(here.conn, here.market, skus) if skus else {}
    if not waiters:
        return
    if due is None:
        due = await expected.due(here.conn, here.market, waiters)
    terms = await expected.terms_of(here.conn, here.market, waiters)
    coming: dict[Sku, list[Due]] = {}
    for each in rules.ready(due, terms):
        coming.setdefault(each.sku, []).append(each)
    free: dict[Sku, dict[NodeId, int]] = {}
    if not swept:
        for row in await stock.free_of_skus(here.conn, here.market, list(waiters)):
            free.setdefault(row.sku, {})[row.node_id] = row.free
    nodes = await _nodes(here, [each for queue in waiters.values() for each in queue])
    datings: list[Dating] = []
    for sku, queue in waiters.items():
        made = atp.shares(
            queue, coming.get(sku, []), nodes=[nodes.get(each.order_id) for each in queue],
            free=free.get(sku, {}), at=here.at,
        )  # fmt: skip
        datings += atp.dated(made)
    await _tell(here, await date(here.conn, here.market, datings))


async def _nodes(here: Here, waiters: Sequence[Waiter]) -> dict[OrderId, Nodes]:
    """Which nodes may serve each order: its channel's, or the store it is fetched from."""
    market = await here.world.fresh(here.conn, here.market)
    ids = list({each.order_id for each in waiters})
    ways = await store.ways_of(here.conn, here.market, ids)
    seen: dict[str, Nodes] = {}
    found: dict[OrderId, Nodes] = {}
    fetched = []
    for way in ways:
        if way.method != Method.SHIP:
            fetched.append(way.order_id)
            continue
        if way.channel not in seen:
            seen[way.channel] = nodes_of(market, ChannelId(way.channel))
        found[way.order_id] = seen[way.channel]
    for order_id, text in (await orders.documents(here.conn, here.market, fetched)).items():
        node = _pickup.decode(text).pickup_node
        found[OrderId(order_id)] = frozenset([node] if node else [])
    return found


async def _tell(here: Here, datings: Sequence[Dating]) -> None:
    """Tell the lines that moved. Who lost a date waits for a person until there is one again."""
    lost = [each for each in datings if each.expected_at is None]
    stuck, facts = [], tell.revised(datings)
    for each in lost:
        waiter = each.waiter
        reason = f"no supply is left for {waiter.quantity} of {waiter.sku}"
        stuck.append(
            Stuck(
                UNDATED, f"orders/{waiter.order_id}", reason, order_id=waiter.order_id,
                line_no=waiter.line_no,
            )
        )  # fmt: skip
        facts.append(told.stuck(waiter.order_id, UNDATED, reason, waiter.line_no))
    await exceptions.raise_all(here.conn, here.market, stuck, at=here.at)
    facts += await _mended(here, datings)
    await outbox.tell(here.conn, here.market, facts, at=here.at)


async def _mended(here: Here, datings: Iterable[Dating]) -> list[outbox.Fact]:
    """End the exceptions of lines that have a date again."""
    lines: Mapping[tuple[OrderId, LineNo], None] = {
        (each.waiter.order_id, each.waiter.line_no): None for each in datings if each.why == "dated"
    }
    if not lines:
        return []
    closed = await exceptions.close_of(
        here.conn, here.market, list(lines), [UNDATED], reason=DATED, at=here.at
    )
    return [told.unstuck(each, actor="entrepot", reason=DATED) for each in closed]
