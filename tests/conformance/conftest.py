"""A system of its own: what schemathesis makes up is of no use to the stories."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from scenarios.client import Client
from scenarios.system import System, running

HERE = Path(__file__).parent


def pytest_collection_modifyitems(items):
    """The document is that of a running server."""
    for item in items:
        if item.path.is_relative_to(HERE):
            item.add_marker(pytest.mark.slow)


@pytest.fixture(scope="module")
def system() -> Iterator[System]:
    """Run `entrepot up`; whatever nonsense it was sent, no invariant is broken at the end."""
    with running() as system:
        yield system
        assert system.violations() == {}


@pytest.fixture(scope="module")
def client(system) -> Iterator[Client]:
    client = Client(system.url, system.key)
    yield client
    client.close()
