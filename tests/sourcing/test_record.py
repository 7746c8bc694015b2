"""A decision's record decides the same again, whatever was decided."""

from datetime import UTC, datetime

import msgspec
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from entrepot.network.compiled import Days
from entrepot.network.model import Channel, Method
from entrepot.sourcing import record
from entrepot.sourcing.model import NoPlan, Plan
from entrepot.sourcing.record import Scene, decision, pack, replay, unpack
from entrepot.sourcing.shelves import Shelves
from entrepot.sourcing.solve import plan_batch, plan_one
from entrepot.terms.ids import NodeId, Sku
from sourcing import many, worlds
from sourcing.worlds import AT, ask_of, network_of, node, replace, world


def scene(seen):
    return Scene(seen.compiled, seen.days, seen.load, AT)


def packed(asks, seen, answers=None, **changed):
    """Decide for all, and pack."""
    answers = answers or plan_batch(asks, *seen.arguments)
    shelves = Shelves(asks, seen.stock, seen.compiled)
    return pack(asks, answers, shelves, replace(scene(seen), **changed))


def decided(ask, seen):
    """Decide, pack, unpack: the answer and its decision."""
    kept = decision(unpack(packed([ask], seen)), 0, seen.compiled)
    assert kept.answer == plan_one(ask, *seen.arguments)
    return kept.answer, kept


def random_batch(chance):
    kinds = ({}, {"units_max": 100_000}, {"nodes_max": 12}, {"skus": 12})
    seen = worlds.random_world(chance, **chance.choice(kinds))
    asks = [
        worlds.random_ask(
            chance,
            seen.network,
            lines_max=chance.choice((2, 4, 6)),
            quantity_max=chance.choice((2, 3, 3, 70_000)),
        )
        for _ in range(8)
    ]
    return asks, seen


def compare(asks, seen):
    answers = plan_batch(asks, *seen.arguments)
    kept = unpack(packed(asks, seen))
    for place, (ask, answer) in enumerate(zip(asks, answers, strict=True)):
        one = decision(kept, place, seen.compiled)
        assert one.ask == ask
        assert one.answer == answer
        assert one.scene.at == AT
        assert replay(one) == answer
    return answers


def test_thousands_of_random_orders_are_decided_the_same_again():
    plans, refusals = 0, 0
    for seed in many.drawn(450):
        answers = compare(*random_batch(worlds.chance_of(seed)))
        plans += sum(isinstance(answer, Plan) for answer in answers)
        refusals += sum(isinstance(answer, NoPlan) for answer in answers)
    assert plans + refusals == 8 * len(many.drawn(450))
    assert plans > many.often(1200)
    assert refusals > many.often(1200)


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 2**32))
def test_any_random_batch_is_decided_the_same_again(seed):
    compare(*random_batch(worlds.chance_of(seed)))


def test_a_falsified_answer_is_found_out():
    seen = world(network_of(node("B"), node("C", handling=11)), {"A": {"B": 2, "C": 5}})
    ask = ask_of(("A", 1, 100))
    (answer,) = plan_batch([ask], *seen.arguments)
    (shipment,) = answer.shipments
    other = msgspec.structs.replace(shipment, node_id=NodeId("C"))
    lie = msgspec.structs.replace(answer, shipments=(other,))
    kept = decision(unpack(packed([ask], seen, [lie])), 0, seen.compiled)
    assert kept.answer == lie
    assert replay(kept) == answer


def test_a_record_is_replayed_from_the_plain_network():
    seen = world(network_of(node("B"), node("C", region="R2")), {"A": {"B": 2, "C": 5}})
    kept = decision(unpack(packed([ask_of(("A", 3, 100))], seen)), 0, seen.network)
    assert isinstance(kept.answer, Plan)
    assert replay(kept) == kept.answer


def test_another_version_of_the_network_is_refused():
    seen = world(network_of(node("B")), {"A": {"B": 2}})
    kept = unpack(packed([ask_of(("A", 1, 100))], seen))
    with pytest.raises(ValueError, match="decided at network version 7, not 8"):
        decision(kept, 0, replace(seen.network, version=8))
    with pytest.raises(IndexError):
        decision(kept, 1, seen.network)


def test_bytes_that_are_no_record_are_refused():
    with pytest.raises(msgspec.DecodeError):
        unpack(b"")
    with pytest.raises(msgspec.ValidationError):
        unpack(msgspec.msgpack.encode(["no", "record"]))


