"""Supply by date over HTTP: announced, promised by date, received in the same second, or not."""

from datetime import UTC, datetime, timedelta

import pytest

from scenarios.shop import Shop, eventually, feed

NOW = datetime.now(UTC).replace(microsecond=0)  # noqa: TID251 - a test is a shell


def day(number: int) -> str:
    return (NOW + timedelta(days=number)).isoformat().replace("+00:00", "Z")


class Docks:
    """Supply for one shop."""

    def __init__(self, shop: Shop, sku: str, node: str) -> None:
        self.shop, self.sku, self.node = shop, sku, node

    def path(self, name: str) -> str:
        return f"/v1/supplies/{name}-{self.shop.tag}"

    def body(self, units: int, at: int, **more) -> dict:
        lines = [{"sku": self.sku, "quantity": units}]
        told = {"kind": "purchase", "node": self.node, "expected_at": day(at), "lines": lines}
        return {**told, **more}

    def tell(self, name: str, units: int, at: int, **more) -> dict:
        return dict(
            self.shop.client.put(self.path(name), self.body(units, at, **more)).expect(200).json
        )

    def receive(self, name: str, units: int, **more) -> dict:
        body = {"lines": [{"sku": self.sku, "quantity": units}], **more}
        return dict(self.shop.client.post(f"{self.path(name)}/receive", body).expect(200).json)

    def curve(self, **query) -> list[tuple[int, int]]:
        """Read the curve as (days from now, units)."""
        extra = "".join(f"&{key}={value}" for key, value in query.items())
        path = f"/v1/inventory/atp?sku={self.sku}&channel={self.shop.web}{extra}"
        [item] = self.shop.client.get(path).expect(200).json["items"]
        points = item["curve"] if "node" not in query else item["nodes"][0]["curve"]
        return [(days(point["at"]), point["available"]) for point in points]

    def inbound(self) -> str | None:
        path = f"/v1/availability?sku={self.sku}&channel={self.shop.web}"
        [item] = self.shop.client.get(path).expect(200).json["items"]
        return item.get("next_inbound")

    def waits(self, order: dict) -> list[dict]:
        return self.shop.read(order)["lines"][0]["waiting"]

    def told(self, name: str) -> list[tuple[str, str | None]]:
        """Read what the feed says of a supply so far: it ends before what others still write."""
        facts = [each for each in feed(self.shop.client) if each["type"] == "supply.changed"]
        mine = [e["data"] for e in facts if e["data"]["supply"] == f"{name}-{self.shop.tag}"]
        return [(each["why"], each.get("reason")) for each in mine]

    def dated(self, order: dict, name: str, at: int) -> None:
        def look() -> bool:
            [told] = self.waits(order)
            assert told["supply"] == f"{name}-{self.shop.tag}"
            assert days(told["expected_at"]) == at
            return True

        eventually(look, what=f"dated by {name}")


def days(text: str) -> int:
    return round((datetime.fromisoformat(text) - NOW) / timedelta(days=1))


@pytest.fixture
def docks(shop) -> Docks:
    """A shop whose one item is out of stock."""
    return Docks(shop, *shop.stocked(0))


def test_a_purchase_order_is_promised_by_date_and_sold_when_it_came(docks):
    shop = docks.shop
    told = docks.tell("PO", 10, 5, supplier="acme")
    assert (told["status"], told["state"], told["version"]) == ("created", "open", 1)
    assert docks.curve() == [(0, 0), (5, 10)]
    assert docks.curve(node=docks.node) == [(0, 0), (5, 10)]
    assert days(docks.inbound()) == 5
    assert shop.available(docks.sku) == 0

    came = docks.receive("PO", 10)  # early

    assert (came["state"], came["lines"][0]["received"]) == ("received", 10)
    assert shop.available(docks.sku) == 10
    shop.buy([(docks.sku, 10)])
    assert (docks.curve(), docks.inbound()) == ([(0, 0)], None)
    [entry] = (
        shop.client.get(f"/v1/inventory/movements?sku={docks.sku}&node={docks.node}")
        .expect(200)
        .json["items"][-1:]
    )
    assert (entry["kind"], entry["reference"]) == ("receipt", f"PO-{shop.tag}")


def test_a_customer_who_waits_hears_of_each_new_date(docks):
    shop = docks.shop
    docks.tell("PO", 5, 5)
    order = shop.buy([(docks.sku, 2)], backorder="allow")
    docks.dated(order, "PO", 5)
    docks.tell("PO", 5, 9)
    docks.dated(order, "PO", 9)
    first, second = shop.told(order, "promise.revised", 2)
    assert (first["data"]["from"], first["data"]["why"]) == (None, "dated")
    assert second["data"] == {
        "order_id": order["id"], "order_number": order["number"], "line": 1, "sku": docks.sku,
        "quantity": 2, "from": day(5), "to": day(9), "supply": f"PO-{shop.tag}", "why": "later",
    }  # fmt: skip
    assert docks.curve() == [(0, 0), (9, 3)]


