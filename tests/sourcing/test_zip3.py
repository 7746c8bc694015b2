"""The benchmark judges rightly: its referee sees what is wrong, nothing goes below its bound."""

from dataclasses import replace
from functools import lru_cache

import numpy as np
import pytest
from bench.zip3 import (
    bound,
    figures,
    geography,
    instance,
    long,
    nearest,
    policies,
    product,
    referee,
    table,
    tariff,
)
from bench.zip3.referee import NOBODY

from entrepot.network.compiled import Compiled

SMALL = replace(instance.BASE, name="small", stores=12, skus=40, days=2, per_day=20)
TINY = replace(SMALL, stores=1, skus=5, days=1, per_day=4, line_mix=(0.6, 0.4, 0.0, 0.0, 0.0))


@lru_cache
def people():
    return geography.stand_in()


def made(shape=SMALL, seed=0):
    return instance.made(shape, seed, people())


def every_cost(week):
    """Price each way to assign each order alone: [(nodes, cents, parcels by node)] per order."""
    ways = []
    for order in range(len(week.orders)):
        begin, end = week.orders.first[order : order + 2]
        options = np.stack(
            np.meshgrid(*[np.arange(-1, len(week.room))] * (end - begin), indexing="ij"), -1
        ).reshape(-1, end - begin)
        found = []
        for nodes in options.tolist():
            alone = np.full(len(week.orders.sku), NOBODY)
            alone[begin:end] = nodes
            cost = referee.judged(week, alone).cost
            cost -= tariff.UNFILLED * (len(week.orders.sku) - (end - begin))
            found.append((nodes, cost))
        ways.append(sorted(found, key=lambda way: way[1]))
    return ways


def optimum(week):
    """Try every assignment that keeps to stock and room, cheapest first: the least cost."""
    ways = every_cost(week)
    rest = np.cumsum([0, *[order[0][1] for order in reversed(ways)]])[::-1]
    best = [np.inf]

    def go(order, spent, stock, room):
        if order == len(ways):
            best[0] = min(best[0], spent)
            return
        begin, end = week.orders.first[order : order + 2]
        for nodes, cost in ways[order]:
            if spent + cost + rest[order + 1] >= best[0]:
                return
            sent = [
                (n, s) for n, s in zip(nodes, week.orders.sku[begin:end], strict=True) if n >= 0
            ]
            if any(stock[at] < 1 for at in sent) or any(room[n] < 1 for n, _ in sent):
                continue
            less, full = stock.copy(), room.copy()
            for at in sent:
                less[at] -= 1
            for node in {n for n, _ in sent}:
                full[node] -= 1
            go(order + 1, spent + cost, less, full)

    go(0, 0, week.stock, week.room)
    return best[0]


