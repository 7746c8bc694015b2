"""The second look, on locked rows: what is kept back and what is protected stay where they are."""

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from entrepot.inventory import browse, store
from entrepot.inventory.model import Claim, WhyNotReserved
from entrepot.inventory.move import move
from entrepot.inventory.protection import EVERYBODY, Guard, left, read
from entrepot.inventory.reserve import reserve
from entrepot.inventory.resolve import consume, free
from entrepot.inventory.rules import drawn_after, share_out
from entrepot.terms.outcome import Done, Refused
from inventory.stock import CAP, LYON, NOON, TEE, US, claim, delta, position

SHORT = Refused(WhyNotReserved.SHORT)
LAUNCH = Guard("launch", 3, 0, None)


def kept(keep: int, *args, **how) -> Claim:
    return msgspec.structs.replace(claim(*args, **how), keep=keep)


def by_app(*args, **how) -> Claim:
    """Claim as a channel of the segment launch."""
    return msgspec.structs.replace(claim(*args, **how), draws="launch")


def by_web(*args, guard: Guard = LAUNCH, **how) -> Claim:
    """Claim as a channel that the segment launch is protected against."""
    return msgspec.structs.replace(claim(*args, **how), draws=EVERYBODY, guards=(guard,))


def done(baskets, positions) -> list[bool]:
    return [isinstance(answer, Done) for answer in share_out(baskets, positions)]


def test_a_claim_is_refused_where_less_than_it_must_leave_would_be_left():
    assert share_out([[kept(2, 1, 4)]], [position(5)]) == [SHORT]
    assert done([[kept(2, 1, 3)], [kept(2, 2, 1)], [claim(3, 2)]], [position(5)]) == [
        True, False, True,
    ]  # fmt: skip


def test_others_may_not_take_what_the_segment_has_left_and_it_may_take_all():
    baskets = [[by_web(1, 3)], [by_web(2, 2)], [by_app(3, 2)], [by_web(4, 1)], [by_app(5, 1)]]
    assert done(baskets, [position(5)]) == [False, True, True, False, True]


def test_a_basket_that_is_refused_has_drawn_nothing():
    greedy = [by_app(1, 3), by_app(1, 1, CAP)]
    assert done([greedy, [by_web(2, 3)], [by_web(3, 2)]], [position(5), position(0, CAP)]) == [
        False, False, True,
    ]  # fmt: skip


def test_what_was_drawn_before_counts():
    stood = msgspec.structs.replace(position(5), drawn='{"launch":2}')
    assert done([[by_web(1, 4)], [by_web(2, 1)]], [stood]) == [True, False]


def test_lines_of_one_order_that_share_a_position_are_judged_together():
    basket = [by_web(1, 1, line=1), by_web(1, 1, line=2)]
    assert done([basket, [by_web(2, 1)]], [position(5)]) == [True, False]
    assert done([[by_web(1, 2, line=1), by_web(1, 1, line=2)]], [position(5)]) == [False]


SALES = st.lists(st.tuples(st.booleans(), st.integers(1, 4)), max_size=20)
STANDING = st.builds(
    Guard, st.just("launch"), st.integers(0, 6), st.integers(0, 60),
    st.one_of(st.none(), st.integers(0, 3)),
)  # fmt: skip


@settings(max_examples=300)
@given(st.integers(0, 20), STANDING, SALES)
def test_whatever_is_sold_the_segment_finds_what_it_has_left(on_hand, guard, sales):
    baskets = [
        [by_app(n, units) if own else by_web(n, units, guard=guard)]
        for n, (own, units) in enumerate(sales)
    ]
    stood = position(on_hand)
    before = min(on_hand, left(guard, on_hand, {}))
    answers = share_out(baskets, [stood])
    taken = [b[0] for b, a in zip(baskets, answers, strict=True) if isinstance(a, Done)]
    free_now = on_hand - sum(each.quantity for each in taken)
    drawn = read(drawn_after(taken, [stood]).get((TEE, LYON)))
    own = drawn.get("launch", 0)
    assert free_now >= 0
    assert free_now >= max(0, before - own)


async def test_what_a_segment_draws_stands_in_the_position_and_in_the_ledger(house):
    await move(house, US, [delta("receipt", 9)], at=NOON)
    await reserve(house, US, [[by_app(1, 2)], [by_web(2, 1)], [by_app(3, 1)]], at=NOON)
    (row,) = await store.positions_for_update(house, US, [(TEE, LYON)])
    assert read(row.drawn) == {"launch": 3, "": 1}

    await free(house, US, [claim(1, 1)], at=NOON)
    await free(house, US, [claim(2, 1)], at=NOON, given_up=True)
    await consume(house, US, [(claim(3, 1), NOON)], at=NOON)

    (row,) = await store.positions_for_update(house, US, [(TEE, LYON)])
    assert (row.on_hand, row.reserved) == (8, 1)
    assert read(row.drawn) == {"launch": 2, "": 0}
    (found,) = await browse.free_of_skus(house, US, [TEE])
    assert (found.free, read(found.drawn)) == (7, {"launch": 2, "": 0})
    assert [(r.sku, r.node_id) for r in await browse.drawn_everywhere(house, US)] == [(TEE, LYON)]


async def test_where_nothing_is_protected_nothing_is_remembered(house):
    await move(house, US, [delta("receipt", 9)], at=NOON)
    await reserve(house, US, [[kept(2, 1, 2)]], at=NOON)
    (row,) = await store.positions_for_update(house, US, [(TEE, LYON)])
    assert row.drawn is None
    assert await browse.drawn_everywhere(house, US) == []