def test_early_goods_go_to_those_who_wait_by_class_then_age(docks):
    shop = docks.shop
    docks.tell("PO", 2, 5)
    orders = [shop.buy([(docks.sku, 1)], backorder="allow") for _ in range(3)]
    docks.dated(orders[1], "PO", 5)
    path = f"/v1/orders/{orders[2]['id']}/priority"
    answer = shop.client.post(path, {"priority": 0, "reason": "loyal"}).expect(200)
    assert answer.json["waiting"] == [docks.sku]
    docks.dated(orders[2], "PO", 5)

    docks.receive("PO", 2)

    shop.released(orders[2])
    shop.released(orders[0])
    assert shop.phase(orders[1]) == "backordered"
    eventually(lambda: docks.waits(orders[1])[0]["expected_at"] is None, what="no date is left")
    assert shop.stuck(orders[1])["kind"] == "promise.undated"
    docks.tell("PO2", 1, 7)
    docks.dated(orders[1], "PO2", 7)
    assert shop.exceptions(orders[1]) == []


def test_a_canceled_supply_leaves_its_order_without_a_date_and_cancels_with_it(docks):
    shop = docks.shop
    docks.tell("PO", 1, 5)
    order = shop.buy([(docks.sku, 1)], backorder="allow")
    docks.dated(order, "PO", 5)
    gone = shop.client.post(f"{docks.path('PO')}/cancel", {"reason": "bankrupt"}).expect(200)
    assert gone.json["state"] == "canceled"
    assert shop.stuck(order)["kind"] == "promise.undated"
    wanted = [("announced", None), ("canceled", "bankrupt")]
    eventually(lambda: docks.told("PO") == wanted, what="its feed says why")
    shop.cancel(order).expect(200)
    assert shop.exceptions(order) == []


def test_an_order_and_its_notice_are_one_supply(docks):
    docks.tell("PO", 10, 9)
    docks.tell("ASN", 6, 4, kind="asn", purchase_order=f"PO-{docks.shop.tag}")
    assert docks.curve() == [(0, 0), (4, 6), (9, 10)]
    docks.receive("ASN", 5, final=True)
    assert docks.curve() == [(0, 5), (9, 10)]


def test_an_older_telling_is_stale_and_the_same_one_changes_nothing(docks):
    docks.tell("PO", 10, 5, sequence=7)
    assert docks.tell("PO", 99, 9, sequence=6)["status"] == "stale"
    assert docks.tell("PO", 10, 5, sequence=8)["status"] == "unchanged"
    assert docks.curve() == [(0, 0), (5, 10)]
    read = docks.shop.client.get(docks.path("PO")).expect(200)
    assert (read.json["version"], read.headers["etag"]) == (1, '"1"')
    assert "status" not in read.json


def test_if_match_is_honored(docks):
    docks.tell("PO", 10, 5)
    client, body = docks.shop.client, docks.body(11, 5)
    for tag, status in (('"7"', 412), ('"1"', 200), ('"1"', 412)):
        sent = client.send("PUT", docks.path("PO"), body, headers={"if-match": tag})
        sent.expect(status)


def test_supplies_are_listed_by_date_a_page_at_a_time(docks):
    shop = docks.shop
    for name, at in (("C", 9), ("A", 3), ("B", 6)):
        docks.tell(name, 1, at)
    path = f"/v1/supplies?sku={docks.sku}&limit=2"
    page = shop.client.get(path).expect(200)
    names = [item["id"] for item in page.json["items"]]
    assert names == [f"A-{shop.tag}", f"B-{shop.tag}"]
    rest = shop.client.get(f"{path}&cursor={page.json['next']}").expect(200).json
    assert ([item["id"] for item in rest["items"]], rest["next"]) == ([f"C-{shop.tag}"], None)
    some = f"{path}&node={docks.node}&state=open&expected_from={day(4)}&expected_to={day(7)}"
    found = shop.client.get(some).expect(200).json["items"]
    assert [item["id"] for item in found] == [f"B-{shop.tag}"]


def test_who_waits_is_counted_beside_limit_and_supply(docks):
    shop = docks.shop
    path = f"/v1/inventory/terms/{docks.sku}"
    shop.client.get(path).expect(404)
    agreed = shop.client.put(path, {"backorder_limit": 5, "lead_days": 2}).expect(200).json
    assert agreed == {
        "sku": docks.sku, "backorder_limit": 5, "preorder_limit": None, "on_sale_from": None,
        "lead_days": 2, "version": 1,
    }  # fmt: skip
    assert shop.client.get(path).expect(200).json == agreed
    docks.tell("PO", 4, 5)
    shop.buy([(docks.sku, 3)], backorder="allow")

    def counted() -> dict:
        where = f"/v1/inventory/waiting?sku={docks.sku}"
        return dict(shop.client.get(where).expect(200).json["items"][0])

    assert counted() == {
        "sku": docks.sku, "waiting": 3, "limit": 5, "room": 2, "due": 4, "overdue": 0,
        "on_sale_from": None,
    }  # fmt: skip
    assert docks.curve() == [(0, 0), (7, 1)]  # two days after they come they can be sent
    shop.client.put(path, {"preorder_limit": 3, "on_sale_from": day(30)}).expect(200)
    assert (counted()["limit"], counted()["room"]) == (3, 0)
    shop.client.put(f"/v1/inventory/terms/NO-{shop.tag}", {}).expect(404)


