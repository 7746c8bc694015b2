"""A market of the test's own."""

import pytest

from journey.shop import Shop


@pytest.fixture
async def shop(pool) -> Shop:
    """A market that sells tees, caps and a set of them, with no node yet."""
    shop = Shop(pool)
    await shop.opens("TEE", "CAP", SET={"TEE": 1, "CAP": 2})
    return shop
