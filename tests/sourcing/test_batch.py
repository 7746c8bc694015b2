"""A batch is planned as its orders one by one: first come, first served."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from entrepot.sourcing.model import NoPlan, Plan, Stock, Want, WhyNoPlan
from entrepot.sourcing.solve import plan_batch, plan_one
from entrepot.terms.ids import ChannelId, Sku
from sourcing import many, worlds
from sourcing.worlds import ask_of, lane, network_of, node, replace, world

NEAR, FAR = node("NEAR", region="R1"), node("FAR", region="R2")


def sent(plan):
    return {str(s.node_id): {str(sku): units for sku, units in s.items} for s in plan.shipments}


def in_turn(asks, seen):
    """Plan one after another, each seeing what the earlier ones took."""
    answers = []
    for ask in asks:
        answers.append(plan_one(ask, *seen.arguments))
        seen = worlds.after(seen, answers[-1])
    return answers


def random_batch(chance):
    skus, lines = chance.choice(((6, 4), (12, 12), (2, 1), (3, 3)))
    seen = worlds.random_world(
        chance,
        skus=skus,
        nodes_max=chance.choice((3, 6, 12)),
        units_max=chance.choice((3, 8, 40)),
    )
    if chance.random() < 0.5:
        seen = worlds.plain(seen)
    asks = [
        worlds.random_ask(chance, seen.network, skus=skus, lines_max=lines)
        for _ in range(chance.randint(1, 25))
    ]
    if chance.random() < 0.5:
        asks = [replace(ask, barred=frozenset()) for ask in asks]
    return asks, seen


def test_a_batch_is_planned_as_its_orders_one_by_one():
    planned = 0
    for seed in many.drawn(600):
        asks, seen = random_batch(worlds.chance_of(seed))
        answers = plan_batch(asks, *seen.arguments)
        assert answers == in_turn(asks, seen), seed
        planned += sum(isinstance(answer, Plan) for answer in answers)
    assert planned > many.often(2500)


@settings(max_examples=100, deadline=None)
@given(st.integers(0, 2**32))
def test_any_batch_is_planned_as_its_orders_one_by_one(seed):
    asks, seen = random_batch(worlds.chance_of(seed))
    assert plan_batch(asks, *seen.arguments) == in_turn(asks, seen)


def test_an_empty_batch_has_no_answers():
    assert plan_batch([], *world(network_of(NEAR), {}).arguments) == []


def test_a_hundred_units_are_sold_to_the_first_hundred():
    seen = world(network_of(NEAR, FAR), {"HOT": {"NEAR": 60, "FAR": 40}})
    answers = plan_batch([ask_of(("HOT", 1, 100))] * 256, *seen.arguments)
    assert [list(sent(plan)) for plan in answers[:100]] == [["NEAR"]] * 60 + [["FAR"]] * 40
    assert [plan.runner_up for plan in answers[:100]] == [710] * 60 + [None] * 40
    assert answers[100:] == [NoPlan(WhyNoPlan.SHORT, ((Sku("HOT"), 1),))] * 156


def test_a_batch_fills_a_node_and_goes_on_elsewhere():
    busy = replace(NEAR, capacity_per_day=5)
    seen = world(network_of(busy, FAR), {"A": {"NEAR": 50, "FAR": 4}}, load={"NEAR": 2})
    answers = plan_batch([ask_of(("A", 1, 100))] * 10, *seen.arguments)
    assert [list(sent(plan)) for plan in answers] == [["NEAR"]] * 3 + [["FAR"]] * 4 + [["NEAR"]] * 3
    assert [plan.overflow for plan in answers] == [False] * 7 + [True] * 3


def test_the_last_unit_at_the_near_node_makes_the_next_order_a_split():
    lanes = (lane(3, (500, 100), (1000, 150)), lane(5, (500, 900), (1000, 5000)))
    network = network_of(NEAR, node("NIGH"), FAR, lanes=lanes)
    stock = {"A": {"NEAR": 1, "FAR": 9, "NIGH": 9}, "B": {"NEAR": 9, "FAR": 9}}
    seen = world(network, stock)
    answers = plan_batch([ask_of(("A", 1, 400), ("B", 1, 400))] * 2, *seen.arguments)
    assert [sent(plan) for plan in answers] == [
        {"NEAR": {"A": 1, "B": 1}},
        {"NEAR": {"B": 1}, "NIGH": {"A": 1}},
    ]
    assert [plan.cost for plan in answers] == [150 + 20, 100 + 100 + 20 + 150]


def test_the_stock_given_to_a_batch_is_not_touched():
    seen = world(network_of(NEAR, FAR), {"A": {"NEAR": 3, "FAR": 3}}, owed={"B": 1})
    before = {sku: (nodes.copy(), units.copy()) for sku, (nodes, units) in seen.stock.free.items()}
    plan_batch([ask_of(("A", 1, 1))] * 6, *seen.arguments)
    for sku, (nodes, units) in seen.stock.free.items():
        assert nodes.tolist() == before[sku][0].tolist()
        assert units.tolist() == before[sku][1].tolist()


def test_the_order_of_the_stock_map_does_not_matter():
    seen = world(network_of(NEAR, FAR), {"A": {"NEAR": 3, "FAR": 3}, "B": {"FAR": 2}})
    turned = Stock(dict(reversed(seen.stock.free.items())), {})
    asks = [ask_of(("A", 1, 900), ("B", 1, 900))] * 3
    assert plan_batch(asks, *seen.arguments) == plan_batch(asks, turned, *seen.arguments[1:])


def test_an_unknown_channel_in_a_batch_stops_nobody():
    seen = world(network_of(NEAR), {"A": {"NEAR": 2}})
    good = ask_of(("A", 1, 1))
    bad = replace(good, channel=ChannelId("nobody"), wants=(Want(Sku("A"), 2, 1),))
    first, second, third = plan_batch([good, bad, good], *seen.arguments)
    assert isinstance(first, Plan)
    assert (second.why, second.missing) == (WhyNoPlan.UNKNOWN_CHANNEL, ((Sku("A"), 2),))
    assert isinstance(third, Plan)


def test_an_ask_that_wants_nothing_is_a_fault():
    seen = world(network_of(NEAR), {"A": {"NEAR": 2}})
    with pytest.raises(ValueError, match="wants nothing"):
        plan_batch([replace(ask_of(("A", 1, 1)), wants=())], *seen.arguments)
