from dataclasses import replace
from datetime import time

import pytest

from entrepot.network import browse
from entrepot.network.model import (
    Channel,
    ChannelRow,
    GroupId,
    GroupRow,
    LaneRow,
    Method,
    Network,
    Node,
    NodeKind,
    NodeRow,
    Status,
    Upserted,
    WhyRefused,
)
from entrepot.network.open import open_market
from entrepot.network.rate_card import default_rate_card
from entrepot.network.read import read, version
from entrepot.network.upsert import (
    upsert_channels,
    upsert_lanes,
    upsert_node_groups,
    upsert_nodes,
)
from entrepot.terms.calendar import calendar_of
from entrepot.terms.ids import ChannelId, LaneId, MarketId, NodeId
from entrepot.terms.place import Place

EAST, WEST = MarketId("east"), MarketId("west")
HOURS = '{"weekly": {"mon": ["09:00-18:00"]}, "holidays": []}'


def node(name: str, **changes) -> NodeRow:
    row = NodeRow(
        node_id=NodeId(name),
        name=f"Node {name}",
        kind="store",
        address='{"country":"US","postal_code":"78701","region":"TX"}',
        time_zone="America/Chicago",
        calendar=HOURS,
        cut_off=time(15, 30),
        capacity_per_day=40,
        services=["pickup", "ship"],
        handling_cost=150,
        enabled=True,
        handling_hours=24,
        parcel_cost=60,
    )
    return replace(row, **changes)


def group(name: str, *nodes: str) -> GroupRow:
    return GroupRow(GroupId(name), name, list(nodes))


def channel(name: str, nodes=None, groups=None, **changes) -> ChannelRow:
    row = ChannelRow(ChannelId(name), name, None, None, nodes, groups, 0)
    return replace(row, **changes)


def lane(name: str, **changes) -> LaneRow:
    row = LaneRow(
        lane_id=LaneId(name),
        carrier="ups",
        service="air",
        zone=3,
        transit_days_min=1,
        transit_days=2,
        breaks='[{"up_to_g":500,"cost":700}]',
        per_kg_over=90,
        enabled=True,
    )
    return replace(row, **changes)


async def statuses(answers) -> list[Status]:
    return [answer.status for answer in await answers]


async def test_a_market_opens_once_with_a_rate_card(house):
    assert await open_market(house, EAST)
    assert not await open_market(house, EAST)
    network = await read(house, EAST)
    assert network == Network(
        EAST, 1, (), tuple(sorted(default_rate_card(), key=lambda each: each.lane_id)), ()
    )


async def test_a_market_that_was_never_opened_is_empty(house):
    await open_market(house, WEST)
    assert await read(house, EAST) == Network(EAST, 0, (), (), ())


async def test_the_first_row_opens_its_market(house):
    assert await statuses(upsert_nodes(house, EAST, [node("A")])) == [Status.CREATED]
    network = await read(house, EAST)
    assert (network.version, len(network.lanes)) == (2, len(default_rate_card()))


async def test_a_node_is_read_as_it_was_put(house):
    row = node("A")
    await upsert_nodes(house, EAST, [row])
    assert await browse.node(house, EAST, "A") == replace(row, version=1)
    assert await browse.node(house, WEST, "A") is None
    network = await read(house, EAST)
    assert network.nodes == (
        Node(
            NodeId("A"),
            "Node A",
            NodeKind.STORE,
            Place("US", "78701", "TX", 30.2713, -97.7426, "America/Chicago"),
            "America/Chicago",
            frozenset({Method.SHIP, Method.PICKUP}),
            calendar_of({"weekly": {"mon": ["09:00-18:00"]}}),
            time(15, 30),
            40,
            150,
            handling_hours=24,
            parcel_cost=60,
        ),
    )


async def test_a_node_without_limits_is_read_as_such(house):
    row = node("A", calendar=None, cut_off=None, capacity_per_day=None, services=[], enabled=False)
    await upsert_nodes(house, EAST, [row])
    assert await browse.node(house, EAST, "A") == replace(row, version=1)


async def test_one_call_raises_the_version_once_and_only_when_it_changes_something(house):
    await open_market(house, EAST)
    await upsert_nodes(house, EAST, [node("A"), node("B")])
    assert await version(house, EAST) == 2
    again = await upsert_nodes(house, EAST, [node("A"), node("B")])
    assert [(a.status, a.version) for a in again] == [(Status.UNCHANGED, 1)] * 2
    assert await version(house, EAST) == 2
    mixed = await upsert_nodes(house, EAST, [node("A"), node("B", enabled=False)])
    assert [(a.status, a.version) for a in mixed] == [(Status.UNCHANGED, 1), (Status.UPDATED, 2)]
    assert await version(house, EAST) == 3
    assert await version(house, WEST) == 0