class TestReferee:
    def test_a_rule_of_thumb_keeps_to_stock_and_room(self):
        week = made()
        verdict = referee.judged(week, nearest.nearest(week))
        assert verdict.violations == ()
        assert verdict.orders == 40

    def test_prices_a_parcel_by_hand(self):
        week = made()
        assigned = np.full(len(week.orders.sku), NOBODY)
        empty = referee.judged(week, assigned)
        assert empty.cost == tariff.UNFILLED * len(assigned) == empty.unfilled * tariff.UNFILLED
        assigned[0] = 0
        order_due, zone = int(week.orders.due[0]), int(week.zone[0, week.orders.area[0]])
        pounds = -(-int(week.weight_g[week.orders.sku[0]]) // tariff.POUND_G)
        ground = tariff.GROUND[zone, int(pounds) - 1]
        ground += 300 * max(0, tariff.GROUND_DAYS[zone] - order_due)
        air = tariff.AIR[zone, int(pounds) - 1]
        parcel = min(ground, air) + 90 + 35
        assert referee.judged(week, assigned).cost == empty.cost - tariff.UNFILLED + parcel

    def test_units_that_are_not_there(self):
        week = made()
        assigned = nearest.nearest(week)
        line = int(np.flatnonzero(assigned != NOBODY)[0])
        node = int(np.flatnonzero(week.stock[:, week.orders.sku[line]] == 0)[0])
        assigned[line] = node
        found = referee.judged(week, assigned).violations
        assert f"node {node} sends 1 of sku {week.orders.sku[line]} and has 0" in found

    def test_parcels_that_there_is_no_room_for(self):
        week = made()
        assigned = nearest.nearest(week)
        tight = replace(week, room=np.where(np.arange(len(week.room)) == assigned[0], 0, week.room))
        found = referee.judged(tight, assigned).violations
        assert found
        assert all(f"node {assigned[0]} sends" in each and "room for 0" in each for each in found)

    @pytest.mark.parametrize("node", [-2, 17])
    def test_nodes_that_do_not_exist(self, node):
        assigned = np.full(len(made().orders.sku), NOBODY)
        assigned[3] = node
        with pytest.raises(ValueError, match="does not exist"):
            referee.judged(made(), assigned)

    def test_lines_that_are_missing(self):
        with pytest.raises(ValueError, match="assignments of"):
            referee.judged(made(), np.full(3, NOBODY))


class TestBound:
    @pytest.mark.parametrize("seed", range(6))
    def test_is_at_most_the_best_of_all_assignments(self, seed):
        week = made(TINY, seed)
        least = optimum(week)
        found = bound.lower_bound(week, 200).cost
        assert found <= least + 1e-6
        assert found >= least * 0.8

    @pytest.mark.parametrize("prices", range(5))
    def test_holds_at_any_prices(self, prices):
        week = made(TINY, prices)
        rng = np.random.default_rng(prices)
        held = bound.holding(week.stock)
        stock, room = rng.random(len(held.node)) * 900, rng.random((1, len(week.room))) * 500
        used = np.zeros_like(stock), np.zeros_like(room)
        value = bound.dual(week, held, stock, room, used)
        assert value <= optimum(week) + 1e-6

    def test_is_below_the_rule_of_thumb(self):
        week = made()
        cost = referee.judged(week, nearest.nearest(week)).cost
        assert bound.lower_bound(week, 100).cost < cost

    def test_nothing_is_scarce(self):
        week = made()
        plenty = replace(week, stock=week.stock * 1000, room=week.room * 1000)
        found = bound.lower_bound(plenty, 3).cost
        assigned = np.full(len(week.orders.sku), NOBODY)
        assert found < referee.judged(plenty, assigned).cost


class TestInstance:
    def test_is_the_same_for_the_same_seed(self):
        one, other = made(), instance.made(SMALL, 0, people())
        assert (one.stock == other.stock).all()
        assert (one.orders.sku == other.orders.sku).all()
        assert (one.forecast == other.forecast).all()

    def test_sells_no_more_than_the_network_has(self):
        week = made()
        sold = np.bincount(week.orders.sku, minlength=SMALL.skus)
        assert (sold <= week.stock.sum(axis=0)).all()

    def test_no_order_has_a_sku_twice(self):
        orders = made().orders
        for order in range(len(orders)):
            lines = orders.sku[orders.first[order] : orders.first[order + 1]].tolist()
            assert len(set(lines)) == len(lines) > 0

    def test_tuning_seeds_do_not_judge(self):
        assert not set(instance.TUNING) & set(instance.JUDGING)


class TestPolicies:
    """The product decides a small week; the referee and the bound say how well."""

    @pytest.mark.parametrize("jointly", [False, True])
    @pytest.mark.parametrize("scenarios", [0, 2])
    @pytest.mark.parametrize("seed", range(3))
    def test_keep_to_stock_and_room_and_state_what_they_cost(self, seed, scenarios, jointly):
        week = made(replace(SMALL, per_day=40), seed)
        run = policies.run(week, policies.Policy("some", scenarios, jointly))
        verdict = referee.judged(week, run.assigned)
        assert verdict.violations == ()
        assert verdict.cost >= bound.lower_bound(week, 100).cost
        stated = run.stated + tariff.UNFILLED * verdict.unfilled
        assert verdict.cost <= stated <= verdict.cost * (1.01 if jointly else 1)

    def test_planning_jointly_pays(self):
        weeks = [made(replace(SMALL, per_day=40), seed) for seed in range(6)]
        costs = [
            sum(referee.judged(week, policies.run(week, policy).assigned).cost for week in weeks)
            for policy in (policies.MYOPIC, policies.MYOPIC_JOINT)
        ]
        assert costs[1] < costs[0]

    def test_the_network_is_the_instance(self):
        week = made()
        compiled = Compiled(product.network(week))
        zones = np.array(compiled.zones_of(product.areas(week.geography)))
        assert (week.zone + 1 == zones.T).all()
        day = compiled.days(product.moment(1)).work_day
        assert (day - day.min() == week.kind).all()
        assert {len(lane.breaks) for lane in compiled.network.lanes} == {tariff.POUNDS_MAX}


class TestTables:
    def test_means_and_goals(self):
        shape = replace(SMALL, name=instance.BASE.name, days=1)
        rows = figures.measured(shape, (0, 1), people(), lambda _: None)
        assert [row.seed for row in rows] == ["0"] * 5 + ["1"] * 5 + ["mean"] * 5
        costs = {row.seed: row.cents for row in rows if row.policy == "myopic exact"}
        assert costs["mean"] == pytest.approx((costs["0"] + costs["1"]) / 2)
        found = {each.name: each for each in figures.figures(rows, shape)}
        assert found["ZIP3-205 base: violations"].met
        assert len(found) == 5
        assert table.printed(rows).count("\n") == 16

    def test_nothing_is_measured_without_a_geography(self, monkeypatch):
        monkeypatch.delenv(geography.ENVIRONMENT, raising=False)
        assert geography.named(None) is None
        assert figures.every(None, quick=True) == []

    def test_a_table_of_areas_is_read(self, tmp_path):
        file = tmp_path / "areas.csv"
        file.write_text("zip3,pop,lat,lon\n432,5,40.0,-83.0\n181,7.5,40.6,-75.5\n")
        areas = geography.named(str(file))
        assert areas.codes == ("181", "432")
        assert areas.people.tolist() == [7.5, 5.0]


def test_a_long_run_keeps_to_stock_and_room_and_says_what_it_took(monkeypatch):
    monkeypatch.setattr(figures, "QUICK", {"stores": 12, "skus": 40, "per_day": 20, "days": 3})
    found = list(long.weeks(people(), 2, quick=True, workers=1))
    assert [(week.orders, week.violations) for week in found] == [(60, 0), (60, 0)]
    assert all(week.processor_s > 0 for week in found)
