"""Waves: what is planned and not yet released is planned again, all of it together.

`wave_look` reads, `sourcing.joint` decides, and here some of the moves are made, in one commit. An
order is moved only where its plan stands as it was looked at; the units and the days of its new
plan are taken in the same commit that frees the old ones, so that it is never without.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from entrepot.fulfillment import tell
from entrepot.fulfillment.model import Recall
from entrepot.fulfillment.recall import recall
from entrepot.inventory import browse as stock
from entrepot.inventory.model import Claim
from entrepot.inventory.reserve import reserve
from entrepot.inventory.resolve import free, lock
from entrepot.journey import asking, withhold
from entrepot.journey.here import Here
from entrepot.journey.mend import mend
from entrepot.journey.notice import tell_those_who_wait
from entrepot.journey.progress import Claims, claims_of
from entrepot.journey.reroute import Planned, record
from entrepot.journey.wave_look import Movable, owning, standing_of
from entrepot.journey.world import Market
from entrepot.network.model import Method, Network
from entrepot.orders import browse as orders
from entrepot.plumbing import outbox
from entrepot.promise.rules import promised
from entrepot.sourcing import capacity
from entrepot.sourcing.model import Plan
from entrepot.sourcing.record import pack
from entrepot.sourcing.shelves import Shelves
from entrepot.sourcing.solve import plan_on
from entrepot.terms.ids import NodeId, OrderId, Sku
from entrepot.terms.outcome import Done

KIND, ACTOR = "wave", "entrepot"

MOVES_PER_COMMIT_MAX = 100
"""Orders moved by one commit, whose rows are locked that long."""

Day = tuple[NodeId, date]


@dataclass(frozen=True, slots=True)
class Move:
    """An order's new plan, and what it saves, in minor units.

    Moves of one `group` live off each other: all of them are made in one commit, or none.
    """

    order: Movable
    plan: Plan
    saved: int
    group: int


class Contended(Exception):  # noqa: N818 - what happened
    """Some of the orders cannot have their new plan any more: roll back, and move the others."""

    def __init__(self, order_ids: Collection[OrderId]) -> None:
        super().__init__(f"{len(order_ids)} orders keep their plans")
        self.order_ids = frozenset(order_ids)


async def move(here: Here, moves: Sequence[Move]) -> None:
    """Make these moves, all of them.

    Raises Contended where a plan does not stand as it was looked at, or units or days are no longer
    to be had: the transaction is to be rolled back and the rest of the moves made anew.
    """
    market = await here.world.fresh(here.conn, here.market)
    network = market.network
    _all_of(network, moves)
    ids = sorted(each.order.order_id for each in moves)
    await orders.lock(here.conn, here.market, ids)
    found = await claims_of(here.conn, here.market, ids)
    _all_stand(moves, found)
    made, packed = await _decided(here, market, moves)
    _is_still(market, network, moves)
    await _take_back(here, moves)
    days = _days(here, market, made)
    old = [day for each in moves for day in each.order.standing.days]
    await _exchange_days(here, market, old, days)
    claims = await _exchange_units(here, market, moves, made)
    _is_still(market, network, moves)
    await record(here, network, made, packed, claims, days, KIND, _why(moves))


def _all_of(network: Network, moves: Sequence[Move]) -> None:
    """See that these moves were decided on this version of the network: places are by its nodes."""
    other = [e.order.order_id for e in moves if e.order.network_version != network.version]
    if other:
        raise Contended(other)


def _is_still(market: Market, network: Network, moves: Sequence[Move]) -> None:
    """See that nobody has read a newer network beside us: what is decided names one version."""
    if market.network is not network:
        raise Contended([each.order.order_id for each in moves])


def _all_stand(moves: Sequence[Move], found: Mapping[OrderId, Claims]) -> None:
    """See that nothing has happened to these orders since they were looked at."""
    other = [
        each.order.order_id
        for each in moves
        if each.order.order_id not in found
        or standing_of(found[each.order.order_id]) != each.order.standing
    ]
    if other:
        raise Contended(other)


def _why(moves: Sequence[Move]) -> dict[OrderId, tuple[str, int]]:
    return {
        each.order.order_id: (f"planned together with {len(moves) - 1} others", each.saved)
        for each in moves
    }


async def _decided(
    here: Here, market: Market, moves: Sequence[Move]
) -> tuple[dict[OrderId, Planned], bytes]:
    """Decide each plan once more by the rules of one order, as if its units were its own already.

    So its record says what every record says, and gives the same answer when it is run again. What
    the network no longer allows, or comes later than was promised, is contended.
    """
    asks = [
        owning(
            each.order.ask,
            [(sku, s.node_id, units) for s in each.plan.shipments for sku, units in s.items],
        )
        for each in moves
    ]
    skus = sorted({want.sku for ask in asks for want in ask.wants})
    await here.world.fresh_load(here.conn, market)
    market.stock.replace(skus, await stock.free_of_skus(here.conn, here.market, skus))
    seen = withhold.seen(market, asks, here.at, owed={})
    shelves = Shelves(asks, seen, market.compiled, market.prices)
    answers = plan_on(shelves, asks, market.standing(here.at))
    made: dict[OrderId, Planned] = {}
    lost = []
    for place, (each, answer) in enumerate(zip(moves, answers, strict=True)):
        if (
            isinstance(answer, Plan)
            and _as_planned(answer, each.plan)
            and _in_time(here, market, each.order, answer)
        ):
            made[each.order.order_id] = (answer, place, list(each.order.needs))
        else:
            lost.append(each.order.order_id)
    if lost:
        raise Contended(lost)
    scene = market.scene(here.at)
    return made, pack(asks, answers, shelves, scene)


def _as_planned(answer: Plan, plan: Plan) -> bool:
    return [(s.node_id, sorted(s.items)) for s in answer.shipments] == [
        (s.node_id, sorted(s.items)) for s in plan.shipments
    ]


def _in_time(here: Here, market: Market, order: Movable, plan: Plan) -> bool:
    if order.latest is None:
        return True
    shipments = [(each.node_id, each.lane_id) for each in plan.shipments]
    promise = promised(shipments, order.ask, market.compiled, here.at)
    return promise is not None and promise.latest <= order.latest


async def _take_back(here: Here, moves: Sequence[Move]) -> None:
    recalls = [
        Recall(claim.order_id, claim.line_no, claim.sku, claim.node_id, claim.quantity)
        for each in moves
        for claim in each.order.standing.claims
    ]
    done = await recall(
        here.conn, here.market, recalls, actor=ACTOR, reason="planned again, cheaper", at=here.at
    )
    await outbox.tell(here.conn, here.market, tell.facts(done.acted), at=here.at)


def _days(
    here: Here, market: Market, made: Mapping[OrderId, Planned]
) -> dict[OrderId, dict[NodeId, date]]:
    work_day = market.compiled.days(here.at).work_day
    index = market.compiled.index
    return {
        order_id: {
            each.node_id: date.fromordinal(int(work_day[index[each.node_id]]))
            for each in plan.shipments
        }
        for order_id, (plan, _, _) in made.items()
    }


async def _exchange_days(
    here: Here, market: Market, old: Sequence[Day], new: Mapping[OrderId, Mapping[NodeId, date]]
) -> None:
    """Give the old plans' days back and take the new ones'; never beyond a day's capacity."""
    ship = Method.SHIP.value
    unused, before = market.to_give_back([(node, day, ship) for node, day in old])
    wanted = [
        {k: n for node, day in days.items() for k, n in market.limits(node, day, ship).items()}
        for days in new.values()
    ]
    asked = [list(each) for each in wanted]
    limits = before | {key: limit for each in wanted for key, limit in each.items()}
    await capacity.lock(here.conn, here.market, limits, limits)
    await capacity.give_back(here.conn, here.market, unused, limits)
    taking = await capacity.take(here.conn, here.market, asked, limits, forced=[False] * len(asked))
    full = [o for o, granted in zip(new, taking.granted, strict=True) if not granted]
    if full:
        raise Contended(full)


async def _exchange_units(
    here: Here, market: Market, moves: Sequence[Move], made: Mapping[OrderId, Planned]
) -> dict[OrderId, list[Claim]]:
    """Free what the old plans claimed and claim for the new ones, all positions locked at once."""
    asks = {each.order.order_id: each.order.ask for each in moves}
    claims = {
        order_id: withhold.guarded(
            market, asking.claims(order_id, plan, needs), asks[order_id].buyer, here.at
        )
        for order_id, (plan, _, needs) in made.items()
    }
    old = [claim for each in moves for claim in each.order.standing.claims]
    keys: set[tuple[Sku, NodeId]] = {(c.sku, c.node_id) for each in claims.values() for c in each}
    await lock(here.conn, here.market, old, keys)
    mended = await free(here.conn, here.market, old, at=here.at)
    await mend(here.conn, here.market, mended, at=here.at)
    reserving = await reserve(here.conn, here.market, list(claims.values()), at=here.at)
    short = [
        o
        for o, answer in zip(claims, reserving.answers, strict=True)
        if not isinstance(answer, Done)
    ]
    if short:
        raise Contended(short)
    await tell_those_who_wait(here.conn, here.market, {claim.sku for claim in old}, here.at)
    return claims
