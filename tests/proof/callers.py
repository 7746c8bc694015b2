"""Who calls a command, and what the proof knows of each beside how it is run."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from entrepot.inventory.model import RowResult
from entrepot.journey.world import Market
from entrepot.plumbing import db
from entrepot.terms.outcome import Done
from proof.scarce import Process, Scarce


@dataclass(frozen=True, slots=True)
class Caller:
    """Who runs a command: a side of the proof."""

    name: str
    process: Process
    scarce: Scarce

    async def commits(self, work: Callable[[db.Connection, Market], Awaitable[object]]) -> object:
        """Run work in one transaction of its own, as faces do."""
        market = await self.process.market()
        return await db.in_transaction(self.process.pool, lambda conn: work(conn, market))


Run = Callable[[Caller], Awaitable[object]]

COMMANDS: dict[str, Run] = {}

GIVEN: dict[str, str] = {}
"""What must be so for a command to have anything to do, and is so only beside it."""

PASSED = "passed by"
"""The answer of a command that finds another worker at the same work, and leaves it to him."""

PASSES = frozenset({
    "sweep carts", "sweep safety", "let time pass for beliefs", "publish",
    "note what channels are to be told", "take shipped units off the books",
    "plan again what a node rejected", "give planned units to their node", "serve who waits",
    "date who waits", "seek for who waits", "relieve a shortage", "learn from a rejection",
})  # fmt: skip
"""Commands that pass by where another worker has what they look for."""

READS = frozenset({"look up what is available"})
"""Commands that only look: they may see the other one's commits in the middle."""


def command(name: str, *, given: str | None = None) -> Callable[[Run], Run]:
    """Enter a command under a name."""

    def enter(run: Run) -> Run:
        COMMANDS[name] = run
        if given:
            GIVEN[name] = given
        return run

    return enter


def answer(told: object) -> object:
    """Say yes, or why not."""
    return "done" if isinstance(told, Done) else getattr(told, "why", told)


def rows(results: Sequence[RowResult]) -> list[tuple[str, int | None, int]]:
    """Say what became of rows of a feed."""
    return [(each.status.value, each.on_hand, each.short) for each in results]


async def passes_by(_: Caller) -> object:
    return PASSED
