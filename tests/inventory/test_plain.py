"""What is written at once comes to what is decided row by row: balances, entries, answers."""

import asyncio
import random
from datetime import date

import pytest

import databases
from entrepot.inventory import count, lots, move, plain, store
from entrepot.inventory.buckets import AsideReason, SetAside
from entrepot.inventory.hear import hear, take_in
from entrepot.inventory.lots_model import LotUnits
from entrepot.inventory.model import Count, Delta, MovementKind, RowStatus
from entrepot.inventory.reserve import reserve
from inventory.stock import CAP, LYON, NICE, NOON, TEE, US, claim, counted, minutes

SPOTS = [(sku, node) for sku in (TEE, CAP) for node in (LYON, NICE)]
ROWS = {
    "inventory.position": "sku, node_id, on_hand, reserved, unavailable, safety, shortage, drawn",
    "inventory.movement": (
        "sku, node_id, kind, on_hand_delta, reserved_delta, unavailable_delta, reason, reference,"
        " at, actor, source, sequence"
    ),
    "inventory.count_mark": "sku, node_id, source, sequence, counted_at, on_hand",
    "inventory.set_aside": "sku, node_id, reason, quantity",
    "inventory.deficit": "sku, node_id, units",
    "inventory.message": "source, sequence",
    "inventory.lot_stock": "sku, node_id, lot, reason, quantity",
    "inventory.movement_lot": "sku, node_id, lot, reason, quantity, kind, at",
}


def lots_of(dice: random.Random, sku: str, node: str, units: int) -> tuple[LotUnits, ...]:
    """Name a lot now and then, at one of the positions."""
    if (sku, node) != SPOTS[-1] or not units or dice.random() < 0.7:
        return ()
    return (LotUnits(dice.choice(["L1", "L2"]), dice.randint(1, units)),)


def story(dice: random.Random, length: int) -> list[list]:
    """Make up chunks of messages: mostly plain ones, and everything that is not."""
    told = []
    for number in range(1, length + 1):
        sku, node = dice.choice(SPOTS)
        source = dice.choice(["erp", "wms"])
        at = minutes(number if dice.random() < 0.8 else dice.randint(-90, number))
        kind = dice.choice(["count", "move", "move", "move", "aside"])
        if kind == "count":
            units = dice.randint(0, 12)
            named = lots_of(dice, sku, node, units)
            told.append(Count(sku, node, units, source, number, at, named))
        elif kind == "move":
            units = dice.choice([-30, -3, -1, 0, 1, 2, 5])
            aside = dice.choice([None] * 6 + [AsideReason.DAMAGED])
            told.append(
                Delta(
                    MovementKind.ADJUSTMENT,
                    sku,
                    node,
                    units,
                    dice.choice([None, "r"]),
                    source,
                    number,
                    at,
                    aside,
                    lots_of(dice, sku, node, abs(units)),
                )
            )
        else:
            units = dice.choice([-4, -1, 1, 3])
            reason = dice.choice(list(AsideReason))
            told.append(SetAside(sku, node, reason, units, None, source, number, at))
        if dice.random() < 0.2:
            told.append(told[dice.randrange(len(told))])
    chunks = []
    while told:
        size = dice.randint(1, 12)
        chunks.append(told[:size])
        told = told[size:]
    return chunks


async def comes_to(conn, chunks) -> tuple[list, dict]:
    """Tell it; give what was answered and all rows, and undo it."""
    transaction = conn.transaction()
    await transaction.start()
    opening = [Count(sku, node, 9, "wms", 0, minutes(-99)) for sku, node in SPOTS]
    await hear(conn, US, opening, at=minutes(-99))
    await reserve(conn, US, [[claim(1, 3)], [claim(2, 4, CAP, NICE)]], at=minutes(-98))
    answers = []
    for number, chunk in enumerate(chunks):
        answers += await hear(conn, US, chunk, at=minutes(1_000 + number), actor="kim")
    await databases.nothing_is_broken(conn, but="journey")
    rows = {
        table: [
            tuple(row)
            for row in await conn.fetch(f"SELECT {columns} FROM {table} ORDER BY {columns}")  # noqa: S608 - a test's own names
        ]
        for table, columns in ROWS.items()
    }
    await transaction.rollback()
    return answers, rows


