"""Which rule wins where, and what it keeps: the first that fits, from above."""

from datetime import UTC, datetime, timedelta

import msgspec
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from entrepot.inventory.keeping import NO_RULE, Keeping, in_force
from entrepot.inventory.protection import EVERYBODY, Guard, left, read, write
from entrepot.network.compiled import Compiled
from entrepot.network.model import Channel, Costs, Group, Network, Node, NodeKind
from entrepot.policies.model import Policy
from entrepot.terms.audience import Buyer
from entrepot.terms.ids import ChannelId, MarketId, NodeId, Sku
from entrepot.terms.place import Place

TEE, CAP = Sku("TEE"), Sku("CAP")
WEB, APP = ChannelId("web"), ChannelId("app")
NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
KINDS = {"DC": NodeKind.DC, "EAST": NodeKind.STORE, "WEST": NodeKind.STORE}


def keeping(**policy):
    """Make rules ready for a DC and two stores, of which EAST is in the group outlets."""
    nodes = tuple(
        Node(NodeId(name), name, kind, Place("US", ""), "UTC", frozenset())
        for name, kind in KINDS.items()
    )
    network = Network(
        MarketId("m"), 1, nodes, (), (Channel(WEB, buffer=2), Channel(APP)), Costs(),
        (Group("outlets", frozenset({NodeId("EAST")})),),
    )  # fmt: skip
    return Keeping(msgspec.convert(policy, Policy), Compiled(network))


def at_nodes(kept):
    return [kept.at(node) for node in range(len(KINDS))]


def rules(kept):
    return [kept.rule_at(node) for node in range(len(KINDS))]


@pytest.mark.parametrize(
    ("match", "expected"),
    [
        ({}, [3, 3, 3]),
        ({"skus": ["TEE"]}, [3, 3, 3]),
        ({"skus": ["CAP"]}, [0, 0, 0]),
        ({"categories": ["tops", "hats"]}, [3, 3, 3]),
        ({"categories": ["hats"]}, [0, 0, 0]),
        ({"nodes": ["WEST"]}, [0, 0, 3]),
        ({"node_groups": ["outlets"]}, [0, 3, 0]),
        ({"nodes": ["WEST"], "node_groups": ["outlets"]}, [0, 3, 3]),
        ({"node_kinds": ["store"]}, [0, 3, 3]),
        ({"node_kinds": ["store"], "nodes": ["DC", "WEST"]}, [0, 0, 3]),
        ({"velocity_below": 1.0}, [3, 0, 0]),
        ({"velocity_from": 1.0}, [0, 3, 3]),
        ({"velocity_from": 1.0, "velocity_below": 4.0}, [0, 3, 0]),
    ],
)
def test_a_rule_keeps_where_all_that_it_says_holds(match, expected):
    pace = np.array([0.5, 1.0, 4.0])
    kept = keeping(keep=[{"match": match, "units": 3}]).safety(TEE, "tops", pace)
    assert at_nodes(kept) == expected
    assert rules(kept) == [0 if units else NO_RULE for units in expected]


def test_the_first_rule_that_fits_wins_also_where_it_keeps_less():
    made = keeping(
        keep=[
            {"match": {"nodes": ["DC"]}, "units": 0},
            {"match": {"categories": ["tops"], "node_kinds": ["store"]}, "units": 1},
            {"units": 5},
        ]
    )
    assert at_nodes(made.safety(TEE, "tops")) == [0, 1, 1]
    assert rules(made.safety(TEE, "tops")) == [0, 1, 1]
    assert at_nodes(made.safety(CAP, "hats")) == [0, 5, 5]


def test_days_are_those_of_the_node_rounded_up():
    made = keeping(keep=[{"days": 3}])
    assert at_nodes(made.safety(TEE, "", np.array([0.0, 0.1, 2.5]))) == [0, 1, 8]
    assert at_nodes(made.safety(TEE, "", np.array([1 / 3, 0.3, 1.0]))) == [1, 1, 3]
    assert at_nodes(made.safety(TEE, "")) == [0, 0, 0]


def test_safety_and_a_channels_rules_are_two_questions():
    made = keeping(
        keep=[{"match": {"channels": ["web"], "nodes": ["EAST"]}, "units": 7}, {"units": 1}]
    )
    assert at_nodes(made.safety(TEE, "")) == [1, 1, 1]
    assert at_nodes(made.kept(WEB, TEE, "")) == [2, 7, 2]  # its buffer where no rule fits
    assert rules(made.kept(WEB, TEE, "")) == [NO_RULE, 0, NO_RULE]
    assert at_nodes(made.kept(APP, TEE, "")) == [0, 0, 0]


def test_a_channel_without_rules_has_its_buffer_and_is_asked_nothing():
    made = keeping()
    assert made.plain
    assert not made.guards_everybody
    assert made.kept(WEB, TEE, "").units == 2
    assert made.grants(TEE, "") == ()


