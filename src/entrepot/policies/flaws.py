"""What is wrong with a policy's sourcing rules, each flaw with its place. Pure.

Expressions are compiled here, so that what is saved can be evaluated: a name nobody knows, another
type than is wanted and an expression without an end are told with their column.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from entrepot.policies.cel import Gives, Scope, compiled
from entrepot.policies.expression import Trouble
from entrepot.policies.strategies import Fence, Profile, Rating, Sourcing, Strategy

EXPRESSIONS_MAX: Final = 200
"""In one policy: compiled in a tenth of a second."""


@dataclass(frozen=True, slots=True)
class Flaw:
    """What is wrong, and where in the policy (a JSON Pointer)."""

    pointer: str
    detail: str


def sourcing_flaws(sourcing: Sourcing) -> list[Flaw]:
    """Give what is wrong with the rules, in the order of their text."""
    if _count(sourcing) > EXPRESSIONS_MAX:
        return [Flaw("/sourcing/profiles", f"more than {EXPRESSIONS_MAX} expressions")]
    found: list[Flaw] = []
    seen: set[str] = set()
    for at, profile in enumerate(sourcing.profiles):
        pointer = f"/sourcing/profiles/{at}"
        if profile.profile in seen:
            found.append(Flaw(f"{pointer}/profile", f"{profile.profile} comes more than once"))
        seen.add(profile.profile)
        found += _of_profile(profile, pointer)
    return found


def _count(sourcing: Sourcing) -> int:
    count = 0
    for profile in sourcing.profiles:
        count += profile.when is not None
        for strategy in profile.strategies:
            count += strategy.when is not None
            count += sum(fence.node is not None for fence in strategy.fences)
            count += sum(rating.node is not None for rating in strategy.ratings)
    return count


def _of_profile(profile: Profile, pointer: str) -> Iterator[Flaw]:
    yield from _expression(profile.when, Scope.ORDER, Gives.TRUTH, f"{pointer}/when")
    seen: set[str] = set()
    for at, strategy in enumerate(profile.strategies):
        place = f"{pointer}/strategies/{at}"
        if strategy.strategy in seen:
            yield Flaw(f"{place}/strategy", f"{strategy.strategy} comes more than once")
        seen.add(strategy.strategy)
        yield from _of_strategy(strategy, place)


def _of_strategy(strategy: Strategy, pointer: str) -> Iterator[Flaw]:
    yield from _expression(strategy.when, Scope.ORDER, Gives.TRUTH, f"{pointer}/when")
    for at, fence in enumerate(strategy.fences):
        yield from _of_fence(fence, f"{pointer}/fences/{at}")
    for at, rating in enumerate(strategy.ratings):
        yield from _of_rating(rating, f"{pointer}/ratings/{at}")


def _of_fence(fence: Fence, pointer: str) -> Iterator[Flaw]:
    said = (fence.node, fence.node_kinds, fence.node_groups, fence.nodes, fence.distance_km_max)
    if not any(each is not None for each in said):
        yield Flaw(pointer, "a fence says node, node_kinds, node_groups, nodes or distance_km_max")
    yield from _expression(fence.node, Scope.NODE, Gives.TRUTH, f"{pointer}/node")


def _of_rating(rating: Rating, pointer: str) -> Iterator[Flaw]:
    tables = [rating.by_node, rating.by_group, rating.by_kind]
    if (rating.node is None) == all(table is None for table in tables):
        yield Flaw(pointer, "say node, or a table (by_node, by_group, by_kind), and not both")
    yield from _expression(rating.node, Scope.NODE, Gives.NUMBER, f"{pointer}/node")


def _expression(text: str | None, scope: Scope, gives: Gives, pointer: str) -> Iterator[Flaw]:
    if text is not None:
        found = compiled(text, scope, gives)
        if isinstance(found, Trouble):
            yield Flaw(pointer, found.said)
