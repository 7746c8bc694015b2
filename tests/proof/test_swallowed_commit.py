"""COMMIT or the reply to it is lost on the way: does the order stand? Nobody was told.

This is where a kill hardly ever hits, and where orders get doubled. The proxy hits it every time.
"""

import asyncio
from collections.abc import Iterator
from itertools import count

import pytest

from proof import judge, ledger
from proof.client import Client, Load, Try, again
from proof.feed import CAPTURED, begun, drained, told, whole
from proof.judge import Wrong
from proof.ledger import Ledger
from proof.processes import Role, violations
from proof.proxy import Proxy, socket_of
from proof.shop import Basket, open_shop, order, shelves

SWALLOWED, CUTS = 120, 60
SWALLOW, WITHHOLD, CUT = 0.3, 0.1, 0.01
BUYERS = 16
POOL_MIN = 2
"""Connections a worker opens before it begins to work."""

SHELVES = shelves(scarce=6, units=4, plenty=24)
SKUS = sorted({sku for sku, _ in SHELVES})

pytestmark = pytest.mark.slow


@pytest.fixture
async def proxy(server):
    async with Proxy(socket_of(server.sockets), seed=3) as proxy:
        yield proxy


@pytest.fixture
async def served(crew, proxy, database, connect):
    """A server that reaches its database through the proxy, with the shop open."""
    serve = await crew.start("serve", database_url=proxy.url(database))
    http = connect(serve.url)
    await open_shop(http, SHELVES)
    yield http
    proxy.calm()


async def two_workers(crew, proxy: Proxy, database: str) -> list[Role]:
    """Start two workers behind the proxy, and wait until both are connected.

    A role that cannot reach its database when it starts ends, for whoever started it to see.
    """
    workers = []
    for number in range(2):
        before = proxy.connections
        workers.append(
            await crew.start(
                "work", database_url=proxy.url(database), name=f"work{number}", ready=False
            )
        )
        while proxy.connections < before + POOL_MIN:  # noqa: ASYNC110 - it happens over there
            await asyncio.sleep(0.05)
    return workers


async def assert_reconciled(book: Ledger, url: str, http) -> None:
    await drained(url)
    world = await judge.look(url)
    assert judge.reconcile(ledger.read(book.path), world) == []
    assert judge.reconcile_work(world) == []
    assert judge.reconcile_feed(told(await whole(http)), world, captured=CAPTURED) == []
    assert await violations(url) == {}


async def test_the_same_key_again_doubles_nothing(crew, server, proxy, database, served, tmp_path):
    workers = await two_workers(crew, proxy, database)
    with Ledger(tmp_path / "book") as book:
        client = Client(served, book)
        async with Load(client, Basket(SKUS, seed=3), buyers=BUYERS, seed=3) as load:
            proxy.swallow, proxy.withhold = SWALLOW, WITHHOLD
            while proxy.swallowed < SWALLOWED:
                await load.more(1)
            proxy.calm()
    assert client.seen["503"] > 0
    assert proxy.withheld > 10
    assert client.seen["500"] == 0
    assert all(worker.runs for worker in workers)
    await assert_reconciled(book, server.url(database), served)


async def test_another_key_for_the_same_order_doubles_nothing(
    crew, server, proxy, database, served, tmp_path
):
    await crew.start("work", database_url=server.url(database), ready=False)
    with Ledger(tmp_path / "book") as book:
        client = Client(served, book)
        proxy.swallow = SWALLOW
        for number in range(60):
            buyer = f"buyer-{number}@example.com"
            body = order(buyer, [("P00", 1)])
            answer = await client.place(buyer, ((f"{buyer}-{n}", body) for n in count()))
            assert answer.status == 201
        proxy.calm()
    assert proxy.swallowed >= 10
    await assert_reconciled(book, server.url(database), served)


@pytest.mark.parametrize("keyed", [False, True], ids=["no key", "a new key"])
async def test_control_who_asks_anew_gets_more_than_he_meant_to_have(
    server, proxy, database, served, tmp_path, keyed
):
    """Without this, no duplicates above might only mean that nothing was ever swallowed."""

    def anew(buyer: str) -> Iterator[Try]:
        for number in count():
            body = order(buyer, [("P00", 1)], external_id=f"x-{buyer}-{number}")
            yield (f"{buyer}-{number}" if keyed else ""), body

    with Ledger(tmp_path / "book") as book:
        client = Client(served, book)
        proxy.swallow = SWALLOW
        for number in range(60):
            buyer = f"buyer-{number}@example.com"
            await client.place(buyer, anew(buyer))
        proxy.calm()
    world = await judge.look(server.url(database))
    found = judge.reconcile(ledger.read(book.path), world)
    assert {finding.wrong for finding in found} == {Wrong.TWICE}
    assert len(found) >= 10
    assert len(world.orders) == 60 + client.seen["503"]


async def test_what_a_lost_transaction_would_have_kept_is_kept_by_the_next_one(
    crew, server, proxy, database, served, tmp_path
):
    """The first order of all also keeps what later ones refer to; its commit never arrives."""
    await crew.start("work", database_url=server.url(database), ready=False)
    buyer = "first@example.com"
    with Ledger(tmp_path / "book") as book:
        client = Client(served, book)
        proxy.withhold = 1.0
        placing = asyncio.create_task(client.place(buyer, again("k", order(buyer, [("P00", 1)]))))
        while not proxy.withheld:  # noqa: ASYNC110 - the proxy counts, it does not tell
            await asyncio.sleep(0.01)
        proxy.calm()
        assert (await placing).status == 201
    assert client.seen["503"] >= 1
    await assert_reconciled(book, server.url(database), served)


async def test_connections_cut_anywhere_lose_and_double_nothing(
    crew, server, proxy, database, served, tmp_path
):
    workers = await two_workers(crew, proxy, database)
    with Ledger(tmp_path / "book") as book:
        client = Client(served, book)
        async with Load(client, Basket(SKUS, seed=4), buyers=BUYERS, seed=4) as load:
            await begun(server.url(database))
            proxy.cut = CUT
            while proxy.cuts < CUTS:
                await load.more(1)
            proxy.calm()
        await client.place(
            "last@example.com", again("last", order("last@example.com", [("P00", 1)]))
        )
    assert client.seen["500"] == 0
    assert all(worker.runs for worker in workers)
    await assert_reconciled(book, server.url(database), served)
