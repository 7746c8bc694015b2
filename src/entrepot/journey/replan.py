"""fulfillment.rejected, fulfillment.shorted -> sourcing.replan: the line looks for another node.

The node is barred for that sku of that order and its claim freed; where it could not find the goods
its position is put in doubt. What no other node can take waits for a person, with the reason.
"""

from collections.abc import Collection, Mapping, Sequence

from entrepot.inventory.model import Claim, Demand
from entrepot.inventory.resolve import doubt, free, lock
from entrepot.inventory.wait import wait
from entrepot.journey import told
from entrepot.journey.agreed import Key
from entrepot.journey.ask_customers import ask_customers
from entrepot.journey.asking import Need
from entrepot.journey.given_up import Back, cancel_given_up, give_days_back, pull_back
from entrepot.journey.here import Here, WorkTold, orders_of, work_told
from entrepot.journey.mend import mend
from entrepot.journey.notice import tell_those_who_wait
from entrepot.journey.progress import Standing, given_up, standings
from entrepot.journey.record import UNROUTABLE
from entrepot.journey.reroute import Freeing, Unrouted, reroute
from entrepot.orders import browse as orders
from entrepot.plumbing import exceptions, outbox
from entrepot.plumbing.exceptions import Stuck
from entrepot.plumbing.model import Event
from entrepot.sourcing import browse as sourcing
from entrepot.sourcing.bar import bar
from entrepot.sourcing.model import Bar, WhyNoPlan
from entrepot.terms.ids import OrderId

DECLINED = "declined"
"""Why a node is barred that would not have what it was offered: it was no try."""

NO_DOUBT = frozenset({"no_capacity", "too_busy", "closed", DECLINED})
"""Reasons that say nothing of the goods: the node has them and cannot do the work."""


async def replan(here: Here, events: Sequence[Event]) -> None:
    """Bar, plan again, free, doubt; what is free then and not in doubt goes to who waits."""
    await orders.lock(here.conn, here.market, orders_of(events))
    tolds = [each for each in work_told(events) if each.lines]
    await bar(here.conn, here.market, _bars(tolds), at=here.at)
    standing = await standings(here.conn, here.market, orders_of(events))
    claims = _still_claimed(tolds, standing)
    policy = (await here.world.fresh(here.conn, here.market)).policy
    doubtful = [
        (line.sku, each.node)
        for each in tolds
        if (each.reason or "") not in NO_DOUBT
        for line in each.lines
    ]

    if policy.when_given_up == "cancel":
        claims = await cancel_given_up(here, claims, standing)
    with_them = Back([], [])
    if policy.when_given_up == "whole":
        tired = await _tired(here, {claim.order_id for claim in claims})
        fresh = sorted({claim.order_id for claim in claims} - tired)
        with_them = await pull_back(here, fresh, standing)
    beside = with_them.claims

    async def give_back(planned: Collection[Key]) -> None:
        await give_days_back(here, with_them.days)
        await lock(here.conn, here.market, claims + beside, {*planned, *doubtful})
        mended = await free(here.conn, here.market, claims, at=here.at, given_up=True)
        mended += await free(here.conn, here.market, beside, at=here.at)
        await mend(here.conn, here.market, mended, at=here.at)
        if doubtful:
            await doubt(here.conn, here.market, doubtful, at=here.at)

    wanted: dict[OrderId, list[Need]] = {}
    for claim in claims + beside:
        wanted.setdefault(claim.order_id, []).append((claim.line_no, claim.sku, claim.quantity))
    freeing = Freeing(give_back, doubtful, with_them.days, beside)
    unrouted = await _rerouted(here, wanted, freeing)
    spare = {claim.sku for claim in claims + beside}
    await tell_those_who_wait(here.conn, here.market, spare, here.at)
    await give_up(here, unrouted)


def _still_claimed(tolds: Sequence[WorkTold], standing: Mapping[OrderId, Standing]) -> list[Claim]:
    """What the nodes gave up and is claimed still: units canceled meanwhile are nobody's."""
    left = {
        (claim.order_id, claim.line_no, claim.sku, claim.node_id): claim.quantity
        for each in standing.values()
        for claim in given_up(each)
    }
    claims = []
    for told_ in tolds:
        for line in told_.lines:
            key = (OrderId(told_.order_id), line.line, line.sku, told_.node)
            quantity = min(line.quantity, left.get(key, 0))
            if quantity:
                left[key] -= quantity
                claims.append(Claim(*key, quantity))
    return claims


async def give_up(here: Here, unrouted: Sequence[Unrouted]) -> None:
    """Units no node can take: they stay demand, and a person is told why."""
    demands, stuck, facts = [], [], []
    for each in unrouted:
        for line, sku, units in each.needs:
            reason = f"{_REASONS.get(each.why, each.why)}: {units} of {sku}"
            subject = f"orders/{each.order_id}"
            demands.append(Demand(each.order_id, line, sku, units, each.why))
            stuck.append(Stuck(UNROUTABLE, subject, reason, order_id=each.order_id, line_no=line))
            facts.append(told.stuck(each.order_id, UNROUTABLE, reason, line))
    await wait(here.conn, here.market, demands, at=here.at)
    await ask_customers(here, unrouted)
    await exceptions.raise_all(here.conn, here.market, stuck, at=here.at)
    await outbox.tell(here.conn, here.market, facts, at=here.at)


async def _rerouted(
    here: Here, wanted: dict[OrderId, list[Need]], freeing: Freeing
) -> list[Unrouted]:
    """Plan again, but for orders that were planned again often enough."""
    tired = await _tired(here, wanted)
    unrouted = [Unrouted(o, wanted[o], TIRED) for o in wanted if o in tired]
    fresh = {o: needs for o, needs in wanted.items() if o not in tired}
    return unrouted + await reroute(here, fresh, kind="replan", waiting=False, freeing=freeing)


async def _tired(here: Here, order_ids: Collection[OrderId]) -> set[OrderId]:
    """Say which orders as many nodes have refused as the policy allows."""
    policy = (await here.world.fresh(here.conn, here.market)).policy
    tried: dict[OrderId, set[str]] = {}
    for each in await sourcing.bars_of(here.conn, here.market, list(order_ids)):
        if each.reason != DECLINED:
            tried.setdefault(each.order_id, set()).add(each.node_id)
    return {o for o in order_ids if len(tried.get(o, ())) > policy.max_replans}


TIRED = "replanned_too_often"

_REASONS = {
    TIRED: "as many nodes as the policy allows have refused it",
    WhyNoPlan.SHORT.value: "no other node has the units",
    WhyNoPlan.FENCED.value: "no other node that the policy's strategies allow has the units",
    WhyNoPlan.NODE_CANNOT.value: "the chosen store cannot supply it",
    WhyNoPlan.NO_LANE.value: "no carrier service reaches the address",
    WhyNoPlan.UNKNOWN_NODE.value: "the chosen node is not known here",
    WhyNoPlan.UNKNOWN_CHANNEL.value: "the channel is not known here",
}


def _bars(tolds: Sequence[WorkTold]) -> list[Bar]:
    return [
        Bar(OrderId(each.order_id), line.sku, each.node, each.reason or "no reason given")
        for each in tolds
        for line in each.lines
    ]
