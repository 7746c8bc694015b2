"""Figures of a replay: totals, differences, and intervals that hold what is true."""

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from entrepot.journey.compare import AT, COLUMNS, table_of
from entrepot.journey.gate_rules import lacks, sources_alike
from entrepot.journey.replay_result import Result
from entrepot.journey.tally import NodeLoad, figures
from entrepot.policies.model import Policy, Publication
from entrepot.policies.trial import RequireReplay

NOW = datetime(2026, 11, 28, tzinfo=UTC)
DAY = timedelta(days=1)


def record(**counts):
    return tuple(counts.get(name, 0) for name in COLUMNS)


def orders(count, then, now, **more):
    """Count a record of so many orders that cost so much then and now."""
    return record(
        asked=count, planned_then=count, planned_now=count, both=count, cost_then=count * then,
        cost_now=count * now, **more,
    )  # fmt: skip


def test_the_figures_of_a_small_history_are_these():
    table = table_of([
        orders(2, 500, 600, split_then=1, dated=2, late_now=1, measured=1, meters_then=2_500),
        record(asked=1, planned_then=1),
        record(asked=1, planned_now=1),
    ])  # fmt: skip
    found = figures(table, [NodeLoad("A", 2, 1)], seed=1)
    assert (found.orders, found.planned_both) == (4, 2)
    assert (found.cost.then, found.cost.now, found.cost.difference) == (500, 600, 100)
    assert found.cost.percent == 20
    assert (found.split.then, found.split.now) == (50, 0)
    assert (found.late.then, found.late.now) == (0, 50)
    assert (found.refused.then, found.refused.now) == (25, 25)
    assert (found.kilometers.then, found.kilometers.now) == (2.5, 0)
    assert found.nodes == (NodeLoad("A", 2, 1),)
    assert found.cost.low is None, "three records are too few to be sure"


def test_nothing_at_all_is_no_fault():
    found = figures(table_of([]), [], seed=1)
    assert (found.orders, found.cost.then, found.cost.percent) == (0, 0, None)


def test_an_interval_holds_the_truth_about_as_often_as_it_says():
    chance, held = np.random.default_rng(5), 0
    for seed in range(200):
        rows = [orders(4, 500, int(500 + chance.normal(10, 60))) for _ in range(60)]
        found = figures(table_of(rows), [], seed=seed, draws=200).cost
        held += found.low <= 10 <= found.high
    assert 180 <= held <= 198


def test_the_same_seed_gives_the_same_interval_and_another_a_like_one():
    table = table_of([orders(1, 500, 500 + n % 7) for n in range(50)])
    one, same, other = (figures(table, [], seed=seed).cost for seed in (1, 1, 2))
    assert one == same
    assert (one.low, one.high) != (other.low, other.high)
    assert one.low == pytest.approx(other.low, abs=0.2)


def test_orders_of_one_record_are_one_witness():
    many = table_of([orders(1, 500, 500 + 100 * (n % 2)) for n in range(100)])
    few = table_of([orders(10, 500, 500 + 100 * (n % 2)) for n in range(10)])
    narrow, wide = figures(many, [], seed=1).cost, figures(few, [], seed=1).cost
    assert narrow.difference == wide.difference == 50
    assert wide.high - wide.low > 2 * (narrow.high - narrow.low)


def test_very_many_records_are_put_together_in_the_order_of_time():
    table = table_of([orders(1, 500, 510) for _ in range(5_000)])
    found = figures(table, [], seed=1, draws=20)
    assert found.cost.low == found.cost.high == found.cost.difference == 10
    assert table[:, AT["both"]].sum() == found.planned_both == 5_000


# --- what a replay must show before its policy comes into force -----------------------------------


def result(*, differing=0, rows=None):
    table = table_of(rows or [orders(10, 500, 505, split_now=1) for _ in range(20)])
    return Result(
        decisions=200, orders=200, differing=differing, fidelity_percent=100.0,
        figures=figures(table, [], seed=1),
    )  # fmt: skip


def judged(limits, found, *, days=7, ago_hours=0):
    to = NOW - timedelta(hours=ago_hours)
    return lacks(limits, found, to - days * DAY, to, NOW)


def test_a_replay_within_its_limits_lacks_nothing():
    assert judged(RequireReplay(), result()) == []
    assert judged(RequireReplay(max_cost_increase_pct=1.0, max_split_increase=10), result()) == []


@pytest.mark.parametrize(
    ("limits", "found", "more", "said"),
    [
        ({}, {}, {"days": 6}, "it covers less than 7 days"),
        ({"within_hours": 24}, {}, {"ago_hours": 25}, "its history ended more than 24 hours ago"),
        ({}, {"differing": 2}, {}, "2 decisions are not what was recorded"),
        (
            {"max_cost_increase_pct": 0.5}, {}, {},
            "cost per order, in percent: +1.00, at most +0.50",
        ),
        ({"max_split_increase": 9}, {}, {}, "split orders: +10.00, at most +9.00"),
        ({"max_cost_increase_pct": -2}, {}, {}, "cost per order, in percent: +1.00, at most -2.00"),
        (
            {"max_late_increase": 0, "surely": True}, {"rows": [orders(1, 5, 5)] * 3}, {},
            "late promises: too few orders to be sure",
        ),
    ],
)  # fmt: skip
def test_what_a_replay_lacks_is_said(limits, found, more, said):
    assert judged(RequireReplay(**limits), result(**found), **more) == [said]


def test_who_must_be_sure_looks_at_the_worst_end():
    rows = [orders(1, 500, 400 if n % 2 else 600) for n in range(40)]
    limits = {"max_cost_increase_pct": 1}
    assert judged(RequireReplay(**limits), result(rows=rows)) == []
    assert judged(RequireReplay(**limits, surely=True), result(rows=rows)) != []


def test_a_replay_that_tried_nothing_is_none():
    bare = Result(decisions=1, orders=1, differing=0, fidelity_percent=100.0)
    assert judged(RequireReplay(), bare) == ["it tried no policy"]


@pytest.mark.parametrize(
    ("other", "alike"),
    [
        (Policy(), True),
        (Policy(release_after_s=60, publication=(Publication(channel="web"),)), True),
        (Policy(require_replay=RequireReplay()), False),
        (Policy(extra_shipment=10), False),
        (Policy(velocity_days=3), False),
    ],
)
def test_what_has_no_say_in_which_node_sends_what_needs_no_replay(other, alike):
    assert sources_alike(Policy(), other) is alike
