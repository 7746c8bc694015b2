"""Every two commands of inventory beside each other, in every order of their statements.

How it is done, which pairs there are and how to run all of it: docs/proof.md.
"""

import asyncio

import pytest

from proof.beside import EVERY_PAIR, NAMED, NOBODY, Bench, Beside
from proof.callers import PASSED, READS
from proof.interleave import first, follow

pytestmark = pytest.mark.slow

REFUSED = frozenset({"place an order of a kit"})
"""Commands that are refused in the market as it is: what they want is owed, until it comes."""


def beside(at: int) -> tuple[str, ...]:
    """Give what the command at a place is run beside: itself, and all after it or a ninth of them.

    Which ones is another choice for the next command.
    """
    after = NAMED[at + 1 :]
    return (NAMED[at], *(after if EVERY_PAIR else after[at % 9 :: 9]))


async def proved(bench: Bench, name: str, others: tuple[str, ...]) -> list[str]:
    """Prove a command beside some others; give what was found."""
    return [
        fault for other in others for fault in (await Beside(bench, name, other).prove()).faults
    ]


@pytest.mark.parametrize("name", NAMED)
async def test_a_command_has_something_to_do(scarce, name):
    pair = await scarce.start([name, NOBODY])
    await follow(pair, first(0))
    end = await scarce.end(pair)
    assert not end.answers[0].startswith("fault")
    assert end.answers[0] != repr(PASSED)
    assert (end.state != scarce.kept.state) == (name not in READS | REFUSED)


@pytest.mark.parametrize("name", NAMED)
async def test_a_command_is_safe_beside_itself_and_those_after_it(benches, name):
    others = beside(NAMED.index(name))
    found = await asyncio.gather(
        *(proved(bench, name, others[n :: len(benches)]) for n, bench in enumerate(benches))
    )
    assert [fault for faults in found for fault in faults] == []
