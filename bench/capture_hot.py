"""Capture, one hot sku: every order's first line wants the same position, sold to the last unit.

First the speed, with stock enough; then all but 1,000 units are taken away and 1,500 more orders
come: exactly 1,000 may be taken, the rest must be refused cleanly, and every invariant must hold.
"""

from dataclasses import dataclass

import msgspec

from bench import capture, floor, load
from bench.effort import FULL, Effort, command
from bench.figure import Figure, middle, middle_cost
from bench.report import show
from bench.request import orders, post, put
from bench.stage import Body, RefusedError, Stage, ask, must, order_bodies, staged
from bench.system import verify

SKU = "BENCH-HOT"
CHANNEL = "call_center"
"""It keeps no buffer: the last unit may be sold."""

PLENTY = 1_000_000
LAST_UNITS = 1_000
LAST_BUYERS = 1_500
RATIO_MIN = 3.0


class Position(msgspec.Struct, frozen=True):
    """What this benchmark reads of `GET /v1/inventory/positions`."""

    sku: str
    node: str
    on_hand: int
    reserved: int


class Positions(msgspec.Struct, frozen=True):
    items: list[Position]


@dataclass(frozen=True, slots=True)
class SoldOut:
    """How the last units went: answers by status, and the position afterwards."""

    statuses: dict[int, int]
    on_hand: int
    reserved: int
    valid: bool

    @property
    def exact(self) -> bool:
        wanted = {201: LAST_UNITS, 409: LAST_BUYERS - LAST_UNITS}
        return self.statuses == wanted and self.on_hand == self.reserved and self.valid


def figures(stage: Stage, effort: Effort) -> list[Figure]:
    """Measure floor and capture in turns, then sell out."""
    node = stage.centers[0]
    item = {"name": "The one everybody wants", "price": 1999, "weight_g": 300}
    must(stage.to, [put(stage.to, f"/v1/items/{SKU}", item, "bench-hot-item")], 200, 201)
    _count(stage, node, PLENTY, sequence=1)
    bodies = order_bodies(stage, seed=2, channel=CHANNEL, first=SKU)
    url = floor.prepare(stage.system.database_url)
    capture.warm(stage, bodies, effort.warmup)
    floors, captures = [], []
    for _ in range(effort.rounds):
        floors.append(floor.measure(url, floor.Skew.HOT, effort, stage.system.postmaster))
        captures.append(capture.best(stage, bodies, effort.seconds))
    ratio = middle(
        [c.orders_per_second / f.orders_per_second for c, f in zip(captures, floors, strict=True)]
    )
    sold = sell_out(stage, node, bodies)
    return [
        Figure(
            name="capture, one hot sku",
            value=middle([c.orders_per_second for c in captures]),
            unit="orders/s",
            goal=f"≥ {RATIO_MIN:.0f} F(hot), sold exactly to the last unit",
            met=ratio >= RATIO_MIN and sold.exact,
            floor=middle([f.orders_per_second for f in floors]),
            floor_is="F(hot): the floor's call, every order's first line on one row",
            ratio=ratio,
            cost=middle_cost([c.cost for c in captures]),
            floor_cost=middle_cost([f.cost for f in floors]),
            notes=(*capture.told(captures[-1]), _told(sold)),
        )
    ]


def sell_out(stage: Stage, node: str, bodies: list[Body]) -> SoldOut:
    """Leave `LAST_UNITS` units, let `LAST_BUYERS` come, and look at what is left."""
    before = position(stage, node)
    _count(stage, node, before.reserved + LAST_UNITS, sequence=2)
    requests = load.filled(orders(stage.to, bodies, capture.now_ms()), LAST_BUYERS)
    done = load.exactly(stage.to, requests, connections=128)
    after = position(stage, node)
    return SoldOut(
        statuses=done.statuses,
        on_hand=after.on_hand,
        reserved=after.reserved,
        valid=verify(stage.system),
    )


def position(stage: Stage, node: str) -> Position:
    body = ask(stage.to, f"/v1/inventory/positions?sku={SKU}&node={node}")
    found = msgspec.json.decode(body, type=Positions).items
    if len(found) != 1:
        raise RefusedError(f"one position of {SKU} at {node} expected: {body[:500]!r}")
    return found[0]


def _count(stage: Stage, node: str, on_hand: int, *, sequence: int) -> None:
    row = {"sku": SKU, "node": node, "on_hand": on_hand, "source": "bench", "sequence": sequence}
    key = f"bench-hot-{sequence}"
    must(stage.to, [post(stage.to, "/v1/inventory/counts", {"counts": [row]}, key)], 200)


def _told(sold: SoldOut) -> str:
    taken, refused = sold.statuses.get(201, 0), sold.statuses.get(409, 0)
    return (
        f"The last {LAST_UNITS:,} units before {LAST_BUYERS:,} buyers: {taken:,} orders taken,"
        f" {refused:,} refused; position {sold.reserved:,} reserved of {sold.on_hand:,};"
        f" every invariant {'holds' if sold.valid else 'does NOT hold'}."
    )


def main(*, json: bool = False, effort: Effort = FULL) -> None:
    with staged(effort) as stage:
        show(stage.system, figures(stage, effort), json=json)


if __name__ == "__main__":
    command(main)
