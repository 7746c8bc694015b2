"""Rules for a shop's stock: publish them, let them be followed, ask for bills."""

from collections.abc import Iterable

import msgspec

from entrepot.inventory.model import Position
from entrepot.journey.bill import Explained, Question, SkuBill, explained
from entrepot.journey.offer import Offer, available
from entrepot.journey.place import place
from entrepot.journey.placing import Taken
from entrepot.journey.safeguard import safeguard, unsafe_positions
from entrepot.journey.vet import vet
from entrepot.network.model import ChannelRow
from entrepot.network.upsert import upsert_channels
from entrepot.plumbing import mint
from entrepot.policies.model import Policy
from entrepot.policies.publish import publish
from entrepot.terms.audience import Buyer
from entrepot.terms.ids import ChannelId, Sku
from journey.shop import US, Shop, order, placing


async def rules(shop: Shop, **document) -> None:
    """Publish a policy that is without a flaw; the shop's process knows it at once."""
    policy = msgspec.convert(document, Policy)
    async with shop.pool.acquire() as conn, conn.transaction():
        assert await vet(conn, US, policy) == []
        await publish(conn, US, policy, "kim", "the test", mint.now())
    await shop.world.refresh(US)


async def channel(shop: Shop, name: str, *, buffer: int = 0, nodes=None) -> None:
    """Put a channel."""
    row = ChannelRow(ChannelId(name), name, None, None, nodes, None, buffer)
    async with shop.pool.acquire() as conn, conn.transaction():
        await upsert_channels(conn, US, [row])
    await shop.world.refresh(US)


async def followed(shop: Shop) -> int:
    """Let the upkeep run until nothing is left to do, and the views be told; gives its turns."""
    for turn in range(200):
        if not await safeguard(shop.pool, shop.world, US, at=mint.now()):
            await shop.world.refresh(US)
            async with shop.pool.acquire() as conn:
                assert await unsafe_positions(conn, US) == []
            return turn
    raise AssertionError("the sweep never ends")


async def tries(shop: Shop, sku: str, units: int, channel: str = "web", **changes) -> bool:
    """Say whether an order of so many units is taken."""
    asked = order((sku, units), external_id=mint.MINT.one().hex, channel=channel, **changes)
    (answer,) = await place(shop.pool, shop.world, US, [placing(asked)])
    return isinstance(answer, Taken)


async def offered(
    shop: Shop, *skus: str, channel: str = "web", customer_class: str = ""
) -> list[int]:
    """Ask what a channel may sell, in sum and by node: the same."""
    market, asked = await shop.world.market(US), tuple(map(Sku, skus))
    who = (ChannelId(channel), asked)
    questions = [Offer(*who, each, customer_class=customer_class) for each in (False, True)]
    async with shop.pool.acquire() as conn:
        in_sum, by_node = await available(conn, market, questions, at=mint.now())
    assert dict(in_sum.totals) == dict(by_node.totals)
    return [in_sum.totals[sku] for sku in asked]


async def bills(
    shop: Shop, *skus: str, channel: str = "web", customer_class: str = ""
) -> list[Explained]:
    """Ask for bills; each adds up."""
    market = await shop.world.market(US)
    async with shop.pool.acquire() as conn:
        question = Question(Buyer(ChannelId(channel), customer_class), tuple(map(Sku, skus)))
        (found,) = await explained(conn, market, [question], at=mint.now())
    for each in found:
        for bill in each.bills:
            assert_adds_up(bill)
    return found


def assert_adds_up(bill: SkuBill) -> None:
    """Every line of a bill is there to be subtracted, and nothing else is."""
    for node in bill.nodes:
        assert node.on_hand - sum(item.units for item in node.less) == node.available >= 0
        assert all(0 <= item.units <= (item.asked or item.units) for item in node.less)
    assert sum(node.available for node in bill.nodes) - bill.owed == bill.available >= 0


def lines(bill: SkuBill) -> dict[str, list[tuple[str, int]]]:
    """Give a bill as {node: [(what, units)]}."""
    return {n.node: [(i.what.value, i.units) for i in n.less] for n in bill.nodes}


def safeties(rows: Iterable[Position]) -> dict[tuple[str, str], int]:
    """Give the safety by sku and node."""
    return {(row.sku, row.node_id): row.safety for row in rows}
