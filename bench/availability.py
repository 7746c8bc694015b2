"""Availability of a sku over 200 nodes: reads a second through HTTP on one core.

The sample retailer's best sellers lie at some 140 nodes; so 100 skus more are laid at every one.
"""

from collections.abc import Sequence

from bench import reads
from bench.effort import FULL, Effort, command
from bench.figure import Figure, middle, middle_cost
from bench.report import show
from bench.request import Template, get
from bench.stage import Body, Stage, count, import_rows, staged

SKUS = 100
PER_SECOND_MIN = 5_000
SCRIPT = (
    "\\set a random(1, 2000)\n"
    "SELECT s.node, s.on_hand - s.reserved FROM wide_stock AS s WHERE s.sku = :a;\n"
)


def figures(stage: Stage, effort: Effort) -> list[Figure]:
    """Measure the sum, and the same with a row for each node."""
    skus = lay_everywhere(stage)
    url = reads.prepare(stage.system.database_url)
    path = "/v1/availability?channel=web&sku="
    sums = [get(stage.to, f"{path}{sku}") for sku in skus]
    rows = [get(stage.to, f"{path}{sku}&detail=nodes") for sku in skus]
    nodes = len(stage.nodes)
    with reads.one_core(stage):
        return [
            _figure(stage, url, f"availability of a sku over {nodes} nodes", sums, effort),
            _figure(stage, url, f"availability of a sku, each of {nodes} nodes", rows, effort),
        ]


def _figure(
    stage: Stage, url: str, name: str, templates: Sequence[Template], effort: Effort
) -> Figure:
    floors, found = [], []
    for _ in range(effort.rounds):
        floors.append(reads.floor(stage, url, SCRIPT, effort))
        found.append(reads.measure(stage, templates, effort))
    per_second = middle([read.per_second for read in found])
    return Figure(
        name=name,
        value=per_second,
        unit="reads/s",
        goal=f"≥ {PER_SECOND_MIN:,}/s on one core",
        met=per_second >= PER_SECOND_MIN,
        floor=middle([run.per_second for run in floors]),
        floor_is="PostgreSQL giving pgbench the sku's 200 rows, 8 clients, on one core",
        ratio=middle([r.per_second / f.per_second for r, f in zip(found, floors, strict=True)]),
        cost=middle_cost([read.cost for read in found]),
        floor_cost=middle_cost([run.cost for run in floors]),
        notes=(reads.told(found[-1]),),
    )


def lay_everywhere(stage: Stage) -> list[str]:
    """Lay new skus at every node; give them."""
    skus = [f"BENCH-WIDE-{number:03d}" for number in range(SKUS)]
    items: list[Body] = [{"sku": sku, "name": sku, "weight_g": 300} for sku in skus]
    import_rows(stage.to, "items", items)
    count(
        stage.to,
        [{"sku": sku, "node": node, "on_hand": 50} for sku in skus for node in stage.nodes],
        source="bench-wide",
    )
    return skus


def main(*, json: bool = False, effort: Effort = FULL) -> None:
    with staged(effort) as stage:
        show(stage.system, figures(stage, effort), json=json)


if __name__ == "__main__":
    command(main)
