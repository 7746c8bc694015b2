"""Prices say what units and room are worth to others, and are the same each time."""

from datetime import date, timedelta

import numpy as np
import pytest

from entrepot.sourcing.eligibility import Standing
from entrepot.sourcing.forecast import Forecast, drawn, learned
from entrepot.sourcing.lookahead import Chance, Outlook, look_ahead
from entrepot.sourcing.model import Due, Prices
from entrepot.sourcing.parcels import Loads, Sending, table
from entrepot.sourcing.solve import plan_batch, plan_one
from entrepot.terms.ids import Sku
from entrepot.terms.place import Place
from sourcing.worlds import TODAY, ask_of, lane, network_of, node, replace, world

HERE, THERE = Place("US", "X", "R1"), Place("US", "Y", "R2")
A, B = Sku("A"), Sku("B")
NEAR, FAR = node("NEAR", region="R1"), node("FAR", region="R2")
CHANCE = Chance(seed=7, scenarios=6)


def forecast_of(*, here=1.0, units=2.0, lengths=(1.0,), **more):
    return Forecast(
        skus=(A, B),
        units_a_day=np.array([units, units]),
        weight_g=np.array([100, 100]),
        volume_cm3=np.zeros(2, np.int64),
        places=(HERE, THERE),
        shares=np.array([here, 1 - here]),
        lengths=np.array(lengths),
        sendings=(Sending(("standard",)),),
        sent=np.ones(1),
        **more,
    )


def outlook_of(seen, forecast, units, **more):
    standing = Standing(seen.compiled, seen.days, seen.load)
    fields = {"days": 3} | more
    return Outlook(forecast, standing, np.array(units), standing.room, **fields)


def replace_all(*nodes, **changes):
    return [replace(each, **changes) for each in nodes]


SEEN = world(network_of(NEAR, FAR), {"A": {"NEAR": 2, "FAR": 50}})
SCARCE = [[50, 2], [50, 50]]
"""Units of A and of B, at FAR and at NEAR, as nodes ascend."""