def test_the_curve_of_a_kit_and_of_what_nobody_knows(shop):
    tee, cap = shop.item("TEE"), shop.item("CAP")
    node = shop.node("DC")
    kit = shop.item("SET", components=[{"sku": tee, "quantity": 1}, {"sku": cap, "quantity": 2}])
    shop.stock(tee, node, 5)
    Docks(shop, cap, node).tell("PO", 6, 4)
    assert Docks(shop, kit, node).curve() == [(0, 0), (4, 3)]
    assert days(Docks(shop, kit, node).inbound()) == 4
    path = f"/v1/inventory/atp?sku=NO-{shop.tag}&channel={shop.web}"
    [item] = shop.client.get(path).expect(200).json["items"]
    assert (item["known"], item["curve"]) == (False, [])
    refused = shop.client.put(
        f"/v1/supplies/KIT-{shop.tag}", Docks(shop, kit, node).body(1, 3)
    ).expect(422)
    assert refused.pointers == ["/lines/0/sku"]


@pytest.mark.parametrize("freed", ["cancel", "reject", "damage undone", "transfer", "receipt"])
def test_what_frees_is_served_or_sold_in_the_same_second(shop, freed):
    """Underselling is a defect: whatever brings a unit back, somebody has it at once."""
    sku, node = shop.stocked(1)
    docks = Docks(shop, sku, node)
    docks.tell("PO", 1, 5)
    owner = shop.buy([(sku, 1)]) if freed in {"cancel", "reject"} else None
    if owner is None:
        assert shop.move("damage", sku, node, -1)["status"] == "applied"
    waiter = shop.buy([(sku, 1)], backorder="allow")
    if freed == "cancel":
        shop.cancel(owner).expect(200)
    elif freed == "reject":
        [work] = shop.released(owner)
        shop.did(work, "reject", {"reason": "too_busy"})
    elif freed == "receipt":
        docks.receive("PO", 1)
    else:
        kind = "adjustment" if freed == "damage undone" else "transfer_in"
        shop.move(kind, sku, node, 1)
    eventually(lambda: docks.waits(waiter) == [], what="served", within_s=5)
    shop.released(waiter)
    assert shop.balance(sku, node) == (1, 1)
    extra = shop.move("receipt", sku, node, 1)  # nobody waits now: it is for sale at once
    assert extra["status"] == "applied"
    if freed != "reject":  # whose units the node gave up waits, and is barred from this node
        assert shop.available(sku) == 1
        shop.buy([(sku, 1)])


def test_what_is_asked_wrongly_is_named(docks):
    shop = docks.shop
    docks.tell("PO", 1, 5)
    client = shop.client
    for path, status in {
        "/v1/supplies/NO": 404,
        "/v1/supplies?state=lost": 422,
        "/v1/supplies?limit=0": 422,
        "/v1/supplies?cursor=x": 422,
        "/v1/supplies?expected_from=yesterday": 422,
        "/v1/supplies?surprise=1": 422,
        "/v1/inventory/waiting": 422,
        f"/v1/inventory/atp?sku={docks.sku}": 422,
        f"/v1/inventory/atp?sku={docks.sku}&channel=no-such": 404,
        f"/v1/inventory/atp?sku={docks.sku}&channel={shop.web}&node=no-such": 404,
        "/v1/inventory/atp?channel=web" + "&sku=A" * 51: 422,
    }.items():
        answer = client.get(path)
        assert answer.status == status, (path, answer.body[:300])
        assert answer.code, path
    for path, body, code in (
        ("/v1/supplies/NO/receive", {"final": True}, "not-found"),
        ("/v1/supplies/NO/cancel", {}, "not-found"),
        (docks.path("PO"), docks.body(1, 5, kind="asn"), "invalid-request"),
        (docks.path("PO"), docks.body(1, 5, purchase_order="X"), "invalid-request"),
    ):
        send = client.post if path.endswith(("receive", "cancel")) else client.put
        assert send(path, body).code == code, path
    client.post(f"{docks.path('PO')}/cancel", {}).expect(200)
    for verb in ("cancel", "receive"):
        body = {"final": True} if verb == "receive" else {}
        assert client.post(f"{docks.path('PO')}/{verb}", body).expect(409).code == "conflict"
    assert client.put(docks.path("PO"), docks.body(1, 5)).expect(409).code == "conflict"
