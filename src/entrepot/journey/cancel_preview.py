"""What a cancellation would do: the cancellation itself, in a transaction that is rolled back.

So it can say nothing else than what the command will: the same decision, the same locks, the same
rows. What it would have told is told to nobody.
"""

import contextlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from entrepot.fulfillment.model import Acted, Work
from entrepot.journey.cancel import GONE, Undone, WhyNotCanceled, Wish, cancel, cancelable
from entrepot.journey.money import worth
from entrepot.journey.progress import Standing, standings
from entrepot.journey.world import Market
from entrepot.orders import browse as orders
from entrepot.orders.model import Cancellation, Line
from entrepot.plumbing import db
from entrepot.terms.ids import OrderId
from entrepot.terms.outcome import Outcome, Refused


class _RolledBackError(Exception):
    """Ends the transaction that was only to be looked at."""


@dataclass(frozen=True, slots=True)
class Preview:
    """The order as it stands, and what would come of the cancellation."""

    standing: Standing
    outcome: Outcome[Undone, WhyNotCanceled]

    def money_of(self, unit: Cancellation) -> int:
        """Say what canceled units come to: the last that stand bear their frozen shares."""
        line = next(each for each in self.standing.lines if each.line_no == unit.line_no)
        return worth(line, line.quantity - line.canceled - unit.quantity, unit.quantity)

    def can(self, line: Line) -> int:
        """Units of a line that can be canceled."""
        return cancelable(self.standing, line)

    def gone(self, line: Line) -> list[Work]:
        """The nodes' work by which units of a line have left."""
        return [
            work
            for work in self.standing.works
            if work.head.state in GONE
            and any(each.line_no == line.line_no and each.live for each in work.lines)
        ]

    @property
    def taken_back(self) -> Sequence[Acted]:
        """The work that nodes would lose."""
        return () if isinstance(self.outcome, Refused) else self.outcome.value.taken_back


async def preview(
    pool: db.Pool,
    market: Market,
    order_id: OrderId,
    wishes: Sequence[Wish] | None,
    *,
    actor: str,
    at: datetime,
) -> Preview | None:
    """Say what canceling would do; None for an unknown order. Nothing is written."""
    seen: list[Preview] = []

    async def work(conn: db.Connection) -> None:
        seen.clear()
        await orders.lock(conn, market.id, [order_id])
        standing = (await standings(conn, market.id, [order_id])).get(order_id)
        if standing is None:
            return
        outcome = await cancel(conn, market, order_id, wishes, actor=actor, reason="preview", at=at)
        seen.append(Preview(standing, outcome))
        raise _RolledBackError

    with contextlib.suppress(_RolledBackError):
        await db.in_transaction(pool, work)
    return seen[0] if seen else None
