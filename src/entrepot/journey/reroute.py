"""Plan units of orders that stand already: after a rejection or a short pick, or when supply came.

The rows are read first, so the plan is as good as the moment; what can be had is claimed at its new
nodes, decided, recorded and told in the caller's transaction; the rest is answered.
"""

from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType

import msgspec

from entrepot.inventory import browse as stock
from entrepot.inventory.model import Claim, Free
from entrepot.inventory.reserve import reserve
from entrepot.journey import asking, told, withhold
from entrepot.journey.agreed import NOBODY, Barred, Key, questions_of, wants_of
from entrepot.journey.asking import Need
from entrepot.journey.guided import LACKING, tried_on
from entrepot.journey.here import Here
from entrepot.journey.world import Market
from entrepot.network import snapshot
from entrepot.network.model import Method, Network
from entrepot.orders import consents
from entrepot.orders.consents import LineWay
from entrepot.plumbing import outbox
from entrepot.sourcing import capacity
from entrepot.sourcing.keep import keep_decisions, keep_network
from entrepot.sourcing.model import Ask, DayKey, NoPlan, Plan, WhyNoPlan
from entrepot.sourcing.record import pack
from entrepot.sourcing.shelves import Shelves
from entrepot.terms.ids import LineNo, NodeId, OrderId, Sku
from entrepot.terms.outcome import Done

TRIES_MAX = 5
"""Between reading a row and locking it others may take it; so often it is planned again."""


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
    are those that it gives back; `returned` are claims whose units it frees and that may be planned
    with again where they are.
    """

    act: Callable[[Collection[Key]], Awaitable[None]]
    closed: Collection[Key] = ()
    days: Collection[DayKey] = ()
    returned: Collection[Claim] = ()


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
    ways = await consents.ways_of(here.conn, here.market, list(wanted))
    unrouted: list[Unrouted] = []
    for some in by_way(wanted, ways):
        unrouted += await _route(here, some, kind, waiting=waiting, freeing=freeing, but=but)
        freeing = None
    return unrouted


def by_way(
    wanted: Mapping[OrderId, list[Need]], ways: Mapping[OrderId, Mapping[LineNo, LineWay]]
) -> list[Mapping[OrderId, list[Need]]]:
    """Part what is wanted so that in each part an order's lines go one way; mostly one part."""
    if not ways:
        return [wanted]
    parts: list[Mapping[OrderId, list[Need]]] = []
    for order_id, needs in wanted.items():
        mine: dict[object, list[Need]] = {}
        for need in needs:
            special = ways.get(order_id, {}).get(need[0])
            mine.setdefault(special and special.way, []).append(need)
        for at, group in enumerate(mine.values()):
            if at == len(parts):
                parts.append({})
            parts[at] = {**parts[at], order_id: group}
    return parts or [{}]


async def _route(
    here: Here,
    wanted: Mapping[OrderId, list[Need]],
    kind: str,
    *,
    waiting: bool,
    freeing: Freeing | None,
    but: Barred,
) -> list[Unrouted]:
    market = await here.world.fresh(here.conn, here.market)
    asks = await questions_of(here, market, wanted, but)
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


async def nothing(_: Collection[Key]) -> None:
    """Free nothing: the rows are only looked at."""


def _beside(
    market: Market, owed: Mapping[Sku, int], returned: Collection[Claim]
) -> Mapping[Sku, int]:
    """Let what is owed to others leave alone the units that these orders only move."""
    mine: dict[Sku, int] = {}
    for claim in returned:
        mine[claim.sku] = mine.get(claim.sku, 0) + claim.quantity
    free = market.stock.of(mine)
    spare = {
        s: max(0, int(free[s][1].sum()) - units) if s in free else 0 for s, units in mine.items()
    }
    return {**owed, **{sku: min(owed.get(sku, 0), units) for sku, units in spare.items()}}


async def look(here: Here, market: Market, skus: Sequence[Sku], freeing: Freeing | None) -> None:
    """Read the rows, as they will be once the freeing is done, and what the days have planned."""
    rows = {(r.sku, r.node_id): r for r in await stock.free_of_skus(here.conn, here.market, skus)}
    await here.world.fresh_load(here.conn, market)
    if freeing is not None:
        for claim in freeing.returned:
            key = (claim.sku, claim.node_id)
            there = rows.get(key) or Free(*key, 0)
            rows[key] = msgspec.structs.replace(there, free=there.free + claim.quantity)
        rows |= {key: Free(*key, 0) for key in freeing.closed}
    asked = set(skus)
    market.stock.replace(skus, [row for row in rows.values() if row.sku in asked])