async def nobody_confirms(conn, market, counts) -> set[int]:
    await store.hold(conn, market, store.keys_of(counts))
    return set()


async def nobody_recounts(*_, **__) -> tuple[dict, list]:
    return {}, []


async def nobody_moves(*_, **__) -> list:
    return []


@pytest.mark.parametrize("seed", range(25))
async def test_at_once_or_row_by_row_is_the_same(conn, monkeypatch, seed):
    chunks = story(random.Random(seed), 60)  # noqa: S311 - a story, not a secret
    quick = await comes_to(conn, chunks)
    monkeypatch.setattr(plain, "confirm", nobody_confirms)
    monkeypatch.setattr(plain, "recount", nobody_recounts)
    monkeypatch.setattr(plain, "move", nobody_moves)
    assert await comes_to(conn, chunks) == quick


async def test_what_leaves_nothing_to_decide_is_decided_by_nobody(house, monkeypatch):
    """Neither the books nor the sheet are opened, and a quiet count leaves no entry."""
    await hear(house, US, [counted(9, "wms", 1, minutes(-9))], at=minutes(-9))

    async def nobody(*_, **__):
        raise AssertionError("asked to decide")

    monkeypatch.setattr(move, "_books", nobody)
    monkeypatch.setattr(count, "_judged", nobody)
    deltas = [
        Delta(MovementKind.ADJUSTMENT, TEE, LYON, units, None, "wms", number, minutes(-5))
        for number, units in ((2, -4), (3, 6), (4, -1))
    ]
    told = await hear(house, US, deltas, at=minutes(-4))
    assert [(r.status, r.on_hand) for r in told] == [
        (RowStatus.APPLIED, 5), (RowStatus.APPLIED, 11), (RowStatus.APPLIED, 10),
    ]  # fmt: skip
    heard = await take_in(house, US, [counted(10, "wms", 5, minutes(-1))], at=NOON)
    assert (heard.quiet, heard.free) == ({0}, [])
    assert [(r.status, r.on_hand) for r in heard.results] == [(RowStatus.APPLIED, 10)]
    kinds = await house.fetch("SELECT kind FROM inventory.movement ORDER BY movement_id")
    assert [row["kind"] for row in kinds] == ["count", *["adjustment"] * 3]
    mark = await house.fetchrow("SELECT sequence, counted_at, on_hand FROM inventory.count_mark")
    assert tuple(mark) == (5, minutes(-1), 10)


async def known(conn) -> dict[str, int]:
    return {each.lot: each.quantity for each in await lots.lots_at(conn, US, [(TEE, LYON)])}


async def test_where_lots_are_known_they_follow_rows_that_name_none(house):
    """Beside them, what has no lots is as plain as before."""

    def left(sku: str, number: int) -> Delta:
        return Delta(MovementKind.DAMAGE, sku, LYON, -4, None, "wms", number, minutes(-5))

    named = (LotUnits("L1", 3, date(2027, 1, 1)), LotUnits("L2", 4, date(2027, 6, 1)))
    opening = [
        Count(sku, LYON, 7, "wms", number, minutes(-9), there)
        for sku, number, there in ((TEE, 1, named), (CAP, 2, ()))
    ]
    await hear(house, US, opening, at=minutes(-9))
    told = await hear(house, US, [left(TEE, 3), left(CAP, 4)], at=minutes(-4))
    assert [(r.status, r.on_hand) for r in told] == [(RowStatus.APPLIED, 3)] * 2
    assert await known(house) == {"L2": 3}
    same = [Count(sku, LYON, 3, "wms", n, minutes(-2)) for sku, n in ((TEE, 5), (CAP, 6))]
    heard = await take_in(house, US, same, at=minutes(-1))
    assert heard.quiet == {1}
    fewer = [Count(TEE, LYON, 1, "wms", 7, minutes(-1))]
    assert (await take_in(house, US, fewer, at=NOON)).results[0].on_hand == 1
    assert await known(house) == {"L2": 1}
    await databases.nothing_is_broken(house, but="journey")


