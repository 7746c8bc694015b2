"""Kill -9 under load, again and again: what was confirmed is there, once, and nothing else is."""

import asyncio
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from entrepot.bootstrap import transitions
from entrepot.plumbing import migrate, postgres
from proof import judge, ledger, tripwire
from proof.client import Client, Load
from proof.feed import CAPTURED, begun, drained, told, whole
from proof.ledger import Ledger
from proof.postmaster import end_database, postmaster
from proof.processes import free_port, gone, violations
from proof.shop import Basket, open_shop, shelves

SERVER_KILLS, WORKER_KILLS, POSTMASTER_KILLS = 3, 3, 3
BUYERS = 32
BETWEEN = 60
"""Answers between one kill and the next: the system works again, and is killed at work."""

SHELVES = shelves(scarce=6, units=4, plenty=24)
SKUS = sorted({sku for sku, _ in SHELVES})

pytestmark = pytest.mark.slow


async def assert_reconciled(client: Client, book: Path, url: str, http) -> None:
    """Nothing lost, nothing twice, nothing oversold, nothing owed; and the load was a real one."""
    await drained(url)
    world, entries = await judge.look(url), ledger.read(book)
    assert judge.reconcile(entries, world) == []
    assert judge.reconcile_work(world) == []
    assert judge.reconcile_feed(told(await whole(http)), world, captured=CAPTURED) == []
    assert await violations(url) == {}
    statuses = {entry.status for entry in entries if isinstance(entry, ledger.Ack)}
    assert statuses == {201, 409}
    assert client.seen["500"] == 0


async def test_killing_servers_and_workers_loses_and_doubles_nothing(
    crew, server, database, connect, tmp_path
):
    url, port = server.url(database), free_port()
    await tripwire.lay(url)
    serve = await crew.start("serve", database_url=url, port=port)
    workers = [
        await crew.start("work", database_url=url, name=f"work{n}", ready=False) for n in range(2)
    ]
    http = connect(serve.url)
    await open_shop(http, SHELVES)
    with Ledger(tmp_path / "book") as book:
        client = Client(http, book)
        async with Load(client, Basket(SKUS, seed=1), buyers=BUYERS, seed=1) as load:
            for kill in range(SERVER_KILLS):
                await load.more(BETWEEN)
                await load.moment()
                crew.kill(serve)
                if kill % (SERVER_KILLS // WORKER_KILLS) == 0:
                    worker = workers.pop(0)
                    crew.kill(worker)
                    workers.append(
                        await crew.start("work", database_url=url, name=worker.name, ready=False)
                    )
                serve = await crew.start("serve", database_url=url, port=port)
            await load.more(BETWEEN)
    assert client.seen["lost"] >= SERVER_KILLS
    await assert_reconciled(client, book.path, url, http)
    assert (await tripwire.tripped(url))[:5] == []
    assert [await role.stop() for role in (serve, *workers)] == [0, 0, 0]


async def test_killing_the_postmaster_loses_and_doubles_nothing(crew, connect, tmp_path):
    with (
        TemporaryDirectory(prefix="entrepot-kill-", ignore_cleanup_errors=True) as home,
        Ledger(tmp_path / "book") as book,
    ):
        embedded = await asyncio.to_thread(postgres.start, Path(home))
        try:
            await migrate.migrate(embedded.url(), transitions())
            serve = await crew.start("serve", database_url=embedded.url())
            work = await crew.start("work", database_url=embedded.url(), ready=False)
            http = connect(serve.url)
            await open_shop(http, SHELVES)
            client = Client(http, book)
            async with Load(client, Basket(SKUS, seed=2), buyers=BUYERS, seed=2) as load:
                await load.more(1)
                await begun(embedded.url())
                for _ in range(POSTMASTER_KILLS):
                    await load.more(BETWEEN)
                    await load.moment()
                    killed = postmaster(embedded.pgdata)
                    killed.kill()
                    assert await gone(killed)
                    embedded = await asyncio.to_thread(postgres.start, Path(home))
                await load.more(BETWEEN)
            assert client.seen["503"] >= POSTMASTER_KILLS
            assert serve.runs
            assert work.runs
            await assert_reconciled(client, book.path, embedded.url(), http)
            assert [await serve.stop(), await work.stop()] == [0, 0]
        finally:
            end_database(embedded.pgdata)
