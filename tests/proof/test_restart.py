"""`entrepot up` starts clean, stops clean, and after a kill -9 begins where it was."""

import asyncio
import json
import subprocess
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import asyncpg
import pytest

from entrepot.demo.http import Http
from entrepot.plumbing import postgres
from proof.feed import drained, page, stream, whole
from proof.postmaster import end_database, postmaster, with_pid
from proof.processes import Role, descendants, gone, violations
from proof.shop import balances, open_shop, order

NODE, SKU, UNITS = "AUSTIN", "ONE", 50

pytestmark = pytest.mark.slow


@pytest.fixture
def somebody() -> Iterator["subprocess.Popen[bytes]"]:
    """A process that has nothing to do with any of this."""
    with subprocess.Popen(["sleep", "300"]) as other:
        yield other
        other.kill()


@pytest.fixture
def home() -> Iterator[Path]:
    """A data directory outside pytest's own, whose permissions the embedded server may widen."""
    with TemporaryDirectory(prefix="entrepot-up-", ignore_cleanup_errors=True) as folder:
        yield Path(folder) / "data"
        end_database(Path(folder) / "data" / "postgres")


async def up(crew, home: Path, name: str = "up") -> Role:
    """Start all of it on the data directory."""
    role = await crew.start("up", "--data-dir", str(home), "--port", "0", name=name)
    assert set(role.told) == {"url", "database_url"}
    return role


async def place(http: Http, buyer: str) -> str:
    """Place an order of one unit; gives its id."""
    answer = await http.send("POST", "/v1/orders", order(buyer, [(SKU, 1)]), key=f"k-{buyer}")
    assert answer.status == 201, answer.body
    return str(json.loads(answer.body)["id"])


async def external_id(http: Http, order_id: str) -> str:
    answer = await http.send("GET", f"/v1/orders/{order_id}")
    assert answer.status == 200, answer.body
    return str(json.loads(answer.body)["external_id"])


async def test_it_starts_and_stops_clean_and_finds_everything_again(crew, home, connect):
    role = await up(crew, home)
    http = connect(role.url)
    await open_shop(http, {(SKU, NODE): UNITS})
    first = await place(http, "first@example.com")
    below, database = list(descendants(role.popen.pid)), postmaster(home / "postgres")

    assert await role.stop() == 0
    assert await gone(*below, database)
    assert not (home / "postgres" / "postmaster.pid").exists()

    role = await up(crew, home)
    http = connect(role.url)
    assert await external_id(http, first) == "x-first@example.com"
    assert await place(http, "first@example.com") == first
    assert await place(http, "second@example.com") != first
    assert await balances(http, SKU, NODE) == (UNITS, 2)
    await drained(role.told["database_url"])
    assert await violations(role.told["database_url"]) == {}
    assert await role.stop() == 0


async def test_after_kill_9_of_everything_but_the_database_it_begins_where_it_was(
    crew, home, connect
):
    role = await up(crew, home)
    http = connect(role.url)
    await open_shop(http, {(SKU, NODE): UNITS})
    first = await place(http, "first@example.com")

    left = crew.kill(role)
    assert left, "`up` runs its roles as processes of their own"
    assert await gone(*left), "what `up` has started ends with it"

    role = await up(crew, home)
    http = connect(role.url)
    assert await place(http, "first@example.com") == first
    await place(http, "second@example.com")
    assert await balances(http, SKU, NODE) == (UNITS, 2)
    await drained(role.told["database_url"])
    captured = [e for e in await whole(http) if e["type"] == "order.captured"]
    assert [e["data"]["external_id"] for e in captured] == [
        "x-first@example.com",
        "x-second@example.com",
    ]
    assert await violations(role.told["database_url"]) == {}
    assert await role.stop() == 0
    assert not (home / "postgres" / "postmaster.pid").exists()


async def test_after_kill_9_of_the_database_too_it_begins_where_it_was(crew, home, connect):
    role = await up(crew, home)
    http = connect(role.url)
    await open_shop(http, {(SKU, NODE): UNITS})
    first = await place(http, "first@example.com")

    postmaster(home / "postgres").kill()
    crew.kill(role)

    role = await up(crew, home)
    http = connect(role.url)
    assert await place(http, "first@example.com") == first
    assert await balances(http, SKU, NODE) == (UNITS, 1)
    assert await violations(role.told["database_url"]) == {}
    assert await role.stop() == 0


async def test_a_second_one_on_the_same_directory_does_not_disturb_the_first(crew, home, connect):
    first = await up(crew, home)
    http = connect(first.url)
    await open_shop(http, {(SKU, NODE): UNITS})
    database = postmaster(home / "postgres")

    second = await crew.start(
        "up", "--data-dir", str(home), "--port", "0", name="second", ready=False
    )
    status = await refused_or_shared(second)

    assert status == 0 or second.logged(), "it says why it does not start"
    assert first.runs
    assert database.runs
    await place(http, "first@example.com")
    assert await balances(http, SKU, NODE) == (UNITS, 1)
    assert await first.stop() == 0
    assert await gone(database)


async def refused_or_shared(role: Role) -> int:
    """Wait until it has ended by itself, or is ready, and then stop it; gives its exit status."""
    try:
        return await asyncio.to_thread(role.popen.wait, 10)
    except subprocess.TimeoutExpired:
        assert role.out.read_bytes().startswith(b"{")
        return await role.stop()


async def test_a_server_stops_while_others_follow_its_feed(crew, server, database, connect):
    serve = await crew.start("serve", database_url=server.url(database))
    http = connect(serve.url)
    end = len(await whole(http))
    waiting = asyncio.create_task(page(http, end, wait=30))
    following = asyncio.create_task(anext(stream(serve.url, end)))
    try:
        await asyncio.sleep(0.5)
        assert not waiting.done()
        assert not following.done()
        assert await serve.stop() == 0
    finally:
        waiting.cancel()
        following.cancel()
        await asyncio.gather(waiting, following, return_exceptions=True)


async def test_a_database_that_was_killed_a_moment_ago_is_started_again(home):
    """Its process may still stand in the table as a zombie until somebody takes note of its end."""
    embedded = await asyncio.to_thread(postgres.start, home)
    postmaster(embedded.pgdata).kill()
    embedded = await asyncio.to_thread(postgres.start, home)
    assert await one(embedded.url()) == 1


async def test_a_database_is_started_again_though_its_pid_is_now_another_s(home, somebody):
    """After a power cut the pid file stands, and by then anybody may have that number."""
    embedded = await asyncio.to_thread(postgres.start, home)
    killed = postmaster(embedded.pgdata)
    killed.kill()
    assert await gone(killed)
    with_pid(embedded, somebody.pid)
    embedded = await asyncio.to_thread(postgres.start, home)
    assert await one(embedded.url()) == 1
    assert somebody.poll() is None


async def one(url: str) -> int:
    """Ask a database for the number one."""
    conn = await asyncpg.connect(url, timeout=10)
    try:
        return await conn.fetchval("SELECT 1")
    finally:
        await conn.close()
