"""Two ways of capturing in one system, in turns: what the dearer one takes of the other."""

from collections.abc import Sequence

from bench import capture
from bench.figure import Figure, middle, middle_cost

FLOOR_IS = "the same system without them, in turns"


def figures(
    name: str,
    within: Sequence[capture.Captured],
    without: Sequence[capture.Captured],
    *,
    fall_max: float,
    dearer_max: float | None,
    notes: Sequence[str],
) -> list[Figure]:
    """Compare turn by turn: the medians count. `dearer_max` None: the processor has no goal."""
    pairs = list(zip(within, without, strict=True))
    ratio = middle([w.orders_per_second / o.orders_per_second for w, o in pairs])
    dearer = middle([_cpu(w) / _cpu(o) for w, o in pairs])
    return [
        Figure(
            name=name,
            value=middle([c.orders_per_second for c in within]),
            unit="orders/s",
            goal=f"≥ {1 - fall_max:.2f} of capture without them",
            met=ratio >= 1 - fall_max,
            floor=middle([c.orders_per_second for c in without]),
            floor_is=FLOOR_IS,
            ratio=ratio,
            cost=middle_cost([c.cost for c in within]),
            floor_cost=middle_cost([c.cost for c in without]),
            notes=(*notes, *capture.told(within[-1])),
        ),
        Figure(
            name=f"{name}: CPU of server and PostgreSQL",
            value=middle([_cpu(c) for c in within]),
            unit="µs/order",
            goal="" if dearer_max is None else f"≤ {1 + dearer_max:.2f} of capture without them",
            met=None if dearer_max is None else dearer <= 1 + dearer_max,
            floor=middle([_cpu(c) for c in without]),
            floor_is=FLOOR_IS,
            ratio=dearer,
        ),
    ]


def _cpu(captured: capture.Captured) -> float:
    return captured.cost.server + captured.cost.postgres
