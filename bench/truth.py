"""Calibration of store truth: simulated stores whose shelves are known, believed by the product.

`python -m bench.truth` prints how often what was said with a probability came
true, beside what the books alone would have said. The stores do not behave as the model assumes:
skus and stores differ widely, sales are booked on a neighbor, goods are put away wrongly and
come back, deliveries are short, pickers overlook and counters miscount.
"""

import argparse
import math
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from entrepot.inventory import truth, truth_rules
from entrepot.inventory.count_list import count_list
from entrepot.inventory.truth_model import (
    Belief,
    Candidate,
    Counting,
    Evidence,
    Look,
    NodeSums,
    Rates,
    Sighting,
)
from entrepot.terms.ids import NodeId, Sku

BEGIN = datetime(2026, 1, 1, tzinfo=UTC)
BINS = 10
DEPTH_MAX = 5
"""Probes ask for P(at least n), n = 1 to 5: what orders ask of one shelf."""

UNTOLD = (201, 202, 203, 204)
"""Seeds on which nothing was tuned."""


@dataclass(slots=True)
class Shelf:
    """What is there and can be found, what is there and cannot, and what the books say."""

    sku: Sku
    there: int
    lost: int
    book: int
    target: int
    walk_ins: float
    orders: float
    theft: float
    belief: Belief
    left: int = 0


@dataclass(slots=True)
class Store:
    node: NodeId
    shelves: list[Shelf]
    rates: Rates
    careless: float


@dataclass(slots=True)
class Score:
    """Predictions by tenth: how many, their sum, how many came true; and squared errors."""

    count: list[int] = field(default_factory=lambda: [0] * BINS)
    said: list[float] = field(default_factory=lambda: [0.0] * BINS)
    true: list[int] = field(default_factory=lambda: [0] * BINS)
    squares: float = 0.0
    by_book: float = 0.0

    def add(self, chance: float, *, came_true: bool) -> None:
        place = min(BINS - 1, int(chance * BINS))
        self.count[place] += 1
        self.said[place] += chance
        self.true[place] += came_true
        self.squares += (chance - came_true) ** 2
        self.by_book += 1 - came_true

    @property
    def total(self) -> int:
        return sum(self.count)

    @property
    def brier(self) -> float:
        """Mean squared error of what was said."""
        return self.squares / self.total

    @property
    def brier_by_book(self) -> float:
        """The same, had every unit of the books been promised with certainty."""
        return self.by_book / self.total

    @property
    def ece(self) -> float:
        """Expected calibration error: how far each tenth is off, weighed by its size."""
        off = sum(abs(said - true) for said, true in zip(self.said, self.true, strict=True))
        return off / self.total


@dataclass(slots=True)
class Outcome:
    """How the beliefs did: at random moments, and when orders were picked."""

    probes: Score = field(default_factory=Score)
    picks: Score = field(default_factory=Score)
    counts: int = 0
    counts_that_found: int = 0


def simulated(seed: int, *, stores: int = 8, skus: int = 60, days: int = 240) -> Outcome:
    """Run the stores and answer how well their shelves were believed."""
    dice = random.Random(seed)  # noqa: S311 - a simulation
    world = [_store(dice, number, skus) for number in range(stores)]
    outcome = Outcome()
    for day in range(days):
        at = BEGIN + timedelta(days=day)
        for store in world:
            for shelf in store.shelves:
                _day(dice, store, shelf, at, outcome)
            if day % 7 == 6:
                _counted_by_list(dice, store, at + timedelta(hours=20), outcome)
                _probed(dice, store, at + timedelta(hours=21), outcome.probes)
        if day % 28 == 27:
            _learned(world)
    return outcome


def _store(dice: random.Random, number: int, skus: int) -> Store:
    node = NodeId(f"S{number}")
    loose = math.exp(dice.gauss(0, 0.5))
    shelves = [_shelf(dice, node, f"K{place}", loose) for place in range(skus)]
    return Store(node, shelves, truth_rules.prior("store"), 0.01 * loose)


def _shelf(dice: random.Random, node: NodeId, name: str, loose: float) -> Shelf:
    sells = math.exp(dice.gauss(-2.2, 1.0))
    target = max(2, round(sells * 21 + 2))
    sku = Sku(name)
    return Shelf(
        sku, target, 0, target, target, walk_ins=sells * 0.7, orders=sells * 0.3,
        theft=0.006 * loose * math.exp(dice.gauss(-0.5, 1.0)),
        belief=truth_rules.begun(sku, node, BEGIN),
    )  # fmt: skip


def _day(dice: random.Random, store: Store, shelf: Shelf, at: datetime, outcome: Outcome) -> None:
    """One day of a shelf: walk-ins, losses, orders, a delivery."""
    _walked_in(dice, store, shelf)
    _lost(dice, shelf)
    for _ in range(_poisson(dice, shelf.orders)):
        _ordered(dice, store, shelf, at + timedelta(hours=12), outcome.picks)
    if shelf.book <= shelf.target // 2 and dice.random() < 0.3:
        sent = shelf.target - shelf.book
        shelf.book += sent
        shelf.there += sent - (1 if dice.random() < 0.02 else 0)


def _walked_in(dice: random.Random, store: Store, shelf: Shelf) -> None:
    """Customers take what they find; now and then the till books a neighbor instead."""
    for _ in range(_poisson(dice, shelf.walk_ins)):
        if shelf.there:
            shelf.there -= 1
            booked = shelf
            if dice.random() < store.careless:
                booked = dice.choice(store.shelves)
            if booked.book:
                booked.book -= 1
                booked.left += 1


