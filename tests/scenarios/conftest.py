"""One system for all stories, as its users run it; when they are told, no invariant is broken."""

import asyncio
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from entrepot.access import keys
from entrepot.access.create import create
from entrepot.plumbing import db
from scenarios.client import Client
from scenarios.rows import digests
from scenarios.shop import Shop, eventually
from scenarios.system import System, running

HERE = Path(__file__).parent


def pytest_collection_modifyitems(items):
    """Every story needs the whole system: `make check` leaves them out."""
    for item in items:
        if item.path.is_relative_to(HERE):
            item.add_marker(pytest.mark.slow)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    """Show with a failure what the system has logged last."""
    report = yield
    told = call.when != "teardown" and "system" in getattr(item, "funcargs", {})
    if told and call.excinfo is not None:
        report.sections.append(("the system's log", item.funcargs["system"].told()))
    return report


@pytest.fixture(scope="session")
def system() -> Iterator[System]:
    """Run `entrepot up` for the session; at its end `verify --full` finds nothing."""
    with running() as system:
        yield system
        assert system.violations() == {}


@pytest.fixture(scope="session")
def client(system) -> Iterator[Client]:
    """An administrator of the market `default`."""
    client = Client(system.url, system.key)
    yield client
    client.close()


@pytest.fixture
def shop(client) -> Shop:
    """A shop of this test's own."""
    return Shop(client)


@pytest.fixture(scope="session")
def other_market(system) -> Iterator[Callable[[str], Client]]:
    """Make administrators of other markets by the command line, one for each name."""
    made: dict[str, Client] = {}

    def administrator(market: str) -> Client:
        if market not in made:
            made[market] = Client(system.url, admin_key(system, market))
        return made[market]

    yield administrator
    for client in made.values():
        client.close()


@pytest.fixture(scope="session")
def make_keys(system) -> Callable[[Iterable[frozenset[str]]], list[str]]:
    """Make keys of the market `default` with exactly these scopes; the server knows them all."""

    async def work(wanted: Iterable[frozenset[str]]) -> list[str]:
        conn = await db.connect(system.database_url)
        at = datetime.now(UTC)  # noqa: TID251 - a test is a shell
        try:
            made = [
                await create(conn, "default", f"scenarios {number}", keys.scopes_of(scopes), at)
                for number, scopes in enumerate(wanted)
            ]
        finally:
            await conn.close()
        return [text for _, text in made]

    return lambda wanted: [known(system, key) for key in asyncio.run(work(wanted))]


@pytest.fixture(scope="session")
def rows(system) -> Callable[[str], dict[str, str]]:
    """Read what a market's rows are, table by table, as digests."""
    return lambda market: asyncio.run(digests(system.database_url, market))


def admin_key(system: System, market: str) -> str:
    """Make a key of a market's administrator by the command line; the server knows it."""
    told = ("--name", f"{market} admin", "--scopes", "admin", "--market", market)
    done = system.command("key", "create", *told)
    assert done.returncode == 0, done.stderr[-2000:]
    return known(system, done.stdout.strip())


def known(system: System, key: str) -> str:
    """Wait until the server knows a key; give it."""
    client = Client(system.url, key)
    eventually(lambda: client.get("/v1/orders").status != 401, what="key known")
    client.close()
    return key
