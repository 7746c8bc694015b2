"""Capture, uniform skus: orders a second and processor time per order, beside the floor F.

2-line orders over the sample retailer, one order per request over HTTP, durable commits, every
promise, plan, reservation, decision record and event included.
"""

from bench import capture, floor
from bench.effort import FULL, Effort, command
from bench.figure import Figure, middle, middle_cost
from bench.report import show
from bench.stage import Stage, order_bodies, staged

CPU_US_MAX = 250
FLOOR_IS = "F: one PL/pgSQL call an order under pgbench, best of 8 and 16 clients"


def figures(stage: Stage, effort: Effort) -> list[Figure]:
    """Measure floor and capture in turns; the medians of the rounds count."""
    bodies = order_bodies(stage, seed=1)
    url = floor.prepare(stage.system.database_url)
    capture.warm(stage, bodies, effort.warmup)
    floors, captures = [], []
    for _ in range(effort.rounds):
        floors.append(floor.measure(url, floor.Skew.UNIFORM, effort, stage.system.postmaster))
        captures.append(capture.best(stage, bodies, effort.seconds))
    ratio = middle(
        [c.orders_per_second / f.orders_per_second for c, f in zip(captures, floors, strict=True)]
    )
    cost = middle_cost([c.cost for c in captures])
    floor_cost = middle_cost([f.cost for f in floors])
    per_order = middle([c.cost.server + c.cost.postgres for c in captures])
    return [
        Figure(
            name="capture, uniform skus",
            value=middle([c.orders_per_second for c in captures]),
            unit="orders/s",
            goal="≥ 1.0 F",
            met=ratio >= 1,
            floor=middle([f.orders_per_second for f in floors]),
            floor_is=FLOOR_IS,
            ratio=ratio,
            cost=cost,
            floor_cost=floor_cost,
            notes=capture.told(captures[-1]),
        ),
        Figure(
            name="capture, uniform skus: CPU of server and PostgreSQL",
            value=per_order,
            unit="µs/order",
            goal=f"≤ {CPU_US_MAX} µs",
            met=per_order <= CPU_US_MAX,
            floor=floor_cost.postgres,
            floor_is="PostgreSQL's share of F",
            ratio=per_order / floor_cost.postgres,
        ),
    ]


def main(*, json: bool = False, effort: Effort = FULL) -> None:
    with staged(effort) as stage:
        show(stage.system, figures(stage, effort), json=json)


if __name__ == "__main__":
    command(main)