class TestPrices:
    def test_a_unit_that_others_will_want_is_dear(self):
        prices = look_ahead(outlook_of(SEEN, forecast_of(), SCARCE), CHANCE, 3)
        assert prices.version == 3
        far, near = prices.stock[A].tolist()
        assert far == 0
        assert near > 100
        assert B not in prices.stock

    def test_room_is_priced_for_the_days_to_come_too(self):
        small = replace_all(NEAR, FAR, capacity_per_day=1)
        seen = world(network_of(*small), {"A": {"NEAR": 2, "FAR": 50}})
        outlook = outlook_of(seen, forecast_of(units=5.0), [[50, 50], [50, 50]], today=1.0)
        prices = look_ahead(outlook, CHANCE, 1)
        assert prices.rooms.shape == (4, 2)
        assert (prices.rooms[:, 1] > 0).all(), "orders of each day want the near node"
        assert prices.nodes.tolist() == prices.rooms[0].tolist()
        over = look_ahead(replace(outlook, today=0.0), CHANCE, 1)
        assert over.nodes is None
        assert (over.rooms[0] == 0).all()

    def test_it_is_kept_for_those_who_live_near(self):
        prices = look_ahead(outlook_of(SEEN, forecast_of(), SCARCE), CHANCE, 1)
        from_afar = ask_of(("A", 1, 100), to="R3")
        tie = plan_one(from_afar, *SEEN.arguments)
        steered = plan_one(from_afar, *SEEN.arguments, prices)
        assert [s.node_id for s in steered.shipments] == ["FAR"]
        assert tie.cost <= steered.cost

    def test_but_never_refused_to_who_cannot_have_it_elsewhere(self):
        only = world(network_of(NEAR, FAR), {"A": {"NEAR": 1}})
        outlook = outlook_of(only, forecast_of(), [[0, 1], [0, 0]])
        prices = look_ahead(outlook, CHANCE, 1)
        assert prices.stock[A][1] > 100
        plan = plan_one(ask_of(("A", 1, 100), to="R2"), *only.arguments, prices)
        assert [s.node_id for s in plan.shipments] == ["NEAR"]

    def test_nothing_is_dear_where_there_is_plenty(self):
        plenty = outlook_of(SEEN, forecast_of(), [[500, 500], [500, 500]])
        assert look_ahead(plenty, CHANCE, 1) == Prices(1)

    def test_nor_where_nobody_will_come(self):
        assert look_ahead(outlook_of(SEEN, forecast_of(), SCARCE, days=0), CHANCE, 1) == Prices(1)

    def test_the_same_chance_gives_the_same_prices(self):
        outlook = outlook_of(SEEN, forecast_of(here=0.5), SCARCE)
        one, other = (look_ahead(outlook, CHANCE, 1) for _ in range(2))
        assert one.stock.keys() == other.stock.keys()
        assert all((one.stock[sku] == other.stock[sku]).all() for sku in one.stock)
        assert any(
            (one.stock[A] != look_ahead(outlook, Chance(seed, 6), 1).stock[A]).any()
            for seed in range(8, 12)
        )

    def test_they_cannot_be_written_to(self):
        prices = look_ahead(outlook_of(SEEN, forecast_of(), SCARCE), CHANCE, 1)
        with pytest.raises(ValueError, match="read-only"):
            prices.stock[A][0] = 1

    def test_orders_that_are_here_count(self):
        known = [ask_of(("A", 1, 100)) for _ in range(4)]
        alone = outlook_of(SEEN, forecast_of(), SCARCE, days=0, known=known)
        assert look_ahead(alone, CHANCE, 1).stock[A][1] > 0
        strangers = [ask_of(("C", 1, 100)), *known[:1]]
        few = outlook_of(SEEN, forecast_of(), SCARCE, days=0, known=strangers)
        assert look_ahead(few, CHANCE, 1) == Prices(1)

    def test_room_has_a_price_while_orders_may_still_come_today(self):
        seen = world(network_of(replace(NEAR, capacity_per_day=1), FAR), {})
        plenty = [[500, 500], [500, 500]]
        later = look_ahead(outlook_of(seen, forecast_of(units=9.0), plenty), CHANCE, 1)
        assert later.nodes is None
        now = outlook_of(seen, forecast_of(units=9.0), plenty, days=0, today=1.0)
        far, near = look_ahead(now, CHANCE, 1).nodes.tolist()
        assert (far, near > 50) == (0, True)

    def test_yesterdays_prices_are_a_beginning(self):
        outlook = outlook_of(SEEN, forecast_of(), SCARCE)
        before = look_ahead(outlook, CHANCE, 1)
        again = look_ahead(outlook, CHANCE, 2, before)
        assert again.version == 2
        assert abs(int(again.stock[A][1]) - int(before.stock[A][1])) < 200

    def test_what_is_marked_down_is_cheaper_than_the_rest(self):
        plenty = [[500, 500], [500, 500]]
        outlook = outlook_of(SEEN, forecast_of(), plenty, markdown={A: np.array([0, 130])})
        prices = look_ahead(outlook, CHANCE, 1)
        assert prices.stock[A].tolist() == [130, 0]
        stock = world(network_of(NEAR, FAR), {"A": {"NEAR": 5, "FAR": 5}})
        plan = plan_one(ask_of(("A", 1, 100), to="R2"), *stock.arguments, prices)
        assert [s.node_id for s in plan.shipments] == ["FAR"]
        deep = look_ahead(replace(outlook, markdown={A: np.array([0, 230])}), CHANCE, 1)
        cleared = plan_one(ask_of(("A", 1, 100), to="R2"), *stock.arguments, deep)
        assert [s.node_id for s in cleared.shipments] == ["NEAR"]

    def test_they_pay(self):
        """Those from afar come first, those from near later: with prices all pay less."""
        asks = [ask_of(("A", 1, 100), to="R3")] * 6 + [ask_of(("A", 1, 100))] * 6
        tempting = replace(NEAR, handling_cost=0)
        seen = world(network_of(tempting, FAR), {"A": {"NEAR": 6, "FAR": 50}})
        prices = look_ahead(outlook_of(seen, forecast_of(), [[50, 6], [50, 0]]), CHANCE, 1)
        myopic = sum(plan.cost for plan in plan_batch(asks, *seen.arguments))
        ahead = sum(plan.cost for plan in plan_batch(asks, *seen.arguments, prices))
        assert ahead < myopic