@pytest.mark.parametrize("free", [65_535, 65_536, 1_000_000])
def test_no_unit_is_lost_however_many_there_are(free):
    channel = Channel(worlds.WEB, buffer=60_000)
    seen = world(network_of(node("B"), channels=(channel,)), {"A": {"B": free}}, owed={"A": 5})
    for units in (1, 5_535, 5_536, 10_000, free - 60_005, free - 60_000, free):
        answer, kept = decided(ask_of(("A", units, 1)), seen)
        assert replay(kept) == answer
        assert isinstance(answer, Plan) == (units <= free - 60_000 and units <= free - 5)


def test_what_is_owed_is_kept():
    seen = world(
        network_of(node("B"), node("C", region="R2")),
        {"A": {"B": 200_000, "C": 200_000}},
        owed={"A": 399_999},
    )
    for units in (1, 2):
        answer, kept = decided(ask_of(("A", units, 1)), seen)
        assert isinstance(answer, Plan) == (units == 1)
        assert kept.stock.owed == {"A": 399_999}
        assert replay(kept) == answer


def test_each_decision_of_a_batch_sees_what_the_earlier_ones_left():
    busy = node("B", capacity_per_day=2)
    seen = world(network_of(busy, node("C", region="R2")), {"A": {"B": 9, "C": 9}})
    asks = [ask_of(("A", 2, 100))] * 3
    record = unpack(packed(asks, seen))
    kept = [decision(record, place, seen.compiled) for place in range(3)]
    assert [each.stock.free["A"][1].tolist() for each in kept] == [[9, 9], [7, 9], [5, 9]]
    day = int(seen.days.work_day[0])
    assert [dict(each.scene.load) for each in kept] == [{}, {(0, day): 1}, {(0, day): 2}]
    assert [shipment.node_id for each in kept for shipment in each.answer.shipments] == [
        "B",
        "B",
        "C",
    ]


@pytest.mark.parametrize(
    "work_day",
    [
        [739_000] * 20,
        [739_000, 739_001] * 10,
        [739_000, 739_030, -1, 739_002] * 5,
        [739_000] * 19 + [-1],
        [-1] * 20,
        [739_000],
        [-1],
        [],
    ],
)
def test_work_days_come_back_as_they_were(work_day):
    days = Days(np.array(work_day, np.int32), AT)
    short = record.packed_days(days)
    assert record.unpacked_days(short, len(work_day)).tolist() == work_day
    assert len(short[1]) <= len(work_day)


def test_work_days_of_today_and_tomorrow_take_a_bit_each():
    days = Days(np.array([739_000, 739_001] * 100, np.int32), AT)
    assert len(record.packed_days(days)[1]) == 25


def test_two_skus_at_sixty_of_two_hundred_nodes_fit_a_kilobyte():
    names = [f"STORE-{at:03d}" for at in range(205)]
    network = network_of(*(node(name, region=f"R{at}") for at, name in enumerate(names)))
    free = {
        "SKU-LONG-00001": dict.fromkeys(names[:60], 12),
        "SKU-LONG-00002": dict.fromkeys(names[100:160], 12),
    }
    seen = world(network, free)
    ask = ask_of(("SKU-LONG-00001", 2, 100), ("SKU-LONG-00002", 1, 100))
    assert len(plan_one(ask, *seen.arguments).shipments) == 2
    assert len(packed([ask], seen)) <= 1024


def test_a_hundred_orders_of_one_sku_keep_its_stock_once():
    seen = world(
        network_of(*(node(f"N{at:03d}") for at in range(200))),
        {"A": {f"N{at:03d}": 9 for at in range(200)}},
    )
    asks = [ask_of(("A", 1, 100))] * 100
    one, many = len(packed(asks[:1], seen)), len(packed(asks, seen))
    assert one > 800
    assert many < one + 100 * 100


def test_the_instant_is_kept_whatever_its_time_zone():
    seen = world(network_of(node("B")), {"A": {"B": 2}})
    ask = ask_of(("A", 1, 1), method=Method.PICKUP, pickup_node=NodeId("B"))
    local = datetime.fromisoformat("2026-11-20T10:00:00.123456-05:00")
    kept = unpack(packed([ask], seen, at=local))
    assert kept.at == datetime(2026, 11, 20, 15, 0, 0, 123456, tzinfo=UTC)


def test_packing_leaves_the_stock_alone():
    seen = world(network_of(node("B")), {"A": {"B": 4}})
    asks = [ask_of(("A", 2, 1))] * 3
    packed(asks, seen)
    assert seen.stock.free[Sku("A")][1].tolist() == [4]
