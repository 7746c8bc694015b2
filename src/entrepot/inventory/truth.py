"""How many units are really there: what time, picks and counts do to a belief. Pure.

A belief is the distribution of the units missing of the books. Losses trickle: the time without a
count adds a negative binomial number of them (Poisson losses of logarithmic size), and now and then
all the rest goes at once. Each piece of evidence multiplies by its likelihood (Bayes). The model is
that of DeHoratius, Mersereau and Schrage (M&SOM 10(2), 2008) with picks in the place of sales; see
docs/algorithms/store-truth.md.
"""

import math
from collections.abc import Sequence

from entrepot.inventory.truth_model import (
    ALL_GONE,
    COUNT_ERROR,
    GONE,
    MISSING_MAX,
    SCATTER,
    UNITS_LISTED_MAX,
    Missing,
)

NEGLIGIBLE = 1e-12


def counted() -> Missing:
    """Answer the belief after a count: nothing is missing, up to the error of counting."""
    return (1 - COUNT_ERROR, COUNT_ERROR / 2, *[0.0] * (MISSING_MAX - 2), COUNT_ERROR / 2)


def grown(missing: Missing, losses: float) -> Missing:
    """Answer the belief after a time in which `losses` units are expected to go.

    Two times after each other are the same as both at once.
    """
    if losses <= 0:
        return missing
    steps = _trickle(losses)
    last = missing[MISSING_MAX]
    sums = [0.0] * MISSING_MAX
    for place, weight in enumerate(missing[:MISSING_MAX]):
        for units, chance in enumerate(steps[: MISSING_MAX - place]):
            sums[place + units] += weight * chance
    stays = math.exp(-GONE * losses)
    kept = [min(1.0, weight * stays) for weight in sums]
    return (*kept, max(last, 1 - sum(kept)))


def _trickle(losses: float) -> list[float]:
    """Give P(j units go) for j below MISSING_MAX: negative binomial of that mean."""
    shape = losses * (1 - SCATTER) / SCATTER
    chance = (1 - SCATTER) ** shape
    steps = [chance]
    for units in range(1, MISSING_MAX):
        chance *= SCATTER * (shape + units - 1) / units
        if chance < NEGLIGIBLE and units > losses:
            break
        steps.append(chance)
    return steps


def bounded(missing: Missing, book: int) -> Missing:
    """Answer the same belief, as no more can be missing than the books have."""
    if book >= MISSING_MAX:
        return missing
    book = max(0, book)
    rest = min(1.0, sum(missing[book:]))  # a sum of probabilities, rounded
    return (*missing[:book], rest, *[0.0] * (MISSING_MAX - book))


def found(missing: Missing, spare: int) -> Missing:
    """Answer the belief once it is seen that all but `spare` of the books' units are there.

    Units beyond the books say that nothing is missing.
    """
    if spare >= MISSING_MAX:
        return missing
    possible = missing[: max(0, spare) + 1]
    total = sum(possible)
    if total < NEGLIGIBLE:
        return (*[0.0] * max(0, spare), 1.0, *[0.0] * (MISSING_MAX - max(0, spare)))
    return (*[weight / total for weight in possible], *[0.0] * (MISSING_MAX + 1 - len(possible)))


def alive(missing: Missing) -> Missing:
    """Answer the belief once a unit was taken off the shelf: not all of them can be gone.

    For books so large that nothing finer is known; of smaller ones `found` says all there is.
    """
    last = missing[MISSING_MAX] * (1 - ALL_GONE)
    total = sum(missing[:MISSING_MAX]) + last
    if total < NEGLIGIBLE:
        return missing
    return (*[weight / total for weight in missing[:MISSING_MAX]], last / total)


def missed(missing: Missing, spare: int, misfind: float, *, fewer_than: int = 1) -> Missing:
    """Answer the belief once a picker finds fewer than `fewer_than` of the `spare` other units.

    `spare` of the books' units are not in anybody's hands. Where they were there after all, the
    picker has overlooked them, with the probability `misfind`.
    """
    spare = max(0, spare)
    least = min(MISSING_MAX, max(0, spare - fewer_than + 1))
    weighed = [
        weight * (1.0 if units >= least else misfind) for units, weight in enumerate(missing)
    ]
    total = sum(weighed)
    if total < NEGLIGIBLE:
        return bounded((*[0.0] * MISSING_MAX, 1.0), spare)
    return bounded(tuple(weight / total for weight in weighed), spare)


def at_least(missing: Sequence[float], book: int) -> list[float]:
    """Answer P(at least n units are there), for n = 1 to the books' units (at most 100). Falls."""
    sums = _sums(missing)
    return [
        sums[min(book - units, MISSING_MAX - 1)]
        for units in range(1, min(book, UNITS_LISTED_MAX) + 1)
    ]


def expected_missing(missing: Sequence[float], book: int) -> float:
    """Answer how many of the books' units are missing, expected; the last place means all."""
    some = sum(min(units, book) * missing[units] for units in range(MISSING_MAX))
    return max(0.0, some + book * missing[MISSING_MAX])


def doubtful(missing: Sequence[float], book: int, bar: float) -> int:
    """Answer the units not to be counted: beyond the largest n with P(at least n) >= `bar`."""
    for units, chance in enumerate(_sums(missing)):
        if units >= book:
            break
        if chance >= bar:
            return units
    return max(0, book)


def _sums(missing: Sequence[float]) -> list[float]:
    """Give P(at most d are missing) for d below MISSING_MAX."""
    total, sums = 0.0, []
    for weight in missing[:MISSING_MAX]:
        total = min(1.0, total + weight)
        sums.append(total)
    return sums
