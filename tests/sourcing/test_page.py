"""The worked tables of docs/algorithms/sourcing.md are what the functions answer."""

from datetime import date
from pathlib import Path

import numpy as np

from entrepot.sourcing.choose import shipment_of
from entrepot.sourcing.eligibility import Standing
from entrepot.sourcing.model import Due, Prices
from entrepot.sourcing.shelves import Shelves
from entrepot.sourcing.solve import plan_batch, plan_one, view_of
from entrepot.sourcing.tell import amount
from entrepot.terms.ids import Sku
from sourcing.steering import guide_of
from sourcing.worlds import TODAY, ask_of, lane, network_of, node, replace, world

PAGE = Path(__file__).parents[2] / "docs" / "algorithms" / "sourcing.md"
LAMP, CABLE = ("lamp", 1, 1800), ("cable", 1, 200)
MONDAY = Due(date.fromordinal(TODAY + 3))
DC, SHOP = 0, 2  # nodes ascend by id

NODES = {
    "DC": node("DC", region="R2", handling=10),
    "MALL": node("MALL", postal_code="X", handling=60),
    "SHOP": node("SHOP", region="R1", handling=60),
}
LANES = {
    1: lane(1, (1000, 400), (2000, 500), (5000, 800), days=1),
    3: lane(3, (1000, 500), (2000, 650), (5000, 1100), days=2),
    5: lane(5, (1000, 700), (2000, 900), (5000, 1500), days=4),
}
EXPRESS = lane(3, (5000, 1400), service="express", days=1)
STOCK = {"lamp": {"DC": 9, "SHOP": 9}, "cable": {"DC": 9, "MALL": 9, "SHOP": 9}}


def scene(*, nodes=(), lanes=(), stock=STOCK, **costs):
    """Make the page's world with some nodes and lanes exchanged."""
    network = network_of(
        *(NODES | {each.node_id: each for each in nodes}).values(),
        lanes=(*(LANES | {each.zone: each for each in lanes}).values(), EXPRESS),
        **costs,
    )
    return world(network, stock)


ASK = ask_of(LAMP, CABLE)
FAST = replace(ASK, due=MONDAY, services=("express",))
BULKY = replace(ASK, wants=(replace(ASK.wants[0], volume_cm3=12_000), ASK.wants[1]))
PLAIN = scene()

CASES = {
    "nothing": (ASK, PLAIN, None),
    "only MALL has cables left": (
        ASK,
        scene(stock=STOCK | {"cable": {"MALL": 9}}),
        None,
    ),
    "the lamp is 12 liters, 5,000 cm³ weigh a kilogram in zone 3": (
        BULKY,
        scene(lanes=[replace(LANES[3], cm3_per_kg=5000)]),
        None,
    ),
    "no parcel into zone 3 costs less than 9.00": (
        ASK,
        scene(lanes=[replace(LANES[3], cost_min=900)]),
        None,
    ),
    "a parcel costs SHOP 1.60 to make up": (
        ASK,
        scene(nodes=[replace(NODES["SHOP"], parcel_cost=160)]),
        None,
    ),
    "due on Monday at 3.00 a day; express is 14.00": (FAST, scene(late_per_day=300), None),
    "due on Monday at 8.00 a day; express is 14.00": (FAST, scene(late_per_day=800), None),
    "due on Monday at any price; express is 14.00": (
        replace(FAST, due=replace(MONDAY, hard=True)),
        PLAIN,
        None,
    ),
    "the rules rule SHOP out": (replace(ASK, guide=guide_of(3, allowed=[0, 1])), PLAIN, None),
    "the rules rate SHOP 2.00": (replace(ASK, guide=guide_of(3, rating={SHOP: 200})), PLAIN, None),
    "the rules rate DC -1.60": (replace(ASK, guide=guide_of(3, rating={DC: -160})), PLAIN, None),
    "a lamp at SHOP is worth 1.51": (ASK, PLAIN, Prices(1, {Sku("lamp"): np.array([0, 0, 151])})),
    "room at SHOP is worth 1.00": (ASK, PLAIN, Prices(1, nodes=np.array([0, 0, 100]))),
}


def rows(head):
    """Read the table that begins with this head."""
    lines = PAGE.read_text(encoding="utf-8").splitlines()
    begin = next(at for at, text in enumerate(lines) if text.startswith(f"| {head} |")) + 2
    table = []
    for text in lines[begin:]:
        if not text.startswith("|"):
            return table
        table.append([cell.strip() for cell in text.strip("|").split("|")])
    return table


def test_what_the_subsets_weigh():
    view = view_of(ASK, Shelves((ASK,), PLAIN.stock, PLAIN.compiled), standing())
    made = []
    for at, name in enumerate(["DC", "MALL", "SHOP"]):
        for lines in ([0], [1], [0, 1]):
            if not all(view.free[line, at] for line in lines):
                continue
            found = shipment_of(view, at, dict.fromkeys(lines, 1))
            load = np.isin([[0, 1]], lines).astype(np.int64)
            total = int(view.pricing.prices(load, np.array([at]))[0, 0])
            assert total == found.shipping + found.handling
            sums = [amount(each) for each in (found.shipping, found.handling, total)]
            items = ", ".join(sku for sku, _ in found.items)
            made.append([name, items, str(found.weight_g), *sums])
    assert rows("node") == made


def standing():
    return Standing(PLAIN.compiled, PLAIN.days, PLAIN.load)


def test_what_one_change_does():
    table = rows("what is different")
    assert [row[0] for row in table] == list(CASES)
    for name, *cells in table:
        ask, seen, prices = CASES[name]
        (plan,) = plan_batch([ask], *seen.arguments, prices)
        assert plan == plan_one(ask, *seen.arguments, prices)
        late, rating, worth = (
            sum(getattr(each, part) for each in plan.shipments)
            for part in ("late", "rating", "shadow")
        )
        said = [amount(each) for each in (plan.cost, late, rating, worth)]
        rival = "-" if plan.runner_up is None else amount(plan.runner_up)
        assert cells == ["+".join(s.node_id for s in plan.shipments), *said, rival], name
