"""Which changes must be made together: those that live off what others leave."""

from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise

from entrepot.sourcing.stakes import Change, Spot


def together(
    changes: Sequence[Change], spare: Callable[[Spot], int]
) -> Iterator[tuple[Change, int]]:
    """Give the changes worth making, each with its group, numbered by its first order.

    Two belong together where they meet at a position or a node of which more is taken than is
    spare: what one takes another must leave. A group that saves nothing is not worth making, and
    what it would have left nobody outside of it needs.
    """
    leader = list(range(len(changes)))

    def find(at: int) -> int:
        while leader[at] != at:
            leader[at] = leader[leader[at]]
            at = leader[at]
        return at

    for members in _meeting(changes, spare):
        for one, other in pairwise(members):
            low, high = sorted((find(one), find(other)))
            leader[high] = low
    saved: dict[int, int] = {}
    for at, change in enumerate(changes):
        saved[find(at)] = saved.get(find(at), 0) + change.before - change.after
    for at, change in enumerate(changes):
        if saved[find(at)] > 0:
            yield change, changes[find(at)].order


def _meeting(changes: Sequence[Change], spare: Callable[[Spot], int]) -> Iterator[list[int]]:
    taken: dict[Spot, int] = {}
    members: dict[Spot, list[int]] = {}
    for at, change in enumerate(changes):
        for spot, count in change.takes.items():
            taken[spot] = taken.get(spot, 0) + count
        for spot in change.takes | change.leaves:
            members.setdefault(spot, []).append(at)
    for spot, count in taken.items():
        if count > spare(spot):
            yield members[spot]
