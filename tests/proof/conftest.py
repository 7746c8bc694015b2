"""A database of its own for every proof, and a crew of processes that is always stopped."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack

import pytest

import databases
from entrepot.demo.http import Http
from entrepot.plumbing import mint
from proof.beside import Bench, bench
from proof.processes import KEY, Crew
from proof.stepping import CLOCK


@pytest.fixture
async def crew(tmp_path) -> AsyncIterator[Crew]:
    """Starts processes; none outlives the test."""
    async with Crew(tmp_path) as crew:
        yield crew


@pytest.fixture
async def database(server, template, crew) -> AsyncIterator[str]:
    """The name of a migrated database of its own on the tests' PostgreSQL.

    It is dropped at the end, when nobody works with it any more.
    """
    async with databases.own(server, template) as name:
        yield name
        await crew.end()


@pytest.fixture
def connect() -> AsyncIterator:
    """Makes clients of a server, closed at the end."""
    made: list[Http] = []

    def to(url: str, *, connections: int = 64) -> Http:
        made.append(Http(url, key=KEY, connections=connections))
        return made[-1]

    yield to
    for http in made:
        http.close()


@pytest.fixture(scope="module")
async def benches(server, template) -> AsyncIterator[list[Bench]]:
    """Scarce markets, each in a database of its own and put back before each run: one a core.

    All clocks stand.
    """
    async with AsyncExitStack() as stack:
        made = []
        for _ in range(2):
            name = await stack.enter_async_context(databases.own(server, template))
            made.append(await stack.enter_async_context(bench(server.url(name))))
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(mint, "now", CLOCK.get)
            yield made


@pytest.fixture
def scarce(benches) -> Bench:
    """A scarce market."""
    return benches[0]


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    """Where a proof fails, show what its processes said."""
    report = yield
    crew = getattr(item, "funcargs", {}).get("crew")
    if call.when == "call" and report.failed and crew is not None:
        for name, role in {role.name: role for role in crew.roles}.items():
            report.sections.append((f"log of {name}", role.logged()))
    return report
