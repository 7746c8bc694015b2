"""Who may supply an order, and the first reason why not."""

import numpy as np
import pytest

from entrepot.network.model import Channel, Method
from entrepot.sourcing.eligibility import Eliminated, Standing, eliminations
from entrepot.sourcing.model import Elimination, NoPlan, Plan, WhyNoPlan
from entrepot.sourcing.shelves import Shelves
from entrepot.sourcing.solve import plan_batch, plan_one
from entrepot.terms.ids import ChannelId, NodeId, Sku
from sourcing.worlds import ask_of, network_of, node, replace, world

APP = ChannelId("app")
NEAR, FAR = node("NEAR", region="R1"), node("FAR", region="R2")
STOCK = {"A": {"NEAR": 5, "FAR": 5, "ABROAD": 5}}
ONE = ask_of(("A", 1, 100))


def decide(ask, seen):
    return plan_one(ask, *seen.arguments)


def reasons(ask, seen):
    """Give {node: why it was no candidate}."""
    standing = Standing(seen.compiled, seen.days, seen.load)
    shelves = Shelves((ask,), seen.stock, seen.compiled)
    pieces = np.array([want.quantity for want in ask.wants])
    found = eliminations(ask, standing, shelves.of(ask), pieces, shelves.keeps(ask))
    names = [str(each.node_id) for each in seen.network.nodes]
    return dict(zip(names, found, strict=True))


def first(ask, seen):
    return {name: out.why if out else None for name, out in reasons(ask, seen).items()}


