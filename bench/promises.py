"""Delivery promises for a cart of three skus: answers a second through HTTP on one core."""

from random import Random

from bench import reads
from bench.effort import FULL, Effort, command
from bench.figure import Figure, middle, middle_cost
from bench.report import show
from bench.request import Template, post
from bench.stage import Stage, staged
from entrepot.demo import places

PER_SECOND_MIN = 1_000
CARTS = 5_000
SCRIPT = (
    "\\set a random(1, 2000)\n\\set b random(1, 2000)\n\\set c random(1, 2000)\n"
    "SELECT s.sku, s.node, s.on_hand - s.reserved FROM wide_stock AS s"
    " WHERE s.sku IN (:a, :b, :c);\n"
)


def figures(stage: Stage, effort: Effort) -> list[Figure]:
    """Measure in turns with the floor."""
    url = reads.prepare(stage.system.database_url)
    asks = carts(stage, seed=3)
    floors, found = [], []
    with reads.one_core(stage):
        for _ in range(effort.rounds):
            floors.append(reads.floor(stage, url, SCRIPT, effort))
            found.append(reads.measure(stage, asks, effort))
    per_second = middle([read.per_second for read in found])
    return [
        Figure(
            name="promises for a 3-line cart",
            value=per_second,
            unit="answers/s",
            goal=f"≥ {PER_SECOND_MIN:,}/s on one core",
            met=per_second >= PER_SECOND_MIN,
            floor=middle([run.per_second for run in floors]),
            floor_is=(
                "PostgreSQL giving pgbench the 600 rows of three skus at 200 nodes, 8 clients,"
                " on one core: no plan, no dates"
            ),
            ratio=middle([r.per_second / f.per_second for r, f in zip(found, floors, strict=True)]),
            cost=middle_cost([read.cost for read in found]),
            floor_cost=middle_cost([run.cost for run in floors]),
            notes=(reads.told(found[-1]),),
        )
    ]


def carts(stage: Stage, *, seed: int) -> list[Template]:
    """Draw carts of three different skus, to be sent somewhere."""
    rng = Random(seed)  # noqa: S311 - sample carts, no secrets
    homes = places.zip_codes()
    asks = []
    for _ in range(CARTS):
        home = homes[int(rng.random() * len(homes))]
        body = {
            "channel": "web",
            "destination": {
                "country": "US",
                "postal_code": home.postal_code,
                "region": home.region,
                "city": home.city,
            },
            "lines": [{"sku": sku, "quantity": 1} for sku in rng.sample(stage.skus, 3)],
        }
        asks.append(post(stage.to, "/v1/promises", body))
    return asks


def main(*, json: bool = False, effort: Effort = FULL) -> None:
    with staged(effort) as stage:
        show(stage.system, figures(stage, effort), json=json)


if __name__ == "__main__":
    command(main)