class TestForecast:
    def test_sales_correct_it_by_how_sure_it_was(self):
        forecast = forecast_of(error=0.5)
        told = learned(forecast, np.array([40.0, 0.0]), np.array([10.0, 10.0])).units_a_day
        weight = 1 / (np.exp(0.25) - 1)
        assert told.tolist() == pytest.approx(
            [(weight + 40) / (weight / 2 + 10), weight / (weight / 2 + 10)]
        )
        assert learned(forecast_of(), told, told).units_a_day.tolist() == [2.0, 2.0]
        unseen = learned(forecast, np.zeros(2), np.zeros(2)).units_a_day
        assert unseen.tolist() == pytest.approx([2.0, 2.0])

    @pytest.mark.parametrize("seed", range(10))
    def test_days_take_no_more_than_there_is(self, seed):
        rng = np.random.default_rng(seed)
        forecast = forecast_of(units=30.0, lengths=(0.5, 0.5))
        orders = drawn(forecast, np.array([7, 40]), 0.5, 2, rng)
        assert np.bincount(orders.sku, minlength=2)[0] <= 7
        assert np.bincount(orders.sku, minlength=2)[1] <= 40
        assert set(orders.day.tolist()) <= {0, 1, 2}
        for begin, end in zip(orders.first, orders.first[1:], strict=False):
            lines = orders.sku[begin:end].tolist()
            assert len(lines) == len(set(lines)) > 0

    def test_as_many_come_as_were_forecast(self):
        rng = np.random.default_rng(1)
        orders = drawn(forecast_of(units=300.0), np.array([9999, 9999]), 0.0, 4, rng)
        assert 2200 < len(orders.day) < 2600
        assert set(orders.day.tolist()) == {1, 2, 3, 4}


class TestParcels:
    def test_every_subset_is_priced_by_what_it_weighs_and_how_late_it_is(self):
        near = node("NEAR", region="R1", postal_code="X")
        lanes = (lane(1, (1000, 400), (2000, 500), days=3), lane(1, (9000, 900), service="fast"))
        seen = world(network_of(near, lanes=lanes, late_per_day=70), {})
        loads = Loads(np.array([0, 2]), np.array([900, 800]), np.zeros(2, np.int64))
        arrives = int(seen.compiled.arrivals(TODAY)[seen.compiled.lane_index["standard-1"]])
        due = date.fromordinal(arrives - 1)
        free, late = Sending(("standard",)), Sending(("standard",), Due(due))
        for sending, costs in ((free, [400, 400, 500]), (late, [470, 470, 570])):
            row, prices = table(loads, (sending,), np.zeros(1, np.int64), seen.compiled, [TODAY])
            assert row.tolist() == [0, 4]
            assert prices[1:, 0, 1].tolist() == costs
        never = Sending(("standard",), latest=due)
        _, prices = table(loads, (never,), np.zeros(1, np.int64), seen.compiled, [TODAY])
        assert (prices >= 1 << 48).all()
        in_time = Sending(("standard",), latest=due + timedelta(days=1))
        _, prices = table(loads, (in_time,), np.zeros(1, np.int64), seen.compiled, [TODAY])
        assert prices[1:, 0, 1].tolist() == [400, 400, 500]
