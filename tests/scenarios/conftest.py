"""One system for all stories, as its users run it; when they are told, no invariant is broken."""

from collections.abc import Iterator

import pytest

from scenarios.client import Client
from scenarios.shop import Shop
from scenarios.system import System, running


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
