"""A shop of one test: its own items, nodes and channel, under names that no other test uses.

`given` builds what is there before the story, the rest acts and looks, all through the
public API. A test's channel sells from the nodes of that test only: tests share a market and never
meet.
"""

import secrets
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from itertools import count
from typing import Any, TypeVar

from scenarios.client import Answer, Client

T = TypeVar("T")
Body = dict[str, Any]
Lines = Sequence[tuple[str, int]]

PATIENCE_S = 20.0
LOOK_EVERY_S = 0.03

PLACES: Mapping[str, Body] = {
    "dallas": {
        "country": "US", "postal_code": "75201", "region": "TX", "city": "Dallas",
        "latitude": 32.78, "longitude": -96.80,
    },
    "austin": {
        "country": "US", "postal_code": "78701", "region": "TX", "city": "Austin",
        "latitude": 30.27, "longitude": -97.74,
    },
    "newark": {
        "country": "US", "postal_code": "07102", "region": "NJ", "city": "Newark",
        "latitude": 40.74, "longitude": -74.17,
    },
    "reno": {
        "country": "US", "postal_code": "89501", "region": "NV", "city": "Reno",
        "latitude": 39.53, "longitude": -119.81,
    },
}  # fmt: skip
TIME_ZONES = {
    "dallas": "America/Chicago",
    "austin": "America/Chicago",
    "newark": "America/New_York",
    "reno": "America/Los_Angeles",
}
KIM = {"email": "kim@example.com", "name": "Kim Doe", "phone": "+12025550123"}
HOME = {
    "name": "Kim Doe", "line1": "1 Main St", "city": "Austin", "region": "TX",
    "postal_code": "78701", "country": "US",
}  # fmt: skip


def eventually(look: Callable[[], T | None], *, what: str = "", within_s: float = PATIENCE_S) -> T:
    """Look again and again until there is something to see; AssertionError when there never is.

    An AssertionError of `look` counts as nothing to see yet; the last one is the cause of ours.
    """
    until = time.monotonic() + within_s
    last: AssertionError | None = None
    while time.monotonic() < until:
        try:
            seen = look()
        except AssertionError as fault:
            last = fault
        else:
            if seen:
                return seen
        time.sleep(LOOK_EVERY_S)
    raise AssertionError(f"never seen within {within_s} s: {what or look}") from last


def at_once(calls: Sequence[Callable[[], T]]) -> list[T]:
    """Make all calls at the same time; their answers in the calls' order."""
    with ThreadPoolExecutor(len(calls)) as pool:
        return [each.result() for each in [pool.submit(call) for call in calls]]


