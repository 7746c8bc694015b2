"""A database of its own for every proof, and a crew of processes that is always stopped."""

from collections.abc import AsyncIterator
from itertools import count

import asyncpg
import pytest

from entrepot.bootstrap import transitions
from entrepot.demo.http import Http
from entrepot.plumbing import migrate
from proof.processes import KEY, Crew

_numbers = count(1)


@pytest.fixture
async def crew(tmp_path) -> AsyncIterator[Crew]:
    """Starts processes; none outlives the test."""
    async with Crew(tmp_path) as crew:
        yield crew


@pytest.fixture
async def database(server, crew) -> AsyncIterator[str]:
    """The name of a migrated database of its own on the tests' PostgreSQL.

    It is dropped at the end, when nobody works with it any more.
    """
    name = f"proof_{next(_numbers)}"
    conn = await asyncpg.connect(server.url("postgres"))
    await conn.execute(f'CREATE DATABASE "{name}"')
    try:
        await migrate.migrate(server.url(name), transitions())
        yield name
    finally:
        await crew.end()
        await conn.execute(f'DROP DATABASE "{name}" WITH (FORCE)')
        await conn.close()


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


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    """Where a proof fails, show what its processes said."""
    report = yield
    crew = getattr(item, "funcargs", {}).get("crew")
    if call.when == "call" and report.failed and crew is not None:
        for name, role in {role.name: role for role in crew.roles}.items():
            report.sections.append((f"log of {name}", role.logged()))
    return report
