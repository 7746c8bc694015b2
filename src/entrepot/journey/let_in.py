"""Let orders into their launches: each ticket is used once, in the commit of what it brings."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from entrepot.inventory import ticket
from entrepot.inventory.launch_model import TicketUse
from entrepot.journey import door
from entrepot.journey.asking import Need
from entrepot.journey.placing import NotTaken
from entrepot.journey.plan import Draft
from entrepot.journey.world import Market
from entrepot.plumbing import db
from entrepot.terms.ids import LaunchId, Sku


@dataclass(frozen=True, slots=True)
class Guest:
    """Who wants in, for what, and which tickets are shown. `holder` is an order or a cart."""

    holder: UUID
    needs: Sequence[Need]
    shown: str | None


@dataclass(slots=True)
class Entry:
    """Who was turned away, and the tickets that were used; both by order or cart."""

    refused: dict[UUID, NotTaken] = field(default_factory=dict)
    used: dict[UUID, list[TicketUse]] = field(default_factory=dict)

    def unused(self, holders: Sequence[UUID]) -> list[TicketUse]:
        """Give the tickets of those that are none of these: they brought nothing."""
        kept = set(holders)
        return [use for holder, uses in self.used.items() if holder not in kept for use in uses]


def guest(market: Market, draft: Draft, at: datetime) -> Guest:
    """Say what an order wants of launches beyond its cart, where that was not sold in advance."""
    needs: list[Need] = [(claim.line_no, claim.sku, claim.quantity) for claim in draft.claims]
    for need, _ in draft.waiting:
        launch = market.launches.get(need[1])
        if launch is not None and at >= launch.opens_at:
            needs.append(need)
    had: dict[Sku, int] = {}
    for claim in draft.cart.claims if draft.cart else ():
        had[claim.sku] = had.get(claim.sku, 0) + claim.quantity
    return Guest(draft.order_id, door.beyond(needs, had), draft.placing.ticket)


async def let_in(
    conn: db.Connection, market: Market, guests: Sequence[Guest], *, at: datetime
) -> Entry:
    """Answer all: one statement at most. The caller owns the transaction.

    Whoever then gets nothing has the tickets given back before it commits.
    """
    entry = Entry()
    asked: dict[tuple[LaunchId, int], TicketUse] = {}
    for each in guests:
        answer = door.passes(market.id, market.launches, each.needs, each.shown, at)
        if isinstance(answer, NotTaken):
            entry.refused[each.holder] = answer
            continue
        twice = next((one for one in answer if one in asked), None)
        if twice is not None:
            entry.refused[each.holder] = door.used(*twice)
            continue
        for launch_id, number in answer:
            use = TicketUse(launch_id, number, each.holder)
            asked[launch_id, number] = use
            entry.used.setdefault(each.holder, []).append(use)
    if asked:
        await _use(conn, market, asked, entry, at)
    return entry


async def _use(
    conn: db.Connection,
    market: Market,
    asked: Mapping[tuple[LaunchId, int], TicketUse],
    entry: Entry,
    at: datetime,
) -> None:
    granted = await ticket.use(conn, market.id, list(asked.values()), at=at)
    for key, use in asked.items():
        if key not in granted:
            entry.refused[use.holder] = door.used(use.launch_id, use.number)
            entry.used[use.holder].remove(use)
