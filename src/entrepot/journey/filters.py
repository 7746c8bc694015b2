"""What a list of orders is narrowed by, and in which order it is shown. Pure.

Filters of different kinds must all fit; of the values of one kind any.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from entrepot.journey import search
from entrepot.journey.model import Summary
from entrepot.journey.search import Sought
from entrepot.journey.summary_rules import OPEN_STAGES
from entrepot.journey.terms import lowered, signed
from entrepot.orders.rules import AHEAD_MAX
from entrepot.terms.ids import id_at

FIRST = UUID(int=0)
LAST = UUID(int=(1 << 128) - 1)


class Sort(StrEnum):
    """`promise`: of orders that are still to come, those promised first at the top."""

    NEWEST = "newest"
    OLDEST = "oldest"
    PROMISE = "promise"


@dataclass(frozen=True, slots=True)
class Filters:
    """What a list is narrowed by; empty, None or False: not by that.

    `late`: still to come after the promise; `at_risk`: a milestone is; `unaccepted_before`: a node
    was given work before then and has not taken it; `ended_after`: delivered or collected since.
    `numbers` is a list of ids of any kind: orders that have any of them.
    """

    phase: tuple[str, ...] = ()
    stage: tuple[str, ...] = ()
    channel: tuple[str, ...] = ()
    node: tuple[str, ...] = ()
    method: tuple[str, ...] = ()
    service: tuple[str, ...] = ()
    sku: tuple[str, ...] = ()
    email: str | None = None
    hold: tuple[str, ...] = ()
    held: bool = False
    exceptions: bool = False
    late: bool = False
    at_risk: bool = False
    unaccepted_before: datetime | None = None
    placed_after: datetime | None = None
    placed_before: datetime | None = None
    promised_before: datetime | None = None
    ended_after: datetime | None = None
    q: str | None = None
    numbers: tuple[str, ...] = ()

    def term_groups(self) -> list[tuple[str, ...]]:
        """Give the terms that are asked for, the kinds likely to be rare first."""
        groups = [
            tuple(signed("e", [lowered(self.email)] if self.email else [])),
            tuple(signed("s", map(lowered, self.sku))),
            tuple(signed("n", self.node)),
            tuple(signed("v", self.service)),
            tuple(signed("m", self.method)),
            tuple(signed("c", self.channel)),
        ]
        return [group for group in groups if group]

    def sought(self) -> list[Sought]:
        """Give what was typed, read."""
        found = search.read(self.q) if self.q else []
        return found + ([search.listed(self.numbers)] if self.numbers else [])

    def stages(self) -> tuple[str, ...]:
        """Give the stages that can fit: what is late, at risk or not accepted is not done."""
        if self.stage:
            return self.stage
        under_way = self.late or self.unaccepted_before is not None
        return OPEN_STAGES if under_way else ()

    def span(self) -> tuple[UUID, UUID]:
        """Give ids between which all that fit lie, but for those captured long after.

        An id is made when its order is captured, or, of an order that is taken over, was placed.
        """
        low, high = FIRST, LAST
        if self.placed_before is not None:
            high = id_at(self.placed_before + AHEAD_MAX)
        if self.placed_after is not None:
            low = id_at(self.placed_after - AHEAD_MAX)
        if self.promised_before is not None:
            high = min(high, id_at(self.promised_before + AHEAD_MAX))
        return low, high

    def fits(self, row: Summary, holds: frozenset[str], at: datetime) -> bool:
        """Say whether an order fits, as far as its summary and its holds tell.

        What only others know (exceptions, milestones, work not accepted) does not fit an order so
        young that its summary is still to be written.
        """
        terms = frozenset(row.terms)
        if self.exceptions or self.at_risk or self.unaccepted_before is not None:
            return False
        return (
            (not self.phase or row.phase in self.phase)
            and (not self.stage or row.stage in self.stage)
            and (not self.held or bool(holds))
            and (not self.hold or not holds.isdisjoint(self.hold))
            and all(not terms.isdisjoint(group) for group in self.term_groups())
            and all(each.fits(row.order_id, row.terms) for each in self.sought())
            and self._dates_fit(row, at)
        )

    def _dates_fit(self, row: Summary, at: datetime) -> bool:
        due = row.promised_latest
        return (
            (self.placed_after is None or row.placed_at > self.placed_after)
            and (self.placed_before is None or row.placed_at < self.placed_before)
            and (self.promised_before is None or (due is not None and due < self.promised_before))
            and (not self.late or (row.stage != "done" and due is not None and due < at))
            and (
                self.ended_after is None
                or (row.ended_at is not None and row.ended_at >= self.ended_after)
            )
        )


YOUNG = timedelta(minutes=10)
"""An order without a summary is younger than this, or the worker rests and its lag alarm rings."""
