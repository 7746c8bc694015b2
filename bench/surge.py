"""A surge: 50,000 attempts on 1,000 units at several nodes, through two serving processes.

Exactly as many orders are taken as there are units, at every node: none oversold, none undersold.
Then the same crowd comes when all is sold: what a refusal costs, early and on the whole way. To see
the latter, every attempt allows its units to be dropped (`partial`): of what is sold out nothing is
left of it, so that it is refused too, and nothing of that is known early.
"""

import asyncio
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import msgspec
import uvloop

from bench import capture, client, cpu, load
from bench.capture_hot import CHANNEL, Position, Positions
from bench.effort import FULL, Effort, command
from bench.figure import Cost, Figure
from bench.postgres import cost_of
from bench.report import show
from bench.request import Target, orders, post, put
from bench.stage import Body, RefusedError, Stage, ask, must, order_bodies, staged
from bench.system import serving, settle, verify, workers_rest

SKU = "BENCH-DROP"
NODES_MAX = 5
CONNECTIONS = 64
"""At each of the two doors."""

CREATED, CONFLICT = 201, 409
REFUSALS_PER_ATTEMPT = 5
"""One attempt in so many comes again when all is sold, each way."""

BODIES = 2_000


@dataclass(frozen=True, slots=True)
class Rush:
    """A crowd's answers by status, how long it took, and what each answer cost."""

    statuses: dict[int, int]
    seconds: float
    cost: Cost

    @property
    def answers(self) -> int:
        return sum(self.statuses.values())

    @property
    def per_second(self) -> float:
        return self.answers / self.seconds


def figures(stage: Stage, effort: Effort) -> list[Figure]:
    """Open a second door, sell out, and be refused both ways."""
    units = shelves(stage, effort.drop_units)
    bodies = [one_line(body) for body in order_bodies(stage, seed=3, channel=CHANNEL)[:BODIES]]
    settle(stage.system)
    with serving(stage.system.database_url, stage.system) as other:
        doors = (stage.to, other.to)
        meters = (stage.system.meter, other.meter)
        sale = rush(stage, doors, meters, bodies, effort.attempts)
        told = positions(stage)
        again = max(1, effort.attempts // REFUSALS_PER_ATTEMPT)
        early = rush(stage, doors, meters, bodies, again)
        partial = [{**body, "backorder": "partial"} for body in bodies]
        whole = rush(stage, doors, meters, partial, again)
        settle(stage.system)
    return [selling(sale, told, units, valid=verify(stage.system)), refusing(early, whole)]


def shelves(stage: Stage, units: int) -> dict[str, int]:
    """Put an item, and so many units of it at several nodes, unevenly; gives them by node."""
    item = {"name": "The drop", "price": 1999, "weight_g": 300}
    must(stage.to, [put(stage.to, f"/v1/items/{SKU}", item, "bench-drop-item")], 200, 201)
    nodes = (*stage.centers, *stage.nodes)
    chosen = list(dict.fromkeys(nodes))[:NODES_MAX]
    weights = range(1, len(chosen) + 1)
    held = {n: units * w // sum(weights) for n, w in zip(chosen, weights, strict=True)}
    held[chosen[0]] += units - sum(held.values())
    rows = [
        {"sku": SKU, "node": node, "on_hand": count, "source": "bench", "sequence": 1}
        for node, count in held.items()
    ]
    must(stage.to, [post(stage.to, "/v1/inventory/counts", {"counts": rows}, "bench-drop")], 200)
    return held


def one_line(body: Body) -> Body:
    """Make of an order one of a single unit of the drop."""
    lines = body["lines"]
    if not isinstance(lines, list):
        raise RefusedError("an order without lines")
    return {**body, "service": "standard", "lines": [{**lines[0], "sku": SKU}]}


def rush(
    stage: Stage,
    doors: Sequence[Target],
    meters: Sequence[cpu.Meter],
    bodies: Sequence[Body],
    attempts: int,
) -> Rush:
    """Let a crowd come to all doors at once, each attempt once, and wait for every answer."""
    stamp = capture.now_ms()
    crowds = [
        load.filled(orders(door, bodies, stamp + number), attempts // len(doors))
        for number, door in enumerate(doors)
    ]
    with workers_rest(stage.system):
        before = [meter.read() for meter in meters]
        tallies = uvloop.run(_all(doors, crowds))
        after = [meter.read() for meter in meters]
    statuses: dict[int, int] = {}
    for tally in tallies:
        for status, count in tally.statuses.items():
            statuses[status] = statuses.get(status, 0) + count
    spent = [cpu.since(b, a) for b, a in zip(before, after, strict=True)]
    whole = cpu.Spent(
        server=sum(each.server for each in spent),
        postgres=spent[0].postgres,
        client=spent[0].client,
        others=0.0,
        wall=spent[0].wall,
    )
    answers = max(1, sum(statuses.values()))
    seconds = max(tally.seconds for tally in tallies)
    return Rush(statuses, seconds, cost_of(whole, answers))


async def _all(doors: Sequence[Target], crowds: Sequence[Iterator[bytes]]) -> list[client.Tally]:
    return await asyncio.gather(
        *(
            client.drive(door, crowd, connections=CONNECTIONS)
            for door, crowd in zip(doors, crowds, strict=True)
        )
    )


def positions(stage: Stage) -> list[Position]:
    """Read what is left at every node."""
    body = ask(stage.to, f"/v1/inventory/positions?sku={SKU}&limit=200")
    return msgspec.json.decode(body, type=Positions).items


def selling(sale: Rush, told: list[Position], units: dict[str, int], *, valid: bool) -> Figure:
    """Say how it was sold: attempts a second, and what was sold too much or too little."""
    over = sum(max(0, each.reserved - units.get(each.node, 0)) for each in told)
    under = sum(max(0, units.get(each.node, 0) - each.reserved) for each in told)
    taken, whole = sale.statuses.get(CREATED, 0), sum(units.values())
    exact = not over and not under and taken == whole and valid
    clean = sale.answers == taken + sale.statuses.get(CONFLICT, 0)
    return Figure(
        name="surge: attempts on a drop, two serving processes",
        value=sale.per_second,
        unit="attempts/s",
        goal="0 oversold, 0 undersold",
        met=exact and clean,
        cost=sale.cost,
        notes=(
            f"{sale.answers:,} attempts on {whole:,} units at {len(units)} nodes: {taken:,} taken.",
            f"{sale.statuses.get(CONFLICT, 0):,} refused; {over} oversold, {under} undersold.",
            f"Every invariant {'holds' if valid else 'does NOT hold'}.",
        ),
    )


def refusing(early: Rush, whole: Rush) -> Figure:
    """Say what a refusal costs, beside what it costs on the whole way."""
    ours = early.cost.server + early.cost.postgres
    long = whole.cost.server + whole.cost.postgres
    clean = {*early.statuses, *whole.statuses} == {CONFLICT}
    return Figure(
        name="surge: a refusal when all is sold",
        value=ours,
        unit="µs/attempt of server and PostgreSQL",
        goal="less than on the whole way",
        met=clean and ours < long,
        floor=long,
        floor_is="the whole way: keys claimed and given back, rows read, planned twice",
        ratio=ours / long if long else None,
        cost=early.cost,
        floor_cost=whole.cost,
        notes=(
            f"{early.per_second:,.0f} refusals a second, {whole.per_second:,.0f} on the whole way.",
        ),
    )


def main(*, json: bool = False, effort: Effort = FULL) -> None:
    with staged(effort) as stage:
        show(stage.system, figures(stage, effort), json=json)


if __name__ == "__main__":
    command(main)
