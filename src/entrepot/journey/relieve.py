"""inventory.shorted -> inventory.relieve: claims on units that are missing are met elsewhere.

Carts give way first, the newest before the older: nobody has promised them anything yet. Then
orders do, of those that nobody at the node has picked: the class served last before the others,
within a class the newest first. Their work there is recalled, their claims freed, and what they
need is planned again. Units that are picked already stay; where they are missing all the same, a
person is told which orders have them.
"""

from collections.abc import Collection, Mapping, Sequence
from uuid import UUID

import msgspec

from entrepot.fulfillment import tell
from entrepot.fulfillment.model import Recall
from entrepot.fulfillment.recall import recall
from entrepot.inventory import tell as stock
from entrepot.inventory.carts_model import CartState, Held
from entrepot.inventory.give_way import give_way
from entrepot.inventory.hold import lock
from entrepot.inventory.model import Claim
from entrepot.inventory.supply_model import PRIORITY
from entrepot.journey import told
from entrepot.journey.asking import Need
from entrepot.journey.here import Here
from entrepot.journey.mend import SHORT, about, mend
from entrepot.journey.model import AtRisk, StillShort
from entrepot.journey.notice import tell_those_who_wait
from entrepot.journey.progress import Standing, standings, unopened
from entrepot.journey.replan import give_up
from entrepot.journey.reroute import Freeing, reroute
from entrepot.journey.tell import stuck
from entrepot.orders import browse as orders
from entrepot.plumbing import db, exceptions, outbox, sql
from entrepot.plumbing.exceptions import Stuck
from entrepot.plumbing.model import Event
from entrepot.sourcing import capacity
from entrepot.sourcing.model import DayKey
from entrepot.terms.ids import NodeId, OrderId, Sku
from entrepot.terms.order_number import number_of

Q = sql.load(__package__, "shortages.sql")

CLAIMS_MAX = 500
"""Claims that give way in one commit, whose orders are locked that long; the rest is told again."""

ORDERS_NAMED_MAX = 100
"""Orders an exception names: beyond it a person counts the shelf, not the orders."""

ACTOR, REASON = "entrepot", "missing at the node"
ANOTHER = "the shortage is another now"

Key = tuple[Sku, NodeId]
Day = DayKey


class ShortedTold(msgspec.Struct, frozen=True):
    sku: Sku
    node: NodeId


_shorted = msgspec.json.Decoder(ShortedTold)


async def relieve(here: Here, events: Sequence[Event]) -> None:
    """Recall, free, plan again; what cannot give way waits for a person."""
    keys = sorted({(s.sku, s.node) for s in (_shorted.decode(e.data) for e in events)})
    found = await _at_risk(here, keys)
    carts = await _carts(here, sorted({each.claimant for each in found if each.is_cart}))
    claims = [_claim(each) for each in found if not each.is_cart]
    ids = sorted({claim.order_id for claim in claims})
    await orders.lock(here.conn, here.market, ids)
    days = await _take_back(here, claims, await standings(here.conn, here.market, ids))

    async def free(planned: Collection[Key]) -> None:
        await _give_back(here, days)
        mended = await give_way(here.conn, here.market, carts, claims, beside=planned, at=here.at)
        await mend(here.conn, here.market, mended, at=here.at)

    wanted: dict[OrderId, list[Need]] = {}
    for claim in reversed(claims):  # who gives way last is served first
        wanted.setdefault(claim.order_id, []).append((claim.line_no, claim.sku, claim.quantity))
    await give_up(
        here,
        await reroute(
            here, wanted, kind="shortage", waiting=False, freeing=Freeing(free, (), days)
        ),
    )
    spare = {each.sku for cart in carts for each in cart.claims}
    await tell_those_who_wait(here.conn, here.market, spare, here.at)

    short = await _still_short(here, keys)
    if len(found) == CLAIMS_MAX:
        again = [stock.shorted(s.sku, s.node_id, s.on_hand, s.shortage) for s in short]
        await outbox.tell(here.conn, here.market, again, at=here.at)
    else:
        await _tell_a_person(here, short)


