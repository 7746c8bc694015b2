"""Why these nodes, in numbers and in words."""

import msgspec
import pytest

from entrepot.network.model import Channel, Method
from entrepot.sourcing.explain import Explanation, Item, NodeShown, ShipmentShown, explain
from entrepot.sourcing.model import Elimination, NoPlan, Plan, WhyNoPlan
from entrepot.sourcing.record import Scene, decision, pack, unpack
from entrepot.sourcing.shelves import Shelves
from entrepot.sourcing.solve import plan_one
from entrepot.sourcing.tell import amount
from entrepot.terms.ids import LaneId, NodeId, Sku
from sourcing import worlds
from sourcing.worlds import AT, ask_of, network_of, node, replace, world

EAST = node("DC-EAST", region="R1", handling=45)
STORE = node("STORE-014", region="R2", handling=140)


def explained(ask, seen):
    return explain(decided(ask, seen))


def decided(ask, seen):
    """Decide, pack, unpack."""
    shelves = Shelves((ask,), seen.stock, seen.compiled)
    scene = Scene(seen.compiled, seen.days, seen.load, AT)
    packed = pack([ask], [plan_one(ask, *seen.arguments)], shelves, scene)
    return decision(unpack(packed), 0, seen.network)


def test_one_shipment_in_numbers():
    empty = node("STORE-020", region="R1")
    seen = world(network_of(EAST, STORE, empty), {"TEE-M": {"DC-EAST": 9, "STORE-014": 2}})
    told = explained(ask_of(("TEE-M", 2, 450)), seen)
    lane = LaneId("standard-3")
    item = Item(Sku("TEE-M"), 2)
    assert told.shipments == (ShipmentShown(NodeId("DC-EAST"), lane, (item,), 900, 500, 90),)
    assert (told.cost, told.extra, told.runner_up, told.runner_up_node) == (
        590,
        0,
        980,
        "STORE-014",
    )
    assert (told.market, told.network_version, told.policy_version, told.at) == ("m", 7, 0, AT)
    assert (told.why, told.missing, told.exact, told.overflow) == (None, (), True, False)
    assert told.nodes == (
        NodeShown(
            NodeId("DC-EAST"),
            chosen=True,
            fills=(item,),
            alone=True,
            zone=3,
            lane=lane,
            shipping=500,
            handling=90,
        ),
        NodeShown(
            NodeId("STORE-014"),
            fills=(item,),
            alone=True,
            zone=5,
            lane=LaneId("standard-5"),
            shipping=700,
            handling=280,
        ),
        NodeShown(NodeId("STORE-020"), eliminated=Elimination.NO_STOCK, free=0),
    )


def test_one_shipment_in_words():
    network = network_of(EAST, STORE, node("S1"), node("S2"), node("S3", enabled=False))
    seen = world(network, {"TEE-M": {"DC-EAST": 9, "STORE-014": 2}})
    assert explained(ask_of(("TEE-M", 2, 450)), seen).words == (
        (
            "Shipped from DC-EAST: 5.00 for shipping and 0.90 for handling,"
            " the cheapest of 2 nodes that could."
        ),
        "STORE-014 was next at 9.80.",
        "1 node is switched off; 2 nodes hold too little of TEE-M.",
    )


def test_the_only_node_that_could():
    seen = world(network_of(EAST), {"TEE-M": {"DC-EAST": 9}})
    assert explained(ask_of(("TEE-M", 1, 450)), seen).words == (
        (
            "Shipped from DC-EAST: 5.00 for shipping and 0.45 for handling,"
            " the only node that could do it alone."
        ),
    )


def test_a_split_in_words():
    seen = world(
        network_of(EAST, STORE, node("STORE-015", region="R2", handling=150)),
        {"A": {"DC-EAST": 9}, "B": {"STORE-014": 1, "STORE-015": 1}},
    )
    told = explained(ask_of(("A", 2, 450), ("B", 1, 450)), seen)
    assert told.words == (
        (
            "Split over 2 nodes, 15.80 in all: 2 x A from DC-EAST: 5.00 for shipping and 0.90 for"
            " handling; 1 x B from STORE-014: 7.00 for shipping and 1.40 for handling;"
            " 1.50 for the shipments after the first."
        ),
        "No single node could do it alone.",
        "Without one of these nodes it would have cost 15.90.",
    )
    assert (told.runner_up, told.runner_up_node, told.extra) == (1590, None, 150)
    assert [(shown.node, shown.alone) for shown in told.nodes] == [
        ("DC-EAST", False),
        ("STORE-014", False),
        ("STORE-015", False),
    ]


def test_a_broken_skus_sources_are_candidates():
    seen = world(
        network_of(EAST, STORE, node("S9")), {"A": {"DC-EAST": 3, "STORE-014": 4, "S9": 1}}
    )
    told = explained(ask_of(("A", 6, 10)), seen)
    assert [(shown.node, shown.chosen, shown.eliminated) for shown in told.nodes] == [
        ("DC-EAST", True, None),
        ("S9", False, Elimination.NO_STOCK),
        ("STORE-014", True, None),
    ]
    assert told.nodes[0].fills == (Item(Sku("A"), 3),)


def test_collected_at_the_chosen_store():
    seen = world(network_of(EAST, STORE), {"A": {"DC-EAST": 3, "STORE-014": 4}})
    ask = ask_of(("A", 1, 10), method=Method.CURBSIDE, pickup_node=NodeId("STORE-014"))
    told = explained(ask, seen)
    assert told.words == (
        "Collected at STORE-014, the chosen store: 1.40 for handling.",
        "1 node is not the chosen store.",
    )
    chosen = told.nodes[1]
    assert (chosen.zone, chosen.lane, chosen.shipping, chosen.handling) == (None, None, 0, 140)


