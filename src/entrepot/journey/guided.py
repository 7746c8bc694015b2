"""Plan by the policy's strategies: each order by its first, and again by the next where that fails.

Orders that a strategy fails are planned again after the others of their batch took theirs. Every
try is part of the batch's record, in its turn.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType

from msgspec.structs import replace

from entrepot.journey.world import Market
from entrepot.policies.strategies import Otherwise
from entrepot.sourcing.eligibility import Standing
from entrepot.sourcing.guide import Guided
from entrepot.sourcing.model import Ask, NoPlan, Plan, WhyNoPlan
from entrepot.sourcing.solve import plan_on
from entrepot.sourcing.survey import Shelves

HOPELESS = frozenset({WhyNoPlan.UNKNOWN_CHANNEL, WhyNoPlan.UNKNOWN_NODE})
"""No other strategy helps against these."""

Answers = list[Plan | NoPlan]
_NOTHING: Mapping[int, Otherwise] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Tried:
    """Every question in the order in which it was decided, with its answer.

    `last` says of each order where its last question stands; `otherwise` what the policy wants done
    for those that no strategy served.
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

    return tried(market, asks, plan, at)


def tried(
    market: Market, asks: Sequence[Ask], plan: Callable[[Sequence[Ask]], Answers], at: datetime
) -> Tried:
    """Answer each ask by the first of its strategies that finds all of it, else by the last."""
    guides = market.guides
    if guides is None:
        return Tried(asks, plan(asks), range(len(asks)))
    guided = [guides.of(ask, at, market.category) for ask in asks]
    every = [_by(ask, found, 0) for ask, found in zip(asks, guided, strict=True)]
    answers, last = plan(every), list(range(len(asks)))
    turn, left = 1, _unserved(guided, answers, last, 1)
    while left:
        again = [_by(asks[at_], guided[at_], turn) for at_ in left]
        for place, at_ in enumerate(left, start=len(every)):
            last[at_] = place
        every += again
        answers += plan(again)
        turn += 1
        left = _unserved(guided, answers, last, turn)
    otherwise = {
        at_: found.otherwise
        for at_, found in enumerate(guided)
        if found is not None and isinstance(answers[last[at_]], NoPlan)
    }
    return Tried(every, answers, last, otherwise)


def _by(ask: Ask, guided: Guided | None, turn: int) -> Ask:
    return ask if guided is None else replace(ask, guide=guided.guides[turn])


def _unserved(
    guided: Sequence[Guided | None], answers: Answers, last: Sequence[int], turn: int
) -> list[int]:
    """Give those who have another strategy, and have found nothing yet."""
    return [
        at
        for at, found in enumerate(guided)
        if found is not None
        and len(found.guides) > turn
        and isinstance(answer := answers[last[at]], NoPlan)
        and answer.why not in HOPELESS
    ]
