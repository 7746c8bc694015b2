"""Cancel units of an order: what waits first, then what no node has begun, then what has not left.

All that the units held is given back in the same commit: demand, claims, work, a day's place.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

import msgspec

from entrepot.fulfillment import tell
from entrepot.fulfillment.model import Acted, Withdrawal
from entrepot.fulfillment.withdraw import withdraw
from entrepot.inventory.model import Claim
from entrepot.inventory.resolve import free, lock
from entrepot.inventory.wait import settle
from entrepot.journey import told
from entrepot.journey.mend import mend
from entrepot.journey.notice import tell_those_who_wait
from entrepot.journey.progress import Standing, given_up, standings, unopened
from entrepot.journey.record import UNROUTABLE
from entrepot.journey.sweep import UNDATED
from entrepot.journey.world import Market
from entrepot.orders import browse as orders
from entrepot.orders.cancel import cancel as cancel_units
from entrepot.orders.model import Cancellation, Line
from entrepot.plumbing import db, exceptions, outbox
from entrepot.sourcing import capacity
from entrepot.terms.ids import LineNo, OrderId, Sku
from entrepot.terms.outcome import Done, Outcome, Refused


class WhyNotCanceled(StrEnum):
    """In order of precedence."""

    UNKNOWN_ORDER = "unknown_order"
    UNKNOWN_LINE = "unknown_line"
    TOO_LATE = "too_late"
    NOTHING_LEFT = "nothing_left"


@dataclass(frozen=True, slots=True)
class Wish:
    """So many units of a line, or all that can be."""

    line_no: LineNo
    quantity: int | None


@dataclass(frozen=True, slots=True)
class Undone:
    """What was canceled, and the claims that were given back with it.

    The stock view is told of `freed` when the commit has succeeded, and not before: what is rolled
    back is still claimed. `taken_back` is the work that nodes lose, `waited` the units of which
    nothing was claimed: they waited.
    """

    units: list[Cancellation]
    freed: list[Claim]
    taken_back: list[Acted] = field(default_factory=list)
    waited: list[tuple[LineNo, Sku, int]] = field(default_factory=list)


Canceled = Outcome[Undone, WhyNotCanceled]
GONE = {"shipped", "collected", "delivered"}


async def cancel(  # noqa: PLR0913 - who cancels what, why and when
    conn: db.Connection,
    market: Market,
    order_id: OrderId,
    wishes: Sequence[Wish] | None,
    *,
    actor: str,
    reason: str,
    at: datetime,
) -> Canceled:
    """Cancel the wished units, whole or not at all; without wishes, all that has not left.

    The caller owns the transaction, and tells the view after it.
    """
    if not await orders.lock(conn, market.id, [order_id]):
        return Refused(WhyNotCanceled.UNKNOWN_ORDER)
    standing = (await standings(conn, market.id, [order_id]))[order_id]
    decided = _decide(standing, wishes, actor, reason)
    if isinstance(decided, Refused):
        return decided
    undone = await _give_up(
        conn, market, standing, decided.value, actor=actor, reason=reason, at=at
    )
    await cancel_units(conn, market.id, decided.value, at=at)
    fact = told.canceled(order_id, decided.value, actor=actor, reason=reason)
    await outbox.tell(conn, market.id, [fact], at=at)
    return Done(undone)


def _decide(
    standing: Standing, wishes: Sequence[Wish] | None, actor: str, reason: str
) -> Outcome[list[Cancellation], WhyNotCanceled]:
    lines = {line.line_no: line for line in standing.lines}
    asked = wishes if wishes is not None else [Wish(line, None) for line in lines]
    units: list[Cancellation] = []
    for wish in asked:
        line = lines.get(wish.line_no)
        if line is None:
            return Refused(WhyNotCanceled.UNKNOWN_LINE, f"there is no line {wish.line_no}")
        can = cancelable(standing, line)
        quantity = can if wish.quantity is None else wish.quantity
        if quantity > can:
            gone = line.quantity - line.canceled - can
            return Refused(
                WhyNotCanceled.TOO_LATE,
                f"of line {line.line_no}, {can} can be canceled: {gone} have left",
            )
        if quantity:
            units.append(
                Cancellation(standing.head.order_id, line.line_no, quantity, reason, actor)
            )
    if not units:
        gone = any(work.head.state in GONE for work in standing.works)
        why = WhyNotCanceled.TOO_LATE if gone else WhyNotCanceled.NOTHING_LEFT
        return Refused(why, "nothing is left to cancel")
    return Done(units)


def cancelable(standing: Standing, line: Line) -> int:
    """Units of a line that have not left; of a kit, as many as no part of has left."""
    left = line.quantity - line.canceled
    gone: dict[Sku, int] = {}
    for work in standing.works:
        if work.head.state in GONE:
            for each in work.lines:
                if each.line_no == line.line_no:
                    gone[each.sku] = gone.get(each.sku, 0) + each.live
    return min(
        max(0, left - -(-gone.get(sku, 0) // per_unit)) for sku, per_unit in standing.per_unit(line)
    )


async def _give_up(  # noqa: PLR0913 - who, why, when
    conn: db.Connection,
    market: Market,
    standing: Standing,
    units: Sequence[Cancellation],
    *,
    actor: str,
    reason: str,
    at: datetime,
) -> Undone:
    """Give back all that the units held; answers what that was."""
    order_id = standing.head.order_id
    lines = {line.line_no: line for line in standing.lines}
    wanted = {
        (each.line_no, sku): each.quantity * per_unit
        for each in units
        for sku, per_unit in standing.per_unit(lines[each.line_no])
    }
    settled = _from_demand(standing, wanted)
    await _close(conn, market, _no_longer_waiting(standing, settled), actor, reason, at)
    claims = _taken(unopened(standing), wanted)
    lost = _taken(given_up(standing), wanted)
    acted = await _take_back(conn, market, order_id, wanted, actor=actor, reason=reason, at=at)
    claims += [
        Claim(order_id, each.line_no, each.sku, piece.after.head.node_id, each.quantity)
        for piece in acted
        for each in piece.turn.units
    ]
    if lost:
        await lock(conn, market.id, claims + lost)
    for_good = market.keeping.for_good
    mended = await free(conn, market.id, claims, at=at, for_good=for_good)
    mended += await free(conn, market.id, lost, at=at, given_up=True)
    await settle(conn, market.id, settled)  # after positions: dating locks who waits last, too
    await mend(conn, market.id, mended, at=at)
    await tell_those_who_wait(conn, market.id, {claim.sku for claim in claims}, at)
    waited = [(line, sku, quantity) for _, line, sku, quantity in settled]
    return Undone(list(units), claims + lost, acted, waited)


async def _take_back(  # noqa: PLR0913 - whose units, by whom, why and when
    conn: db.Connection,
    market: Market,
    order_id: OrderId,
    wanted: Mapping[tuple[LineNo, Sku], int],
    *,
    actor: str,
    reason: str,
    at: datetime,
) -> list[Acted]:
    """Take units out of their nodes' work, and give the days of what ends with it back."""
    withdrawals = [
        Withdrawal(order_id, line, sku, quantity)
        for (line, sku), quantity in sorted(wanted.items())
        if quantity
    ]
    if not withdrawals:
        return []
    withdrawn = await withdraw(conn, market.id, withdrawals, actor=actor, reason=reason, at=at)
    if sum(withdrawn.quantities) < sum(each.quantity for each in withdrawals):
        raise db.Outrun("units left while they were being canceled")
    await outbox.tell(conn, market.id, tell.facts(withdrawn.acted), at=at)
    heads = [piece.after.head for piece in withdrawn.acted if _ended(piece)]
    days = [(head.node_id, head.day, head.method) for head in heads]
    await capacity.give_back(conn, market.id, *market.to_give_back(days))
    return withdrawn.acted


