"""A market of the test's own."""

import pytest

import databases
from entrepot.sourcing.warm import warm
from journey.cart_shop import Carts
from journey.launches import Drop
from journey.shop import Shop


@pytest.fixture(scope="session", autouse=True)
def _warmed():
    """The kernel is ready before the first order, as in a server: some stories tell seconds."""
    warm()


@pytest.fixture
async def house(conn):
    """A connection as everywhere; here also what the rooms keep together is looked at."""
    yield conn
    await databases.nothing_is_broken(conn)


@pytest.fixture
async def shop(pool) -> Shop:
    """A market that sells tees, caps and a set of them, with no node yet."""
    shop = Shop(pool)
    await shop.opens("TEE", "CAP", SET={"TEE": 1, "CAP": 2})
    return shop


@pytest.fixture
def carts(shop) -> Carts:
    """Its carts."""
    return Carts(shop)


@pytest.fixture
def drop(shop) -> Drop:
    """Its launches."""
    return Drop(shop)
