"""Set-asides in the database: kept by every verb, and by the ledger."""

import asyncio

import pytest

import databases
from entrepot.inventory import browse, ledger
from entrepot.inventory.buckets import AsideReason, SetAside
from entrepot.inventory.count import count
from entrepot.inventory.model import Delta, MovementKind
from entrepot.inventory.move import move
from entrepot.inventory.reserve import reserve
from entrepot.inventory.resolve import consume, doubt
from entrepot.inventory.set_aside import set_aside
from inventory.stock import CAP, LYON, NOON, TEE, US, claim, counted, delta, minutes


async def stocked(conn, **units: int) -> None:
    """Count units of skus in Lyon before anything else happens."""
    rows = [counted(on_hand, sku=sku, at=minutes(-60)) for sku, on_hand in units.items()]
    await count(conn, US, rows, at=minutes(-60))


async def balances(conn, sku=TEE, node=LYON) -> tuple[int, int, int, int]:
    rows = await browse.positions(conn, US, skus=[sku], node_id=node, after=("", ""), most=9)
    return rows[0].on_hand, rows[0].reserved, rows[0].unavailable, rows[0].shortage


async def held(conn, sku=TEE, node=LYON) -> dict[str, int]:
    return {row.reason: row.quantity for row in await browse.held_at(conn, US, [(sku, node)])}


async def entries(conn, most=9) -> list[tuple[str, int, int, str | None, str | None]]:
    told = await ledger.movements(conn, US, TEE, node_id=LYON, since=None, until=None, most=most)
    return [(e.kind, e.on_hand_delta, e.unavailable_delta, e.reason, e.reference) for e in told]


def aside(reason: str, quantity: int, sku=TEE, node=LYON, reference=None) -> SetAside:
    return SetAside(sku, node, AsideReason(reason), quantity, reference)


async def test_units_are_set_aside_by_reason_and_the_ledger_says_which(house):
    await stocked(house, TEE=9)
    rows = [aside("damaged", 2, reference="q-7"), aside("display", 1), aside("damaged", 1)]
    told = await set_aside(house, US, rows, at=NOON)
    assert [(r.status.value, r.on_hand, r.short) for r in told] == [("applied", 9, 0)] * 3
    assert await held(house) == {"damaged": 3, "display": 1}
    assert await balances(house) == (9, 0, 4, 0)
    assert sorted(await entries(house, 3)) == sorted(
        [
            ("set_aside", 0, 2, "damaged", "q-7"),
            ("set_aside", 0, 1, "display", None),
            ("set_aside", 0, 1, "damaged", None),
        ]
    )
    await set_aside(house, US, [aside("damaged", -3)], at=NOON)
    assert await held(house) == {"display": 1}


async def test_what_is_refused_is_said_row_by_row_and_changes_nothing(house):
    await stocked(house, TEE=5)
    await reserve(house, US, [[claim(1, 3)]], at=NOON)
    before = await entries(house)
    rows = [
        aside("display", 3),
        aside("damaged", 6),
        aside("display", -1),
        aside("quarantine", 0),
        aside("damaged", 1, sku=CAP),
    ]
    told = await set_aside(house, US, rows, at=NOON)
    assert [r.status.value for r in told] == [
        "claimed", "insufficient_stock", "not_set_aside", "wrong_sign", "insufficient_stock",
    ]  # fmt: skip
    assert await balances(house) == (5, 3, 0, 0)
    assert await entries(house) == before


async def test_units_that_break_are_set_aside_whoever_has_bought_them(house):
    await stocked(house, TEE=5)
    await reserve(house, US, [[claim(1, 4)]], at=NOON)
    (told,) = await set_aside(house, US, [aside("damaged", 3)], at=NOON)
    assert (told.short, told.mended) == (2, False)
    (back,) = await set_aside(house, US, [aside("damaged", -2)], at=NOON)
    assert (back.short, back.mended) == (0, True)


async def test_a_count_ends_doubt_by_entries_of_their_own_and_display_stays(house):
    await stocked(house, TEE=9)
    await set_aside(house, US, [aside("display", 2), aside("damaged", 3)], at=NOON)
    await doubt(house, US, [(TEE, LYON)], at=NOON)
    assert await held(house) == {"display": 2, "damaged": 3, "doubt": 4}
    await count(house, US, [counted(8, "cycle_count", at=minutes(5))], at=minutes(5))
    assert await held(house) == {"display": 2, "damaged": 3}
    assert await balances(house) == (8, 0, 5, 0)
    await count(house, US, [counted(2, "cycle_count", at=minutes(6))], at=minutes(6))
    assert await held(house) == {"damaged": 2}
    assert sorted((await entries(house))[:2]) == [
        ("count", -6, -2, "display", "cycle_count"), ("count", 0, -1, "damaged", "cycle_count"),
    ]  # fmt: skip


