"""Plan units of orders that stand already: after a rejection or a short pick, or when supply came.

The rows are read first, so the plan is as good as the moment; what can be had is claimed at its new
nodes, decided, recorded and told in the caller's transaction; the rest is answered.
"""

from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType

import msgspec

from entrepot.inventory import browse as stock
from entrepot.inventory.model import Claim, Free
from entrepot.inventory.reserve import reserve
from entrepot.journey import asking, told, withhold
from entrepot.journey.asking import Need
from entrepot.journey.here import Here
from entrepot.journey.world import Market
from entrepot.network import snapshot
from entrepot.network.model import Method, Network
from entrepot.orders import browse as orders
from entrepot.orders.model import Address, Customer
from entrepot.plumbing import outbox
from entrepot.sourcing import browse as sourcing
from entrepot.sourcing import capacity
from entrepot.sourcing.eligibility import Standing
from entrepot.sourcing.keep import keep_decisions, keep_network
from entrepot.sourcing.model import Ask, NoPlan, Plan, Want, WhyNoPlan
from entrepot.sourcing.record import Scene, pack
from entrepot.sourcing.solve import plan_on
from entrepot.sourcing.survey import Shelves
from entrepot.terms.ids import ChannelId, NodeId, OrderId, Sku
from entrepot.terms.outcome import Done

Key = tuple[Sku, NodeId]

Barred = Mapping[OrderId, Collection[Key]]
"""Nodes that are not asked for a sku of an order."""

NOBODY: Barred = MappingProxyType({})

TRIES_MAX = 5
"""Between reading a row and locking it others may take it; so often it is planned again."""


class Agreed(msgspec.Struct, frozen=True):
    """What an order's document says that a plan needs."""

    channel: ChannelId
    method: Method
    service: str
    pickup_node: NodeId | None = None
    ship_to: Address | None = None
    customer: Customer | None = None


@dataclass(slots=True)
class Unrouted:
    """An order's units that no node could take, and why."""

    order_id: OrderId
    needs: list[Need]
    why: str


@dataclass(frozen=True, slots=True)
class Freeing:
    """What is freed in the same transaction: after the plan, so that all positions are locked once.

    `act` is given the positions of the plan; it locks them with its own, ascending, and frees.
    `closed` are positions that nobody may be planned at, for they are to be put in doubt; `days`
    are those that it gives back.
    """

    act: Callable[[Collection[Key]], Awaitable[None]]
    closed: Collection[Key] = ()
    days: Collection[tuple[NodeId, date]] = ()


_agreed = msgspec.json.Decoder(Agreed)


async def reroute(
    here: Here,
    wanted: Mapping[OrderId, list[Need]],
    *,
    kind: str,
    waiting: bool,
    freeing: Freeing | None = None,
    but: Barred = NOBODY,
) -> list[Unrouted]:
    """Claim these units wherever they can be had now; answers what could not, per order.

    Beside the nodes that are barred for good, those of `but` are not asked.

    The caller holds the orders' locks. `waiting`: the orders are those stock is owed to, so that
    what is owed is theirs; otherwise they leave alone what others wait for. `freeing` is done once,
    also where nothing can be planned.
    """
    market = await here.world.fresh(here.conn, here.market)
    asks = await _questions(here, market, wanted, but)
    left = {order_id: list(needs) for order_id, needs in wanted.items()}
    whys: dict[OrderId, str] = {}
    for _ in range(TRIES_MAX):
        open_ = [order_id for order_id in wanted if left[order_id] and order_id not in whys]
        if not open_:
            break
        for order_id in await _once(
            here, market, asks, left, open_, whys, kind, waiting=waiting, freeing=freeing
        ):
            left[order_id] = []
        freeing = None
    if freeing is not None:
        await freeing.act(())
    return [
        Unrouted(order_id, needs, whys.get(order_id, WhyNoPlan.SHORT))
        for order_id, needs in left.items()
        if needs
    ]


