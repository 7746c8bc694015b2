"""Sourcing alone: one order's exact choice over 205 nodes, in the kernel and as a whole.

Orders of one to five lines (60, 22, 10, 5, 3 in a hundred) over the default rate card; each sku is
held by 60 of the nodes. No database and no server. The floor looks at every line of an order at
every node once, in one pass over the same arrays, and decides nothing.
"""

import time
from collections.abc import Callable
from datetime import UTC, datetime
from random import Random

import numpy as np

from bench.effort import FULL, Effort, command
from bench.figure import Figure, middle
from bench.report import show
from bench.system import System, running
from entrepot.network.compiled import Compiled, Days, default_rate_card
from entrepot.network.model import Channel, Method, Network, Node, NodeKind
from entrepot.sourcing.batch import Batch
from entrepot.sourcing.eligibility import Standing
from entrepot.sourcing.model import EXACT_LINES_MAX, Ask, Stock, Want
from entrepot.sourcing.shelves import Shelves
from entrepot.sourcing.solve import plan_batch
from entrepot.sourcing.warm import warm
from entrepot.terms.ids import ChannelId, MarketId, NodeId, Sku
from entrepot.terms.place import Place

NODES, SKUS, HOLDERS, ORDERS = 205, 2_000, 60, 128
SHARES = {1: 60, 2: 22, 3: 10, 4: 5, 5: 3}
"""Orders in a hundred, by lines."""

KERNEL_US_MAX = 10
TODAY = 739_940
CHANNEL = ChannelId("web")


class Country:
    """A made-up network with stock, and orders over it; the same for the same seed."""

    def __init__(self, seed: int) -> None:
        self.chance = Random(seed)  # noqa: S311 - seeded chance, not cryptography
        nodes = tuple(self._node(at) for at in range(NODES))
        channels = (Channel(CHANNEL),)
        network = Network(MarketId("bench"), 1, nodes, default_rate_card(), channels)
        self.compiled = Compiled(network)
        self.days = Days(np.full(NODES, TODAY, np.int32), datetime.max.replace(tzinfo=UTC))
        self.weights = [self.chance.randint(100, 3_000) for _ in range(SKUS)]
        self.stock = Stock({Sku(f"S{at}"): self._held() for at in range(SKUS)})

    def _place(self, at: int) -> Place:
        north, east = self.chance.uniform(30, 47), self.chance.uniform(-120, -75)
        return Place("US", f"{at:05d}", "", north, east, "UTC")

    def _node(self, at: int) -> Node:
        cost = self.chance.choice((35, 90))
        place, name = self._place(at), NodeId(f"N{at:03d}")
        methods = frozenset(Method)
        return Node(name, "", NodeKind.STORE, place, "UTC", methods, handling_cost=cost)

    def _held(self) -> tuple[np.ndarray, np.ndarray]:
        nodes = np.array(sorted(self.chance.sample(range(NODES), HOLDERS)), np.int32)
        return nodes, np.array([self.chance.randint(5, 400) for _ in nodes], np.int32)

    def ask(self, lines: int) -> Ask:
        wants = [
            Want(Sku(f"S{at}"), self.chance.choice((1, 1, 1, 2)), self.weights[at])
            for at in self.chance.sample(range(SKUS), lines)
        ]
        place = self._place(self.chance.randrange(800))
        return Ask(CHANNEL, Method.SHIP, "standard", tuple(wants), place)

    def mixed(self) -> list[Ask]:
        lines = self.chance.choices(list(SHARES), list(SHARES.values()), k=ORDERS)
        return [self.ask(each) for each in lines]

    def kernel_us(self, asks: list[Ask]) -> float:
        """Measure the kernel's processor time per order, everything decided and taken."""
        standing = Standing(self.compiled, self.days, {})
        batch = Batch(asks, Shelves(asks, self.stock, self.compiled), standing)
        return spent(lambda: batch.decide(0, len(asks), taking=True)) / len(asks)

    def whole_us(self, asks: list[Ask]) -> float:
        """Measure the same from asks to plans."""
        return spent(lambda: plan_batch(asks, self.stock, self.compiled, self.days, {})) / len(asks)

    def floor_us(self, asks: list[Ask]) -> float:
        """Measure one look at every line of the orders at every node."""
        shelves = Shelves(asks, self.stock, self.compiled)
        rows = np.array([shelves.row[want.sku] for ask in asks for want in ask.wants])
        look = shelves.free
        return spent(lambda: np.count_nonzero(look[rows] >= 1)) / len(asks)


def spent(work: Callable[[], object]) -> float:
    """Measure processor microseconds."""
    began = time.process_time()
    work()
    return (time.process_time() - began) * 1e6


def figures(_: System, effort: Effort) -> list[Figure]:
    """Measure kernel, whole and floor in turns; the medians count."""
    warm()
    country, turns = Country(1), 20 * effort.rounds
    kernel, whole, floor = [], [], []
    for _turn in range(turns):
        asks = country.mixed()
        kernel.append(country.kernel_us(asks))
        whole.append(country.whole_us(asks))
        floor.append(country.floor_us(asks))
    by_lines = []
    for lines in (1, 2, 3, 5, 8, EXACT_LINES_MAX):
        orders = [country.ask(lines) for _ in range(ORDERS)]
        by_lines.append(f"{lines}: {country.kernel_us(orders):.1f}")
    per_order, bound = middle(kernel), middle(floor)
    return [
        Figure(
            name="sourcing: the exact choice of an order over 205 nodes",
            value=per_order,
            unit="µs/order",
            goal=f"≤ {KERNEL_US_MAX} µs",
            met=per_order <= KERNEL_US_MAX,
            floor=bound,
            floor_is="one pass over an order's lines times the nodes, deciding nothing",
            ratio=per_order / bound,
            notes=(
                f"From asks to plans, in batches of {ORDERS}: {middle(whole):.0f} µs.",
                f"By lines, in µs: {', '.join(by_lines)}.",
            ),
        )
    ]


def main(*, json: bool = False, effort: Effort = FULL) -> None:
    with running() as host:
        show(host, figures(host, effort), json=json)


if __name__ == "__main__":
    command(main)
