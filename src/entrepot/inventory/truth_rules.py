"""What becomes of a position's belief as time, sightings and counts come in. Pure."""

import math
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

import msgspec

from entrepot.inventory import truth
from entrepot.inventory.truth_model import (
    FRAILTY,
    KIND_LOSSES,
    KIND_PICKS,
    LOSSES_A_DAY,
    MISFIND,
    MISSING_MAX,
    NODE_LOSSES,
    NODE_PICKS,
    SALE_DAYS,
    VELOCITY_HALF_LIFE_DAYS,
    Belief,
    Evidence,
    Look,
    NodeSums,
    Rates,
    Sighting,
)
from entrepot.terms.ids import NodeId, Sku

DAY = timedelta(days=1)


def begun(sku: Sku, node_id: NodeId, at: datetime) -> Belief:
    """Answer the belief of a position as of its last count; None is known before."""
    return Belief(sku, node_id, at, at, list(truth.counted()), 0.0, 0.0, 0, 0, 0, None, 0, 0, 0.0)


def prior(kind: str) -> Rates:
    """Answer what is believed of a node of which nothing is known but its kind."""
    return Rates(LOSSES_A_DAY.get(kind, LOSSES_A_DAY["store"]), MISFIND)


def learned(sums: Sequence[NodeSums]) -> dict[NodeId, Rates]:
    """Answer every node's rates: Gamma and Beta posteriors, each node's prior that of its kind."""
    kinds: dict[str, Rates] = {}
    for kind in {each.kind for each in sums}:
        mine = [each for each in sums if each.kind == kind]
        kinds[kind] = _posterior(prior(kind), mine, KIND_LOSSES, KIND_PICKS)
    return {
        each.node_id: _posterior(kinds[each.kind], [each], NODE_LOSSES, NODE_PICKS) for each in sums
    }


def _posterior(before: Rates, sums: Iterable[NodeSums], losses: float, picks: float) -> Rates:
    seen = list(sums)
    lost, exposed = sum(each.lost for each in seen), sum(each.exposed for each in seen)
    misfound, attempts = sum(each.misfound for each in seen), sum(each.attempts for each in seen)
    return Rates(
        (losses + lost) / (losses / before.losses_a_day + exposed),
        (picks * before.misfind + misfound) / (picks + attempts),
    )


def rate(belief: Belief, rates: Rates) -> float:
    """Answer the units this position loses a day: its node's rate, and what it lost itself."""
    usual = rates.losses_a_day
    return usual * (FRAILTY + belief.lost) / (FRAILTY + usual * belief.exposed)


def advanced(belief: Belief, rates: Rates, *, book: int, left: int, at: datetime) -> Belief:
    """Answer the belief at a later time, when the books have `book` and `left` units went out.

    What went out was there: then no more can be missing than the books have left.
    """
    days = max(0.0, (at - belief.as_of) / DAY)
    exposure = days + SALE_DAYS * left
    missing = truth.grown(tuple(belief.missing), rate(belief, rates) * exposure)
    missing = truth.found(missing, book) if left else truth.bounded(missing, book)
    return msgspec.structs.replace(
        belief,
        as_of=max(at, belief.as_of),
        missing=list(missing),
        running=belief.running + exposure,
        velocity=_velocity(belief.velocity, left, days),
    )


def _velocity(before: float, left: int, days: float) -> float:
    kept = math.exp(-math.log(2) * days / VELOCITY_HALF_LIFE_DAYS)
    short = days < 1e-6
    gain = math.log(2) / VELOCITY_HALF_LIFE_DAYS if short else (1 - kept) / days
    return before * kept + left * gain


def seen(belief: Belief, rates: Rates, sighting: Sighting, *, book: int) -> Belief:
    """Answer the belief after a sighting; one from before the last count says nothing.

    What is told as picked together with a miss was in hand when the miss was told.
    """
    if sighting.at < belief.looked_at:
        return belief
    missing, spare = tuple(belief.missing), book - sighting.in_hand
    if sighting.what is Evidence.FOUND:
        missing = truth.found(missing, spare)
        if belief.shorted_at is not None and sighting.at <= belief.shorted_at:
            return msgspec.structs.replace(belief, missing=list(missing))
        return msgspec.structs.replace(
            belief,
            missing=list(truth.alive(missing) if spare >= MISSING_MAX else missing),
            picked=belief.picked + 1,
            attempts=belief.attempts + 1,
        )
    fewer = 1 if sighting.what is Evidence.EMPTY else max(1, sighting.units)
    after = truth.missed(missing, spare, rates.misfind, fewer_than=fewer)
    return msgspec.structs.replace(
        belief,
        missing=list(after),
        shorted=belief.shorted + 1,
        shorted_at=sighting.at,
        attempts=belief.attempts + 1,
    )


def looked(belief: Belief, look: Look) -> Belief:
    """Answer the belief after a count: exact again; what it found missing is learned from.

    A count from before the one before, or from before a pick that missed, changes nothing.
    """
    if look.at < max(belief.looked_at, belief.shorted_at or belief.looked_at):
        return belief
    gone = max(0, look.book - look.found)
    all_gone = gone and look.found == 0
    return msgspec.structs.replace(
        belief,
        as_of=max(belief.as_of, look.at),
        looked_at=look.at,
        missing=list(truth.counted()),
        exposed=belief.exposed + belief.running,
        running=0.0,
        lost=belief.lost + (1 if all_gone else min(gone, MISSING_MAX)),
        picked=0,
        shorted=0,
        shorted_at=None,
        misfound=belief.misfound + (belief.shorted if not gone else 0),
    )


def discounted(belief: Belief, *, book: int, bar: float | None) -> Belief:
    """Answer the belief with the units that are not to be counted on; `bar` None: none."""
    doubtful = 0 if bar is None else truth.doubtful(belief.missing, book, bar)
    return msgspec.structs.replace(belief, doubtful=doubtful)


def expected_lost(belief: Belief) -> float:
    """Answer the loss that is expected to be found, as a count would be learned from."""
    some = sum(units * belief.missing[units] for units in range(MISSING_MAX))
    return some + belief.missing[MISSING_MAX]


def in_words(belief: Belief | None, at: datetime, since: datetime | None) -> list[str]:
    """Answer in sentences what a position's belief rests on."""
    if belief is None:
        said = "never counted" if since is None else f"counted {_ago(at - since)} ago"
        return [said, "no pick has shown anything of it yet"]
    words = [f"counted or first seen {_ago(at - belief.looked_at)} ago"]
    if belief.shorted:
        words.append(f"{belief.shorted} picks since then did not find what was asked for")
    words.append(f"{belief.picked} picks since then found it all")
    if belief.lost:
        words.append(f"counts found {belief.lost} losses in {belief.exposed:.0f} days of exposure")
    words.append(f"{belief.velocity:.2f} units leave a day")
    return words


def _ago(since: timedelta) -> str:
    hours = max(0, int(since.total_seconds() // 3600))
    return f"{hours // 24} days" if hours >= 48 else f"{hours} hours"
