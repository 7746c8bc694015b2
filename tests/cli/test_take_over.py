"""A whole history is taken over: on a database of its own, because it commits."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from entrepot.bootstrap import invariants
from entrepot.cli.report import Report
from entrepot.cli.take_over import bring
from entrepot.journey.world import World
from entrepot.plumbing import mint
from entrepot.plumbing.relay import relay
from entrepot.ports.histories import history
from entrepot.ports.history import (
    Effect,
    Finding,
    PastItem,
    PastLine,
    PastNode,
    PastOrder,
    Stage,
    Told,
)
from entrepot.ports.sale import ShipTo
from entrepot.terms.ids import MarketId, NodeId, Sku
from entrepot.work.journey import Runner
from entrepot.work.timers import sweep

MARKET = MarketId("moved")
OLIST = Path(__file__).parents[3] / "shared" / "data" / "olist"
SLICE = 300


class Slice:
    """A history's first so many orders, and all that they name."""

    def __init__(self, whole, most: int) -> None:
        self.whole, self.most = whole, most
        self.name, self.rules = whole.name, whole.rules

    def size(self, _folder: Path) -> int:
        return self.most

    def read(self, folder: Path, scratch: Path) -> Iterator[Told]:
        seen = 0
        for told in self.whole.read(folder, scratch):
            if isinstance(told, PastOrder):
                seen += 1
            yield told
            if seen == self.most:
                return


class Small:
    """One node, one item, an order that can be taken, one that cannot, and a finding."""

    name = "small"
    rules = {"odd": "It was odd: left."}  # noqa: RUF012 - nobody writes to it

    def size(self, _folder: Path) -> int:
        return 2

    def read(self, _folder: Path, _scratch: Path) -> Iterator[Told]:
        yield PastNode(NodeId("n"), "N", "dc", "US", "10001", "America/New_York")
        yield PastNode(NodeId("m"), "M", "dc", "US", "10001", "Nowhere/At_All")
        yield Finding("odd", Effect.NOTED, "file", 7, "s", "very | odd")
        yield PastItem(Sku("TEE"), "Tee", 180)
        placed = mint.now().replace(year=2025)
        lines = (PastLine("1", Sku("TEE"), 1, 1000, NodeId("n")),)
        to = ShipTo("", "", "", "10001", "US")
        yield PastOrder("1", placed, "USD", lines, Stage.ACCEPTED, "picking", ship_to=to)
        yield PastOrder("2", placed, "USD", (), Stage.CANCELED, "void")


async def taken(pool, history, folder, path=None) -> Report:
    report = Report(history.name, folder, history.rules, path=path)
    with report:
        await bring(pool, MARKET, history, report)
    report.write()
    return report


async def test_the_report_counts_what_was_taken_mended_and_left_out(pool, tmp_path):
    path = tmp_path / "small.md"
    report = await taken(pool, Small(), tmp_path, path)
    assert dict(report.taken) == {
        ("nodes", "created"): 1,
        ("items", "created"): 1,
        ("orders", "taken over"): 1,
    }
    assert dict(report.phases) == {("picking", "in_fulfillment", "in_fulfillment"): 1}
    assert dict(report.findings) == {
        ("odd", Effect.NOTED): 1,
        ("refused", Effect.REJECTED): 2,
    }
    assert (report.rejected, report.astray) == (2, 0)
    written = [json.loads(line) for line in report.findings_path(path).read_text().splitlines()]
    assert [(each["rule"], each["file"], each["row"], each["subject"]) for each in written] == [
        ("odd", "file", 7, "s"),
        ("refused", "nodes", 0, "m"),
        ("refused", "orders", 0, "2"),
    ]
    text = path.read_text()
    assert "| picking | in_fulfillment | in_fulfillment | 1 |  |" in text
    assert "| `odd` | 1 | It was odd: left. | file row 7: very \\| odd |" in text
    assert json.loads(path.with_suffix(".json").read_text())["rejected"] == 2


async def test_again_finds_everything_known(pool, tmp_path):
    await taken(pool, Small(), tmp_path)
    events = await pool.fetchval("SELECT count(*) FROM plumbing.outbox")
    again = await taken(pool, Small(), tmp_path)
    assert dict(again.taken) == {
        ("nodes", "unchanged"): 1,
        ("items", "unchanged"): 1,
        ("orders", "known before"): 1,
    }
    assert await pool.fetchval("SELECT count(*) FROM plumbing.outbox") == events == 1


@pytest.mark.slow
@pytest.mark.skipif(not OLIST.is_dir(), reason="the Olist extract does not lie beside this tree")
async def test_real_orders_stand_as_their_history_tells_and_the_journey_leaves_them(pool):
    report = await taken(pool, Slice(history("olist"), SLICE), OLIST)
    assert (report.rejected, report.astray) == (0, 0)
    assert report.taken["orders", "taken over"] == SLICE
    assert sum(report.phases.values()) == SLICE
    assert report.phases["delivered", "closed", "closed"] > SLICE // 2

    moves = await pool.fetchval("SELECT count(*) FROM fulfillment.move")
    runner = Runner(pool, World(pool, mint.now), 0)
    assert await relay(pool) == SLICE
    assert await runner.run() == 2 * SLICE  # what they have shown is counted, and they are listed
    assert await relay(pool) == await runner.run() == await sweep(pool, runner.world) == 0

    assert await pool.fetchval("SELECT count(*) FROM fulfillment.move") == moves
    phases = await pool.fetch("SELECT phase, count(*) AS n FROM journey.summary GROUP BY phase")
    wanted: dict[str, int] = {}
    for (_, phase, _), count in report.phases.items():
        wanted[phase] = wanted.get(phase, 0) + count
    assert {row["phase"]: row["n"] for row in phases} == wanted
    for name, query in invariants().items():
        assert await pool.fetch(query.text) == [], name
