"""An associate's day with the store app, on a phone, also where there is no network."""

import re
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime

import pytest

from browser import video
from browser.conftest import CHROMIUM, FLAGS
from browser.faces import Faces
from browser.people import Person
from scenarios.client import Client
from scenarios.shop import PLACES, TIME_ZONES, eventually

PHONE = (390, 844)
OFFLINE = r"ERR_INTERNET_DISCONNECTED|Failed to fetch|Failed to load resource"


def ean(digits):
    total = sum(int(each) * (1, 3)[at % 2] for at, each in enumerate(digits))
    return f"{digits}{-total % 10}"


@dataclass
class Floor:
    """A store of the test's own, another near it, two items, and who works there."""

    client: Client
    tag: str
    store: str
    other: str
    channel: str
    tee: str
    mug: str
    codes: tuple[str, str]
    orders: int = 0

    @property
    def role(self):
        return f"associate-{self.tag}"

    def stock(self, sku, node, units):
        counts = {"counts": [{"sku": sku, "node": node, "on_hand": units}]}
        self.client.post("/v1/inventory/counts", counts).expect(200)

    def place(self, lines, name="Ines Ortega", method="pickup", **more):
        """Place an order; give it and its released work at the store."""
        self.orders += 1
        body = {
            "channel": self.channel,
            "external_id": f"{self.tag}-{self.orders}",
            "placed_at": datetime.now(UTC).isoformat(),  # noqa: TID251 - a test is a shell
            "currency": "USD",
            "customer": {"name": name, "email": "ines@example.com"},
            "method": method,
            "lines": [{"sku": sku, "quantity": units, "unit_price": 1999} for sku, units in lines],
            **({"pickup_node": self.store} if method != "ship" else {"ship_to": SHIP_TO}),
            **more,
        }
        order = self.client.post("/v1/orders", body).expect(201).json
        return order, eventually(lambda: self._released(order), what="released")

    def _released(self, order):
        work = next(iter(self.read(order)["fulfillment_orders"]), None)
        return work if work and work["state"] == "released" else None

    def read(self, order):
        return self.client.get(f"/v1/orders/{order['id']}").expect(200).json

    def work(self, work):
        return self.client.get(f"/v1/fulfillment-orders/{work['id']}").expect(200).json

    def code_of(self, order):
        """Give the code that the customer was told: it is in the event."""

        def look():
            told = [e for e in self.read(order)["timeline"] if e["type"] == "fulfillment.ready"]
            return told[0]["data"]["pickup_code"] if told else None

        return eventually(look, what="the code is told")


SHIP_TO = {"name": "Ines Ortega", "line1": "1 Main St", "city": "Austin", "region": "TX",
           "postal_code": "78701", "country": "US"}  # fmt: skip


@pytest.fixture
def floor(client, people):
    """Open the store and enroll who works there."""
    tag = secrets.token_hex(3)
    codes = tuple(ean(f"20{int(tag, 16):09d}{number}") for number in (1, 2))
    names = (f"FLOOR-{tag}", f"NEAR-{tag}", f"web-{tag}", f"TEE-{tag}", f"MUG-{tag}")
    made = Floor(client, tag, *names, codes)
    for node, place, name in ((made.store, "austin", "Austin Domain"),
                              (made.other, "dallas", "Dallas Uptown")):  # fmt: skip
        body = {
            "name": name, "kind": "store", "address": PLACES[place],
            "time_zone": TIME_ZONES[place], "services": ["ship", "pickup", "curbside"],
        }  # fmt: skip
        client.put(f"/v1/nodes/{node}", body).expect(200)
    tee = {"name": "Merino crew sweater, navy, M", "category": "apparel", "barcodes": codes[:1],
           "attributes": {"location": "Wall 3 · bay B"}, "weight_g": 3, "price": 1999}  # fmt: skip
    mug = {"name": "Stoneware mug", "category": "kitchen", "barcodes": codes[1:2],
           "attributes": {"location": "Table 1"}, "weight_g": 400, "price": 1299}  # fmt: skip
    client.put(f"/v1/items/{made.tee}", tee).expect(200)
    client.put(f"/v1/items/{made.mug}", mug).expect(200)
    client.put(f"/v1/channels/{made.channel}", {"nodes": [made.store, made.other]}).expect(200)
    made.stock(made.tee, made.store, 20)
    made.stock(made.mug, made.store, 20)
    login, name = f"maya-{tag}@example.com", f"Maya Ortiz {tag.upper()}"
    body = {"login": login, "name": name, "role": "associate", "nodes": [made.store]}
    user = client.post("/v1/users", body).expect(201).json
    people.by_role[made.role] = Person("associate", name, login, user["password"], made.store)
    return made


