"""What strategies say of nodes, as guides: made once for all orders that look the same."""

from datetime import UTC, datetime

import msgspec
import numpy as np
import pytest

from entrepot.network.compiled import Compiled
from entrepot.network.model import Group, GroupId, Method, Network, Node, NodeKind
from entrepot.policies.strategies import RATING_MAX, Sourcing
from entrepot.sourcing.guide import Guides
from entrepot.sourcing.model import Ask, Guide, Want
from entrepot.terms.ids import ChannelId, MarketId, NodeId, Sku
from entrepot.terms.place import Place

AT = datetime(2026, 11, 28, 15, 30, 12, tzinfo=UTC)
HOME = Place("US", "78701", "TX", 30.3, -97.7, "America/Chicago")
PLACES = {
    "AUSTIN": (NodeKind.STORE, "TX", 30.27, -97.74), "DALLAS": (NodeKind.STORE, "TX", 32.8, -96.8),
    "RENO": (NodeKind.DC, "NV", 39.5, -119.8), "ZONE": (NodeKind.VIRTUAL, "", None, None),
}  # fmt: skip


def network() -> Compiled:
    nodes = tuple(
        Node(
            NodeId(name), name, kind, Place("US", "1", region, lat, lon), "UTC",
            frozenset({Method.SHIP}), handling_cost=40 * at,
        )
        for at, (name, (kind, region, lat, lon)) in enumerate(PLACES.items())
    )  # fmt: skip
    groups = (
        Group(GroupId("texas"), frozenset({NodeId("AUSTIN"), NodeId("DALLAS")})),
        Group(GroupId("west"), frozenset({NodeId("RENO"), NodeId("DALLAS")})),
    )
    return Compiled(Network(MarketId("US"), 1, nodes, (), (), groups=groups))


NETWORK = network()


def ask(**changes) -> Ask:
    said = {
        "channel": ChannelId("web"), "method": Method.SHIP, "service": "standard",
        "wants": (Want(Sku("TEE"), 2, 500), Want(Sku("MUG"), 1, 300)), "destination": HOME,
    }  # fmt: skip
    return Ask(**said | changes)


def guides(**strategy) -> Guides:
    profile = {"profile": "all", "strategies": [{"strategy": "one", **strategy}]}
    return Guides(msgspec.convert({"profiles": [profile]}, Sourcing), NETWORK)


def category(sku):
    return {"MUG": "home"}.get(sku, "")


def allowed(guide: Guide):
    if guide.allowed is None:
        return list(PLACES)
    mask = np.unpackbits(np.frombuffer(guide.allowed, np.uint8), count=len(PLACES))
    return [name for name, may in zip(PLACES, mask, strict=True) if may]


def rated(guide: Guide):
    return [0] * 4 if guide.rating is None else np.frombuffer(guide.rating, "<i4").tolist()


def only(found):
    (guide,) = found.of(ask(), AT, category).guides
    return guide


@pytest.mark.parametrize(
    ("said", "nodes"),
    [
        ({}, list(PLACES)),
        ({"fences": [{"node_kinds": ["store", "virtual"]}]}, ["AUSTIN", "DALLAS", "ZONE"]),
        ({"fences": [{"node_groups": ["texas"], "nodes": ["RENO"]}]}, ["AUSTIN", "DALLAS", "RENO"]),
        ({"fences": [{"node_groups": ["texas"]}, {"node_groups": ["west"]}]}, ["DALLAS"]),
        ({"fences": [{"node_groups": ["texas"], "node_kinds": ["dc"]}]}, []),
        ({"fences": [{"distance_km_max": 100}]}, ["AUSTIN"]),
        ({"limits": {"distance_km_max": 400}}, ["AUSTIN", "DALLAS"]),
        ({"limits": {"nodes": ["RENO"]}, "fences": [{"distance_km_max": 400}]}, []),
        ({"fences": [{"node": "node.region == order.region"}]}, ["AUSTIN", "DALLAS"]),
        ({"fences": [{"node": "node.distance_km >= 100.0"}]}, ["DALLAS", "RENO", "ZONE"]),
        ({"fences": [{"node": "80 / node.handling_cost == 1"}]}, ["RENO"]),
    ],
)
def test_fences_and_limits_say_who_may_be_used(said, nodes):
    guide = only(guides(**said))
    assert allowed(guide) == nodes
    assert (guide.allowed is None) == (len(nodes) == 4)


