"""The proxy loses what it is told to lose, and nothing else."""

import asyncpg
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from proof.proxy import COMMITTED, Messages, Proxy, socket_of

LOST = (asyncpg.PostgresConnectionError, asyncpg.InterfaceError, OSError)


@pytest.fixture
async def proxy(server):
    async with Proxy(socket_of(server.sockets), seed=1) as proxy:
        yield proxy


@pytest.fixture
async def notes(server):
    """A direct connection, and a table of the proxy's own to write to."""
    conn = await asyncpg.connect(server.url("postgres"))
    await conn.execute("CREATE TABLE IF NOT EXISTS note (n integer)")
    await conn.execute("TRUNCATE note")
    yield conn
    await conn.execute("DROP TABLE note")
    await conn.close()


async def note(url: str, number: int) -> None:
    conn = await asyncpg.connect(url, timeout=10)
    try:
        async with conn.transaction():
            await conn.execute("INSERT INTO note VALUES ($1)", number)
    finally:
        conn.terminate()


async def noted(conn: asyncpg.Connection) -> list[int]:
    return [row[0] for row in await conn.fetch("SELECT n FROM note ORDER BY n")]


@settings(max_examples=100, deadline=None)
@given(st.lists(st.binary(max_size=20)), st.data())
def test_messages_are_told_apart_however_they_are_cut(bodies, data):
    sent = [b"D" + (4 + len(body)).to_bytes(4) + body for body in bodies]
    stream, messages, got = b"".join(sent), Messages(), []
    while stream:
        piece = data.draw(st.integers(1, len(stream)))
        got += messages.whole(stream[:piece])
        stream = stream[piece:]
    assert got == sent


def test_a_commit_is_known_by_its_completion():
    assert list(Messages().whole(b"C\0\0\0\x0bCOMMIT\0Z\0\0\0\x05I")) == [
        COMMITTED,
        b"Z\0\0\0\x05I",
    ]


async def test_a_calm_proxy_loses_nothing(proxy, notes):
    for number in range(20):
        await note(proxy.url("postgres"), number)
    assert await noted(notes) == list(range(20))
    assert (proxy.commits, proxy.swallowed, proxy.cuts) == (20, 0, 0)


async def test_a_swallowed_commit_has_happened_and_its_client_does_not_know(proxy, notes):
    proxy.swallow = 1.0
    for number in range(20):
        with pytest.raises(LOST):
            await note(proxy.url("postgres"), number)
    assert await noted(notes) == list(range(20))
    assert (proxy.commits, proxy.swallowed) == (20, 20)


async def test_a_withheld_commit_has_not_happened_and_its_client_does_not_know(proxy, notes):
    proxy.withhold = 1.0
    for number in range(20):
        with pytest.raises(LOST):
            await note(proxy.url("postgres"), number)
    assert await noted(notes) == []
    assert (proxy.commits, proxy.withheld) == (0, 20)


async def test_a_rollback_and_a_write_outside_a_transaction_are_not_swallowed(proxy, notes):
    proxy.swallow = 1.0
    conn = await asyncpg.connect(proxy.url("postgres"))
    await conn.execute("INSERT INTO note VALUES (1)")
    transaction = conn.transaction()
    await transaction.start()
    await conn.execute("INSERT INTO note VALUES (2)")
    await transaction.rollback()
    await conn.close()
    assert await noted(notes) == [1]
    assert proxy.swallowed == 0


async def test_a_client_that_asks_for_encryption_is_refused_it_and_served(proxy, notes):
    await note(proxy.url("postgres").replace("disable", "prefer"), 1)
    assert await noted(notes) == [1]
    assert proxy.commits == 1


async def test_a_cut_connection_is_lost_to_its_client(proxy, notes):
    proxy.cut = 1.0
    with pytest.raises(LOST):
        await note(proxy.url("postgres"), 1)
    assert await noted(notes) == []
    assert proxy.cuts == 1


async def test_cuts_at_random_leave_whole_transactions(proxy, notes):
    proxy.cut, acked = 0.05, []
    for number in range(60):
        try:
            await note(proxy.url("postgres"), number)
        except LOST:
            continue
        acked.append(number)
    there = await noted(notes)
    assert 5 < proxy.cuts < 60
    assert set(acked) <= set(there)
    assert len(there) == len(set(there))
