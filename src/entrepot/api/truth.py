"""Store truth over HTTP: whether the units are really there, and what is worth counting."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated

import msgspec
from msgspec import Meta

from entrepot.access.model import Scope
from entrepot.api.bounds import InPath, InQuery
from entrepot.api.face import Answer, Request, Route, json_answer, parameter
from entrepot.api.paging import Cursor, Limit, after_of, cursor_of, next_link
from entrepot.api.problems import Code, Problem
from entrepot.api.sheets import CSV, rows_of
from entrepot.inventory import browse, truth_browse
from entrepot.inventory.truth_model import Counting, Task
from entrepot.network import browse as network
from entrepot.plumbing import mint
from entrepot.policies import browse as policies
from entrepot.terms.ids import NodeId, Sku

Id = Annotated[str, Meta(min_length=1, max_length=128)]

MINUTES_MAX = 480
"""A shift."""


class TruthQuery(msgspec.Struct, frozen=True, kw_only=True):
    sku: Id
    node: Id | None = None
    limit: Limit = 50
    cursor: Cursor = ""


class AtLeast(msgspec.Struct, frozen=True):
    """The probability that at least so many units are there."""

    units: int
    probability: float


class TruthAnswer(msgspec.Struct, frozen=True):
    """What is believed of a position. `doubtful` units of the book are not to be counted on."""

    sku: str
    node: str
    book: int
    at_least: list[AtLeast]
    expected_missing: float
    doubtful: int
    counted_at: datetime | None
    velocity_per_day: float
    evidence: list[str]


class TruthsAnswer(msgspec.Struct, frozen=True):
    items: list[TruthAnswer]
    next: str | None


class CountListQuery(msgspec.Struct, frozen=True, kw_only=True):
    minutes: Annotated[int, Meta(ge=1, le=MINUTES_MAX, description="time there is to count")] = 10


class CountTask(msgspec.Struct, frozen=True):
    """A count worth making. `saves`: wrong promises it is expected to spare in two weeks."""

    rank: int
    sku: str
    book: int
    probability_any: float
    expected_missing: float
    saves: float
    seconds: int


class CountListAnswer(msgspec.Struct, frozen=True):
    node: str
    minutes: int
    seconds: int
    items: list[CountTask]


async def get_truth(request: Request) -> Answer:
    """Answer what is believed of a sku, node by node."""
    query: TruthQuery = request.query
    market = request.principal.market
    after = after_of(query.cursor) if query.cursor else ""
    async with request.app.pool.acquire() as conn:
        positions = await browse.positions(
            conn, market, skus=[Sku(query.sku)],
            node_id=NodeId(query.node) if query.node else None,
            after=(query.sku, after) if after else ("", ""), most=query.limit + 1,
        )  # fmt: skip
        keys = [(p.sku, p.node_id) for p in positions[: query.limit]]
        found = await truth_browse.truths(conn, market, keys, at=mint.now())
    items = [
        TruthAnswer(
            t.sku, t.node_id, t.book,
            [AtLeast(n, round(chance, 4)) for n, chance in enumerate(t.at_least, start=1)],
            round(t.expected_missing, 3), t.doubtful, t.counted_at, round(t.velocity, 4),
            t.evidence,
        )
        for t in found
    ]  # fmt: skip
    if len(positions) <= query.limit:
        return json_answer(200, TruthsAnswer(items, None))
    cursor = cursor_of(keys[-1][1])
    link = next_link(
        "/v1/inventory/truth", cursor, sku=query.sku, node=query.node, limit=query.limit
    )
    return json_answer(200, TruthsAnswer(items, cursor), link)


async def get_count_list(request: Request) -> Answer:
    """Answer what a node's crew should count in the minutes it has, best first."""
    query: CountListQuery = request.query
    market, node = request.principal.market, NodeId(parameter(request, "node"))
    async with request.app.pool.acquire() as conn:
        if await network.node(conn, market, node) is None:
            raise Problem(Code.NOT_FOUND, f"there is no node {node}")
        _, policy = await policies.current(conn, market)
        counting = Counting(policy.truth.count_s, policy.truth.count_unit_s)
        tasks = await truth_browse.worth_counting(
            conn, market, node, counting, minutes=query.minutes, at=mint.now()
        )
    items = [
        CountTask(
            rank, t.sku, t.book, round(t.at_least_one, 4), round(t.expected_missing, 3),
            round(t.saves, 4), t.seconds,
        )
        for rank, t in enumerate(tasks, start=1)
    ]  # fmt: skip
    if "text/csv" in (request.headers.get("accept") or ""):
        return Answer(200, _csv(items), (), CSV)
    return json_answer(200, CountListAnswer(node, query.minutes, _seconds(tasks), items))


def _seconds(tasks: Sequence[Task]) -> int:
    return sum(each.seconds for each in tasks)


def _csv(items: Sequence[CountTask]) -> bytes:
    """Write the list as a table with a head; cells that a spreadsheet would run are quoted."""
    return rows_of([CountTask.__struct_fields__, *map(msgspec.structs.astuple, items)])


ROUTES = [
    Route(
        "GET", "/v1/inventory/truth", get_truth, Scope.INVENTORY_READ,
        "Whether the units are really there", query=TruthQuery, answer=TruthsAnswer,
        at=InQuery(),
    ),
    Route(
        "GET", "/v1/nodes/{node}/count-list", get_count_list, Scope.INVENTORY_READ,
        "What is most worth counting", query=CountListQuery, answer=CountListAnswer,
        problems=(Code.NOT_FOUND,), at=InPath(),
    ),
]  # fmt: skip
