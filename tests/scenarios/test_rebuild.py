"""`entrepot inventory rebuild` finds what has drifted, and mends it by an entry that says so."""

import asyncio

import pytest

from entrepot.plumbing import db
from scenarios.client import Client
from scenarios.goods import day, lot, lots, received
from scenarios.shop import Shop
from scenarios.system import running


@pytest.fixture(scope="module")
def system():
    """A system of its own: its books are spoiled."""
    with running() as system:
        yield system
        assert system.violations() == {}


@pytest.fixture
def shop(system):
    client = Client(system.url, system.key)
    yield Shop(client)
    client.close()


async def spoil(dsn: str, statement: str) -> None:
    conn = await db.connect(dsn)
    await conn.execute(statement)
    await conn.close()


def test_a_drifted_balance_is_named_and_mended(system, shop):
    sku, node = shop.stocked(10)
    shop.buy([(sku, 3)])
    whole = system.command("inventory", "rebuild", "--check")
    assert (whole.returncode, whole.stdout) == (0, "every balance is what its ledger says\n")

    asyncio.run(
        spoil(
            system.database_url,
            f"UPDATE inventory.position SET on_hand = 12 WHERE sku = '{sku}'",  # noqa: S608
        )
    )
    checked = system.command("inventory", "rebuild", "--check")
    assert checked.returncode == 1, checked.stderr
    assert sku in checked.stdout
    assert "12 ledger 10" in checked.stdout
    assert shop.balance(sku, node) == (12, 3), "looked only"

    mended = system.command("inventory", "rebuild")
    assert mended.returncode == 0, mended.stderr
    assert mended.stdout.endswith("mended 1 positions, contents of 0 markets\n")
    assert shop.balance(sku, node) == (10, 3)
    (entry, *_) = shop.client.get(f"/v1/inventory/movements?sku={sku}").expect(200).json["items"]
    assert (entry["kind"], entry["on_hand_delta"]) == ("correction", 0)
    assert entry["reference"] == "said 12/3/0 (on hand/reserved/unavailable)"
    assert entry["actor"] == "entrepot inventory rebuild"
    assert system.command("inventory", "rebuild", "--check").returncode == 0


def test_a_lot_that_has_drifted_is_named_and_mended(system, shop):
    sku, node = shop.item("MILK", tracking="lot"), shop.node("DC")
    received(shop, sku, node, lot("L1", 5, day(90)))
    asyncio.run(
        spoil(
            system.database_url,
            f"UPDATE inventory.lot_stock SET quantity = 3 WHERE sku = '{sku}'",  # noqa: S608
        )
    )
    checked = system.command("inventory", "rebuild", "--check")
    assert checked.returncode == 1, checked.stderr
    assert "3 ledger 5" in checked.stdout
    assert lots(shop, sku) == {(node, "L1"): 3}, "looked only"

    mended = system.command("inventory", "rebuild")
    assert mended.stdout.endswith("mended 0 positions, 1 lots, contents of 0 markets\n")
    assert lots(shop, sku) == {(node, "L1"): 5}
    whole = system.command("inventory", "rebuild", "--check")
    assert (whole.returncode, whole.stdout) == (0, "every balance is what its ledger says\n")