@pytest.mark.parametrize(
    ("ratings", "prices"),
    [
        ([], [0, 0, 0, 0]),
        ([{"by_kind": {"store": 200, "dc": -50}}], [200, 200, -50, 0]),
        ([{"by_group": {"texas": 1, "west": 2}, "by_kind": {"virtual": 3}}], [1, 1, 2, 3]),
        ([{"by_node": {"DALLAS": 9}, "by_group": {"texas": 1}}], [1, 9, 0, 0]),
        ([{"node": "node.handling_cost * 2"}, {"by_kind": {"dc": 5}}], [0, 80, 165, 240]),
        ([{"node": "node.handling_cost == 40 ? 1.5 : 0.49"}], [0, 2, 0, 0]),
        ([{"node": "400 / node.handling_cost"}], [0, 10, 5, 3]),
        ([{"node": "node.distance_km * 1000000000.0"}], [RATING_MAX] * 4),
        ([{"node": "0.0 - node.distance_km * 1e12"}], [-RATING_MAX] * 4),
        ([{"by_kind": {"store": RATING_MAX}}] * 9, [RATING_MAX, RATING_MAX, 0, 0]),
    ],
)
def test_ratings_add_up_in_whole_minor_units(ratings, prices):
    assert rated(only(guides(ratings=ratings))) == prices


def test_who_collects_and_what_goes_nowhere_yet_has_no_guide():
    found = guides(limits={"shipments_max": 2})
    assert only(found) == Guide("all/one", None, None, 2)
    assert found.of(ask(method=Method.PICKUP, destination=None), AT, category) is None
    assert found.of(ask(destination=None, anywhere=True), AT, category) is None


def test_a_strategy_is_passed_over_and_where_none_is_left_nobody_may_send():
    found = guides(when="order.units > 3")
    (guide,) = found.of(ask(), AT, category).guides
    assert (guide.strategy, allowed(guide)) == ("all/no strategy", [])
    (guide,) = found.of(ask(wants=(Want(Sku("TEE"), 4, 1),)), AT, category).guides
    assert (guide.strategy, allowed(guide)) == ("all/one", list(PLACES))


def test_orders_that_look_the_same_share_a_guide_and_others_have_their_own():
    found = guides(fences=[{"node": "node.region == order.region || node.handling_cost > 100"}])
    first = only(found)
    assert found.of(ask(channel=ChannelId("x")), AT, category).guides[0] is first
    elsewhere = ask(destination=Place("US", "1", "NV"))
    assert allowed(found.of(elsewhere, AT, category).guides[0]) == ["RENO", "ZONE"]
    assert only(found) is first


def test_lines_are_looked_at_anew_for_every_order():
    found = guides(when="lines.exists(l, l.category == 'home' && l.weight_g == 300)")
    assert only(found).strategy == "all/one"
    (guide,) = found.of(ask(), AT, lambda _: "").guides
    assert guide.strategy == "all/no strategy"


def test_the_time_is_told_in_minutes():
    found = guides(when="now == timestamp('2026-11-28T15:30:00Z')")
    assert only(found).strategy == "all/one"


def test_an_expression_that_does_not_compile_any_more_is_a_condition_that_is_not_met():
    found = guides(fences=[{"node": "node.gone"}], ratings=[{"node": "node.gone"}])
    assert (allowed(only(found)), rated(only(found))) == ([], [0] * 4)