async def _at_risk(here: Here, keys: Sequence[Key]) -> list[AtRisk]:
    return await db.fetch(
        here.conn, Q["claims_at_risk"], AtRisk,
        market=here.market, skus=[sku for sku, _ in keys], node_ids=[node for _, node in keys],
        priority=PRIORITY, most=CLAIMS_MAX,
    )  # fmt: skip


async def _carts(here: Here, ids: Sequence[UUID]) -> list[Held]:
    """Lock the carts that give way. Raises Outrun where one has ended since it was found."""
    if not ids:
        return []
    found = await lock(here.conn, here.market, ids)
    held = [each for each in found.values() if each.cart.state == CartState.HELD]
    if len(held) < len(ids):
        raise db.Outrun("a cart at risk has ended meanwhile")
    return held


async def _still_short(here: Here, keys: Sequence[Key]) -> list[StillShort]:
    return await db.fetch(
        here.conn, Q["still_short"], StillShort,
        market=here.market, skus=[sku for sku, _ in keys], node_ids=[node for _, node in keys],
        named=ORDERS_NAMED_MAX,
    )  # fmt: skip


async def _take_back(
    here: Here, claims: Sequence[Claim], standing: Mapping[OrderId, Standing]
) -> list[Day]:
    """Take the units from their nodes: what no node works on yet, then what none has picked.

    Answers the days of work that is canceled with it, which are to be given back. Raises Outrun
    where units were picked, or canceled, since they were found.
    """
    free_ = {
        (each.order_id, each.line_no, each.sku, each.node_id): each.quantity
        for order_id in standing
        for each in unopened(standing[order_id])
    }
    recalls = []
    for each in claims:
        key = (each.order_id, each.line_no, each.sku, each.node_id)
        at_work = each.quantity - free_.get(key, 0)
        if at_work > 0:
            recalls.append(Recall(*key, at_work))
    done = await recall(here.conn, here.market, recalls, actor=ACTOR, reason=REASON, at=here.at)
    if any(taken < each.quantity for taken, each in zip(done.quantities, recalls, strict=True)):
        raise db.Outrun("units at risk were picked or canceled meanwhile")
    await outbox.tell(here.conn, here.market, tell.facts(done.acted), at=here.at)
    heads = [each.after.head for each in done.acted if each.after.head.state == "canceled"]
    return [(head.node_id, head.day, head.method) for head in heads]


def _claim(each: AtRisk) -> Claim:
    return Claim(OrderId(each.claimant), each.line_no, each.sku, each.node_id, each.quantity)


async def _give_back(here: Here, days: Sequence[Day]) -> None:
    market = await here.world.fresh(here.conn, here.market)
    await capacity.give_back(here.conn, here.market, *market.to_give_back(days))


async def _tell_a_person(here: Here, short: Sequence[StillShort]) -> None:
    """Open one exception for each position that is short still; one that stands so is let stand."""
    wanted = {about(each.sku, each.node_id): _stuck(each) for each in short if each.order_ids}
    standing = await exceptions.open_about(here.conn, here.market, SHORT, sorted(wanted))
    same = {each.subject for each in standing if wanted[each.subject].reason == each.reason}
    old = [each.exception_id for each in standing if each.subject not in same]
    closed = await exceptions.close(
        here.conn, here.market, old, actor=ACTOR, reason=ANOTHER, at=here.at
    )
    facts = [told.unstuck(each, actor=ACTOR, reason=ANOTHER) for each in closed]
    new = [each for subject, each in sorted(wanted.items()) if subject not in same]
    await exceptions.raise_all(here.conn, here.market, new, at=here.at)
    await outbox.tell(here.conn, here.market, facts + [stuck(each) for each in new], at=here.at)


def _stuck(each: StillShort) -> Stuck:
    numbers = [number_of(order_id) for order_id in each.order_ids]
    said = ", ".join(numbers)
    reason = f"{each.shortage} of {each.sku} are missing of what {each.node_id} has picked: {said}"
    named = [
        {"order_id": str(order_id), "order_number": number}
        for order_id, number in zip(each.order_ids, numbers, strict=True)
    ]
    detail = {"sku": each.sku, "node": each.node_id, "shortage": each.shortage, "orders": named}
    return Stuck(SHORT, about(each.sku, each.node_id), reason, db.json_text(detail))
