"""The worked table of `docs/algorithms/availability.md`, as it is printed there."""

import json
import re
from pathlib import Path

from entrepot.inventory.buckets import AsideReason, SetAside
from entrepot.inventory.model import Demand, RowStatus
from entrepot.inventory.set_aside import set_aside
from entrepot.inventory.wait import wait
from entrepot.plumbing import mint
from entrepot.terms.ids import LineNo, NodeId, OrderId, Sku
from journey.rules import bills, channel, followed, offered, rules
from journey.shop import US

PAGE = Path(__file__).parents[2] / "docs" / "algorithms" / "availability.md"


def table(text: str, head: str) -> list[dict[str, str]]:
    """Read the rows of the table whose first column is so named."""
    lines = iter(text.splitlines())
    names = next(_cells(line) for line in lines if line.startswith(f"| {head} |"))
    next(lines)
    rows = []
    for line in lines:
        if not line.startswith("|"):
            return rows
        rows.append(dict(zip(names, _cells(line), strict=True)))
    return rows


def _cells(line: str) -> list[str]:
    return [cell.strip() for cell in line.strip("|").split("|")]


async def laid(shop, text: str) -> None:
    """Lay the stock of the page, under its policy."""
    await channel(shop, "app")
    stock = table(text, "stock at")
    for row in stock:
        await shop.node(row["stock at"], kind=row["kind"])
    policy = re.search(r"```json\n(.*?)```", text, re.DOTALL)
    assert policy is not None
    await rules(shop, **json.loads(policy[1]))
    for row in stock:
        await shop.count(row["stock at"], TEE=int(row["on hand"]))
        for name in ("app", "web"):
            if units := int(row[f"reserved by {name}"]):
                await only(shop, row["stock at"])
                await shop.buy(
                    ("TEE", units), channel=name, external_id=f"{name} {row['stock at']}"
                )
        await unavailable(shop, row["stock at"], int(row["unavailable"]))
    await only(shop, "")
    await shop.node("OLD", kind="store", enabled=False)
    await followed(shop)
    async with shop.pool.acquire() as conn, conn.transaction():
        waits = Demand(OrderId(mint.MINT.one()), LineNo(1), Sku("TEE"), 15, "backorder")
        await wait(conn, US, [waits], at=mint.now())


async def only(shop, node: str) -> None:
    """Let one node alone be asked ("": each)."""
    for name in (each.node_id for each in (await shop.world.market(US)).network.nodes):
        await shop.node(name, kind="dc" if name == "DC" else "store", enabled=node in {"", name})


async def unavailable(shop, node: str, units: int) -> None:
    """Put units aside, damaged."""
    if units:
        async with shop.pool.acquire() as conn, conn.transaction():
            asked = SetAside(Sku("TEE"), NodeId(node), AsideReason.DAMAGED, units)
            (done,) = await set_aside(conn, US, [asked], at=mint.now())
        assert done.status is RowStatus.APPLIED


async def test_the_bills_are_those_of_the_page(shop):
    text = PAGE.read_text(encoding="utf-8")
    await laid(shop, text)
    for name in ("web", "app"):
        ((tee,),) = [await bills(shop, "TEE", channel=name)]
        (bill,) = tee.bills
        shown = [
            {f"{name} at": node.node, "on hand": str(node.on_hand)}
            | {item.what.value: str(item.units) for item in node.less}
            | {"available": str(node.available)}
            for node in bill.nodes
        ]
        assert list(map(_told, shown)) == list(map(_told, table(text, f"{name} at")))
        (whole,) = table(text, f"{name} in all")
        in_all = sum(node.available for node in bill.nodes)
        assert (in_all, bill.owed, bill.available) == tuple(map(int, whole.values()))
        assert await offered(shop, "TEE", channel=name) == [int(whole["available"])]


def _told(row: dict[str, str]) -> dict[str, str]:
    """Leave out the items that take nothing."""
    return {name: said for name, said in row.items() if said != "0"}