async def test_units_that_leave_take_what_is_set_aside_with_them_only_where_nothing_else_is(house):
    await stocked(house, TEE=5)
    await reserve(house, US, [[claim(1, 3)]], at=NOON)
    await set_aside(house, US, [aside("quarantine", 4)], at=NOON)
    await consume(house, US, [(claim(1, 3), minutes(5))], at=minutes(5))
    assert await held(house) == {"quarantine": 2}
    assert await balances(house) == (2, 0, 2, 0)


async def test_a_movement_says_what_its_units_were_set_aside_for(house):
    await stocked(house, TEE=5)
    rows = [
        delta("receipt", 3, set_aside=AsideReason.QUARANTINE),
        delta("damage", -2, set_aside=AsideReason.QUARANTINE),
        delta("damage", -2, set_aside=AsideReason.QUARANTINE),
    ]
    told = await move(house, US, rows, at=NOON)
    assert [r.status.value for r in told] == ["applied", "applied", "insufficient_stock"]
    assert await balances(house) == (6, 0, 1, 0)
    assert await held(house) == {"quarantine": 1}


@pytest.mark.parametrize("rows", [1, 40])
async def test_the_number_of_statements_does_not_depend_on_the_number_of_rows(house, rows):
    await stocked(house, TEE=100)
    await set_aside(house, US, [aside("display", 1), aside("display", -1)], at=NOON)
    await asyncio.sleep(0)  # the driver asks for types it sees first
    with databases.statements(house) as told:
        await set_aside(house, US, [aside("display", 1)] * rows, at=NOON)
        await asyncio.sleep(0)  # the driver tells its listeners at the loop's next turn
        assert len(told) == 4  # the lock, the rows, the change with its entries, what is set aside


def numbered(quantity: int, sequence: int, *, at: int = 1, reason: str | None = None) -> Delta:
    """Let the warehouse tell, by its number, of tees that came or left."""
    held = AsideReason(reason) if reason else None
    kind = MovementKind.ADJUSTMENT
    return Delta(kind, TEE, LYON, quantity, None, "wms", sequence, minutes(at), held)


async def test_a_message_that_ends_two_reasons_is_one_message(house):
    await stocked(house, TEE=5)
    await set_aside(house, US, [aside("damaged", 2), aside("display", 2)], at=NOON)
    told = await move(house, US, [numbered(-4, 1), numbered(-4, 1)], at=NOON)
    assert [row.status.value for row in told] == ["applied", "duplicate"]
    assert (await balances(house), await held(house)) == ((1, 0, 1, 0), {"damaged": 1})


async def test_a_numbered_message_takes_no_more_of_a_reason_than_is_set_aside(house):
    await stocked(house, TEE=5)
    await set_aside(house, US, [aside("damaged", 2)], at=NOON)
    (told,) = await move(house, US, [numbered(-3, 1, reason="damaged")], at=NOON)
    assert (told.status.value, await balances(house)) == ("applied", (2, 0, 0, 0))


@pytest.mark.parametrize(
    ("reason", "quantity", "unavailable"),
    [("damaged", 3, 5), ("damaged", -1, 1), ("doubt", 3, 2), (None, -1, 2)],
)
async def test_a_count_has_seen_late_units_but_not_why_they_are_set_aside(
    house, reason, quantity, unavailable
):
    await stocked(house, TEE=9)
    await set_aside(house, US, [aside("damaged", 2)], at=NOON)
    await count(house, US, [counted(9, source="wms", sequence=1, at=minutes(5))], at=minutes(5))
    late = numbered(quantity, 2, at=4, reason=reason)
    (told,) = await move(house, US, [late], at=minutes(6))
    assert told.status.value == "already_counted"
    assert await balances(house) == (9, 0, unavailable, 0)


async def test_a_wish_for_more_than_is_set_aside_is_refused(house):
    await stocked(house, TEE=5)
    await set_aside(house, US, [aside("damaged", 2)], at=NOON)
    (told,) = await move(house, US, [delta("damage", -3, set_aside=AsideReason.DAMAGED)], at=NOON)
    assert (told.status.value, await balances(house)) == ("insufficient_stock", (5, 0, 2, 0))