class TestFirstReason:
    def test_a_node_that_is_switched_off(self):
        seen = world(network_of(replace(NEAR, enabled=False), FAR), STOCK)
        assert first(ONE, seen) == {"FAR": None, "NEAR": Elimination.DISABLED}
        assert decide(ONE, seen).shipments[0].node_id == "FAR"

    def test_a_node_the_channel_may_not_sell_from(self):
        channels = (Channel(APP, node_ids=frozenset({NodeId("FAR")})),)
        seen = world(network_of(NEAR, FAR, channels=channels), STOCK)
        ask = replace(ONE, channel=APP)
        assert first(ask, seen) == {"FAR": None, "NEAR": Elimination.NOT_IN_CHANNEL}
        assert decide(ask, seen).shipments[0].node_id == "FAR"

    def test_a_node_that_does_not_ship(self):
        seen = world(network_of(replace(NEAR, services=frozenset({Method.PICKUP})), FAR), STOCK)
        assert first(ONE, seen) == {"FAR": None, "NEAR": Elimination.SERVICE}
        assert decide(ONE, seen).shipments[0].node_id == "FAR"

    def test_a_node_that_stays_closed(self):
        seen = world(network_of(NEAR, FAR), STOCK, closed=["NEAR"])
        assert first(ONE, seen) == {"FAR": None, "NEAR": Elimination.CLOSED}
        assert decide(ONE, seen).shipments[0].node_id == "FAR"

    def test_a_node_no_lane_leads_from(self):
        seen = world(network_of(NEAR, node("ABROAD", country="CA")), STOCK)
        assert first(ONE, seen) == {"ABROAD": Elimination.NO_LANE, "NEAR": None}

    def test_a_node_that_rejected_it(self):
        seen = world(network_of(NEAR, FAR), STOCK)
        ask = replace(ONE, barred=frozenset({(Sku("A"), NodeId("NEAR"))}))
        assert first(ask, seen) == {"FAR": None, "NEAR": Elimination.BARRED}

    def test_a_node_that_rejected_one_sku_is_a_candidate_for_the_other(self):
        seen = world(network_of(NEAR, FAR), {**STOCK, "B": {"NEAR": 1}})
        barred = frozenset({(Sku("A"), NodeId("NEAR"))})
        assert first(ask_of(("A", 1, 1), ("B", 1, 1), barred=barred), seen)["NEAR"] is None

    def test_a_node_with_too_little(self):
        seen = world(network_of(NEAR, FAR), {"A": {"NEAR": 2, "FAR": 9}})
        assert reasons(ask_of(("A", 3, 1)), seen) == {
            "FAR": None,
            "NEAR": Eliminated(Elimination.NO_STOCK, free=2),
        }

    def test_what_the_channel_keeps_back_is_not_there(self):
        seen = world(network_of(NEAR, FAR, channels=(Channel(APP, buffer=4),)), STOCK)
        ask = replace(ask_of(("A", 2, 1)), channel=APP)
        assert reasons(ask, seen)["NEAR"] == Eliminated(Elimination.KEPT_BACK, free=1)

    def test_a_node_whose_day_is_full(self):
        busy = replace(NEAR, capacity_per_day=3)
        seen = world(network_of(busy, FAR), STOCK, load={"NEAR": 4})
        assert reasons(ONE, seen) == {
            "FAR": None,
            "NEAR": Eliminated(Elimination.CAPACITY, free=5, used=4, limit=3),
        }

    def test_work_of_another_day_does_not_fill_this_one(self):
        busy = replace(NEAR, capacity_per_day=1)
        seen = world(network_of(busy, FAR), STOCK)
        at = seen.compiled.index[NodeId("NEAR")]
        tomorrow = replace(seen, load={(at, int(seen.days.work_day[at]) + 1): 9})
        assert first(ONE, tomorrow) == {"FAR": None, "NEAR": None}

    def test_only_the_chosen_store_is_asked(self):
        seen = world(network_of(NEAR, FAR), STOCK)
        ask = ask_of(("A", 1, 1), method=Method.PICKUP, pickup_node=NodeId("FAR"))
        assert first(ask, seen) == {"FAR": None, "NEAR": Elimination.NOT_CHOSEN_STORE}

    def test_the_reasons_are_given_in_their_order(self):
        everything = replace(NEAR, enabled=False, services=frozenset[Method](), capacity_per_day=0)
        steps = [
            (replace(everything), Elimination.DISABLED),
            (replace(everything, enabled=True), Elimination.NOT_IN_CHANNEL),
        ]
        channels = (Channel(APP, node_ids=frozenset()),)
        for each, why in steps:
            seen = world(network_of(each, FAR, channels=channels), {}, closed=["NEAR"])
            assert first(replace(ONE, channel=APP), seen)["NEAR"] is why
        seen = world(network_of(replace(everything, enabled=True), FAR), {}, closed=["NEAR"])
        assert first(ONE, seen)["NEAR"] is Elimination.SERVICE
        offering = replace(NEAR, capacity_per_day=0)
        seen = world(network_of(offering, FAR), {}, closed=["NEAR"])
        assert first(ONE, seen)["NEAR"] is Elimination.CLOSED
        seen = world(network_of(offering, FAR), {})
        assert first(replace(ONE, service="drone"), seen)["NEAR"] is Elimination.NO_LANE
        assert first(ONE, seen)["NEAR"] is Elimination.NO_STOCK
        assert first(ONE, world(network_of(offering, FAR), STOCK))["NEAR"] is Elimination.CAPACITY


