"""The search leaves out only orders that come to the same as one it runs; it sees who waits."""

import asyncpg
import pytest

import databases
from proof.interleave import Search, ending, first, follow, stops, written
from proof.stepping import Move, Pair, Side, connect, uses

READ = "SELECT n FROM proof.till WHERE k = {k}"
HELD = "SELECT n FROM proof.till WHERE k = {k} FOR NO KEY UPDATE"


class Till:
    """A table of numbers, and two sides that work on it."""

    def __init__(self, conns, observer) -> None:
        self.conns, self.observer = conns, observer

    async def start(self, *works) -> Pair:
        await self.observer.execute(
            "DELETE FROM proof.till; INSERT INTO proof.till VALUES (1, 0), (2, 0)"
        )
        sides = [Side(name, conn, None) for name, conn in zip("AB", self.conns, strict=True)]
        pair = Pair(sides, self.observer)
        await pair.start(*(lambda w=work, c=conn: w(c) for work, conn in zip(works, self.conns)))  # noqa: B905 - pairs
        return pair

    async def ends(self, *works, reduced: bool) -> tuple[set[str], int]:
        """Run every order; give all that it can come to, and how many orders were run."""
        found: set[str] = set()
        runs = 0

        async def judge(pair, _) -> None:
            rows = await self.observer.fetch("SELECT k, n FROM proof.till ORDER BY k")
            if pair.deadlocked:
                found.add("deadlock")
                return
            told = [s.task.exception() or s.task.result() for s in pair.sides]
            found.add(str((rows, [repr(each) for each in told])))

        search = Search(lambda: self.start(*works), reduced=reduced)
        while not search.exhausted:
            runs += (await search.run(judge)).whole
        return found, runs


@pytest.fixture
async def till(server, template):
    async with databases.own(server, template) as name:
        dsn = server.url(name)
        observer, *conns = await asyncpg.connect(dsn), await connect(dsn), await connect(dsn)
        await observer.execute(
            "CREATE SCHEMA proof; CREATE TABLE proof.till (k integer PRIMARY KEY, n integer)"
        )
        yield Till(conns, observer)
        for conn in conns:
            conn.side = None
        for conn in (observer, *conns):
            await conn.close()


async def adds(conn) -> int:
    """Read, then write what was read and one more: nothing keeps the other out."""
    async with conn.transaction():
        seen = await conn.fetchval(READ.format(k=1))
        await conn.execute("UPDATE proof.till SET n = $1 WHERE k = 1", seen + 1)
    return seen


async def adds_safely(conn) -> int:
    async with conn.transaction():
        seen = await conn.fetchval(HELD.format(k=1))
        await conn.execute("UPDATE proof.till SET n = $1 WHERE k = 1", seen + 1)
    return seen


async def looks_twice(conn) -> tuple[int, int]:
    return await conn.fetchval(READ.format(k=1)), await conn.fetchval(READ.format(k=1))


async def makes(conn) -> str:
    return await conn.execute("INSERT INTO proof.till VALUES (3, 0) ON CONFLICT DO NOTHING")


async def passes_by(conn) -> int | None:
    async with conn.transaction():
        return await conn.fetchval(HELD.format(k=1) + " SKIP LOCKED")


async def forth(conn) -> None:
    async with conn.transaction():
        await conn.execute("UPDATE proof.till SET n = n + 1 WHERE k = 1")
        await conn.execute("UPDATE proof.till SET n = n + 1 WHERE k = 2")


async def back(conn) -> None:
    async with conn.transaction():
        await conn.execute("UPDATE proof.till SET n = n * 2 WHERE k = 2")
        await conn.execute("UPDATE proof.till SET n = n * 2 WHERE k = 1")


@pytest.mark.parametrize(
    ("one", "other", "ways"),
    [
        (adds, adds, 3),
        (adds, adds_safely, 3),
        (adds_safely, adds_safely, 2),
        (adds, looks_twice, 3),
        (makes, makes, 2),
        (adds_safely, passes_by, 3),
        (forth, forth, 1),
        (forth, passes_by, 3),
    ],
)
async def test_what_is_left_out_comes_to_nothing_else(till, one, other, ways):
    every, many = await till.ends(one, other, reduced=False)
    fewer, runs = await till.ends(one, other, reduced=True)
    assert fewer == every
    assert len(every) == ways
    assert runs <= many


async def test_two_that_wait_for_each_other_are_seen(till):
    for reduced in (False, True):
        ends, _ = await till.ends(forth, back, reduced=reduced)
        assert "deadlock" in ends
        assert len(ends) == 3  # and one after the other, either way


async def test_one_after_the_other_is_an_order_like_any(till):
    pair = await till.start(adds, adds)
    run = await follow(pair, first(1))
    assert written(run.schedule) == "B4 A4"
    assert [side.task.result() for side in pair.sides] == [1, 0]


async def test_a_side_stops_before_it_commits_and_the_other_goes_as_far_as_it_can(till):
    run = await follow(await till.start(adds, adds_safely), stops(0, ending))
    assert written(run.schedule) == "A3 B2 A1 B2"


async def test_who_is_ended_in_the_middle_leaves_nothing(till):
    pair = await till.start(adds_safely, adds_safely)
    for side in pair.sides:
        await pair.step(side)
    for side in pair.sides:
        await pair.step(side)
    assert [side.waits for side in pair.sides] == [False, True]
    await pair.stop()
    assert all(side.task.cancelled() for side in pair.sides)
    assert await till.observer.fetchval(READ.format(k=1)) == 0


def test_a_statement_says_which_tables_it_uses():
    text = 'WITH a AS (DELETE FROM inventory.cart AS c) UPDATE orders."order" SET x = f.g(1)'
    assert uses(text).writes == uses(text).locks == {"inventory.cart", "orders.order"}
    read = "SELECT 1 FROM inventory.position AS p -- of orders.line\nWHERE p.sku = 'x'"
    assert uses(read) == ({"inventory.position"}, frozenset(), frozenset())
    assert uses(f"{read} FOR NO KEY UPDATE").locks == {"inventory.position"}


def test_moves_commute_unless_one_can_notice_the_other():
    reads, writes = Move(sees=frozenset("p")), Move(frozenset("p"), frozenset("p"))
    commits = Move(shows=frozenset("p"))
    assert reads.commutes(writes)
    assert commits.commutes(commits)
    assert not writes.commutes(writes)
    assert not commits.commutes(reads)
    assert Move().commutes(commits)