class Shop:
    """One test's shop in the market of the client's key."""

    def __init__(self, client: Client) -> None:
        self.client = client
        self.tag = secrets.token_hex(4)
        self.nodes: list[str] = []
        self._channel: str | None = None
        self._orders = count(1)
        self._facts: list[Body] = []
        self._after = self.began = client.heard

    # What is there before the story begins.

    def item(self, name: str = "TEE", **body: object) -> str:
        """Put an item; give its sku."""
        sku = f"{name}-{self.tag}"
        self.client.put(f"/v1/items/{sku}", {"name": name, "weight_g": 500, **body}).expect(
            200, 201
        )
        return sku

    def node(self, name: str, place: str = "dallas", **body: object) -> str:
        """Put a node; give its id. By default it ships, for nothing."""
        node = f"{name}-{self.tag}"
        told = {
            "name": name,
            "kind": "dc",
            "address": PLACES[place],
            "time_zone": TIME_ZONES[place],
            "services": ["ship"],
            "handling_cost": 0,
            **body,
        }
        self.client.put(f"/v1/nodes/{node}", told).expect(200, 201)
        self.nodes.append(node)
        return node

    def store(self, name: str, place: str = "austin", **body: object) -> str:
        """Put a store that ships and hands over."""
        services = ["ship", "pickup", "curbside"]
        return self.node(name, place, **{"kind": "store", "services": services, **body})

    def channel(self, name: str = "web", **body: object) -> str:
        """Put a channel; it sells from all nodes put so far unless told otherwise; give its id."""
        channel = f"{name}-{self.tag}"
        told = {"name": name, **({} if "node_groups" in body else {"nodes": self.nodes}), **body}
        self.client.put(f"/v1/channels/{channel}", told).expect(200, 201)
        self._channel = self._channel or channel
        return channel

    @property
    def web(self) -> str:
        """Give the test's first channel; made now where there is none yet."""
        return self._channel or self.channel()

    def stock(self, sku: str, node: str, on_hand: int, **count: object) -> Body:
        """Count a position; give what became of the row."""
        row = {"sku": sku, "node": node, "on_hand": on_hand, **count}
        answer = self.client.post("/v1/inventory/counts", {"counts": [row]}).expect(200)
        return self._only(answer.json["results"])

    def stocked(self, units: int = 10, **node: object) -> tuple[str, str]:
        """Put one item at one node; give both."""
        sku, place = self.item(), self.node("DC", **node)
        assert self.stock(sku, place, units)["status"] == "applied"
        return sku, place

    def move(self, kind: str, sku: str, node: str, quantity: int) -> Body:
        """Report a movement; give what became of the row."""
        row = {"kind": kind, "sku": sku, "node": node, "quantity": quantity}
        answer = self.client.post("/v1/inventory/movements", {"movements": [row]}).expect(200)
        return self._only(answer.json["results"])

    # Orders.

    def order(self, lines: Lines = (), /, **body: object) -> Body:
        """Write an order that is right in itself; `body` overrides members, None removes them."""
        told: Body = {
            "channel": self.web,
            "external_id": f"{self.tag}-{next(self._orders)}",
            "placed_at": "2026-11-20T10:00:00Z",
            "currency": "USD",
            "customer": KIM,
            "ship_to": HOME,
            "method": "ship",
            "service": "standard",
            "shipping": 599,
            "lines": [
                {"external_id": str(number), "sku": sku, "quantity": quantity, "unit_price": 1999}
                for number, (sku, quantity) in enumerate(lines, 1)
            ],
            **body,
        }
        return {name: value for name, value in told.items() if value is not None}

    def pickup(self, lines: Lines, node: str, **body: object) -> Body:
        """Write an order that its customer fetches."""
        fetched = {"method": "pickup", "service": None, "pickup_node": node, "shipping": 0}
        return self.order(lines, **{**fetched, **body})

    def place(self, order: Body, *, key: str | None = None) -> Answer:
        """Send an order."""
        return self.client.post("/v1/orders", order, key=key)

    def buy(self, lines: Lines = (), /, **body: object) -> Body:
        """Place an order that is taken; give it as answered."""
        return dict(self.place(self.order(lines, **body)).expect(201).json)

    def read(self, order: Body) -> Body:
        """Read an order as it is now."""
        return dict(self.client.get(f"/v1/orders/{order['id']}").expect(200).json)

    def phase(self, order: Body) -> str:
        """Say an order's phase."""
        return str(self.read(order)["phase"])

    def becomes(self, order: Body, phase: str) -> Body:
        """Wait until an order has a phase; give the order."""

        def look() -> Body:
            seen = self.read(order)
            assert seen["phase"] == phase, seen["phase"]
            return seen

        return eventually(look, what=f"order {phase}")

    def cancel(
        self, order: Body, lines: Sequence[tuple[int, int]] = (), reason: str = ""
    ) -> Answer:
        """Cancel units by (line, quantity), or all of an order."""
        told: Body = {"reason": reason or "changed my mind"}
        if lines:
            told["lines"] = [{"line": line, "quantity": quantity} for line, quantity in lines]
        return self.client.post(f"/v1/orders/{order['id']}/cancel", told)

    # The node's side.

    def works(self, order: Body, *states: str) -> list[Body]:
        """List an order's fulfillment orders, those in some states only where named."""
        works: list[Body] = self.read(order)["fulfillment_orders"]
        return [each for each in works if not states or each["state"] in states]

    def released(self, order: Body, count: int = 1) -> list[Body]:
        """Wait until so many fulfillment orders of an order are released; ascending by node."""

        def look() -> list[Body]:
            works = self.works(order, "released")
            assert len(works) == count, self.works(order)
            return sorted(works, key=lambda each: str(each["node"]))

        return eventually(look, what=f"{count} released")

    def do(self, work: Body, verb: str, body: Body | None = None) -> Answer:
        """Take a step of the node's work."""
        return self.client.post(f"/v1/fulfillment-orders/{work['id']}/{verb}", body or {})

    def did(self, work: Body, verb: str, body: Body | None = None) -> Body:
        """Take a step that is allowed; give the work after it."""
        return dict(self.do(work, verb, body).expect(200).json)

    def pack(self, work: Body) -> None:
        """Accept, pick and pack everything."""
        for verb in ("accept", "pick", "pack"):
            self.did(work, verb)

    def ship(self, work: Body) -> str:
        """See released work through to the truck; give the tracking number."""
        self.pack(work)
        return self.hand_over(work)

    def hand_over(self, work: Body) -> str:
        """Ship packed work in one package; give its tracking number."""
        number = f"T{secrets.token_hex(6).upper()}"
        shipped = self.did(work, "ship", {"packages": [parcel(number)]})
        assert shipped["state"] == "shipped"
        return number

    def scan(self, *scans: tuple[str, str, str]) -> list[Body]:
        """Tell scans as (tracking number, status, time); give one result for each."""
        events = [
            {"tracking_number": number, "carrier": CARRIER, "status": status, "occurred_at": at}
            for number, status, at in scans
        ]
        answer = self.client.post("/v1/tracking", {"events": events}).expect(200, 202)
        return list(answer.json["results"])

    # Looking around.

    def position(self, sku: str, node: str) -> Body:
        """Read the balances of one position."""
        path = f"/v1/inventory/positions?sku={sku}&node={node}"
        return self._only(self.client.get(path).expect(200).json["items"])

    def balance(self, sku: str, node: str) -> tuple[int, int]:
        """Read a position's (on hand, reserved)."""
        seen = self.position(sku, node)
        return seen["on_hand"], seen["reserved"]

    def available(self, sku: str, channel: str | None = None) -> int:
        """Say how many units a channel may sell."""
        path = f"/v1/availability?sku={sku}&channel={channel or self.web}"
        return int(self._only(self.client.get(path).expect(200).json["items"])["available"])

    def events(self, order: Body) -> list[str]:
        """Name the facts told of an order, in the feed's order."""
        return [each["type"] for each in self.facts(order)]

    def facts(self, order: Body) -> list[Body]:
        """Read the facts told of an order, in the feed's order."""
        for fact in feed(self.client, self._after):
            self._after = fact["sequence"]
            self._facts.append(fact)
        self.client.heard = self._after
        return [each for each in self._facts if order["id"] in str(each)]

    def told(self, order: Body, type_: str, count: int = 1) -> list[Body]:
        """Wait until so many facts of a type were told of an order; give them."""

        def look() -> list[Body]:
            found = [each for each in self.facts(order) if each["type"] == type_]
            assert len(found) >= count, self.events(order)
            return found

        found = eventually(look, what=type_)
        assert len(found) == count, found
        return found

    def exceptions(self, order: Body) -> list[Body]:
        """List the exceptions that stand against an order."""
        return [each for each in self.read(order)["exceptions"] if each["closed_at"] is None]

    def stuck(self, order: Body) -> Body:
        """Wait for the one exception of an order; give it."""
        return self._only(eventually(lambda: self.exceptions(order), what="exception"))

    @staticmethod
    def _only(rows: Sequence[Body]) -> Body:
        assert len(rows) == 1, rows
        return rows[0]


CARRIER = "acme"


def parcel(number: str, lines: Sequence[Body] = ()) -> Body:
    """Describe a package; without lines it holds everything."""
    told: Body = {"tracking_number": number, "carrier": CARRIER, "service": "standard"}
    return {**told, "lines": list(lines)} if lines else told


def feed(client: Client, after: int = 0) -> Iterator[Body]:
    """Read the whole feed from a sequence on."""
    while True:
        page = client.get(f"/v1/events?after={after}&limit=1000").expect(200).json["events"]
        if not page:
            return
        yield from page
        after = page[-1]["sequence"]


@contextmanager
def unchanged(look: Callable[[], object]) -> Iterator[None]:
    """What is seen before and after is the same: nothing has happened."""
    before = look()
    yield
    assert look() == before
