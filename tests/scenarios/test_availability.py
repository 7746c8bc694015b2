"""What a channel may sell: its nodes, its groups, its buffer; and as of when that is known."""

from datetime import UTC, datetime, timedelta

import pytest

from scenarios.shop import eventually


@pytest.fixture
def two(shop):
    """One sku at two nodes: 10 in the east, 4 in the south."""
    sku, east, south = shop.item(), shop.node("EAST", "newark"), shop.node("SOUTH", "dallas")
    shop.stock(sku, east, 10)
    shop.stock(sku, south, 4)
    return sku, east, south


def asked(shop, sku, channel, more=""):
    path = f"/v1/availability?sku={sku}&channel={channel}{more}"
    return shop.client.get(path).expect(200).json


def test_a_channel_sells_from_its_nodes_only(shop, two):
    sku, east, south = two
    both, one = shop.channel("both"), shop.channel("one", nodes=[south])
    none = shop.channel("none", nodes=[])
    assert [shop.available(sku, each) for each in (both, one, none)] == [14, 4, 0]

    order = shop.buy([(sku, 3)], channel=one)

    assert [s["node"] for s in order["plan"]["shipments"]] == [south]
    assert shop.place(shop.order([(sku, 2)], channel=one)).expect(409).code == "insufficient-stock"
    assert [shop.available(sku, each) for each in (both, one)] == [11, 1]
    assert shop.balance(sku, east) == (10, 0)


def test_a_channel_sells_from_its_groups(shop, two):
    sku, east, _ = two
    group = f"GROUP-{shop.tag}"
    shop.client.put(f"/v1/node-groups/{group}", {"name": "East", "nodes": [east]}).expect(200, 201)
    assert shop.available(sku, shop.channel("grouped", node_groups=[group])) == 10


def test_a_buffer_stays_unsold_at_every_node(shop, two):
    sku, _, _ = two
    careful = shop.channel("careful", buffer=3)
    assert shop.available(sku, careful) == 7 + 1
    assert shop.available(sku, shop.channel("bold")) == 14


def test_details_tell_the_nodes(shop, two):
    sku, east, south = two
    channel = shop.channel("both")
    shop.buy([(sku, 1)], channel=shop.channel("one", nodes=[south]))

    [item] = asked(shop, sku, channel, "&detail=nodes")["items"]

    assert item["available"] == 13
    assert {(each["node"], each["available"]) for each in item["nodes"]} == {(east, 10), (south, 3)}


def test_several_skus_are_answered_in_the_order_asked(shop, two):
    sku, east, _ = two
    other, never = shop.item("OTHER"), shop.item("NEVER")
    shop.stock(other, east, 2)
    channel = shop.channel("both")

    path = f"/v1/availability?sku={never}&sku={sku}&sku={other}&channel={channel}"
    items = shop.client.get(path).expect(200).json["items"]

    assert [(each["sku"], each["available"]) for each in items] == [
        (never, 0),
        (sku, 14),
        (other, 2),
    ]


def test_every_answer_says_as_of_when(shop, two):
    sku, _, _ = two
    as_of = datetime.fromisoformat(asked(shop, sku, shop.channel("both"))["as_of"])
    now = datetime.now(UTC)  # noqa: TID251 - compared with the server's clock
    assert timedelta(0) <= now - as_of < timedelta(minutes=1)


def test_what_a_node_cannot_find_is_not_for_sale(shop, two):
    sku, east, south = two
    channel = shop.channel("both")
    order = shop.buy([(sku, 1)], channel=shop.channel("one", nodes=[south]))
    shop.did(shop.released(order)[0], "reject", {"reason": "gone"})
    # Ten in the east, less the unit that the order still waits for.
    eventually(lambda: shop.available(sku, channel) == 9, what="the position in doubt")
    assert shop.position(sku, south)["unavailable"] == 4
    assert shop.position(sku, east)["unavailable"] == 0