@pytest.fixture
def phone(visit, floor):
    """Open the app on a phone, as the associate."""

    def opened(path="/store", **options):
        return visit(path, role=floor.role, size=PHONE, has_touch=True, **options)

    return opened


def scan(page, code):
    """Scan as a wedge does: keys, as fast as a scanner's however busy this machine is."""
    page.evaluate(
        """(keys) => keys.forEach((key) =>
        document.body.dispatchEvent(new KeyboardEvent('keydown', {key, bubbles: true})))""",
        [*code, "Enter"],
    )


def sees(page, text, **options):
    page.get_by_text(text, **options).first.wait_for()


def test_from_scan_to_hand_over_with_the_customers_code(phone, floor, allow, axe, shot):
    allow("status of 422")
    order, work = floor.place([(floor.tee, 2), (floor.mug, 1)])
    floor.place([(floor.tee, 1)], name="Kim Doe")
    page = phone()
    sees(page, "Pick the next orders")
    axe(page)
    shot(page, "store-home")

    page.get_by_role("button", name="Pick the next 5 orders").click()
    sees(page, "0 of 4 picked")
    axe(page)
    shot(page, "store-pick")
    for _ in range(3):
        scan(page, floor.codes[0])
    sees(page, "3 of 4 picked")
    scan(page, floor.codes[0])
    sees(page, "that is enough")
    scan(page, "4006381333931")
    sees(page, "is not on this list")
    shot(page, "store-pick-refused")
    scan(page, floor.codes[1])
    sees(page, "All picked")
    axe(page)
    shot(page, "store-pick-done")
    eventually(lambda: _in_state(floor, work, "picked"), what="all scans are sent")

    shelve(page, axe, shot)
    ready = eventually(lambda: _in_state(floor, work, "ready_for_pickup"), what="ready is sent")
    assert ready["pickup"]["shelf"] == "B4"
    hand_over(page, floor.code_of(order), axe, shot)
    done = eventually(lambda: _in_state(floor, work, "collected"), what="the hand-over is sent")
    assert done["pickup"]["verified"] == "code"


def shelve(page, axe, shot):
    """Put what was picked on a shelf, from the pick list."""
    page.get_by_role("link", name=re.compile("Ines Ortega")).click()
    page.get_by_role("button", name="Ready for pickup").click()
    page.get_by_label("Shelf").fill("B4")
    axe(page)
    shot(page, "store-shelf")
    page.get_by_role("dialog").get_by_role("button", name="Ready for pickup").click()
    page.get_by_role("button", name="Hand over").wait_for()
    page.get_by_text("to sync").first.wait_for(state="detached")


def hand_over(page, code, axe, shot):
    """Find the customer by name, be told a wrong code and then the right one."""
    page.get_by_role("navigation", name="Store").get_by_role("link", name="Hand over").click()
    page.get_by_role("searchbox").fill("ines")
    sees(page, "B4")
    axe(page)
    shot(page, "store-hand-over")
    page.get_by_role("link", name=re.compile("Ines Ortega")).click()
    page.locator(".code-field input").fill("000000" if code != "000000" else "111111")
    page.get_by_role("button", name="Hand over to Ines Ortega").click()
    sees(page, "4 tries are left")
    axe(page)
    shot(page, "store-identity")
    page.locator(".code-field input").fill(code.lower())
    page.get_by_role("button", name="Hand over to Ines Ortega").click()
    sees(page, "Handed over")


