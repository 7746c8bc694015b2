"""What is most worth counting in the minutes there are: ranked by promises saved a second. Pure."""

import math
from collections.abc import Iterable

from entrepot.inventory import truth
from entrepot.inventory.truth_model import (
    HORIZON_DAYS,
    VELOCITY_LEAST,
    Candidate,
    Counting,
    Task,
)

ASKED_MAX = 60
"""Units looked at for one position: as good as all that are asked for in the horizon."""


def count_list(candidates: Iterable[Candidate], counting: Counting, *, minutes: int) -> list[Task]:
    """Answer the counts to make, best first, that fit into the minutes together.

    A count too long for what is left gives way to shorter ones behind it.
    """
    tasks = [task(each, counting) for each in candidates]
    ranked = sorted(tasks, key=lambda each: (-each.saves / each.seconds, each.sku))
    left, chosen = minutes * 60, []
    for each in ranked:
        if each.seconds <= left and each.saves > 0:
            left -= each.seconds
            chosen.append(each)
    return chosen


def task(candidate: Candidate, counting: Counting) -> Task:
    """Answer what counting a position costs and saves.

    The n-th unit is asked for within the horizon with a probability (Poisson, by velocity). Offered
    and not there, it breaks a promise. Withheld it is wrong either way: there, it is a sale hidden;
    not there, the books keep saying so and nobody sends more.
    """
    chances = truth.at_least(candidate.missing, candidate.book)
    asked = _asked(max(candidate.velocity, VELOCITY_LEAST) * HORIZON_DAYS)
    saves = sum(
        wanted * (1 - there if units <= candidate.offered else 1.0)
        for units, (there, wanted) in enumerate(zip(chances, asked, strict=False), start=1)
    )
    return Task(
        candidate.sku,
        candidate.book,
        chances[0] if chances else 0.0,
        truth.expected_missing(candidate.missing, candidate.book),
        saves,
        counting.seconds + counting.unit_seconds * candidate.book,
    )


def _asked(mean: float) -> list[float]:
    """Give P(at least n are asked for), n from 1 on."""
    chance = math.exp(-mean)
    left, tails = 1.0, []
    for units in range(1, ASKED_MAX + 1):
        left = max(0.0, left - chance)
        tails.append(left)
        chance *= mean / units
        if left < 1e-9:
            break
    return tails
