"""Open the shop: load the retailer through the public API, in bulk."""

import asyncio
from collections.abc import Iterable, Iterator
from itertools import islice

import msgspec

from entrepot.demo import retailer as sample
from entrepot.demo import rules
from entrepot.demo.assortment import Body
from entrepot.demo.client import Api, ApiError, read
from entrepot.demo.http import Answer
from entrepot.demo.retailer import Retailer
from entrepot.demo.tally import Tally

ROWS_PER_IMPORT = 5_000
ROWS_PER_COUNT = 10_000
COUNTS_AT_ONCE = 2
"""While the database writes one call's rows, the server reads the next call's."""

TAKEN = frozenset({"created", "updated", "unchanged", "applied", "stale"})


async def load(api: Api, retailer: Retailer, tally: Tally, *, run: str) -> None:
    """Import items, nodes, groups, channels, rule, and count the stock. Again it changes nothing.

    Raises ApiError when a row is not taken.
    """
    kinds = {
        "items": ({"sku": sku, **body} for sku, body in sample.items(retailer)),
        "nodes": ({"node": node, **body} for node, body in sample.nodes(retailer)),
        "node-groups": ({"group": group, **body} for group, body in retailer.groups.items()),
        "channels": ({"channel": name, **body} for name, body in retailer.channels.items()),
    }
    for kind, rows in kinds.items():
        tally.doing = f"loading {kind}"
        for number, part in enumerate(_chunks(rows, ROWS_PER_IMPORT)):
            key = f"{run}-{kind}-{number:04d}"
            _taken(kind, await api.post(f"/v1/import/{kind}", {"rows": part}, key=key))
    tally.doing = "writing the rules"
    await _rule(api, run)
    await _count(api, retailer, tally, run)


class _Version(msgspec.Struct, frozen=True):
    version: int


async def _rule(api: Api, run: str) -> None:
    """Draft the policy and let it come into force, where there is none yet."""
    if read(await api.get("/v1/policy"), _Version).version:
        return
    body = {"document": rules.policy(), "note": rules.NOTE}
    made = read(await api.post("/v1/policies", body, key=f"{run}-policy"), _Version, status=201)
    path, step = f"/v1/policies/{made.version}/activate", {"reason": rules.NOTE}
    read(await api.post(path, step, key=f"{run}-policy-activate"), _Version)


async def _count(api: Api, retailer: Retailer, tally: Tally, run: str) -> None:
    chunks = enumerate(sample.count_chunks(retailer, rows=ROWS_PER_COUNT))
    total, counted = len(retailer.stock.item), 0

    async def feed() -> None:
        nonlocal counted
        for number, counts in chunks:
            key = f"{run}-counts-{number:04d}"
            _taken("counts", await api.post("/v1/inventory/counts", {"counts": counts}, key=key))
            counted += len(counts)
            tally.doing = f"counting stock, {counted:,} of {total:,}"

    async with asyncio.TaskGroup() as group:
        for _ in range(COUNTS_AT_ONCE):
            group.create_task(feed())


class _Result(msgspec.Struct, frozen=True):
    status: str = ""


class _Results(msgspec.Struct, frozen=True):
    results: list[_Result]


def _taken(what: str, answer: Answer) -> None:
    for result in read(answer, _Results).results:
        if result.status not in TAKEN:
            raise ApiError(f"{what}: a row was {result.status}: {answer.body[:2000]!r}")


def _chunks(rows: Iterable[Body], size: int) -> Iterator[list[Body]]:
    remaining = iter(rows)
    while part := list(islice(remaining, size)):
        yield part