def test_skus_that_the_same_rules_fit_share_one_answer():
    made = keeping(keep=[{"match": {"channels": ["web"], "nodes": ["EAST"]}, "units": 7}])
    assert made.kept(WEB, TEE, "") is made.kept(WEB, CAP, "")


def test_new_velocities_are_new_answers():
    rule = {"match": {"channels": ["web"], "velocity_below": 1.0}, "units": 9}
    made = keeping(keep=[rule])
    assert made.by_velocity
    assert at_nodes(made.kept(WEB, TEE, "")) == [9, 9, 9]  # what has not sold is slow
    made.paced({TEE: np.array([0.0, 5.0, 0.5])}, "today")
    assert at_nodes(made.kept(WEB, TEE, "")) == [9, 2, 9]


SEGMENT = {
    "segment": "launch",
    "channels": ["app"],
    "protect": [{"match": {"nodes": ["DC"]}, "units": 5}, {"share": 20}],
    "until": NOON.isoformat(),
    "borrow": {"leave": 1, "hours_before_end": 6},
}


def test_a_segment_counts_on_what_the_first_fitting_line_says():
    (grant,) = keeping(segments=[SEGMENT]).grants(TEE, "")
    assert grant.units.tolist() == [5, 0, 0]
    assert grant.share.tolist() == [0, 20, 20]
    assert grant.audience.has(Buyer(ChannelId("app")))
    assert not grant.audience.has(Buyer(ChannelId("web"), "gold"))


def test_a_segment_ends_and_may_be_borrowed_from_shortly_before():
    (grant,) = keeping(segments=[SEGMENT]).grants(TEE, "")
    early, late = NOON - timedelta(hours=7), NOON - timedelta(hours=6)
    assert [grant.leave(early), grant.leave(late)] == [None, 1]
    assert [in_force(grant.segment, at) for at in (late, NOON)] == [True, False]
    assert grant.guard(0, early) == Guard("launch", 5, 0, None)
    assert grant.guard(1, late) == Guard("launch", 0, 20, 1)


def test_a_segment_that_may_count_on_nothing_is_none():
    assert keeping(segments=[SEGMENT | {"protect": [{"units": 0}]}]).grants(TEE, "") == ()


@pytest.mark.parametrize(
    ("guard", "free", "drawn", "answer"),
    [
        (Guard("a", 5, 0, None), 9, {}, 5),
        (Guard("a", 5, 0, None), 9, {"a": 3}, 2),
        (Guard("a", 5, 0, None), 9, {"a": 8}, 0),
        (Guard("a", 5, 0, None), 9, {"b": 4}, 5),
        (Guard("a", 5, 0, 2), 9, {}, 2),
        (Guard("a", 5, 0, 2), 9, {"a": 4}, 1),
        (Guard("a", 5, 0, None), 0, {}, 5),  # supply that comes fills it up first
        (Guard("a", 0, 20, None), 100, {}, 20),
        (Guard("a", 0, 20, None), 20, {EVERYBODY: 80}, 20),
        (Guard("a", 0, 20, None), 85, {"a": 15}, 5),
        (Guard("a", 0, 20, None), 1, {}, 1),  # a share of a unit is a unit
        (Guard("a", 0, 20, None), -3, {}, 0),
    ],
)
def test_what_a_segment_has_left(guard, free, drawn, answer):
    assert left(guard, free, drawn) == answer


GUARDS = st.builds(
    Guard,
    st.just("a"),
    st.integers(0, 30),
    st.integers(0, 100),
    st.one_of(st.none(), st.integers(0, 9)),
)
DRAWN = st.dictionaries(st.sampled_from(["a", "b", EVERYBODY]), st.integers(0, 40))


@given(GUARDS, st.integers(-5, 100), DRAWN)
def test_what_others_may_have_never_shrinks_when_more_comes_in(guard, free, drawn):
    now, more = (max(0, max(0, f) - left(guard, f, drawn)) for f in (free, free + 1))
    assert 0 <= now <= more


@settings(max_examples=300)
@given(GUARDS, st.integers(0, 100), st.lists(st.tuples(st.booleans(), st.integers(1, 9))))
def test_no_sale_of_others_takes_from_a_segment_and_each_of_its_own_uses_it_up(guard, free, sales):
    drawn: dict[str, int] = {}
    protected = left(guard._replace(leave=None), free, drawn)
    for own, units in sales:
        before = left(guard._replace(leave=None), free, drawn)
        may = free if own else free - before
        if units > may:
            continue
        free -= units
        name = "a" if own else EVERYBODY
        drawn[name] = drawn.get(name, 0) + units
        after = left(guard._replace(leave=None), free, drawn)
        assert after == (max(0, before - units) if own else before)
    assert free >= left(guard._replace(leave=None), free, drawn) or protected > free


def test_what_was_drawn_is_read_as_it_was_written():
    assert read(None) == {}
    assert read(write({"b": 1, "": 2})) == {"": 2, "b": 1}
    assert write({"b": 1, "": 2}) == '{"":2,"b":1}'