def _no_longer_waiting(
    standing: Standing, settled: Sequence[tuple[OrderId, LineNo, Sku, int]]
) -> list[tuple[OrderId, LineNo]]:
    """Lines of which units waited, and none does any more."""
    left = {(each.line_no, each.sku): each.quantity for each in standing.demand}
    for _, line, sku, units in settled:
        left[line, sku] -= units
    waits = {line for (line, _), units in left.items() if units}
    return sorted({(order, line) for order, line, _, _ in settled if line not in waits})


async def _close(
    conn: db.Connection,
    market: Market,
    lines: Sequence[tuple[OrderId, LineNo]],
    actor: str,
    reason: str,
    at: datetime,
) -> None:
    """End what stood against lines that were canceled."""
    closed = await exceptions.close_of(
        conn, market.id, lines, [UNROUTABLE, UNDATED], reason=reason, at=at
    )
    facts = [told.unstuck(each, actor=actor, reason=reason) for each in closed]
    await outbox.tell(conn, market.id, facts, at=at)


def _from_demand(
    standing: Standing, wanted: dict[tuple[LineNo, Sku], int]
) -> list[tuple[OrderId, LineNo, Sku, int]]:
    """Take what waits off the wanted units."""
    settled = []
    for each in standing.demand:
        key = (each.line_no, each.sku)
        units = min(each.quantity, wanted.get(key, 0))
        if units:
            wanted[key] -= units
            settled.append((each.order_id, each.line_no, each.sku, units))
    return settled


def _taken(open_: Sequence[Claim], wanted: dict[tuple[LineNo, Sku], int]) -> list[Claim]:
    """Take claims off the wanted units, as far as they go."""
    claims = []
    for claim in open_:
        key = (claim.line_no, claim.sku)
        quantity = min(claim.quantity, wanted.get(key, 0))
        if quantity:
            wanted[key] -= quantity
            claims.append(msgspec.structs.replace(claim, quantity=quantity))
    return claims


def _ended(acted: Acted) -> bool:
    return acted.after.head.state == "canceled"