async def test_plain_rows_that_name_lots_are_decided_also_where_none_are_known(house):
    named = (LotUnits("L1", 2),)
    await hear(house, US, [Count(TEE, LYON, 5, "wms", 1, minutes(-9))], at=minutes(-9))
    rows = [
        Count(TEE, LYON, 5, "wms", 2, minutes(-8), named),
        Delta(MovementKind.RECEIPT, TEE, LYON, 2, None, "wms", 3, minutes(-7), lots=named),
    ]
    heard = await take_in(house, US, rows, at=NOON)
    assert [(r.status, r.on_hand) for r in heard.results] == [
        (RowStatus.APPLIED, 5), (RowStatus.APPLIED, 7),
    ]  # fmt: skip
    assert heard.quiet == frozenset()
    assert await known(house) == {"L1": 4}


async def test_a_serial_number_that_is_told_again_is_a_duplicate(house):
    named = (LotUnits("S1", 1, serial=True),)
    came = Delta(MovementKind.RECEIPT, TEE, LYON, 1, None, "wms", 1, minutes(-5), lots=named)
    other = Delta(MovementKind.RECEIPT, TEE, NICE, 1, None, "wms", 2, minutes(-4), lots=named)
    for _ in range(2):
        told = await hear(house, US, [came, other], at=NOON)
    assert [r.status for r in told] == [RowStatus.DUPLICATE, RowStatus.SERIAL_ELSEWHERE]


async def test_a_set_aside_of_a_lot_that_is_not_there_is_not_heard(house):
    named = (LotUnits("L1", 2),)
    came = Delta(MovementKind.RECEIPT, TEE, LYON, 2, None, "wms", 1, minutes(-5), lots=named)

    def aside(lot: str) -> SetAside:
        lots = (LotUnits(lot, 1),)
        return SetAside(TEE, LYON, AsideReason.DAMAGED, 1, None, "wms", 2, minutes(-4), lots)

    told = [*await hear(house, US, [came, aside("L2")], at=NOON)]
    told += await hear(house, US, [aside("L1")], at=NOON)
    assert [r.status.value for r in told] == ["applied", "unknown_lot", "applied"]


async def test_a_refused_set_aside_may_come_again_under_its_number(house):
    await hear(house, US, [counted(2, "wms", 1, minutes(-9))], at=minutes(-9))

    def aside(units: int) -> SetAside:
        return SetAside(TEE, LYON, AsideReason.DAMAGED, units, None, "wms", 2, minutes(-5))

    for units, status in ((3, "insufficient_stock"), (2, "applied"), (2, "duplicate")):
        (told,) = await hear(house, US, [aside(units)], at=NOON)
        assert told.status == status


async def test_what_is_set_aside_keeps_its_place_among_movements(house):
    rows = [
        Delta(MovementKind.RECEIPT, TEE, LYON, 5, None, "wms", 1, minutes(1)),
        SetAside(TEE, LYON, AsideReason.DAMAGED, 4, "q-7", "wms", 2, minutes(2)),
        Delta(MovementKind.DAMAGE, TEE, LYON, -3, None, "wms", 3, minutes(3), AsideReason.DAMAGED),
        SetAside(TEE, LYON, AsideReason.DAMAGED, -2, None, "wms", 4, minutes(4)),
    ]
    told = await hear(house, US, rows, at=NOON)
    assert [(r.status.value, r.on_hand) for r in told] == [
        ("applied", 5), ("applied", 5), ("applied", 2), ("not_set_aside", 2),
    ]  # fmt: skip
    sides = await house.fetch("SELECT reason, quantity FROM inventory.set_aside")
    assert [tuple(row) for row in sides] == [("damaged", 1)]


async def test_the_number_of_statements_does_not_grow_with_the_rows(house):
    def rows(first: int, many: int) -> list[Delta]:
        return [
            Delta(MovementKind.RECEIPT, TEE, LYON, 1, None, "wms", first + n, minutes(1))
            for n in range(many)
        ]

    await hear(house, US, rows(1, 1), at=NOON)
    with databases.statements(house) as few:
        await hear(house, US, rows(10, 1), at=NOON)
        await asyncio.sleep(0)
    with databases.statements(house) as many:
        await hear(house, US, rows(100, 500), at=NOON)
        await asyncio.sleep(0)
    assert len(few) == len(many) == 3
