"""What becomes of the rest of an order of which a node gave units up: pulled back, or canceled."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from entrepot.fulfillment import tell
from entrepot.fulfillment.model import Recall
from entrepot.fulfillment.recall import recall
from entrepot.inventory.model import Claim
from entrepot.journey.cancel import Wish, cancel
from entrepot.journey.here import Here
from entrepot.journey.progress import Standing, unopened
from entrepot.network.model import Method
from entrepot.plumbing import db, outbox
from entrepot.sourcing import capacity
from entrepot.sourcing.model import DayKey
from entrepot.terms.ids import LineNo, OrderId
from entrepot.terms.outcome import Refused

ACTOR = "entrepot"
TOGETHER, GIVEN_UP = "planned again with the rest", "its node gave it up"


@dataclass(frozen=True, slots=True)
class Back:
    """Claims that were pulled back from their nodes, and the days of the work that ended so."""

    claims: list[Claim]
    days: list[DayKey]


async def pull_back(
    here: Here, order_ids: Sequence[OrderId], standing: Mapping[OrderId, Standing]
) -> Back:
    """Take from their nodes what nobody has begun of these orders, but for what is fetched.

    The caller holds the orders' locks, and frees the claims. Raises Outrun where work was begun.
    """
    claims: list[Claim] = []
    recalls: list[Recall] = []
    for order_id in order_ids:
        each = standing[order_id]
        if each.head.method != Method.SHIP:
            continue
        claims += unopened(each)
        for work in each.works:
            if work.head.state in {"planned", "released"}:
                recalls += [
                    Recall(order_id, line.line_no, line.sku, work.head.node_id, line.live)
                    for line in work.lines
                    if line.live
                ]
    claims += [Claim(r.order_id, r.line_no, r.sku, r.node_id, r.quantity) for r in recalls]
    done = await recall(here.conn, here.market, recalls, actor=ACTOR, reason=TOGETHER, at=here.at)
    if any(taken < r.quantity for taken, r in zip(done.quantities, recalls, strict=True)):
        raise db.Outrun("work was begun while it was pulled back")
    await outbox.tell(here.conn, here.market, tell.facts(done.acted), at=here.at)
    heads = [each.after.head for each in done.acted if each.after.head.state == "canceled"]
    return Back(claims, [(head.node_id, head.day, head.method) for head in heads])


async def give_days_back(here: Here, days: Sequence[DayKey]) -> None:
    """Give the days of ended work back."""
    market = await here.world.fresh(here.conn, here.market)
    await capacity.give_back(here.conn, here.market, *market.to_give_back(days))


async def cancel_given_up(
    here: Here, claims: Sequence[Claim], standing: Mapping[OrderId, Standing]
) -> list[Claim]:
    """Cancel what nodes gave up of orders that are sent, an order at a time; answers the others.

    Of a kit as many are canceled as any part was given up of.
    """
    market = await here.world.fresh(here.conn, here.market)
    kept: list[Claim] = []
    units: dict[OrderId, dict[LineNo, int]] = {}
    for claim in claims:
        each = standing[claim.order_id]
        if each.head.method != Method.SHIP:
            kept.append(claim)
            continue
        line = next(line for line in each.lines if line.line_no == claim.line_no)
        count = -(-claim.quantity // dict(each.per_unit(line))[claim.sku])
        of = units.setdefault(claim.order_id, {})
        of[claim.line_no] = max(of.get(claim.line_no, 0), count)
    for order_id, lines in sorted(units.items()):
        wishes = [Wish(line, count) for line, count in sorted(lines.items())]
        done = await cancel(
            here.conn, market, order_id, wishes, actor=ACTOR, reason=GIVEN_UP, at=here.at
        )
        if isinstance(done, Refused):
            raise db.Outrun("what was given up left while it was to be canceled")
    return kept