async def sketched(
    here: Here,
    wanted: Mapping[OrderId, list[Need]],
    *,
    but: Barred = NOBODY,
    closed: Collection[Key] = (),
) -> dict[OrderId, tuple[Ask, Plan]]:
    """Plan these units as `reroute` would, and claim nothing: the orders that get all of theirs.

    `but` are the nodes that are not asked, beside those that are barred for good; at the `closed`
    positions nobody may be planned.
    """
    market = await here.world.fresh(here.conn, here.market)
    asks = await questions_of(here, market, wanted, but)
    skus = sorted({sku for needs in wanted.values() for _, sku, _ in needs})
    owed = await stock.owed(here.conn, here.market, skus)
    await look(here, market, skus, Freeing(nothing, closed))
    planned, _ = _plan(here, market, asks, wanted, list(wanted), {}, owed)
    return {o: (asks[o], plan) for o, (plan, _, had) in planned.items() if had == wanted[o]}


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
    owed: Mapping[Sku, int] = {}
    if not waiting:
        owed = await stock.owed(here.conn, here.market, skus)
    await look(here, market, skus, freeing)
    if freeing is not None and freeing.returned and owed:
        owed = _beside(market, owed, freeing.returned)
    network = market.network
    planned, packed = _plan(here, market, asks, left, open_, whys, owed)
    days = _days(here, market, planned)
    keys = {o: _keys(market, days[o], asks[o].method) for o in planned}
    limits = await _take_days(here, market, list(keys.values()), freeing)
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
    lost = [key for o in planned.keys() - won for key in keys[o]]
    await capacity.give_back(here.conn, here.market, lost, limits)
    await record(here, network, {o: planned[o] for o in won}, packed, claims, days, kind)
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
    while True:
        ids = [order_id for order_id in open_ if needs[order_id]]
        questions = [
            msgspec.structs.replace(asks[o], wants=wants_of(market, needs[o])) for o in ids
        ]
        seen = withhold.seen(market, questions, here.at, owed=owed)
        shelves = Shelves(questions, seen, market.compiled, market.prices)
        standing = market.standing(here.at)
        tried = tried_on(market, shelves, questions, standing, here.at)
        answers = tried.final
        short = False
        for order_id, answer in zip(ids, answers, strict=True):
            if isinstance(answer, NoPlan):
                short = True
                missing = dict(answer.missing) if answer.why in LACKING else None
                needs[order_id] = (
                    [] if missing is None else asking.without(needs[order_id], missing)
                )
                if not needs[order_id]:
                    whys[order_id] = answer.why
        if not short:
            scene = market.scene(here.at)
            done = {
                order_id: (answer, place, needs[order_id])
                for order_id, answer, place in zip(ids, answers, tried.last, strict=True)
                if isinstance(answer, Plan)
            }
            return done, pack(tried.asks, tried.answers, shelves, scene)


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


def _keys(market: Market, days: Mapping[NodeId, date], method: Method) -> dict[DayKey, int]:
    """The limits that an order's work on its days comes under."""
    found: dict[DayKey, int] = {}
    for node, day in days.items():
        found |= market.limits(node, day, method)
    return found


async def _take_days(
    here: Here,
    market: Market,
    keys: Sequence[Mapping[DayKey, int]],
    freeing: Freeing | None,
) -> dict[DayKey, int]:
    """Take the plans' days, locked with those that are given back; answers the limits of theirs."""
    limits = {key: limit for each in keys for key, limit in each.items()}
    if freeing is not None and freeing.days:
        both = limits | market.to_give_back(freeing.days)[1]
        await capacity.lock(here.conn, here.market, both, both)
    await capacity.take(
        here.conn, here.market, [list(each) for each in keys], limits, forced=[True] * len(keys)
    )
    return limits


async def record(  # noqa: PLR0913, PLR0917 - what was decided, of what
    here: Here,
    network: Network,
    won: Mapping[OrderId, Planned],
    record: bytes,
    claims: Mapping[OrderId, list[Claim]],
    days: Mapping[OrderId, dict[NodeId, date]],
    kind: str,
    whys: Mapping[OrderId, tuple[str, int]] = MappingProxyType({}),
) -> None:
    """Keep what was decided and tell it, each with its reason and what it saves, where it has one.

    The caller owns the transaction.
    """
    if won:
        await keep_network(here.conn, here.market, network.version, snapshot.pack(network))
    await keep_decisions(
        here.conn, here.market, {o: place for o, (_, place, _) in won.items()}, record,
        kind=kind, network_version=network.version, at=here.at,
    )  # fmt: skip
    facts = [
        told.planned(o, plan, claims[o], days[o], why=whys.get(o))
        for o, (plan, _, _) in won.items()
    ]
    await outbox.tell(here.conn, here.market, facts, at=here.at)