def test_a_camera_reads_the_barcode(browser, system, people, floor, tmp_path, shot):
    _, work = floor.place([(floor.tee, 2)])
    file = video.of_barcode(floor.codes[0], tmp_path / "cam.y4m")
    fake = (
        "--use-fake-ui-for-media-stream", "--use-fake-device-for-media-stream",
        f"--use-file-for-fake-video-capture={file}",
    )  # fmt: skip
    seeing = browser.browser_type.launch(executable_path=CHROMIUM, args=[*FLAGS, *fake])
    faces = Faces(seeing, system.url, people)
    try:
        page = faces.visit(
            "/store/pick", role=floor.role, size=PHONE, permissions=["camera"], has_touch=True
        )
        page.get_by_role("button", name="Pick the next order", exact=True).click()
        page.get_by_role("button", name="Scan", exact=True).click()
        page.locator("video").wait_for()
        sees(page, "1 of 2 picked")
        shot(page, "store-camera")
        page.wait_for_timeout(1_500)
        assert page.get_by_text("1 of 2 picked").is_visible(), "held before it, it counts once"
        page.get_by_role("button", name="Picked 1").click()
        sees(page, "All picked")
        assert faces.faults() == []
    finally:
        faces.close()
        seeing.close()
    eventually(lambda: _in_state(floor, work, "picked"), what="all of it is sent")


def test_what_is_rejected_is_planned_again_elsewhere(phone, floor, axe, shot):
    order, work = floor.place([(floor.tee, 1)], method="ship")
    assert work["node"] == floor.store
    floor.stock(floor.tee, floor.other, 5)
    page = phone("/store/work")
    page.get_by_role("link", name=re.compile("Ines Ortega")).click()
    page.get_by_role("button", name="Accept").wait_for()
    axe(page)
    shot(page, "store-order")
    page.get_by_role("button", name="Reject").click()
    sees(page, "Why can this not be done here?")
    axe(page)
    shot(page, "store-reject")
    page.get_by_role("button", name="No time").click()
    sees(page, "It is planned again")

    works = eventually(
        lambda: [w for w in floor.read(order)["fulfillment_orders"] if w["node"] == floor.other],
        what="planned at the other store",
    )
    assert floor.work(work)["state"] == "rejected"
    assert len(works) == 1
    page.get_by_role("link", name=re.compile("Ines Ortega")).wait_for(state="detached")


def test_without_a_network_scans_wait_and_are_applied_once(phone, floor, allow, axe, shot):
    allow(OFFLINE)
    _, work = floor.place([(floor.tee, 3)])
    page = phone()
    page.get_by_role("button", name="Pick the next order", exact=True).click()
    sees(page, "0 of 3 picked")
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    page.context.set_offline(True)
    for count in (1, 2):
        scan(page, floor.codes[0])
        sees(page, f"{count} to sync")
    sees(page, "2 of 3 picked")
    axe(page)
    shot(page, "store-offline")
    assert floor.work(work)["lines"][0]["picked"] == 0

    page.reload(wait_until="domcontentloaded")
    sees(page, "2 to sync")
    sees(page, "2 of 3 picked")
    scan(page, floor.codes[0])
    sees(page, "3 to sync")
    page.get_by_role("button", name=re.compile("3 to sync")).click()
    sees(page, "Waits for the network")
    axe(page)
    shot(page, "store-waiting")
    page.keyboard.press("Escape")

    page.context.set_offline(False)
    page.get_by_text("to sync").first.wait_for(state="detached")
    done = eventually(lambda: _in_state(floor, work, "picked"), what="all of it sent")
    assert done["lines"][0]["picked"] == 3
    steps = [move["verb"] for move in done["moves"] if "pick" in move["verb"]]
    assert steps == ["pick", "pick", "finish_pick"]


