"""A life as a table: from a state, by a verb, to a state. People read it, PostgreSQL enforces it.

The table in a capability's `states.py` is the only copy: migration seeds `plumbing.transition`
from it, every move refers to its row there, and `docs/lifecycles.md` is printed from it.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Generic, TypeVar

S = TypeVar("S", bound=StrEnum)
V = TypeVar("V", bound=StrEnum)


@dataclass(frozen=True, slots=True)
class Lifecycle(Generic[S, V]):
    machine: str
    first: S
    moves: Mapping[tuple[S, V], S]

    def after(self, state: S, verb: V) -> S | None:
        """Say where `verb` leads from `state`; None where it may not be taken."""
        return self.moves.get((state, verb))

    def verbs_from(self, state: S) -> list[V]:
        """Say which verbs may be taken from `state`, in the table's order."""
        return [verb for before, verb in self.moves if before == state]

    def rows(self) -> Iterator[tuple[str, str, str, str]]:
        """Give the table as (machine, from_state, verb, to_state)."""
        for (before, verb), after in self.moves.items():
            yield self.machine, before.value, verb.value, after.value


def lifecycle(machine: str, states: type[S], verbs: type[V], table: str) -> Lifecycle[S, V]:
    """Read a table of three columns; the life begins in the first row's first state.

    A word that is no state or verb, or a pair said twice, raises ValueError at import.
    """
    moves: dict[tuple[S, V], S] = {}
    for row in filter(None, map(str.split, table.splitlines())):
        before, verb, after = states(row[0]), verbs(row[1]), states(row[2])
        if moves.setdefault((before, verb), after) is not after:
            raise ValueError(f"{machine}: {before} {verb} leads to two states")
    return Lifecycle(machine, next(iter(moves))[0], moves)
