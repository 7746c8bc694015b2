"""What the policy's rules cost an order: choosing a profile, and the guides of its strategies.

    python -m entrepot bench rules

205 nodes. Rules that look at services and kinds, whose answers are remembered; one that looks at
each order's lines; those that look at how far each node is from each address. The floor is a policy
without rules.
"""

import time
from collections.abc import Callable
from datetime import UTC, datetime

import msgspec

from entrepot.network.compiled import Compiled
from entrepot.network.model import Method, Network, Node, NodeKind
from entrepot.policies.strategies import Sourcing
from entrepot.sourcing.guide import Guides
from entrepot.sourcing.model import Ask, Want
from entrepot.terms.ids import ChannelId, MarketId, NodeId, Sku
from entrepot.terms.place import Place

NODES, ORDERS = 205, 4_000
AT = datetime(2026, 11, 28, 15, 30, tzinfo=UTC)
DCS = {"strategy": "DCs", "fences": [{"node_kinds": ["dc"]}]}
REMEMBERED = [
    {
        "profile": "express", "when": "order.service == 'express'",
        "strategies": [{"strategy": "region", "fences": [{"node": "node.region == order.region"}]}],
    },
    {"profile": "others", "strategies": [DCS, {"strategy": "any"}]},
]  # fmt: skip
LINES = [{"profile": "big", "when": "lines.exists(l, l.quantity > 4)", "strategies": [DCS]}]
NEAR = [
    {
        "profile": "near",
        "strategies": [
            {"strategy": "near", "limits": {"distance_km_max": 500}},
        ],
    }
]
FAR = [
    {
        "profile": "near",
        "strategies": [
            {"strategy": "near", "fences": [{"node": "node.distance_km < 500.0"}]},
        ],
    }
]


def network() -> Compiled:
    """Make nodes all over a country."""
    nodes = tuple(
        Node(
            NodeId(f"N{at:03}"), f"N{at}", NodeKind.DC if at < 5 else NodeKind.STORE,
            Place("US", f"{at:05}", f"R{at % 50}", 26 + at * 0.1 % 22, -122 + at * 7 % 50),
            "UTC", frozenset({Method.SHIP}),
        )
        for at in range(NODES)
    )  # fmt: skip
    return Compiled(Network(MarketId("US"), 1, nodes, (), ()))


def asks() -> list[Ask]:
    """Make orders to as many addresses."""
    return [
        Ask(
            ChannelId("web"), Method.SHIP, "express" if at % 5 == 0 else "standard",
            (Want(Sku("A"), 1 + at % 6, 500), Want(Sku("B"), 1, 100)),
            Place("US", f"{at:05}", f"R{at % 50}", 26 + at * 0.011 % 22, -122 + at * 0.37 % 50),
        )
        for at in range(ORDERS)
    ]  # fmt: skip


def measured(run: Callable[[Ask], object], orders: list[Ask]) -> float:
    """Give the microseconds an order takes, the best of three."""
    best = float("inf")
    for _ in range(3):
        began = time.perf_counter()
        for order in orders:
            run(order)
        best = min(best, time.perf_counter() - began)
    return best / len(orders) * 1e6


def main(*, json: bool = False) -> None:  # noqa: ARG001 - as every benchmark
    """Measure and print."""
    compiled, orders = network(), asks()
    none: Guides | None = None
    floor = measured(lambda ask: none is not None and none.of(ask, AT, str), orders)
    print(f"no rules              {floor:8.2f} us an order")
    for name, profiles in (
        ("kinds and services", REMEMBERED), ("lines", LINES), ("distance as a limit", NEAR),
        ("distance in CEL", FAR),
    ):  # fmt: skip
        sourcing = msgspec.convert({"profiles": profiles}, Sourcing)
        fresh = Guides(sourcing, compiled)
        began = time.perf_counter()
        for order in orders[:400]:
            fresh.of(order, AT, str)
        first = (time.perf_counter() - began) / 400 * 1e6
        again = measured(lambda ask, g=fresh: g.of(ask, AT, str), orders)  # type: ignore[misc]
        print(f"{name:22}{again:8.2f} us an order; {first:8.2f} at its first 400")


if __name__ == "__main__":
    main()
