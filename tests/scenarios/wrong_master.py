"""Items and nodes: right bodies, and what may not stand where."""

from scenarios import wrong
from scenarios.wrong import MISSING, NOT_WHOLE, text_of

QUANTITY = [MISSING, *NOT_WHOLE[:8], None, [], wrong.NAN, 10**30]
SIGNED = [each for each in QUANTITY if each != -1]
ID = [MISSING, *text_of(128)]
TEXT = [MISSING, *text_of(100_000)[:-2]]
FLAG = ["true", 1, 0, None, [], wrong.NAN]
CHOICE = [MISSING, *wrong.CHOICE]
TIME = [each for each in wrong.NOT_A_TIME if each not in wrong.TOO_EARLY_OR_LATE]

CALLS = {
    "PUT /v1/items/{sku}": (
        {
            "name": "Tee", "price": 1999, "weight_g": 180, "category": "tops",
            "components": [{"sku": "{part}", "quantity": 2}], "attributes": {"color": "black"},
        },
        {
            "/name": [MISSING, *text_of(500)[:8]],
            "/price": [each for each in NOT_WHOLE if each is not None],
            "/weight_g": NOT_WHOLE,
            "/category": [7, [], "a\x00"],
            "/components": ["x", 7, {}, [None], ["x"]],
            "/components/0/sku": [*ID, "no-such-sku"],
            "/components/0/quantity": [*QUANTITY, 0],
            "/components/0/color": ["red"],
            "/attributes": ["x", 7, []],
            "/tracking": [None, "", "x", "LOT", "lot", 7, True, [], {}],  # a kit is not tracked
            "/shelf_life_days": [each for each in NOT_WHOLE if each is not None],
            "/min_remaining_days": NOT_WHOLE,
            "/volume_cm3": NOT_WHOLE,
            "/surprise": [1],
        },
    ),
    "PUT /v1/nodes/{node}": (
        {
            "name": "Dallas", "kind": "dc", "time_zone": "America/Chicago", "cut_off": "16:00",
            "address": {
                "country": "US", "postal_code": "75201", "region": "TX", "city": "Dallas",
                "latitude": 32.78, "longitude": -96.8,
            },
            "calendar": {"weekly": {"mon": ["09:00-18:00"]}, "holidays": ["2026-11-26"]},
            "capacity_per_day": 100, "services": ["ship"], "handling_cost": 40, "enabled": True,
            "handling_hours": 8, "parcel_cost": 60,
        },
        {
            "/name": [MISSING, None, 7],
            "/kind": CHOICE,
            "/time_zone": [MISSING, None, "", 7, "Mars/Olympus", "../etc/passwd", "x" * 1000],
            "/cut_off": [7, "25:00", "9", "16:00:00Z", "noon", "16:60"],
            "/address": [MISSING, None, "x", []],
            "/address/country": [MISSING, None, 7, "us", "USA", ""],
            "/address/latitude": wrong.DEGREES,
            "/address/planet": ["earth"],
            "/calendar": ["x", 7, [], {"weekly": []}, {"daily": {}}],
            "/calendar/weekly/mon": [["9-18"], ["18:00-09:00"], "09:00-18:00", [7]],
            "/calendar/weekly/someday": [["09:00-18:00"]],
            "/calendar/holidays": ["2026-11-26", ["tomorrow"], [7], ["2026-02-30"]],
            "/capacity_per_day": [each for each in NOT_WHOLE if each is not None],
            "/capacity_per_service": ["ship", 7, [], {"fly": 3}, {"ship": -1}, {"ship": "3"}],
            "/services": [MISSING, None, "ship", ["fly"], [7], {}],
            "/handling_cost": NOT_WHOLE,
            "/handling_hours": [*NOT_WHOLE, 241],
            "/parcel_cost": NOT_WHOLE,
            "/enabled": FLAG,
            "/surprise": [1],
        },
    ),
}  # fmt: skip
