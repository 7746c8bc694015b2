"""A balance that has drifted is found, and mended by an entry that says what the row had said."""

import pytest

from entrepot.inventory import browse, chapters, ledger, rebuild
from entrepot.inventory.buckets import AsideReason, SetAside
from entrepot.inventory.carts_model import CartClaim, NewCart
from entrepot.inventory.count import count
from entrepot.inventory.hold import hold
from entrepot.inventory.let_go import sweep
from entrepot.inventory.reserve import reserve
from entrepot.inventory.set_aside import set_aside
from entrepot.plumbing import mint
from inventory.stock import LYON, NOON, TEE, US, claim, counted, minutes, order_id

SAYS = "SELECT on_hand, reserved, unavailable, shortage FROM inventory.position"


async def stocked(conn) -> None:
    await count(conn, US, [counted(9)], at=NOON)
    await reserve(conn, US, [[claim(1, 3)]], at=NOON)


async def entries(conn) -> list[tuple]:
    rows = await ledger.movements(conn, US, TEE, node_id=LYON, since=None, until=None, most=9)
    return [
        (e.kind, e.on_hand_delta, e.reserved_delta, e.unavailable_delta, e.reference, e.actor)
        for e in rows
        if e.kind == "correction"
    ]


async def test_books_that_agree_are_left_alone(house):
    await stocked(house)
    assert await rebuild.drifted(house, US) == []
    assert await rebuild.rebuild(house, US, actor="kim", at=NOON) == []
    assert await entries(house) == []


async def test_what_carts_hold_is_claimed_too(house):
    await stocked(house)
    kept = CartClaim(order_id(7), 1, TEE, LYON, 2)
    await hold(house, US, [NewCart(order_id(7), "web", None, minutes(10), (kept,))], at=NOON)
    assert await rebuild.drifted(house, US) == []
    await house.execute("UPDATE inventory.position SET reserved = 3")
    assert [d.claimed for d in await rebuild.drifted(house, US)] == [5]
    await rebuild.rebuild(house, US, actor="kim", at=NOON)
    assert await house.fetchval("SELECT reserved FROM inventory.position") == 5
    assert (await sweep(house, US, at=minutes(10), most=9)).skus == [TEE]
    assert await rebuild.drifted(house, US) == []


@pytest.mark.parametrize(
    ("harm", "said", "entered"),
    [
        ("UPDATE inventory.position SET on_hand = 12", "12/3/0", (0, 0, 0)),
        ("UPDATE inventory.position SET on_hand = 4", "4/3/0", (0, 0, 0)),
        ("UPDATE inventory.position SET unavailable = 2", "9/3/2", (0, 0, 0)),
        ("UPDATE inventory.position SET reserved = 5", "9/5/0", (0, 0, 0)),
        ("DELETE FROM inventory.position", "0/0/0", (0, 0, 0)),
        ("DELETE FROM inventory.movement WHERE kind = 'reserve'", "9/3/0", (0, 3, 0)),
    ],
)
async def test_what_has_drifted_is_mended_by_an_entry(house, harm, said, entered):
    await stocked(house)
    await house.execute(harm)
    assert [(d.sku, d.node_id) for d in await rebuild.drifted(house, US)] == [(TEE, LYON)]

    mended = await rebuild.rebuild(house, US, actor="kim", at=NOON)

    assert len(mended) == 1
    assert await rebuild.drifted(house, US) == []
    assert tuple(await house.fetchrow(SAYS)) == (9, 3, 0, 0)
    reference = f"said {said} (on hand/reserved/unavailable)"
    assert await entries(house) == [("correction", *entered, reference, "kim")]


@pytest.mark.parametrize(
    ("harm", "held", "entered"),
    [
        ("DELETE FROM inventory.set_aside", {"damaged": 2, "display": 1}, [(0, "display")]),
        (
            "UPDATE inventory.set_aside SET reason = 'quarantine' WHERE reason = 'damaged'",
            {"damaged": 2, "display": 1},
            [(0, "quarantine")],
        ),
        (
            "UPDATE inventory.movement SET unavailable_delta = -2 WHERE reason = 'damaged'",
            {"display": 1},
            [(2, "damaged")],
        ),
    ],
)
async def test_why_units_are_set_aside_is_mended_by_the_ledger(house, harm, held, entered):
    await stocked(house)
    rows = [
        SetAside(TEE, LYON, AsideReason("damaged"), 2),
        SetAside(TEE, LYON, AsideReason("display"), 1),
    ]
    await set_aside(house, US, rows, at=NOON)
    await house.execute(harm)
    assert [(d.sku, d.node_id) for d in await rebuild.drifted(house, US)] == [(TEE, LYON)]

    await rebuild.rebuild(house, US, actor="kim", at=NOON)

    assert await rebuild.drifted(house, US) == []
    found = await browse.held_at(house, US, [(TEE, LYON)])
    assert {row.reason: row.quantity for row in found} == held
    assert (await house.fetchrow(SAYS))["unavailable"] == sum(held.values())
    rows = await ledger.movements(house, US, TEE, node_id=LYON, since=None, until=None, most=9)
    told = [(e.unavailable_delta, e.reason) for e in rows if e.kind == "correction"]
    assert told == entered


async def test_a_claim_whose_row_is_gone_is_taken_off_the_books(house):
    await stocked(house)
    await house.execute("DELETE FROM inventory.reservation")
    await rebuild.rebuild(house, US, actor="kim", at=NOON)
    assert tuple(await house.fetchrow(SAYS)) == (9, 0, 0, 0)
    assert [each[:4] for each in await entries(house)] == [("correction", 0, -3, 0)]


async def test_a_ledger_below_nothing_is_raised_to_nothing(house):
    await stocked(house)
    await house.execute("UPDATE inventory.movement SET on_hand_delta = -2 WHERE kind = 'count'")
    await rebuild.rebuild(house, US, actor="kim", at=NOON)
    assert tuple(await house.fetchrow(SAYS)) == (0, 3, 0, 3)
    assert [each[:4] for each in await entries(house)] == [("correction", 2, 0, 0)]


async def test_false_contents_are_thrown_away_and_written_again(house):
    await stocked(house)
    settled = mint.now() + 2 * chapters.SETTLED
    await chapters.close(house, US, at=settled)
    assert not await rebuild.rewrite_contents(house, US)
    await house.execute("UPDATE inventory.chapter SET on_hand = on_hand + 1")
    assert await rebuild.contents_are_false(house, US)
    assert await rebuild.rewrite_contents(house, US)
    assert await chapters.close(house, US, at=settled) == 2
    assert not await rebuild.contents_are_false(house, US)
