"""The stock view: what a process believes to be free, to route by."""

from datetime import UTC, datetime
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from entrepot.inventory.model import Claim, Free, FreeRow
from entrepot.inventory.view import StockView
from entrepot.terms.ids import LineNo, NodeId, OrderId, Sku
from inventory.stock import CAP, TEE

A, B, C, D = (NodeId(name) for name in "ABCD")


def view(index=None, **rows: dict[str, int]) -> StockView:
    made = StockView(index or {A: 0, B: 1, C: 2})
    made.load([FreeRow(Sku(sku), list(free), list(free.values())) for sku, free in rows.items()])
    return made


def seen(stock: StockView, sku: Sku = TEE) -> dict[int, int]:
    nodes, free = stock.of([sku])[sku]
    assert (str(nodes.dtype), str(free.dtype)) == ("int32", "int32")
    assert nodes.tolist() == sorted(set(nodes.tolist()))
    return dict(zip(nodes.tolist(), free.tolist(), strict=True))


def test_a_market_is_taken_as_it_is_read_without_nodes_the_network_does_not_know():
    stock = view(TEE={"C": 5, "A": 3, "X": 9}, CAP={"B": 1})
    assert seen(stock) == {0: 3, 2: 5}
    assert seen(stock, CAP) == {1: 1}
    assert seen(stock, Sku("MUG")) == {}


def test_what_is_loaded_again_replaces_all_that_was_there():
    stock = view(TEE={"A": 3})
    stock.load([FreeRow(CAP, ["B"], [1])])
    assert (seen(stock), seen(stock, CAP)) == ({}, {1: 1})


@pytest.mark.parametrize(("quantity", "left"), [(2, 1), (3, 0), (9, 0), (-4, 7)])
def test_units_are_taken_and_come_back_and_never_fall_below_zero(quantity, left):
    stock = view(TEE={"A": 3, "B": 5})
    stock.take(TEE, A, quantity)
    assert seen(stock) == {0: left, 1: 5}


def test_what_is_taken_where_nothing_is_known_changes_nothing():
    stock = view(TEE={"A": 3})
    for sku, node in ((TEE, B), (TEE, NodeId("X")), (CAP, A)):
        stock.take(sku, node, 1)
    assert (seen(stock), seen(stock, CAP)) == ({0: 3}, {})


def test_positions_that_were_read_stand_in_their_places():
    stock = view(TEE={"B": 5})
    rows = [Free(TEE, B, 2), Free(TEE, C, 4), Free(TEE, A, 3), Free(CAP, C, 1), Free(TEE, D, 9)]
    stock.put(rows)
    assert seen(stock) == {0: 3, 1: 2, 2: 4}
    assert seen(stock, CAP) == {2: 1}


@pytest.mark.parametrize(
    ("rows", "changed", "after"),
    [
        ([Free(TEE, B, 5), Free(TEE, A, 3)], False, {0: 3, 1: 5}),
        ([Free(TEE, B, 5)], True, {1: 5}),
        ([], True, {}),
        ([Free(TEE, A, 3), Free(TEE, B, 4)], True, {0: 3, 1: 4}),
        ([Free(TEE, A, 3), Free(TEE, B, 5), Free(TEE, D, 9)], False, {0: 3, 1: 5}),
    ],
)
def test_skus_read_whole_say_whether_anything_was_other_than_believed(rows, changed, after):
    stock = view(TEE={"A": 3, "B": 5}, CAP={"A": 1})
    assert stock.replace([TEE], rows) is changed
    assert seen(stock) == after
    assert seen(stock, CAP) == {0: 1}


def test_what_is_owed_is_believed_as_it_was_read():
    stock = view()
    assert stock.owe([TEE, CAP], {TEE: 2}) is True
    assert stock.owe([TEE], {TEE: 2}) is False
    assert stock.owe([TEE], {}) is True
    assert stock.owed == {TEE: 0, CAP: 0}


def test_a_network_with_other_numbers_is_followed():
    stock = view(TEE={"A": 3, "B": 5, "C": 7})
    stock.renumber({C: 0, D: 1, A: 2})  # B is gone, D is new
    assert seen(stock) == {0: 7, 2: 3}
    stock.put([Free(TEE, D, 9)])
    stock.take(TEE, C, 1)
    assert seen(stock) == {0: 6, 1: 9, 2: 3}


NAMES = st.permutations(["A", "B", "C", "D"])


@settings(deadline=None)
@given(st.dictionaries(st.sampled_from("ABCD"), st.integers(0, 9)), NAMES, NAMES, st.integers(1, 4))
def test_a_renumbered_view_is_the_view_loaded_anew(free, before, after, kept):
    old = {NodeId(name): number for number, name in enumerate(before)}
    new = {NodeId(name): number for number, name in enumerate(after[:kept])}
    stock = view(old, TEE=free)
    stock.renumber(new)
    assert seen(stock) == seen(view(new, TEE=free))


SOON = datetime(2026, 12, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("hears", "forgets"),
    [
        (lambda stock: stock.take(TEE, A, 1), False),
        (lambda stock: stock.take(TEE, A, -1), True),
        (lambda stock: stock.take(CAP, A, -1), False),
        (lambda stock: stock.give_back([Claim(OrderId(UUID(int=1)), LineNo(1), TEE, A, 1)]), True),
        (lambda stock: stock.put([Free(TEE, A, 1)]), False),
        (lambda stock: stock.put([Free(TEE, A, 2)]), True),
        (lambda stock: stock.put([Free(TEE, B, 1)]), True),
        (lambda stock: stock.put([Free(TEE, B, 0)]), False),
        (lambda stock: stock.replace([TEE], [Free(TEE, A, 1)]), False),
        (lambda stock: stock.replace([TEE], [Free(TEE, A, 3)]), True),
    ],
)
def test_what_was_found_short_is_forgotten_when_more_comes_free(hears, forgets):
    stock = view(TEE={"A": 1}, CAP={"A": 5})
    stock.scarce = {TEE: SOON}
    hears(stock)
    assert (TEE not in stock.scarce) is forgets
