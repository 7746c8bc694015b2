"""Any figure at any past moment, and every step of it, however much of the ledger has contents."""

import asyncio
from datetime import timedelta

import pytest

from entrepot.inventory import chapters, ledger
from entrepot.inventory.count import count
from entrepot.inventory.model import Delta, MovementKind
from entrepot.inventory.move import move
from entrepot.inventory.reserve import reserve
from entrepot.inventory.resolve import consume, doubt, free
from entrepot.plumbing import mint
from entrepot.terms.ids import AFTER_ALL
from inventory.stock import BR, CAP, LYON, NICE, NOON, TEE, US, claim, counted, delta, minutes

LATER = timedelta(hours=1)
NUMBERED = Delta(MovementKind.RECEIPT, TEE, LYON, 6, None, "wms", 5, minutes(3))
DEEDS = [
    lambda conn: count(conn, US, [counted(9)], at=NOON, actor="kim"),
    lambda conn: reserve(conn, US, [[claim(1, 3)], [claim(2, 2)]], at=NOON),
    lambda conn: move(conn, US, [delta("receipt", 4, CAP, NICE)], at=NOON),
    lambda conn: move(conn, US, [delta("damage", -1, reference="r-1")], at=NOON, actor="joe"),
    lambda conn: free(conn, US, [claim(2, 1)], at=NOON),
    lambda conn: consume(conn, US, [(claim(1, 3), minutes(1))], at=minutes(2)),
    lambda conn: move(conn, US, [NUMBERED], at=minutes(4)),
    lambda conn: doubt(conn, US, [(TEE, LYON)], at=minutes(5)),
    lambda conn: count(conn, US, [counted(7, at=minutes(9))], at=minutes(9)),
]


async def history(conn) -> list[tuple]:
    """Do all of it; give for each deed a moment after it and what Lyon's tees were then."""
    told = []
    for deed in DEEDS:
        await deed(conn)
        await asyncio.sleep(0.002)
        told.append((mint.now(), await now(conn)))
        await asyncio.sleep(0.002)
    return told


async def now(conn) -> tuple[int, int, int]:
    row = await conn.fetchrow(
        "SELECT on_hand, reserved, unavailable FROM inventory.position"
        " WHERE market = 'US' AND sku = 'TEE' AND node_id = 'LYON'"
    )
    return tuple(row)


async def close(conn, times: int, most: int, monkeypatch) -> int:
    monkeypatch.setattr(chapters, "ENTRIES_MAX", most)
    return sum([await chapters.close(conn, US, at=mint.now() + LATER) for _ in range(times)])


async def as_of(conn, moment, sku=TEE, **how):
    asked = {"skus": [sku], "node_id": None, "after": ("", ""), "most": 9} | how
    return [
        (row.sku, row.node_id, row.on_hand, row.reserved, row.unavailable)
        for row in await ledger.positions_as_of(conn, US, moment, **asked)
    ]


async def steps(conn, **how):
    asked = {"node_id": None, "since": None, "until": None, "most": 99} | how
    return await ledger.movements(conn, US, TEE, **asked)


LAYOUTS = [(0, 1), (1, 1), (2, 2), (1, 5), (3, 3), (9, 2), (1, 99)]
"""How many chapters of how many entries are closed: none, some, all of it."""


@pytest.mark.parametrize(("times", "most"), LAYOUTS)
async def test_a_figure_at_any_past_moment_is_what_it_was(house, monkeypatch, times, most):
    before = mint.now()
    await asyncio.sleep(0.002)
    told = await history(house)
    await close(house, times, most, monkeypatch)
    for moment, balances in told:
        assert await as_of(house, moment) == [(TEE, LYON, *balances)]
    assert await as_of(house, before) == [(TEE, LYON, 0, 0, 0)]
    assert await as_of(house, told[-1][0], CAP) == [(CAP, NICE, 4, 0, 0)]
    by_node = await as_of(house, told[2][0], skus=None, node_id=NICE)
    assert by_node == [(CAP, NICE, 4, 0, 0)]
    assert await ledger.positions_as_of(
        house, BR, told[-1][0], skus=[TEE], node_id=None, after=("", ""), most=9
    ) == []  # fmt: skip


@pytest.mark.parametrize(("times", "most"), LAYOUTS)
async def test_every_step_is_told_newest_first_with_its_cause(house, monkeypatch, times, most):
    told = await history(house)
    closed = await close(house, times, most, monkeypatch)
    assert closed == min(times * most, 10)

    all_of_it = await steps(house)

    assert [
        (e.kind, e.on_hand_delta, e.reserved_delta, e.unavailable_delta) for e in all_of_it
    ] == [
        ("count", -4, 0, -10), ("doubt", 0, 0, 10), ("receipt", 6, 0, 0), ("ship", -3, -3, 0),
        ("free", 0, -1, 0), ("damage", -1, 0, 0), ("reserve", 0, 2, 0), ("reserve", 0, 3, 0),
        ("count", 9, 0, 0),
    ]  # fmt: skip
    assert [(e.actor, e.reference, e.source, e.sequence) for e in all_of_it if e.on_hand_delta] == [
        (None, "wms", "wms", None), (None, None, "wms", 5), (None, None, None, None),
        ("joe", "r-1", None, None), ("kim", "wms", "wms", None),
    ]  # fmt: skip
    assert [str(e.order_id)[-1] for e in all_of_it if e.order_id] == ["1", "2", "2", "1"]
    some = await steps(house, since=told[2][0], until=told[5][0])
    assert some == all_of_it[3:6]
    pages, before = [], AFTER_ALL
    while page := await steps(house, before=before, most=2):
        pages += page
        before = page[-1].movement_id
    assert pages == all_of_it
    assert await steps(house, node_id=NICE) == []


async def test_nothing_that_may_still_come_late_is_closed(house):
    await history(house)
    assert await chapters.close(house, US, at=mint.now()) == 0
    settled = mint.now() + chapters.SETTLED + timedelta(seconds=1)
    assert await chapters.close(house, US, at=settled) == 10
    assert await chapters.close(house, US, at=settled) == 0


async def test_one_process_at_a_time_writes_the_contents(pool):
    async with pool.acquire() as first, pool.acquire() as second:
        async with first.transaction():
            await move(first, US, [delta("receipt", 1)], at=NOON)
            assert await chapters.close(first, US, at=mint.now() + LATER) == 1
            await move(first, US, [delta("receipt", 1)], at=NOON)
        async with first.transaction(), second.transaction():
            await chapters.take_turn(first, US)
            assert await chapters.close(second, US, at=mint.now() + LATER) == 0
        async with second.transaction():
            assert await chapters.close(second, US, at=mint.now() + LATER) == 1
