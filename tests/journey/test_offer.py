"""What a channel may sell at each node: as it stands in the rows, ascending by the nodes' ids."""

from dataclasses import replace

import pytest

from entrepot.inventory import browse
from entrepot.inventory.model import AtNodes
from entrepot.journey.offer import Offer, Offered, available
from entrepot.network.model import ChannelRow
from entrepot.network.upsert import upsert_channels
from entrepot.plumbing import mint
from entrepot.terms.ids import ChannelId
from journey.shop import US, order, placing

WEB = ChannelRow(ChannelId("web"), "Web", None, None, None, None, 0)


@pytest.fixture
async def two(shop):
    """Two nodes, the later named first, and one that is counted empty."""
    for node in ("b-south", "Z-east", "a-none"):
        await shop.node(node)
    await shop.count("b-south", TEE=4, CAP=4)
    await shop.count("Z-east", TEE=10, CAP=7)
    await shop.count("a-none", TEE=0)
    return shop


async def offered(shop, *skus: str, by_node: bool = True) -> Offered:
    async with shop.pool.acquire() as conn:
        market = await shop.world.market(US)
        [found] = await available(
            conn, market, [Offer(ChannelId("web"), skus, by_node)], at=mint.now()
        )
    return found


async def sells(shop, **changes) -> None:
    async with shop.pool.acquire() as conn, conn.transaction():
        await upsert_channels(conn, US, [replace(WEB, **changes)])
    await shop.world.refresh(US)


async def test_nodes_come_in_the_order_of_their_ids_and_empty_ones_not_at_all(two):
    found = await offered(two, "TEE")
    assert found.nodes == {"TEE": (("Z-east", "b-south"), [10, 4])}
    assert found.totals == {"TEE": 14}


async def test_a_kit_is_whole_where_all_its_parts_are(two):
    found = await offered(two, "SET")  # a tee and two caps
    assert found.nodes == {"SET": (("Z-east", "b-south"), [3, 2])}
    assert found.totals == {"SET": 5}


async def test_a_sku_nobody_knows_or_nobody_has_lies_nowhere(two):
    found = await offered(two, "NEVER", "TEE")
    assert found.nodes["NEVER"] == AtNodes((), ())
    assert found.totals == {"NEVER": 0, "TEE": 14}
    assert found.known == {"TEE"}


async def test_the_buffer_stays_and_nodes_out_of_sight_are_left_out(two):
    await sells(two, buffer=4)
    assert (await offered(two, "TEE")).nodes == {"TEE": (("Z-east",), [6])}
    await sells(two, nodes=["b-south"])
    found = await offered(two, "TEE", "SET")
    assert found.nodes == {"TEE": (("b-south",), [4]), "SET": (("b-south",), [2])}
    assert found.totals == {"TEE": 4, "SET": 2}


async def test_the_sum_is_the_same_with_and_without_the_nodes(two):
    await two.place(placing(order(("TEE", 3))))
    for changes in ({}, {"buffer": 2}, {"nodes": ["Z-east"]}):
        await sells(two, **changes)
        skus = ("TEE", "CAP", "SET", "NEVER")
        assert (await offered(two, *skus)).totals == (
            await offered(two, *skus, by_node=False)
        ).totals


def test_a_list_of_nodes_that_stands_in_another_order_is_put_in_order_with_its_units():
    assert browse.node_list('["b", "a"]') == (("a", "b"), (1, 0))
    assert browse.node_list('["a", "b"]') == (("a", "b"), None)