def test_every_reason_has_its_words():
    channels = (Channel(worlds.WEB, node_ids=frozenset(map(NodeId, "ABCDEFGHIJ"))),)
    network = network_of(
        node("A"),
        node("B", enabled=False),
        node("C", services=frozenset({Method.PICKUP})),
        node("D"),
        node("E", country="CA"),
        node("F"),
        node("G"),
        node("H", capacity_per_day=3),
        node("I", capacity_per_day=3),
        node("Z"),
        channels=channels,
    )
    stock = {"A": dict.fromkeys("ABCDEFHIZ", 5) | {"G": 1}}
    seen = world(network, stock, closed=["D"], load={"H": 3, "I": 7})
    barred = frozenset({(Sku("A"), NodeId("F"))})
    told = explained(ask_of(("A", 2, 10), barred=barred), seen)
    assert told.words[-1] == (
        "1 node is switched off; 1 node is not in the channel's view; 1 node does not offer ship;"
        " 1 node is closed for the next 30 days; 1 node has no lane of service standard to the"
        " destination; 1 node had already rejected it or picked short; 1 node holds too little of"
        " A; 2 nodes have reached their capacity of the day."
    )
    shown = {each.node: each for each in told.nodes}
    assert (shown["I"].used, shown["I"].limit, shown["I"].shipping) == (7, 3, 500)
    assert shown["G"].free == 1
    assert shown["F"].fills == ()


def test_a_full_node_that_had_to_be_used():
    seen = world(network_of(replace(EAST, capacity_per_day=0)), {"A": {"DC-EAST": 3}})
    told = explained(ask_of(("A", 1, 10)), seen)
    assert told.overflow
    assert told.words == (
        (
            "Shipped from DC-EAST: 5.00 for shipping and 0.45 for handling,"
            " the only node that could do it alone."
        ),
        "A node had to be used beyond its capacity of the day: nothing else was left.",
        "1 node has reached its capacity of the day.",
    )
    assert (told.nodes[0].chosen, told.nodes[0].eliminated) == (True, Elimination.CAPACITY)


def test_too_little_in_words():
    seen = world(network_of(EAST, STORE), {"A": {"DC-EAST": 1}})
    told = explained(ask_of(("A", 3, 10), ("B", 1, 10)), seen)
    assert told.words == (
        "No plan: 2 of A and 1 of B could not be had.",
        "1 node holds too little of A or B.",
    )
    assert (told.why, told.missing) == (WhyNoPlan.SHORT, (Item(Sku("A"), 2), Item(Sku("B"), 1)))
    assert (told.cost, told.shipments) == (None, ())


def test_a_refusal_says_its_reason():
    seen = world(network_of(EAST), {"A": {"DC-EAST": 1}})
    told = explained(ask_of(("A", 1, 10), service="drone"), seen)
    assert told.words[0] == (
        "No plan: no lane of service 'drone' from any node to the destination."
    )
    assert told.nodes == (NodeShown(NodeId("DC-EAST"), eliminated=Elimination.NO_LANE),)


def test_many_items_come_with_their_bound():
    skus = [f"S{at}" for at in range(12)]
    split = {sku: {"DC-EAST" if at % 2 else "STORE-014": 1} for at, sku in enumerate(skus)}
    seen = world(network_of(EAST, STORE), split)
    told = explained(ask_of(*((sku, 1, 10) for sku in skus)), seen)
    assert not told.exact
    assert told.bound == 6 * 45 + 6 * 140 + 700
    assert "Too many items to weigh every way: at best it would have cost 18.10." in told.words


def test_an_explanation_is_plain_json():
    seen = world(network_of(EAST, STORE), {"A": {"DC-EAST": 3, "STORE-014": 4}})
    told = explained(ask_of(("A", 1, 10)), seen)
    again = msgspec.json.decode(msgspec.json.encode(told), type=Explanation)
    assert again == told
    assert msgspec.to_builtins(told)["nodes"][0]["chosen"] is True


def test_another_version_of_the_network_is_refused():
    seen = world(network_of(EAST), {"A": {"DC-EAST": 3}})
    ask = ask_of(("A", 1, 10))
    other = replace(seen, network=replace(seen.network, version=9))
    with pytest.raises(ValueError, match="version 7, not 9"):
        explain(decided(ask, other))


def test_random_decisions_are_explained_consistently():
    for seed in range(400):
        chance = worlds.chance_of(seed)
        seen = worlds.random_world(chance, nodes_max=8)
        ask = worlds.random_ask(chance, seen.network)
        answer = plan_one(ask, *seen.arguments)
        told = explained(ask, seen)
        chosen = {shown.node for shown in told.nodes if shown.chosen}
        if isinstance(answer, NoPlan):
            assert (chosen, told.why, told.cost) == (set(), answer.why, None)
            continue
        assert isinstance(answer, Plan)
        assert chosen == {shipment.node_id for shipment in answer.shipments}
        for shown in told.nodes:
            if shown.chosen:
                assert shown.fills
                assert shown.eliminated in (
                    {None, Elimination.CAPACITY} if told.overflow else {None}
                )
        if len(chosen) == 1:
            assert (told.runner_up_node is None) == (told.runner_up is None)


@pytest.mark.parametrize(
    ("minor", "written"),
    [(0, "0.00"), (5, "0.05"), (612, "6.12"), (123456, "1234.56"), (-5, "-0.05")],
)
def test_amounts_are_written_in_hundredths(minor, written):
    assert amount(minor) == written