class TestRefusals:
    def whole(self, why, ask=ONE):
        return why, tuple((want.sku, want.quantity) for want in ask.wants)

    def refusal(self, ask, seen):
        answer = decide(ask, seen)
        assert isinstance(answer, NoPlan)
        assert answer.detail
        return answer.why, answer.missing

    def test_a_channel_nobody_knows(self):
        seen = world(network_of(NEAR), STOCK)
        ask = replace(ONE, channel=ChannelId("nobody"))
        assert self.refusal(ask, seen) == self.whole(WhyNoPlan.UNKNOWN_CHANNEL)

    @pytest.mark.parametrize("store", [None, NodeId("NOWHERE")])
    @pytest.mark.parametrize("method", [Method.PICKUP, Method.CURBSIDE])
    def test_a_store_nobody_knows(self, method, store):
        seen = world(network_of(NEAR), STOCK)
        ask = ask_of(("A", 1, 1), method=method, pickup_node=store)
        assert self.refusal(ask, seen) == self.whole(WhyNoPlan.UNKNOWN_NODE)

    @pytest.mark.parametrize(
        "change",
        [{"enabled": False}, {"services": frozenset({Method.SHIP, Method.CURBSIDE})}],
        ids=["switched off", "no pickup"],
    )
    def test_a_chosen_store_that_cannot(self, change):
        seen = world(network_of(replace(NEAR, **change), FAR), STOCK)
        ask = ask_of(("A", 1, 1), method=Method.PICKUP, pickup_node=NodeId("NEAR"))
        assert self.refusal(ask, seen) == self.whole(WhyNoPlan.NODE_CANNOT)

    def test_a_chosen_store_that_the_channel_does_not_sell_from(self):
        channels = (Channel(APP, node_ids=frozenset({NodeId("FAR")})),)
        seen = world(network_of(NEAR, FAR, channels=channels), STOCK)
        ask = ask_of(("A", 1, 1), channel=APP, method=Method.PICKUP, pickup_node=NodeId("NEAR"))
        assert self.refusal(ask, seen) == self.whole(WhyNoPlan.NODE_CANNOT)

    def test_a_chosen_store_that_stays_closed(self):
        seen = world(network_of(NEAR, FAR), STOCK, closed=["NEAR"])
        ask = ask_of(("A", 1, 1), method=Method.CURBSIDE, pickup_node=NodeId("NEAR"))
        assert self.refusal(ask, seen) == self.whole(WhyNoPlan.NODE_CANNOT)

    def test_no_node_that_ships(self):
        seen = world(network_of(replace(NEAR, services=frozenset({Method.PICKUP}))), STOCK)
        assert self.refusal(ONE, seen) == self.whole(WhyNoPlan.NODE_CANNOT)

    def test_a_service_no_lane_offers(self):
        seen = world(network_of(NEAR, FAR), STOCK)
        ask = replace(ONE, service="drone")
        assert self.refusal(ask, seen) == self.whole(WhyNoPlan.NO_LANE)

    def test_a_zone_no_lane_goes_to(self):
        seen = world(network_of(NEAR, FAR), STOCK)
        ask = ask_of(("A", 1, 1), country="BR")
        assert self.refusal(ask, seen) == self.whole(WhyNoPlan.NO_LANE)

    def test_nowhere_to_ship_to(self):
        seen = world(network_of(NEAR, FAR), STOCK)
        ask = replace(ONE, destination=None)
        assert self.refusal(ask, seen) == self.whole(WhyNoPlan.NO_LANE)

    def test_the_channel_comes_before_the_store_and_the_store_before_the_stock(self):
        seen = world(network_of(NEAR), {})
        ask = ask_of(("A", 1, 1), method=Method.PICKUP, pickup_node=NodeId("NOWHERE"))
        assert decide(replace(ask, channel=APP), seen).why is WhyNoPlan.UNKNOWN_CHANNEL
        assert decide(ask, seen).why is WhyNoPlan.UNKNOWN_NODE
        assert decide(replace(ask, pickup_node=NodeId("NEAR")), seen).why is WhyNoPlan.SHORT

    def test_a_sku_nobody_has_heard_of_is_short(self):
        seen = world(network_of(NEAR), STOCK)
        assert decide(ask_of(("NEW", 2, 1)), seen).missing == ((Sku("NEW"), 2),)

    def test_an_express_lane_reaches_only_so_far(self):
        seen = world(network_of(NEAR, FAR), {"A": {"FAR": 5}})
        assert decide(replace(ONE, service="express"), seen).why is WhyNoPlan.SHORT
        assert isinstance(decide(ONE, seen), Plan)


def test_in_a_market_without_a_node_nothing_can_be_sourced():
    seen = world(network_of(), {})
    answers = plan_batch([ask_of(("A", 1, 100))] * 2, *seen.arguments)
    assert [answer.why for answer in answers] == [WhyNoPlan.NODE_CANNOT] * 2
    assert plan_one(ask_of(("A", 1, 100)), *seen.arguments).why is WhyNoPlan.NODE_CANNOT
