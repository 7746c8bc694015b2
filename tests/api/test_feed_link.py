"""What a server and its feeder say to each other, whoever is slow, leaves first, or ends."""

import asyncio
import json
from functools import partial
from types import SimpleNamespace

import pytest

from entrepot.access.model import Principal
from entrepot.api import feed_link
from entrepot.api import feed_wire as wire
from entrepot.api.feed_link import LOST, open_link
from entrepot.api.feed_windows import Feeder
from entrepot.api.feeder import EMPTY, answer_feed
from entrepot.api.problems import Code, Problem
from entrepot.journey.world import World
from entrepot.plumbing import mint
from entrepot.terms.ids import KeyId, MarketId
from journey.shop import Shop

PATIENCE_S = 20
ROW = {
    "type": "movement", "kind": "receipt", "sku": "NONE", "node": "NOWHERE", "quantity": 1,
    "source": "wms", "sequence": 1, "occurred_at": "2026-01-05T09:00:00Z",
}  # fmt: skip
LINE = json.dumps(ROW).encode() + b"\n"


class Ends:
    """A feeder that listens in this process, and a server before it."""

    def __init__(self, pool, path: str) -> None:
        self.world = World(pool, mint.now)
        self.path = path
        self.app = SimpleNamespace(world=self.world, pool=pool, stopping=asyncio.Event())
        self.open: set[asyncio.Task[None]] = set()
        self.feeder = Feeder(pool, World(pool, mint.now, stock=False, plans=False), 1.0, int)

    async def answer(self, reader, writer) -> None:
        """Answer one feed, and know of it while that lasts."""
        task = asyncio.current_task()
        self.open.add(task)
        try:
            await answer_feed(self.feeder, reader, writer)
        finally:
            self.open.discard(task)

    async def link(self, body, **headers):
        """Begin a feed."""
        request = SimpleNamespace(
            app=self.app, headers=headers, arriving=body, actor="somebody",
            principal=Principal(MarketId("US"), KeyId("key"), "somebody", frozenset()),
        )  # fmt: skip
        return await open_link(request, partial(asyncio.open_unix_connection, self.path))

    async def all_ended(self) -> None:
        """Wait until nobody answers any more."""
        await until(lambda: asyncio.sleep(0, not self.open))


async def until(look) -> None:
    """Look again and again."""
    async with asyncio.timeout(PATIENCE_S):
        while not await look():  # noqa: ASYNC110 - it happens elsewhere
            await asyncio.sleep(0.01)


@pytest.fixture
async def ends(pool, tmp_path):
    path = str(tmp_path / "s")
    both = Ends(pool, path)
    server = await asyncio.start_unix_server(both.answer, path)
    yield both
    server.close()


async def lines(count: int, *, pause=0.0):
    for _ in range(count):
        yield LINE * 1_000
        await asyncio.sleep(pause)


async def told(link) -> list[dict]:
    async with asyncio.timeout(PATIENCE_S):
        await link.begins()
        return [json.loads(x) async for part in link.answers() for x in part.splitlines()]


async def test_every_line_is_answered_in_order(ends):
    answers = await told(await ends.link(lines(40)))
    assert [each["line"] for each in answers] == list(range(1, 40_001))
    await ends.all_ended()


async def test_why_it_is_refused_is_heard_though_the_body_goes_on(ends):
    for _ in range(20):
        link = await ends.link(lines(30), **{"content-encoding": "br"})
        with pytest.raises(Problem) as refused:
            await link.begins()
        assert refused.value.code == Code.NOT_JSON
    await ends.all_ended()


async def test_a_body_of_nothing_is_refused(ends):
    async def nothing():
        yield b"\n"

    link = await ends.link(nothing())
    with pytest.raises(Problem) as refused:
        await link.begins()
    assert (refused.value.code, refused.value.detail) == (Code.INVALID, EMPTY)


async def test_who_takes_no_answer_and_leaves_leaves_nothing_behind(ends):
    link = await ends.link(lines(10_000))
    await link.begins()
    answers = link.answers()
    await anext(answers)
    await asyncio.sleep(1)  # windows of answers wait at both ends, and lines behind them
    assert ends.open
    await answers.aclose()
    await ends.all_ended()


async def test_the_view_hears_of_what_was_written_for_a_client_that_has_left(
    ends, pool, monkeypatch
):
    monkeypatch.setattr(feed_link, "CATCH_UP_AFTER_S", (0.0,))
    shop = Shop(pool)
    await shop.opens("TEE")
    await shop.node("DC")
    row = {**ROW, "sku": "TEE", "node": "DC"}
    rows = [json.dumps({**row, "sequence": n}).encode() + b"\n" for n in range(1, 301)]

    async def body():
        yield b"".join(rows)
        await asyncio.sleep(PATIENCE_S)

    link = await ends.link(body())
    await link.begins()
    market = await ends.world.market(MarketId("US"))
    market.stock.put = lambda _rows: None  # the word of the feeder is lost
    await until(lambda: pool.fetchval("SELECT count(*) FROM inventory.movement"))
    link.close()
    told = []
    market.stock.put = told.extend
    await until(lambda: asyncio.sleep(0, told))
    assert {each.sku for each in told} == {"TEE"}
    await ends.all_ended()


async def test_where_the_feeder_ends_the_first_line_without_an_answer_is_named(ends):
    link = await ends.link(lines(10_000))
    await link.begins()
    answers = link.answers()
    seen = [json.loads(x)["line"] for x in (await anext(answers)).splitlines()]
    await asyncio.sleep(1)  # more answers have come, and nobody took them
    for task in ends.open:
        task.cancel()
    await ends.all_ended()
    rest = [json.loads(x) async for part in answers for x in part.splitlines()]
    seen += [each["line"] for each in rest]
    assert seen == list(range(1, len(seen) + 1))
    assert rest[-1]["status"] == "unavailable"
    assert rest[-1]["errors"][0]["detail"].startswith(LOST)


async def test_what_cannot_be_heard_ends_the_feed(ends, monkeypatch):
    async def broken(_reader):
        raise ValueError("no message of ours")

    link = await ends.link(lines(50, pause=0.1))
    await link.begins()
    monkeypatch.setattr(wire, "said", broken)
    last = [json.loads(x) async for part in link.answers() for x in part.splitlines()][-1]
    assert last["status"] == "unavailable"
    assert last["errors"][0]["detail"].startswith("a fault of ours")
    await ends.all_ended()
