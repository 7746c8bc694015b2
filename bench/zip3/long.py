"""A long run: week after week of many orders, routed, priced and planned jointly, and refereed.

What it looks for is a violation of stock or room, so that weeks are large and prices are made of
one future, twice a week; those days are planned jointly too. Cost is no matter here.
"""

from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from functools import partial
from time import process_time
from typing import Final

from bench.zip3 import figures, instance, policies
from bench.zip3.geography import Geography
from bench.zip3.instance import Shape
from bench.zip3.referee import judged

FIRST_SEED: Final = 10_000
PER_DAY: Final = 4_000
SKUS: Final = 4_000
POLICY: Final = replace(policies.AHEAD_JOINT, name="long run", scenarios=1, every=4)
"""Prices and joint plans on the first and the fifth day of a week."""


@dataclass(frozen=True, slots=True)
class Week:
    """What came of a week; processor seconds of making, routing and judging it."""

    orders: int
    violations: int
    unfilled: int
    processor_s: float


def shape(*, quick: bool) -> Shape:
    """Give what the weeks are like."""
    if quick:
        return replace(instance.BASE, **figures.QUICK)
    return replace(instance.BASE, name="long", per_day=PER_DAY, skus=SKUS)


def week_of(*, quick: bool) -> int:
    """Say how many orders a week has."""
    made = shape(quick=quick)
    return made.days * made.per_day


def weeks(areas: Geography, count: int, *, quick: bool, workers: int) -> Iterator[Week]:
    """Run so many weeks, several at once where there are workers for it, in their order."""
    seeds = range(FIRST_SEED, FIRST_SEED + count)
    run = partial(_week, areas, shape(quick=quick))
    if workers <= 1:
        yield from map(run, seeds)
        return
    with ProcessPoolExecutor(workers) as pool:
        yield from pool.map(run, seeds)


def _week(areas: Geography, made: Shape, seed: int) -> Week:
    began = process_time()
    week = instance.made(made, seed, areas)
    verdict = judged(week, policies.run(week, POLICY).assigned)
    return Week(len(week.orders), len(verdict.violations), verdict.unfilled, process_time() - began)
