"""An import that is killed anywhere and gone on with lands every good row once, and only those."""

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from unittest import mock

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from entrepot.api.importable import importable
from entrepot.bootstrap import invariants, transitions
from entrepot.imports import ask, browse
from entrepot.imports.ask import Who
from entrepot.imports.model import LEASE, Columns
from entrepot.imports.take_in import take_in
from entrepot.network.open import open_market
from entrepot.plumbing import db, migrate
from entrepot.plumbing.mint import MINT
from entrepot.terms.ids import MarketId
from entrepot.work.imports import Importer

AT = datetime(2026, 11, 20, 12, tzinfo=UTC)
PER_COMMIT = 3


class Killed(BaseException):
    """The process is no more."""


@pytest.fixture(scope="module")
def url(server) -> str:
    async def make() -> str:
        conn = await db.connect(server.url("postgres"))
        await conn.execute("CREATE DATABASE killed")
        await conn.close()
        await migrate.migrate(server.url("killed"), transitions())
        return server.url("killed")

    return asyncio.run(make())


def kinds():
    return {noun: replace(kind, per_commit=PER_COMMIT) for noun, kind in importable().items()}


class Death:
    """Kills at the n-th statement from now on, before it is run or, after a commit, behind it."""

    def __init__(self) -> None:
        self.left: int | None = None
        self.behind = False
        self._fetch, self._execute = db.fetch, db.execute
        self._transaction = db.in_transaction

    def _count(self) -> None:
        if self.left is None:
            return
        self.left -= 1
        if self.left < 0:
            raise Killed

    async def fetch(self, *given, **values):
        self._count()
        return await self._fetch(*given, **values)

    async def execute(self, *given, **values):
        self._count()
        return await self._execute(*given, **values)

    async def in_transaction(self, *given, **values):
        done = await self._transaction(*given, **values)
        if self.behind:
            self._count()
        return done


async def body(text: str) -> AsyncIterator[bytes]:
    yield text.encode()


async def asked_for(pool: db.Pool, market: MarketId, text: str, verb) -> object:
    taken = await take_in(pool, market, MINT.one(), ".jsonl", body(text), bytes_max=1 << 20)

    async def work(conn: db.Connection) -> None:
        await open_market(conn, market)
        who = Who("ann", AT)
        await ask.take(
            conn, market, taken, "items", "items.jsonl", written_at=AT, mapping=Columns(), who=who
        )
        await verb(conn, market, taken.import_id, who)

    await db.in_transaction(pool, work)
    return taken.import_id


async def story(url: str, rows: list[dict], kills: list[tuple[int, bool]], verb=ask.run):
    """Bring rows in, killed so often; answers the job, its rejects, its items, what was told."""
    market = MarketId(str(MINT.one()))
    pool = await db.open_pool(url, size=3)
    clock, death = [AT], Death()
    try:
        text = "".join(json.dumps(row) + "\n" for row in rows)
        import_id = await asked_for(pool, market, text, verb)
        with (
            mock.patch.object(db, "fetch", death.fetch),
            mock.patch.object(db, "execute", death.execute),
            mock.patch.object(db, "in_transaction", death.in_transaction),
        ):
            for left, behind in [*kills, (None, False)]:
                death.left, death.behind = left, behind
                clock[0] += LEASE + timedelta(seconds=1)
                try:
                    await Importer(pool, kinds, lambda: clock[0]).turn()
                except Killed:
                    continue
        async with pool.acquire() as conn:
            job = await browse.job(conn, market, import_id)
            rejects = await browse.rejects(
                conn, market, import_id, rehearsal=job.rehearsal, after=0, most=999
            )
            items = await conn.fetch(
                "SELECT sku, version FROM catalog.item WHERE market = $1", market
            )
            told = await conn.fetch(
                "SELECT type FROM plumbing.outbox WHERE market = $1 AND type LIKE 'import.%'",
                market,
            )
            for name, query in invariants().items():
                if name.startswith(("imports.", "catalog.")):
                    assert await conn.fetch(query.text) == [], name
        return (
            job,
            rejects,
            {row["sku"]: row["version"] for row in items},
            [t["type"] for t in told],
        )
    finally:
        await pool.close()


PARTS = st.sampled_from("ABCDEFGH")
ROWS = st.lists(
    st.one_of(
        PARTS.map(lambda sku: {"sku": sku, "name": sku}),
        PARTS.map(lambda sku: {"sku": f"N{sku}"}),
        PARTS.map(
            lambda sku: {
                "sku": f"K{sku}",
                "name": "kit",
                "components": [{"sku": sku, "quantity": 1}],
            }
        ),
    ),
    min_size=1,
    max_size=14,
)
KILLS = st.lists(st.tuples(st.integers(0, 40), st.booleans()), max_size=6)


def meant(rows: list[dict]) -> tuple[set[str], set[int]]:
    """Say which items such rows make, and which rows are bad."""
    seen: set[str] = set()
    bad = set()
    for number, row in enumerate(rows, start=1):
        if "name" not in row or row["sku"] in seen:
            bad.add(number)
        else:
            seen.add(row["sku"])
    for number, row in enumerate(rows, start=1):
        needs = {each["sku"] for each in row.get("components", [])}
        if number not in bad and not needs <= seen:
            bad.add(number)
            seen.discard(row["sku"])
    return seen, bad


@settings(
    max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(rows=ROWS, kills=KILLS)
def test_killed_anywhere_and_gone_on_with_every_good_row_lands_once(url, rows, kills):
    job, rejects, items, told = asyncio.run(story(url, rows, kills))
    skus, bad = meant(rows)
    assert (job.state, job.rows, job.rejected) == ("done", len(rows), len(bad))
    assert items == dict.fromkeys(skus, 1)
    assert {each.row for each in rejects} == bad
    assert json.loads(job.counts) == ({"created": len(skus)} if skus else {})
    assert told == ["import.ended"]


@settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(rows=ROWS, kills=KILLS)
def test_a_rehearsal_finds_what_a_run_would_and_leaves_nothing(url, rows, kills):
    job, rejects, items, told = asyncio.run(story(url, rows, kills, ask.check))
    skus, bad = meant(rows)
    found = json.loads(job.checked)
    assert (job.state, found["rows"], found["rejected"]) == ("checked", len(rows), len(bad))
    assert found["counts"] == ({"created": len(skus)} if skus else {})
    assert {each.row for each in rejects} == bad
    assert items == {}
    assert told == ["import.checked"]