def _lost(dice: random.Random, shelf: Shelf) -> None:
    """Goods are stolen, put away where nobody looks, and found again."""
    if shelf.there and dice.random() < shelf.theft:
        shelf.there -= min(shelf.there, 1 if dice.random() < 0.85 else 3)
    if shelf.there and dice.random() < 0.0005:
        moved = shelf.there if dice.random() < 0.5 else 1
        shelf.there, shelf.lost = shelf.there - moved, shelf.lost + moved
    if shelf.lost and dice.random() < 0.01:
        shelf.there, shelf.lost = shelf.there + shelf.lost, 0


def _advanced(store: Store, shelf: Shelf, at: datetime) -> None:
    shelf.belief = truth_rules.advanced(
        shelf.belief, store.rates, book=shelf.book, left=shelf.left, at=at
    )
    shelf.left = 0


def _ordered(dice: random.Random, store: Store, shelf: Shelf, at: datetime, picks: Score) -> None:
    """An order asks for one or two units that the books have; a picker looks."""
    asked = 1 if dice.random() < 0.8 else 2
    if shelf.book < asked:
        return
    _advanced(store, shelf, at)
    seen = min(asked, shelf.there)
    picks.add(truth.at_least(shelf.belief.missing, shelf.book)[asked - 1], came_true=seen == asked)
    if seen and dice.random() < 0.02:
        seen -= 1
    what = Evidence.FOUND if seen == asked else Evidence.EMPTY
    sighting = Sighting(shelf.sku, store.node, what, asked, seen, at)
    shelf.belief = truth_rules.seen(shelf.belief, store.rates, sighting, book=shelf.book)
    shelf.book -= seen
    shelf.there -= seen
    shelf.left += seen


def _counted_by_list(dice: random.Random, store: Store, at: datetime, outcome: Outcome) -> None:
    """Ten minutes of counting what the list names, and one shelf by chance."""
    for shelf in store.shelves:
        _advanced(store, shelf, at)
    by_sku = {shelf.sku: shelf for shelf in store.shelves}
    candidates = [
        Candidate(s.sku, tuple(s.belief.missing), s.book, s.book, s.belief.velocity)
        for s in store.shelves
    ]
    tasks = count_list(candidates, Counting(), minutes=10)
    for shelf in [*(by_sku[task.sku] for task in tasks), dice.choice(store.shelves)]:
        found = shelf.there
        if dice.random() < 0.02:
            found = max(0, found + dice.choice((-1, 1)))
        outcome.counts += 1
        outcome.counts_that_found += found < shelf.book
        look = Look(shelf.sku, store.node, shelf.book, found, at)
        shelf.belief = truth_rules.looked(shelf.belief, look)
        shelf.book = found


def _probed(dice: random.Random, store: Store, at: datetime, probes: Score) -> None:
    """Ask every shelf for one depth."""
    for shelf in store.shelves:
        if not shelf.book:
            continue
        _advanced(store, shelf, at)
        depth = dice.randint(1, min(DEPTH_MAX, shelf.book))
        chances = truth.at_least(shelf.belief.missing, shelf.book)
        probes.add(chances[depth - 1], came_true=shelf.there >= depth)


def _learned(world: Sequence[Store]) -> None:
    sums = [
        NodeSums(
            store.node, "store",
            sum(s.belief.lost + truth_rules.expected_lost(s.belief) for s in store.shelves),
            sum(s.belief.exposed + s.belief.running for s in store.shelves),
            sum(s.belief.attempts for s in store.shelves),
            sum(s.belief.misfound for s in store.shelves),
        )
        for store in world
    ]  # fmt: skip
    rates = truth_rules.learned(sums)
    for store in world:
        store.rates = rates[store.node]


def _poisson(dice: random.Random, mean: float) -> int:
    limit, product, events = math.exp(-mean), dice.random(), 0
    while product > limit:
        product *= dice.random()
        events += 1
    return events


def shown(name: str, score: Score) -> Iterator[str]:
    """Print a score as a table of Markdown."""
    yield f"{name}: {score.total} predictions"
    yield ""
    yield "| said | how often | mean said | came true |"
    yield "|---|---|---|---|"
    for place in range(BINS):
        if score.count[place]:
            said = score.said[place] / score.count[place]
            true = score.true[place] / score.count[place]
            yield (
                f"| {place / BINS:.1f}-{(place + 1) / BINS:.1f} | {score.count[place]} "
                f"| {said:.3f} | {true:.3f} |"
            )
    yield ""
    yield (
        f"ECE {score.ece:.4f}; Brier {score.brier:.4f}, of the books alone "
        f"{score.brier_by_book:.4f}"
    )


def together(scores: Sequence[Score]) -> Score:
    """Add scores up."""
    sums = Score()
    for score in scores:
        sums.squares += score.squares
        sums.by_book += score.by_book
        for place in range(BINS):
            sums.count[place] += score.count[place]
            sums.said[place] += score.said[place]
            sums.true[place] += score.true[place]
    return sums


def main() -> None:
    parser = argparse.ArgumentParser(description="How well store truth is calibrated.")
    parser.add_argument("--seeds", default=",".join(map(str, UNTOLD)))
    seeds = [int(seed) for seed in parser.parse_args().seeds.split(",")]
    outcomes = [simulated(seed) for seed in seeds]
    for name, score in (
        ("At random moments", together([each.probes for each in outcomes])),
        ("When orders were picked", together([each.picks for each in outcomes])),
    ):
        print("\n".join(shown(name, score)), end="\n\n")
    counts = sum(each.counts for each in outcomes)
    print(f"{counts} counts, {sum(o.counts_that_found for o in outcomes)} found units missing")


if __name__ == "__main__":
    main()