async def test_an_id_that_comes_twice_is_taken_the_first_time(house):
    answers = await upsert_nodes(house, EAST, [node("A"), node("A", enabled=False)])
    assert [a.why for a in answers] == [None, WhyRefused.REPEATED]
    found = await browse.node(house, EAST, "A")
    assert found is not None
    assert found.enabled


async def test_a_group_of_nodes_that_there_are_not_is_refused(house):
    await upsert_nodes(house, EAST, [node("A")])
    before = await version(house, EAST)
    answers = await upsert_node_groups(house, EAST, [group("g", "A", "Z")])
    assert answers == [
        Upserted("g", Status.REFUSED, 0, WhyRefused.UNKNOWN_NODE, "there is no node Z")
    ]
    assert await browse.node_group(house, EAST, "g") is None
    assert await version(house, EAST) == before


@pytest.mark.parametrize(
    ("nodes", "groups", "why"),
    [
        (["Z"], ["g"], WhyRefused.UNKNOWN_NODE),
        (["Z"], ["z"], WhyRefused.UNKNOWN_NODE),
        (["A"], ["z"], WhyRefused.UNKNOWN_NODE_GROUP),
    ],
)
async def test_a_channel_of_what_there_is_not_is_refused(house, nodes, groups, why):
    await upsert_nodes(house, EAST, [node("A")])
    await upsert_node_groups(house, EAST, [group("g", "A")])
    answers = await upsert_channels(house, EAST, [channel("web", nodes, groups)])
    assert [a.why for a in answers] == [why]
    assert await browse.channel(house, EAST, "web") is None


@pytest.mark.parametrize(
    ("nodes", "groups", "seen"),
    [
        (None, None, None),
        ([], None, set()),
        (None, [], set()),
        (["A"], None, {"A"}),
        (None, ["g"], {"B", "C"}),
        (["A", "B"], ["g"], {"A", "B", "C"}),
    ],
)
async def test_a_channel_sells_from_its_nodes_and_its_groups_members(house, nodes, groups, seen):
    await upsert_nodes(house, EAST, [node("A"), node("B"), node("C")])
    await upsert_node_groups(house, EAST, [group("g", "B", "C")])
    row = channel("web", nodes, groups, buffer=2)
    assert await statuses(upsert_channels(house, EAST, [row])) == [Status.CREATED]
    found = (await read(house, EAST)).channels
    wanted = None if seen is None else frozenset(map(NodeId, seen))
    assert found == (Channel(ChannelId("web"), "web", wanted, 2),)


async def test_a_channel_keeps_its_connector_and_secret(house):
    row = channel("shop", connector="shopify", secret="hush")  # noqa: S106 - a sample
    await upsert_channels(house, EAST, [row])
    assert await browse.channel(house, EAST, "shop") == replace(row, version=1)


async def test_a_lane_takes_its_place_in_the_rate_card(house):
    await open_market(house, EAST)
    assert await statuses(upsert_lanes(house, EAST, [lane("zz")])) == [Status.CREATED]
    network = await read(house, EAST)
    assert [each.lane_id for each in network.lanes][-1] == "zz"
    assert network.lanes[-1].breaks[0].cost == 700
    assert await browse.lane(house, EAST, "zz") == lane("zz", version=1)


async def test_the_default_card_put_again_changes_nothing(house):
    await open_market(house, EAST)
    rows = await browse.lanes(house, EAST, most=100)
    assert set(await statuses(upsert_lanes(house, EAST, rows))) == {Status.UNCHANGED}
    assert await version(house, EAST) == 1


async def test_nodes_are_listed_by_id_from_a_cursor_on(house):
    await upsert_nodes(house, EAST, [node("C"), node("A"), node("B")])
    page = await browse.nodes(house, EAST, most=2)
    assert [row.node_id for row in page] == ["A", "B"]
    rest = await browse.nodes(house, EAST, after="B", most=2)
    assert [row.node_id for row in rest] == ["C"]
    assert [n.node_id for n in (await read(house, EAST)).nodes] == ["A", "B", "C"]


async def test_of_some_nodes_those_that_there_are_are_known(house):
    await upsert_nodes(house, EAST, [node("A")])
    assert await browse.known_nodes(house, EAST, ["A", "Z"]) == {"A"}