async def sketched(
    here: Here, wanted: Mapping[OrderId, list[Need]], *, but: Barred
) -> dict[OrderId, tuple[Ask, Plan]]:
    """Plan these units as `reroute` would, and claim nothing: the orders that get all of theirs.

    `but` are the nodes that are not asked, beside those that are barred for good.
    """
    market = await here.world.fresh(here.conn, here.market)
    asks = await _questions(here, market, wanted, but)
    skus = sorted({sku for needs in wanted.values() for _, sku, _ in needs})
    market.stock.replace(skus, await stock.free_of_skus(here.conn, here.market, skus))
    owed = await stock.owed(here.conn, here.market, skus)
    planned, _ = _plan(here, market, asks, wanted, list(wanted), {}, owed)
    return {o: (asks[o], plan) for o, (plan, _, had) in planned.items() if had == wanted[o]}


async def _questions(
    here: Here, market: Market, wanted: Mapping[OrderId, list[Need]], but: Barred
) -> dict[OrderId, Ask]:
    documents = await orders.documents(here.conn, here.market, list(wanted))
    bars: dict[OrderId, set[tuple[Sku, NodeId]]] = {o: set(keys) for o, keys in but.items()}
    for bar in await sourcing.bars_of(here.conn, here.market, list(wanted)):
        bars.setdefault(bar.order_id, set()).add((bar.sku, bar.node_id))
    skus = {sku for needs in wanted.values() for _, sku, _ in needs}
    await market.catalog.fetch_missing(here.conn, skus)
    questions = {}
    for order_id in wanted:
        agreed = _agreed.decode(documents[order_id])
        questions[order_id] = Ask(
            channel=agreed.channel,
            method=agreed.method,
            service=agreed.service,
            wants=(),
            destination=asking.destination(agreed.ship_to)
            if agreed.method is Method.SHIP
            else None,
            pickup_node=agreed.pickup_node,
            barred=frozenset(bars.get(order_id, ())),
            customer_class=asking.class_of(agreed.customer),
        )
    return questions


async def _once(  # noqa: PLR0913, PLR0917 - one try over the open orders
    here: Here,
    market: Market,
    asks: Mapping[OrderId, Ask],
    left: dict[OrderId, list[Need]],
    open_: Sequence[OrderId],
    whys: dict[OrderId, str],
    kind: str,
    *,
    waiting: bool,
    freeing: Freeing | None,
) -> list[OrderId]:
    """Plan, claim and record once; keeps in `left` what is missing; answers who got their units."""
    skus = sorted({sku for order_id in open_ for _, sku, _ in left[order_id]})
    market.stock.replace(skus, await stock.free_of_skus(here.conn, here.market, skus))
    if freeing is not None:
        market.stock.put(Free(sku, node, 0) for sku, node in freeing.closed)
    owed = {} if waiting else await stock.owed(here.conn, here.market, skus)
    network = market.network
    planned, packed = _plan(here, market, asks, left, open_, whys, owed)
    days = _days(here, market, planned)
    limits = await _take_days(here, market, days, freeing)
    claims = {
        order_id: withhold.guarded(
            market, asking.claims(order_id, plan, had), asks[order_id].buyer, here.at
        )
        for order_id, (plan, _, had) in planned.items()
    }
    if freeing is not None:
        await freeing.act({(c.sku, c.node_id) for made in claims.values() for c in made})
    reserving = await reserve(here.conn, here.market, list(claims.values()), at=here.at)
    won = [o for o, a in zip(planned, reserving.answers, strict=True) if isinstance(a, Done)]
    lost = [key for o in planned.keys() - won for key in days[o].items()]
    await capacity.give_back(here.conn, here.market, lost, limits)
    await _record(here, network, {o: planned[o] for o in won}, packed, claims, days, kind)
    whole = [order_id for order_id in won if planned[order_id][2] == left[order_id]]
    for order_id in set(won) - set(whole):
        left[order_id] = asking.difference(left[order_id], planned[order_id][2])
        whys[order_id] = WhyNoPlan.SHORT
    return whole


Planned = tuple[Plan, int, list[Need]]
"""A plan, its place in the record, and the needs it fills."""


