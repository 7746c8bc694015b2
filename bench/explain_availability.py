"""The bill of a sku over 200 nodes, with rules and a segment in force, through HTTP on one core."""

import msgspec

from bench import reads
from bench.availability import SCRIPT, lay_everywhere
from bench.effort import FULL, Effort, command
from bench.figure import Figure, middle, middle_cost
from bench.report import show
from bench.request import get
from bench.stage import Body, Stage, ask, follow, staged

PER_SECOND_MIN = 500

POLICY: Body = {
    "keep": [
        {"match": {"node_kinds": ["store"]}, "units": 2, "note": "thin shelves"},
        {"match": {"channels": ["web"], "node_kinds": ["store"]}, "units": 3},
    ],
    "segments": [{"segment": "app first", "channels": ["app"], "protect": [{"share": 10}]}],
}


def figures(stage: Stage, effort: Effort) -> list[Figure]:
    """Measure the bill with a line for everything that is taken off, for each node."""
    skus = lay_everywhere(stage)
    follow(stage, POLICY)
    url = reads.prepare(stage.system.database_url)
    path = "/v1/availability?channel=web&explain=true&sku="
    bills = [get(stage.to, f"{path}{sku}") for sku in skus]
    size = _size(ask(stage.to, f"{path}{skus[0]}"))
    floors, found = [], []
    with reads.one_core(stage):
        for _ in range(effort.rounds):
            floors.append(reads.floor(stage, url, SCRIPT, effort))
            found.append(reads.measure(stage, bills, effort))
    per_second = middle([read.per_second for read in found])
    return [
        Figure(
            name=f"bill of a sku over {len(stage.nodes)} nodes, rules and a segment in force",
            value=per_second,
            unit="reads/s",
            goal=f"≥ {PER_SECOND_MIN:,}/s on one core",
            met=per_second >= PER_SECOND_MIN,
            floor=middle([run.per_second for run in floors]),
            floor_is="PostgreSQL giving pgbench the sku's 200 rows, 8 clients, on one core",
            ratio=middle([r.per_second / f.per_second for r, f in zip(found, floors, strict=True)]),
            cost=middle_cost([read.cost for read in found]),
            floor_cost=middle_cost([run.cost for run in floors]),
            notes=(size, reads.told(found[-1])),
        )
    ]


def _size(answer: bytes) -> str:
    """Say in a sentence how large a bill is."""
    (item,) = msgspec.json.decode(answer)["items"]
    nodes = [node for bill in item["bills"] for node in bill["nodes"]]
    less = sum(len(node["less"]) for node in nodes)
    return f"A bill is of {len(nodes)} nodes with {less} deductions, {len(answer):,} bytes."


def main(*, json: bool = False, effort: Effort = FULL) -> None:
    with staged(effort) as stage:
        show(stage.system, figures(stage, effort), json=json)


if __name__ == "__main__":
    command(main)
