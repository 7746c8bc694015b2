"""Nobody is refused on a view that another batch has set right since it was planned on.

One batch plans on a view that knows of nothing, and while it reads the rows another batch, which
was a moment earlier, tells the view of them: they are no news to it then, but to the plan they are.
"""

from datetime import timedelta

import pytest

from entrepot.inventory import browse
from entrepot.journey.placing import Taken
from entrepot.plumbing import mint
from entrepot.terms.ids import Sku
from journey.shop import US, order, placing

TEE = Sku("TEE")


@pytest.fixture
async def behind(shop, monkeypatch):
    """There are two tees; the view knows of none, and hears of them while a batch reads them."""
    await shop.node("DC")
    await shop.count("DC", TEE=2)
    stock = (await shop.world.market(US)).stock
    stock.take("TEE", "DC", 2)
    read = browse.free_of_skus

    async def heard(conn, market, skus):
        rows = await read(conn, market, skus)
        stock.replace(skus, rows)
        return rows

    monkeypatch.setattr(browse, "free_of_skus", heard)
    return shop


async def test_an_order_is_planned_on_the_rows_it_read(behind):
    (answer,) = await behind.place(placing(order(("TEE", 1))))
    assert isinstance(answer, Taken)


async def test_an_order_is_not_turned_away_for_what_the_view_no_longer_says(behind):
    stock = (await behind.world.market(US)).stock
    stock.scarce = {TEE: mint.now() + timedelta(minutes=1)}
    (answer,) = await behind.place(placing(order(("TEE", 1))))
    assert isinstance(answer, Taken)


@pytest.mark.usefixtures("behind")
async def test_a_cart_is_kept_on_the_rows_it_read(carts):
    cart = await carts.held(("TEE", 2))
    assert await carts.kept(cart) == [(1, "TEE", "DC", 2)]