def test_what_was_canceled_meanwhile_is_told_and_nothing_else_is_lost(phone, floor, allow, shot):
    allow(OFFLINE)
    gone, _ = floor.place([(floor.tee, 1)], name="Gone Away")
    _, stays = floor.place([(floor.mug, 1)], name="Still Here")
    page = phone()
    page.get_by_role("button", name="Pick the next 5 orders").click()
    sees(page, "0 of 2 picked")
    page.context.set_offline(True)
    for code in floor.codes:
        scan(page, code)
    sees(page, "2 to sync")
    floor.client.post(f"/v1/orders/{gone['id']}/cancel", {"reason": "changed mind"}).expect(200)

    page.context.set_offline(False)
    sees(page, "1 was refused")
    page.get_by_role("button", name=re.compile("1 was refused")).click()
    sees(page, "The order has moved on meanwhile")
    shot(page, "store-refused")
    page.get_by_role("button", name="I have seen this").click()
    sees(page, "Everything is sent")
    eventually(lambda: _in_state(floor, stays, "picked"), what="the other is sent")


def _in_state(floor, work, state):
    found = floor.work(work)
    return found if found["state"] == state else None


def test_who_waits_at_the_curb_shows_at_once(phone, floor, axe, shot):
    order, work = floor.place([(floor.mug, 1)], method="curbside")
    page = phone()
    sees(page, "Pick the next orders")
    arrived = {"spot": "Bay 2", "vehicle": "Red Golf"}
    floor.client.post(f"/v1/fulfillment-orders/{work['id']}/arrived", arrived).expect(200)
    sees(page, f"{order['number']} is here, Bay 2")
    sees(page, "Waiting outside")
    sees(page, "Bay 2 · Red Golf")
    axe(page)
    shot(page, "store-curbside")


def test_stock_is_looked_up_here_and_near_by_and_counted(phone, floor, axe, shot):
    floor.stock(floor.tee, floor.other, 7)
    page = phone("/store/stock")
    sees(page, "Scan an item")
    scan(page, floor.codes[0])
    sees(page, "Merino crew sweater, navy, M")
    sees(page, "Dallas Uptown")
    axe(page)
    shot(page, "store-stock")
    page.get_by_role("link", name="Count it").click()
    page.get_by_label("Units on the shelf").first.fill("17")
    axe(page)
    shot(page, "store-count")
    page.get_by_role("button", name="Save count").first.click()
    sees(page, f"Counted 17 of {floor.tee}")

    def on_hand():
        path = f"/v1/inventory/positions?sku={floor.tee}&node={floor.store}"
        return floor.client.get(path).expect(200).json["items"][0]["on_hand"]

    eventually(lambda: on_hand() == 17, what="the count is applied")


def test_the_rest_of_it_is_for_everybody_and_looks_right(phone, floor, axe, shot, visit, allow):
    allow("401")  # who has not signed in
    for number in range(4):
        floor.place([(floor.tee, 1), (floor.mug, 1)], name=f"Customer {number}")
    for scheme in ("light", "dark"):
        page = phone("/store/work", scheme=scheme)
        sees(page, "Customer 0")
        shot(page, f"store-work-{scheme}")
        page.goto("/store")
        sees(page, "Pick the next orders")
        shot(page, f"store-home-{scheme}")
    axe(page)
    page.goto("/store/arrivals")
    sees(page, "No transfer is on its way here")
    axe(page)
    page.get_by_role("link", name="Pick", exact=True).click()
    page.get_by_role("button", name="Pick the next 10 orders").click()
    sees(page, "0 of 8 picked")
    shot(page, "store-pick-dark")
    axe(page)
    page.get_by_role("button", name="Pick list").click()
    with page.context.expect_page() as opened:
        page.get_by_role("menuitem", name="Print").click()
    paper = opened.value
    sees(paper, "Merino crew sweater, navy, M")
    axe(paper, schemes=("light",))
    shot(paper, "store-paper")
    assert paper.locator("svg").count() >= 2
    smallest = page.evaluate(
        """() => Math.min(...[...document.querySelectorAll('button, .bottom-tab, input')]
        .filter((each) => each.offsetParent).map((each) => each.getBoundingClientRect().height))"""
    )
    assert smallest >= 48
    stranger = visit("/store", role="operations", size=PHONE)
    sees(stranger, "Choose your store")
    axe(stranger)
    nobody = visit("/store", role=None, size=PHONE)
    nobody.locator("input[type=password]").wait_for()
    shot(nobody, "store-sign-in")
    axe(nobody)
