import zlib
from dataclasses import replace
from datetime import date, time

import msgspec
import pytest

from entrepot.network.model import Channel, Costs, Method, Network, Node, NodeKind
from entrepot.network.rate_card import default_rate_card
from entrepot.network.snapshot import pack, unpack
from entrepot.terms.calendar import calendar_of
from entrepot.terms.ids import ChannelId, MarketId, NodeId
from entrepot.terms.place import Place

HOURS = calendar_of({"weekly": {"mon": ["09:00-12:00", "13:00-24:00"]}, "holidays": ["2026-11-26"]})
NODES = (
    Node(
        NodeId("A"),
        "Ähre",
        NodeKind.STORE,
        Place("US", "78701", "TX", 30.2713, -97.7426, "America/Chicago"),
        "America/Chicago",
        frozenset(Method),
        HOURS,
        time(15, 30),
        40,
        150,
    ),
    Node(NodeId("B"), "", NodeKind.VIRTUAL, Place("BR", ""), "UTC", frozenset(), enabled=False),
)
NETWORK = Network(
    market=MarketId("east"),
    version=7,
    nodes=NODES,
    lanes=default_rate_card(),
    channels=(
        Channel(ChannelId("all")),
        Channel(ChannelId("none"), "None", frozenset()),
        Channel(ChannelId("some"), "Some", frozenset({NodeId("B"), NodeId("A")}), 3),
    ),
    costs=Costs(900, 30, frozenset({date(2026, 12, 25), date(2026, 11, 26)}), 2),
)


def test_a_network_comes_back_exactly():
    assert unpack(pack(NETWORK)) == NETWORK


def test_an_empty_network_comes_back_exactly():
    empty = Network(MarketId(""), 0, (), (), ())
    assert unpack(pack(empty)) == empty


def test_types_come_back_too():
    back = unpack(pack(NETWORK))
    assert type(back.nodes[0].cut_off) is time
    assert {type(service) for service in back.nodes[0].services} == {Method}
    assert type(back.channels[2].node_ids) is frozenset
    assert hash(back) == hash(NETWORK)


def test_what_was_packed_before_nodes_and_lanes_had_a_cost_comes_back_without_it():
    told = msgspec.msgpack.decode(zlib.decompress(pack(NETWORK)))
    for node in told["nodes"]:
        del node["handling_hours"], node["parcel_cost"]
    for lane in told["lanes"]:
        del lane["cm3_per_kg"], lane["cost_min"]
    del told["costs"]["late_per_day"]
    assert unpack(zlib.compress(msgspec.msgpack.encode(told))) == NETWORK


def test_the_same_network_gives_the_same_bytes():
    names = [f"n{number}" for number in range(50)]
    one = replace(NETWORK, channels=(Channel(ChannelId("c"), "", frozenset(map(NodeId, names))),))
    other = frozenset(map(NodeId, reversed(names)))
    assert pack(one) == pack(replace(NETWORK, channels=(Channel(ChannelId("c"), "", other),)))


def test_anything_else_is_no_snapshot():
    with pytest.raises(zlib.error):
        unpack(b"nothing")
