"""The same messages come to the same stock: shuffled, doubled and late, as in order.

What they come to is said by hand first: walk through the messages by their moments, set on a count,
add on a movement. Then they are told to the database in whatever order.
"""

import random
from dataclasses import dataclass
from datetime import datetime
from itertools import permutations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import databases
from entrepot.inventory import browse, heard
from entrepot.inventory.hear import hear
from entrepot.inventory.model import Claim, Count, Delta, MovementKind, RowStatus
from entrepot.inventory.reserve import reserve
from entrepot.inventory.resolve import consume
from entrepot.terms.ids import NodeId, Sku
from entrepot.terms.outcome import Done
from inventory.stock import LYON, NICE, NOON, US, claim, counted, minutes

SOURCES = ("erp", "till", "wms")
SPOTS = [(Sku("TEE"), LYON), (Sku("TEE"), NICE), (Sku("CAP"), LYON)]
ON_HAND, CLAIMS = 40, 12


@dataclass(frozen=True)
class Left:
    """A claim's units left the building."""

    claim: Claim
    at: datetime

    sku = property(lambda self: self.claim.sku)
    node_id = property(lambda self: self.claim.node_id)


Told = Count | Delta | Left


def story(dice: random.Random, length: int) -> list[Told]:
    """Make up what happens at the spots, in order: counts, movements, and what was sold leaves.

    Several things share a moment; each source numbers what it tells.
    """
    told: list[Told] = []
    numbers = dict.fromkeys(SOURCES, 0)
    waiting = [claim(n, 1 + n % 3, *SPOTS[n % 3]) for n in range(CLAIMS)]
    for step in range(length):
        at, (sku, node) = minutes(1 + step // 3), dice.choice(SPOTS)
        kind = dice.choice(["count", "delta", "delta", "delta", "left"])
        source = dice.choice(SOURCES)
        if kind == "left" and waiting:
            told.append(Left(waiting.pop(), at))
            continue
        numbers[source] += 1
        if kind == "count":
            told.append(Count(sku, node, dice.randint(0, 30), source, numbers[source], at))
        else:
            units = dice.choice([-9, -5, -2, -1, 1, 3, 6])
            told.append(
                Delta(MovementKind.ADJUSTMENT, sku, node, units, None, source, numbers[source], at)
            )
    return told


def by_hand(told: list[Told]) -> dict[tuple[Sku, NodeId], int]:
    """Walk through it by moments. Of one moment the last source's count is the last word."""
    sums = dict.fromkeys(SPOTS, ON_HAND)
    last = {}
    for each in told:
        if isinstance(each, Count):
            key = (each.sku, each.node_id, each.counted_at)
            last[key] = max(last.get(key, ""), each.source)

    def place(each: Told) -> tuple[datetime, int, int]:
        if isinstance(each, Left):
            return each.at, 0, 0
        at = each.counted_at if isinstance(each, Count) else each.occurred_at
        return at, last.get((each.sku, each.node_id, at)) == each.source, each.sequence

    for each in sorted(told, key=place):
        key = (each.sku, each.node_id)
        if isinstance(each, Count):
            sums[key] = each.on_hand
        else:
            sums[key] += each.quantity if isinstance(each, Delta) else -each.claim.quantity
    return sums


async def open_books(conn) -> None:
    first = [counted(ON_HAND, "opening", 1, minutes(0), sku=sku, node=node) for sku, node in SPOTS]
    await hear(conn, US, first, at=NOON)
    baskets = [[claim(n, 1 + n % 3, *SPOTS[n % 3])] for n in range(CLAIMS)]
    answers = (await reserve(conn, US, baskets, at=NOON)).answers
    assert all(isinstance(answer, Done) for answer in answers)


async def tell(conn, told: list[Told], sizes: random.Random) -> None:
    """Tell it in chunks of any size, each at once."""
    at, place = minutes(100_000), 0
    while place < len(told):
        chunk = told[place : place + sizes.randint(1, 40)]
        place += len(chunk)
        left = [(each.claim, each.at) for each in chunk if isinstance(each, Left)]
        messages = [each for each in chunk if not isinstance(each, Left)]
        if left:
            await consume(conn, US, left, at=at)
        if messages:
            await hear(conn, US, messages, at=at)


async def stock(conn) -> dict[tuple[Sku, NodeId], int]:
    """Read what is on hand, less what is owed."""
    rows = await browse.positions(conn, US, skus=None, node_id=None, after=("", ""), most=99)
    owed = await heard.deficits(conn, US, SPOTS)
    assert all(not (row.on_hand and owed.get((row.sku, row.node_id))) for row in rows)
    return {(r.sku, r.node_id): r.on_hand - owed.get((r.sku, r.node_id), 0) for r in rows}


async def comes_to(conn, told: list[Told], sizes: random.Random) -> dict[tuple[Sku, NodeId], int]:
    transaction = conn.transaction()
    await transaction.start()
    try:
        await open_books(conn)
        await tell(conn, told, sizes)
        await databases.nothing_is_broken(conn, but="journey")
        return await stock(conn)
    finally:
        await transaction.rollback()


def disturbed(told: list[Told], dice: random.Random) -> list[Told]:
    """Shuffle it, tell every third message twice or three times, and some only at the very end."""
    again = [m for m in told if not isinstance(m, Left) for _ in range(dice.choice([0, 0, 1, 2]))]
    mixed = [*told, *again]
    dice.shuffle(mixed)
    late = [m for m in mixed if dice.random() < 0.05]
    return [m for m in mixed if m not in late] + late


async def test_any_order_comes_to_what_the_right_order_comes_to(conn):
    cases: list[tuple[random.Random, int]] = []

    @settings(max_examples=60, deadline=None, database=None)
    @given(dice=st.randoms(use_true_random=True), length=st.integers(1, 60))
    def collect(dice, length):
        cases.append((dice, length))

    collect()
    for dice, length in cases:
        told = story(dice, length)
        right = by_hand(told)
        assert await comes_to(conn, told, dice) == right, told
        mixed = disturbed(told, dice)
        assert await comes_to(conn, mixed, dice) == right, mixed


@pytest.mark.parametrize("seed", range(3))
async def test_thousands_of_messages_come_to_the_same(conn, seed):
    dice = random.Random(seed)  # noqa: S311 - a story, not a secret
    told = story(dice, 3_000)
    mixed = disturbed(told, dice)
    assert len(mixed) > 4_500
    assert await comes_to(conn, mixed, dice) == by_hand(told)


@pytest.mark.parametrize("order", list(permutations(range(4))))
async def test_a_clock_set_back_is_believed_by_its_source_and_yields_to_others(house, order):
    """The warehouse counts, sets its clock back and counts again; the till has counted between."""
    told = [
        counted(10, "wms", 1, minutes(10)),
        counted(4, "wms", 2, minutes(5)),
        counted(7, "till", 1, minutes(7)),
        Delta(MovementKind.RECEIPT, SPOTS[0][0], LYON, 2, None, "wms", 3, minutes(8)),
    ]
    for place in order:
        await hear(house, US, [told[place]], at=minutes(60))
    rows = await browse.positions(house, US, skus=None, node_id=None, after=("", ""), most=9)
    assert [row.on_hand for row in rows] == [9]


async def test_what_each_message_hears(house):
    """In a chunk and across chunks: applied, seen by a count, heard before, owed and paid back."""

    def moved(units, sequence, at):
        return Delta(
            MovementKind.ADJUSTMENT, SPOTS[0][0], LYON, units, None, "wms", sequence, minutes(at)
        )  # fmt: skip

    first = [moved(-3, 1, 5), counted(10, "wms", 2, minutes(10)), moved(2, 3, 9), moved(2, 3, 9)]
    told = await hear(house, US, first, at=minutes(20))
    assert [(r.status, r.on_hand) for r in told] == [
        (RowStatus.ALREADY_COUNTED, 10), (RowStatus.APPLIED, 10),
        (RowStatus.ALREADY_COUNTED, 10), (RowStatus.DUPLICATE, 10),
    ]  # fmt: skip
    then = [moved(-14, 4, 11), moved(3, 5, 12), moved(5, 6, 13), moved(-14, 4, 11)]
    told = await hear(house, US, then, at=minutes(20))
    assert [(r.status, r.on_hand) for r in told] == [
        (RowStatus.BELOW_ZERO, 0), (RowStatus.APPLIED, 0), (RowStatus.APPLIED, 4),
        (RowStatus.DUPLICATE, 4),
    ]  # fmt: skip
