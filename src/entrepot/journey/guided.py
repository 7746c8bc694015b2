"""Plan by the policy's strategies: each order by its first, and again by the next where that fails.

Orders that a strategy fails are planned again after the others of their batch took theirs. Every
try is part of the batch's record, in its turn.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType
from typing import Protocol

import numpy as np
from msgspec.structs import replace

from entrepot.journey.world import Market
from entrepot.network.model import Method
from entrepot.policies.strategies import Otherwise
from entrepot.sourcing.cost import Bools
from entrepot.sourcing.eligibility import Standing, allowed_by
from entrepot.sourcing.guide import Guided, Guides
from entrepot.sourcing.model import Ask, Guide, NoPlan, Plan, WhyNoPlan
from entrepot.sourcing.shelves import Shelves
from entrepot.sourcing.solve import plan_on
from entrepot.terms.ids import Sku


class Ruled(Protocol):
    """Whose strategies are tried: a market, or one that is only tried on history."""

    @property
    def guides(self) -> Guides | None:
        """The policy's profiles, ready for the network; None where there are none."""

    def category(self, sku: Sku) -> str:
        """An item's category."""


LACKING = frozenset({WhyNoPlan.SHORT, WhyNoPlan.FENCED})
"""Units are missing: there are none, or none where the policy's strategies let them be taken."""

HOPELESS = frozenset({WhyNoPlan.UNKNOWN_CHANNEL, WhyNoPlan.UNKNOWN_NODE})
"""No other strategy helps against these."""

Answers = list[Plan | NoPlan]
_NOTHING: Mapping[int, Otherwise] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Tried:
    """Every question in the order in which it was decided, with its answer.

    `last` says of each order where the question stands whose answer is its own; `otherwise` what
    the policy wants done for those that no strategy served.
    """

    asks: Sequence[Ask]
    answers: Answers
    last: Sequence[int]
    otherwise: Mapping[int, Otherwise] = field(default_factory=lambda: _NOTHING)

    @property
    def final(self) -> Answers:
        """Each order's answer."""
        return [self.answers[place] for place in self.last]


def tried_on(
    market: Market, shelves: Shelves, asks: Sequence[Ask], standing: Standing, at: datetime
) -> Tried:
    """Answer each ask in order, taking from these shelves and this standing."""

    def plan(some: Sequence[Ask]) -> Answers:
        return plan_on(shelves, some, standing)

    return tried(market, asks, plan, standing, at)


def tried(
    market: Ruled,
    asks: Sequence[Ask],
    plan: Callable[[Sequence[Ask]], Answers],
    standing: Standing,
    at: datetime,
) -> Tried:
    """Answer each ask by the first of its strategies that finds all of it.

    A node whose day is full is not used while another strategy is left. Where none finds all, the
    answer is that of the strategy that lacks the fewest units.
    """
    guides = market.guides
    if guides is None:
        return Tried(asks, plan(asks), range(len(asks)))
    guided = [guides.of(ask, at, market.category) for ask in asks]
    if standing.fulls.any():
        rooms = {method: Roomy(standing.full_of(method).copy()) for method in Method}
        guided = [rooms[ask.method].of(found) for ask, found in zip(asks, guided, strict=True)]
    every = [_by(ask, found, 0) for ask, found in zip(asks, guided, strict=True)]
    answers, tries = plan(every), [[place] for place in range(len(asks))]
    while left := [n for n, found in enumerate(guided) if _goes_on(found, answers, tries[n])]:
        again = [_by(asks[n], guided[n], len(tries[n])) for n in left]
        for place, n in enumerate(left, start=len(every)):
            tries[n].append(place)
        every += again
        answers += plan(again)
    last = [_best(answers, places) for places in tries]
    otherwise = {
        n: found.otherwise
        for n, found in enumerate(guided)
        if found is not None and isinstance(answers[last[n]], NoPlan)
    }
    return Tried(every, answers, last, otherwise)


class Roomy:
    """Narrows strategies to nodes with room, so that a full day leads to the next one first."""

    def __init__(self, full: Bools) -> None:
        self._full = full
        self._known: dict[Guide, Guide] = {}

    def of(self, guided: Guided | None) -> Guided | None:
        """Give the strategies in turn, all but the last without full nodes; then those with them.

        A node beyond its capacity is better than no node, and worse than any other.
        """
        if guided is None or len(guided.guides) < 2:
            return guided
        before = guided.guides[:-1]
        narrow = tuple([self._narrowed(guide) for guide in before])
        crowded = [g for g, narrowed in zip(before, narrow, strict=True) if narrowed is not g]
        guides = (*narrow, guided.guides[-1], *crowded)
        return Guided(guided.profile, guides, guided.otherwise)

    def _narrowed(self, guide: Guide) -> Guide:
        if guide not in self._known:
            allowed = allowed_by(guide, len(self._full))
            some = ~self._full if allowed is None else allowed & ~self._full
            same = allowed is not None and bool((some == allowed).all())
            packed = np.packbits(some).tobytes()
            self._known[guide] = guide if same else replace(guide, allowed=packed)
        return self._known[guide]


def _by(ask: Ask, guided: Guided | None, turn: int) -> Ask:
    return ask if guided is None else replace(ask, guide=guided.guides[turn])


def _goes_on(guided: Guided | None, answers: Answers, places: Sequence[int]) -> bool:
    """Say whether an order has another strategy, and has found nothing yet."""
    if guided is None or len(places) == len(guided.guides):
        return False
    answer = answers[places[-1]]
    return isinstance(answer, NoPlan) and answer.why not in HOPELESS


def _best(answers: Answers, places: Sequence[int]) -> int:
    """Give the place of the last answer if it is a plan, else of the one that lacks the least."""
    if len(places) == 1 or isinstance(answers[places[-1]], Plan):
        return places[-1]
    return min(places, key=lambda place: _lacks(answers[place]))


def _lacks(answer: Plan | NoPlan) -> int:
    return sum(units for _, units in answer.missing) if isinstance(answer, NoPlan) else 0
