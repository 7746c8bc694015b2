"""Limits of single services: a node full for one is full for it alone, in batches as one by one."""

from datetime import date

import pytest
from entrepot.sourcing.survey import Shelves
from hypothesis import given, settings
from hypothesis import strategies as st

from entrepot.network.compiled import Compiled
from entrepot.network.model import Cap, Method, NodeKind
from entrepot.sourcing.contend import contenders
from entrepot.sourcing.eligibility import Standing, eliminations
from entrepot.sourcing.model import Elimination, Plan
from entrepot.sourcing.record import Scene, decision, pack, replay, unpack
from entrepot.sourcing.solve import plan_on, plan_one
from sourcing import worlds
from sourcing.worlds import AT, TODAY, ask_of, network_of, node, replace, stock_of, world

ON = date.fromordinal(TODAY)
SHIP, PICKUP = Method.SHIP, Method.PICKUP


def limited(seen, chance):
    """Give some nodes limits by service, or caps of the day; and work that is planned already."""
    nodes = []
    for each in seen.network.nodes:
        own = tuple((m, chance.randint(0, 3)) for m in (SHIP, PICKUP) if chance.random() < 0.5)
        method = chance.choice((None, SHIP, PICKUP))
        caps = (Cap(ON, chance.randint(0, 3), method),) if chance.random() < 0.3 else ()
        nodes.append(replace(each, capacity_per_service=own, caps=caps))
    network = replace(seen.network, nodes=tuple(nodes))
    services = {
        (ix, TODAY, m): chance.randint(0, 2)
        for ix, each in enumerate(nodes)
        for m, _ in each.capacity_per_service
    }
    return replace(seen, network=network, compiled=Compiled(network)), services


@given(st.integers(0, 10**6))
@settings(max_examples=60)
def test_a_batch_answers_as_one_by_one_and_its_record_says_the_same_again(seed):
    chance = worlds.chance_of(seed)
    seen, services = limited(worlds.random_world(chance), chance)
    asks = [worlds.random_ask(chance, seen.network) for _ in range(6)]
    shelves = Shelves(asks, seen.stock, seen.compiled)
    standing = Standing(seen.compiled, seen.days, seen.load, services)
    answers = plan_on(shelves, asks, standing)
    kept = unpack(
        pack(asks, answers, shelves, Scene(seen.compiled, seen.days, seen.load, AT, services))
    )
    for place, answer in enumerate(answers):
        again = decision(kept, place, seen.compiled)
        assert replay(again) == again.answer == answer


@pytest.fixture
def two():
    """A cheap node that sends one a day, and a dear one without limits."""
    near = node("NEAR", handling=10, capacity_per_service=((SHIP, 1),))
    network = network_of(near, node("FAR", handling=90))
    return world(network, {"S": {"NEAR": 9, "FAR": 9}})


def nodes_of(answer):
    assert isinstance(answer, Plan)
    return [each.node_id for each in answer.shipments], answer.overflow


def test_a_service_that_is_full_sends_orders_to_the_next_best(two):
    ask, fetched = ask_of(("S", 1, 100)), ask_of(("S", 1, 100), method=PICKUP, pickup_node="NEAR")
    shelves = Shelves([ask, ask, fetched], two.stock, two.compiled)
    standing = Standing(two.compiled, two.days, two.load)
    answers = plan_on(shelves, [ask, ask, fetched], standing)
    assert [nodes_of(answer) for answer in answers] == [
        (["NEAR"], False), (["FAR"], False), (["NEAR"], False),
    ]  # fmt: skip
    (out, _) = [each and (each.why, each.used, each.limit) for each in _out(ask, two, standing)][
        ::-1
    ]
    assert out == (Elimination.CAPACITY, 1, 1)


def _out(ask, seen, standing):
    shelves = Shelves([ask], seen.stock, seen.compiled)
    least = worlds.np.array([1])
    return eliminations(ask, standing, shelves.of(ask), least, shelves.keeps(ask))


def test_a_cap_of_the_day_goes_before_what_the_node_says(two):
    near = replace(two.network.nodes[1], caps=(Cap(ON, 0),))
    network = replace(two.network, nodes=(two.network.nodes[0], near))
    answer = plan_one(
        ask_of(("S", 1, 100)), stock_of(network, {"S": {"NEAR": 9, "FAR": 9}}), Compiled(network),
        two.days, {},
    )  # fmt: skip
    assert nodes_of(answer) == (["FAR"], False)
    other = replace(near, caps=(Cap(date.fromordinal(TODAY + 1), 0),))
    network = replace(network, nodes=(network.nodes[0], other))
    answer = plan_one(
        ask_of(("S", 1, 100)), stock_of(network, {"S": {"NEAR": 9, "FAR": 9}}), Compiled(network),
        two.days, {},
    )  # fmt: skip
    assert nodes_of(answer) == (["NEAR"], False)


def test_contenders_are_the_cheapest_that_can_do_all_of_it(two):
    ask = ask_of(("S", 2, 100))

    def found(kinds=frozenset({NodeKind.STORE}), but=(), most=5, load=()):
        standing = Standing(two.compiled, two.days, dict(load))
        shelves = Shelves([ask], two.stock, two.compiled)
        return [each.node_id for each in contenders(ask, shelves, standing, kinds, but, most)]

    assert found() == ["NEAR", "FAR"]
    assert found(most=1) == ["NEAR"]
    assert found(but={"NEAR"}) == ["FAR"]
    assert found(kinds=frozenset({NodeKind.DC})) == []
    shelves = Shelves([ask_of(("S", 10, 100))], two.stock, two.compiled)
    standing = Standing(two.compiled, two.days, {})
    few = contenders(ask_of(("S", 10, 100)), shelves, standing, {NodeKind.STORE}, (), 5)
    assert few == []