def _plan(  # noqa: PLR0913, PLR0917 - the question and where its answers go
    here: Here,
    market: Market,
    asks: Mapping[OrderId, Ask],
    left: Mapping[OrderId, list[Need]],
    open_: Sequence[OrderId],
    whys: dict[OrderId, str],
    owed: Mapping[Sku, int],
) -> tuple[dict[OrderId, Planned], bytes]:
    """Plan what can be had of each order, the earlier ones first; with the record of it."""
    needs = {order_id: list(left[order_id]) for order_id in open_}
    days = market.compiled.days(here.at)
    while True:
        ids = [order_id for order_id in open_ if needs[order_id]]
        questions = [msgspec.structs.replace(asks[o], wants=_wants(market, needs[o])) for o in ids]
        seen = withhold.seen(market, questions, here.at, owed=owed)
        shelves = Shelves(questions, seen, market.compiled)
        answers = plan_on(shelves, questions, Standing(market.compiled, days, market.load))
        short = False
        for order_id, answer in zip(ids, answers, strict=True):
            if isinstance(answer, NoPlan):
                short = True
                missing = dict(answer.missing) if answer.why is WhyNoPlan.SHORT else None
                needs[order_id] = (
                    [] if missing is None else asking.without(needs[order_id], missing)
                )
                if not needs[order_id]:
                    whys[order_id] = answer.why
        if not short:
            scene = Scene(market.compiled, days, market.load, here.at)
            done = {
                order_id: (answer, place, needs[order_id])
                for place, (order_id, answer) in enumerate(zip(ids, answers, strict=True))
                if isinstance(answer, Plan)
            }
            return done, pack(questions, answers, shelves, scene)


def _wants(market: Market, needs: Sequence[Need]) -> tuple[Want, ...]:
    items = market.catalog.items
    weights = {sku: items[sku].weight_g for _, sku, _ in needs if sku in items}
    return asking.wants(needs, weights)


def _days(
    here: Here, market: Market, planned: Mapping[OrderId, Planned]
) -> dict[OrderId, dict[NodeId, date]]:
    work_day = market.compiled.days(here.at).work_day
    index = market.compiled.index
    return {
        order_id: {
            each.node_id: date.fromordinal(max(1, int(work_day[index[each.node_id]])))
            for each in plan.shipments
        }
        for order_id, (plan, _, _) in planned.items()
    }


async def _take_days(
    here: Here,
    market: Market,
    days: Mapping[OrderId, Mapping[NodeId, date]],
    freeing: Freeing | None,
) -> dict[tuple[NodeId, date], int]:
    """Take the plans' days, locked with those that are given back; answers the limits of theirs."""

    def limited(keys: Iterable[tuple[NodeId, date]]) -> dict[tuple[NodeId, date], int]:
        return {key: limit for key in keys if (limit := market.capacity(key[0])) is not None}

    limits = limited(key for each in days.values() for key in each.items())
    if freeing is not None and freeing.days:
        both = limits | limited(freeing.days)
        await capacity.lock(here.conn, here.market, both, both)
    await capacity.take(
        here.conn, here.market, [list(each.items()) for each in days.values()], limits,
        forced=[True] * len(days),
    )  # fmt: skip
    return limits


async def _record(  # noqa: PLR0913, PLR0917 - what was decided, of what
    here: Here,
    network: Network,
    won: Mapping[OrderId, Planned],
    record: bytes,
    claims: Mapping[OrderId, list[Claim]],
    days: Mapping[OrderId, dict[NodeId, date]],
    kind: str,
) -> None:
    if won:
        await keep_network(here.conn, here.market, network.version, snapshot.pack(network))
    await keep_decisions(
        here.conn, here.market, {o: place for o, (_, place, _) in won.items()}, record,
        kind=kind, network_version=network.version, at=here.at,
    )  # fmt: skip
    facts = [told.planned(o, plan, claims[o], days[o]) for o, (plan, _, _) in won.items()]
    await outbox.tell(here.conn, here.market, facts, at=here.at)
