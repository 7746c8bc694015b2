"""Lists of orders as the wire says them: queries read and written, and whose orders they show."""

from types import SimpleNamespace

import pytest

from entrepot.access.model import Principal
from entrepot.api import strict
from entrepot.api.orders_list import NO_NODE, OrdersQuery, filters_of, narrowed, query_of, said_of
from entrepot.api.problems import Problem
from entrepot.api.sheets import plain
from entrepot.terms.ids import KeyId, MarketId, NodeId, UserId

QUERY = "phase=released&phase=planned&held=true&q=kim+doe&placed_after=2026-11-20T00%3A00%3A00Z"


def asked_by(nodes):
    bound = None if nodes is None else frozenset(map(NodeId, nodes))
    who = Principal(MarketId("m"), KeyId("k"), "Mia", frozenset(), UserId(None), bound)
    return SimpleNamespace(principal=who)


def read(text):
    return strict.query(OrdersQuery, text)


def test_a_query_comes_back_as_it_was_said():
    filters = filters_of(read(QUERY))
    assert filters.phase == ("released", "planned")
    assert filters.held
    assert filters_of(read(query_of(filters))) == filters
    assert set(said_of(read(QUERY + "&limit=5&cursor=x"))) == {
        "phase", "held", "q", "placed_after",
    }  # fmt: skip


def test_who_works_at_certain_nodes_sees_orders_of_these_alone():
    assert narrowed(asked_by(None), read("")).node == ()
    assert narrowed(asked_by(["B", "A"]), read("")).node == ("A", "B")
    assert narrowed(asked_by(["A", "B"]), read("node=B")).node == ("B",)
    assert narrowed(asked_by([]), read("")).node == NO_NODE
    with pytest.raises(Problem) as refused:
        narrowed(asked_by(["A"]), read("node=A&node=C"))
    assert refused.value.errors[0].parameter == "node"


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r"])
def test_a_cell_is_no_formula(start):
    assert plain(f"{start}1+1") == f"'{start}1+1"
    assert plain("1+1") == "1+1"
    assert plain(None) == ""
