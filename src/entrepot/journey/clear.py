"""capacity.clearing -> capacity.clear: work that a node is not to do is planned again elsewhere.

Of work that nobody has begun, and that is sent: whatever other nodes can have whole moves. What
nobody else has stays where it is, but for a day on which its node is closed: that is planned again
on the node's own next days. A customer who comes to a store has chosen it, and is not moved.
"""

from collections.abc import Collection, Mapping, Sequence
from uuid import UUID

import msgspec

from entrepot.fulfillment import tell
from entrepot.fulfillment.model import Recall
from entrepot.fulfillment.recall import recall
from entrepot.inventory.model import Claim
from entrepot.inventory.resolve import free, lock
from entrepot.journey import days
from entrepot.journey.agreed import Key
from entrepot.journey.asking import Need
from entrepot.journey.days import CLEARED_MAX, NotBegun
from entrepot.journey.here import Here
from entrepot.journey.mend import mend
from entrepot.journey.notice import tell_those_who_wait
from entrepot.journey.progress import Standing, standings
from entrepot.journey.replan import give_up
from entrepot.journey.reroute import Freeing, reroute, sketched
from entrepot.journey.world import Market
from entrepot.network import overrides
from entrepot.network.model import OverrideKind, OverrideRow
from entrepot.orders import browse as orders
from entrepot.plumbing import db, outbox
from entrepot.plumbing.model import Event
from entrepot.sourcing import capacity
from entrepot.sourcing.model import DayKey
from entrepot.terms.ids import OrderId

MOVED_MAX = 200
"""Orders planned again by one commit, whose rows are locked that long."""

ACTOR, KIND = "entrepot", "override"
REASON = "its node is paused, closed or full"


class ClearingTold(msgspec.Struct, frozen=True):
    override_id: UUID


_clearing = msgspec.json.Decoder(ClearingTold)


async def clear(here: Here, events: Sequence[Event]) -> bool:
    """Move what can be moved; True: so much that another commit is to look again."""
    market = await here.world.fresh(here.conn, here.market)
    named = {_clearing.decode(event.data).override_id for event in events}
    standing = await overrides.standing(here.conn, here.market)
    rows = [row for row in standing if row.override_id in named]
    works = await _not_begun(here, market, rows)
    ids = sorted({each.order_id for each in works})
    await orders.lock(here.conn, here.market, ids)
    claims = _claims(await standings(here.conn, here.market, ids), works)
    closed = sorted({(claim.sku, claim.node_id) for claim in claims})
    can = await sketched(here, _wanted(claims), closed=closed)
    if can:
        going = set(list(can)[:MOVED_MAX])
        await _move(here, market, [c for c in claims if c.order_id in going], closed)
        return True
    shut = {row.node_id for row in rows if row.kind == OverrideKind.CLOSE and row.clock is None}
    stay = [claim for claim in claims if claim.node_id in shut]
    if stay:
        going = set(sorted({claim.order_id for claim in stay})[:MOVED_MAX])
        await _move(here, market, [c for c in stay if c.order_id in going], ())
    return len({claim.order_id for claim in stay}) > MOVED_MAX


async def _not_begun(here: Here, market: Market, rows: Sequence[OverrideRow]) -> list[NotBegun]:
    spans = [days.span(market.compiled, row) for row in rows]
    return await db.fetch(
        here.conn, days.Q["work_not_begun"], NotBegun,
        market=here.market, node_ids=[row.node_id for row in rows],
        firsts=[first for first, _ in spans], lasts=[last for _, last in spans],
        methods=[row.method for row in rows], keeps=[row.limit_per_day or 0 for row in rows],
        most=CLEARED_MAX,
    )  # fmt: skip


def _claims(standing: Mapping[OrderId, Standing], works: Sequence[NotBegun]) -> list[Claim]:
    """What these pieces of work, as they are under the lock, hold at their nodes."""
    wanted = {each.fulfillment_order_id for each in works}
    return [
        Claim(order_id, line.line_no, line.sku, work.head.node_id, line.live)
        for order_id, each in sorted(standing.items())
        for work in each.works
        if work.id in wanted and work.head.state in {"planned", "released"}
        for line in work.lines
        if line.live
    ]


def _wanted(claims: Sequence[Claim]) -> dict[OrderId, list[Need]]:
    wanted: dict[OrderId, list[Need]] = {}
    for claim in claims:
        wanted.setdefault(claim.order_id, []).append((claim.line_no, claim.sku, claim.quantity))
    return wanted


async def _move(
    here: Here, market: Market, claims: Sequence[Claim], closed: Collection[Key]
) -> None:
    """Recall these units, free their claims and plan them again; nowhere at what is closed."""
    recalls = [Recall(c.order_id, c.line_no, c.sku, c.node_id, c.quantity) for c in claims]
    done = await recall(here.conn, here.market, recalls, actor=ACTOR, reason=REASON, at=here.at)
    if any(taken < each.quantity for taken, each in zip(done.quantities, recalls, strict=True)):
        raise db.Outrun("work was begun or canceled while it was to be planned again")
    await outbox.tell(here.conn, here.market, tell.facts(done.acted), at=here.at)
    heads = [each.after.head for each in done.acted if each.after.head.state == "canceled"]
    given: list[DayKey] = [(head.node_id, head.day, head.method) for head in heads]

    async def let_go(planned: Collection[Key]) -> None:
        await capacity.give_back(here.conn, here.market, *market.to_give_back(given))
        await lock(here.conn, here.market, claims, planned)
        mended = await free(here.conn, here.market, claims, at=here.at)
        await mend(here.conn, here.market, mended, at=here.at)

    freeing = Freeing(let_go, closed, given, () if closed else claims)
    unrouted = await reroute(here, _wanted(claims), kind=KIND, waiting=False, freeing=freeing)
    await tell_those_who_wait(here.conn, here.market, {claim.sku for claim in claims}, here.at)
    await give_up(here, unrouted)
