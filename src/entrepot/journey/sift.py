"""Where orders come from that a filter may let pass, and which of them it lets pass.

Each filter is one index: `gatherings` reads the few orders of a rare one, `next_ids` goes along a
common one in the order of the list, `fitting` asks all the others of given orders.
"""

from collections.abc import Awaitable, Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from typing import Final
from uuid import UUID

from entrepot.journey.filters import FIRST, YOUNG, Filters
from entrepot.journey.finding_model import ByPromise, Place, Term
from entrepot.journey.model import Listed
from entrepot.journey.search import Sought
from entrepot.journey.summarize import summaries_of
from entrepot.orders import browse as orders
from entrepot.plumbing import db, sql
from entrepot.terms.ids import MarketId, OrderId, id_at

V = sql.load(__package__, "views.sql")

ALIKE_MAX: Final = 20
"""Terms that one beginning stands for, the first in the alphabet."""

NUMBERED_MAX: Final = 500
"""Orders of the beginnings of numbers, and of a list of numbers."""

LONG_AGO: Final = datetime(1, 1, 2, tzinfo=UTC)

Gather = Callable[[], Awaitable[list[UUID]]]


@dataclass(slots=True)
class Sieve:
    """A search under way: `groups` are lists of terms, of each of which an order has one.

    `named` are, per group, orders whose number was typed: they fit it without a term. `most` is how
    many orders a rare filter has: one more is gathered, which says that it is not.
    """

    conn: db.Connection
    market: MarketId
    filters: Filters
    at: datetime
    upto: UUID
    most: int
    groups: list[tuple[str, ...]] = field(default_factory=list)
    named: list[list[UUID]] = field(default_factory=list)

    async def read(self) -> None:
        """Read what was typed."""
        for each in self.filters.sought():
            self.groups.append(await self._terms(each))
            self.named.append(await self._numbered(each))
        for group in self.filters.term_groups():
            self.groups.append(group)
            self.named.append([])

    def gatherings(self) -> Iterator[Gather]:
        """Give ways to gather, likely the rarest first; each answers at most `most` and one."""
        f, most = self.filters, self.most + 1
        within = {"low": FIRST, "high": self.upto, "most": most}
        under_way = bool(f.stage) and "done" not in f.stage
        ways: list[tuple[bool, str, dict[str, object]]] = [
            (f.held or bool(f.hold), "held", {"kinds": list(f.hold) or None, "most": most}),
            (f.exceptions, "troubled", {"most": most}),
            (f.at_risk, "alarmed", {"most": most}),
            (
                bool(f.unaccepted_before),
                "unaccepted",
                {"before": f.unaccepted_before, "most": most},
            ),
            (f.late, "overdue", {"before": self.at, "most": most}),
            (bool(f.ended_after), "ended", {"since": f.ended_after, "most": most}),
            (under_way, "stages_down", {"stages": list(f.stage), **within}),
        ]
        yield from (partial(self._ids, name, **values) for asked, name, values in ways if asked)
        yield from (partial(self.of_terms, group) for group in self.groups)
        if f.phase:
            yield partial(self._ids, "phases_down", phases=list(f.phase), **within)

    async def of_terms(self, terms: Sequence[str]) -> list[UUID]:
        """Gather the orders of some terms."""
        if not terms:
            return []
        ids = await self._ids(
            "terms_down", terms=list(terms), low=FIRST, high=self.upto, most=self.most + 1
        )
        return list(dict.fromkeys(ids)) if len(ids) <= self.most else ids

    async def next_ids(self, low: UUID, high: UUID, most: int, *, newest: bool) -> list[UUID]:
        """Read on along the index of one of the filters; all orders, where it is of none."""
        way = "down" if newest else "up"
        within = {"low": low, "high": high, "most": most}
        stages = self.filters.stages()
        if stages and "done" not in stages:
            return await self._ids(f"stages_{way}", stages=list(stages), **within)
        if self.groups:
            return await self._ids(f"terms_{way}", terms=list(self.groups[0]), **within)
        if self.filters.phase:
            return await self._ids(f"phases_{way}", phases=list(self.filters.phase), **within)
        return await self._ids(f"all_{way}", **within)

    async def promised_after(self, after: Place | None, most: int) -> list[ByPromise]:
        """Read on along the dates of what is still to come."""
        due = after.due if after is not None and after.due is not None else LONG_AGO
        return await db.fetch(
            self.conn, V["by_promise"], ByPromise,
            market=self.market, due=due, after=after.order_id if after else FIRST, most=most,
        )  # fmt: skip

    async def fitting(self, ids: Sequence[UUID], but: Collection[int] = ()) -> list[ByPromise]:
        """Give those of some orders that all filters let pass, in no order.

        `but`: places of groups that are known to fit.
        """
        within = [order_id for order_id in ids if order_id < self.upto]
        if not within:
            return []
        f = self.filters
        groups = [list(g) for place, g in enumerate(self.groups) if place not in but]
        return await db.fetch(
            self.conn, V["fitting"], ByPromise,
            market=self.market, order_ids=within, groups=db.json_text(groups),
            phases=list(f.phase) or None, stages=list(f.stage) or None,
            placed_after=f.placed_after, placed_before=f.placed_before,
            promised_before=f.promised_before, ended_after=f.ended_after,
            late_at=self.at if f.late else None, held=f.held or bool(f.hold),
            kinds=list(f.hold) or None, troubled=f.exceptions, alarmed=f.at_risk,
            unaccepted_before=f.unaccepted_before,
        )  # fmt: skip

    async def young(self, most: int) -> list[UUID]:
        """Find the orders that fit and have no summary yet, among the youngest and those named."""
        ids = await self._ids("unsummarized", young=id_at(self.at - YOUNG), most=most)
        named = [order_id for each in self.named for order_id in each] + await self._said()
        if named:
            ids += await self._ids("without_summary", order_ids=named)
        if not ids:
            return []
        wanted = [OrderId(each) for each in dict.fromkeys(ids)]
        holds: dict[UUID, set[str]] = {}
        if self.filters.held or self.filters.hold:
            for hold in await orders.holds_of(self.conn, self.market, wanted):
                if hold.lifted_at is None:
                    holds.setdefault(hold.order_id, set()).add(hold.kind)
        return [
            row.order_id
            for row in await summaries_of(self.conn, self.market, wanted, {})
            if self.filters.fits(row, frozenset(holds.get(row.order_id, ())), self.at)
        ]

    async def _said(self) -> list[UUID]:
        """Find orders by e-mail address and external id, as they were captured."""
        words = [word for each in self.filters.sought() for word in each.words]
        if not words:
            return []
        return await self._ids(
            "of_name", emails=[word.lower() for word in words], names=words, most=self.most
        )

    async def _terms(self, sought: Sought) -> tuple[str, ...]:
        alike: list[str] = []
        if sought.beginnings:
            rows = await db.fetch(
                self.conn, V["terms_like"], Term,
                market=self.market, beginnings=list(sought.beginnings), most=ALIKE_MAX,
            )  # fmt: skip
            alike = [row.term for row in rows]
        return tuple(dict.fromkeys([*sought.terms, *alike]))

    async def _numbered(self, sought: Sought) -> list[UUID]:
        if not sought.spans:
            return []
        lows, highs = zip(*sought.spans, strict=True)
        return await self._ids("of_spans", lows=lows, highs=highs, most=NUMBERED_MAX)

    async def _ids(self, name: str, **values: object) -> list[UUID]:
        rows = await db.fetch(self.conn, V[name], Listed, market=self.market, **values)
        return [row.order_id for row in rows]
