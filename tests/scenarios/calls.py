"""For each call that changes something a right body, and what may not stand where."""

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
            "handling_hours": 8,
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
            "/services": [MISSING, None, "ship", ["fly"], [7], {}],
            "/handling_cost": NOT_WHOLE,
            "/handling_hours": [*NOT_WHOLE, 241],
            "/enabled": FLAG,
            "/surprise": [1],
        },
    ),
    "PUT /v1/channels/{channel}": (
        {"name": "web", "connector": "shopify", "secret": "s" * 32, "nodes": ["{node}"],
         "buffer": 1},
        {
            "/name": [7, [], "a\x00"],
            "/connector": [7, "no-such-connector", [], "a\x00"],
            "/secret": [7, [], "a\x00"],
            "/nodes": ["x", 7, {}, [7], [None], ["no-such-node"]],
            "/node_groups": ["x", 7, {}, [7], ["no-such-group"]],
            "/buffer": NOT_WHOLE,
            "/surprise": [1],
        },
    ),
    "PUT /v1/lanes/{lane}": (
        {
            "carrier": "acme", "service": "standard", "zone": 3, "transit_days": 3,
            "transit_days_min": 2, "enabled": True,
            "cost": {"breaks": [{"up_to_g": 1000, "cost": 500}, {"up_to_g": 2000, "cost": 700}],
                     "per_kg_over": 100},
        },
        {
            "/carrier": [MISSING, None, 7, ""],
            "/service": [MISSING, None, 7, ""],
            "/zone": [*QUANTITY, 0, 10],
            "/transit_days": [*QUANTITY, 100_000],
            "/transit_days_min": [4, -1, "1"],
            "/cost": [MISSING, None, "x", [], 7],
            "/cost/breaks": [MISSING, None, "x", [None]],
            "/cost/breaks/0/up_to_g": QUANTITY,
            "/cost/breaks/0/cost": QUANTITY,
            "/cost/breaks/1/up_to_g": [999, 1000],
            "/cost/breaks/1/cost": [499],
            "/cost/per_kg_over": NOT_WHOLE,
            "/enabled": FLAG,
            "/surprise": [1],
        },
    ),
    "PUT /v1/customers/{customer}": (
        {
            "name": "Kim Doe", "email": "kim@example.com", "phone": "+12025550123",
            "class": "vip", "attributes": {"since": 2019},
            "addresses": [
                {"name": "Kim Doe", "line1": "1 Main St", "city": "Austin", "region": "TX",
                 "postal_code": "78701", "country": "US", "latitude": 30.27, "longitude": -97.74}
            ],
        },
        {
            "/name": text_of(200, null=True),
            "/email": [*text_of(320, null=True), "kim", "@", "kim@", "@x", "a b@x.com"],
            "/phone": text_of(40, null=True),
            "/class": text_of(128, null=True),
            "/addresses": [None, "x", 7, {}, [None], ["x"], [{}]],
            "/addresses/0/postal_code": [MISSING, *text_of(20), " "],
            "/addresses/0/country": [MISSING, *text_of(2), "us", "USA", ""],
            "/addresses/0/latitude": [*wrong.DEGREES, 90.01],
            "/addresses/0/planet": ["earth"],
            "/attributes": [None, "x", 7, [], {"": 1}, {"a": {}}, {"a": []}],
            "/customer_class": ["vip"],
            "/surprise": [1],
        },
    ),
    "POST /v1/inventory/counts": (
        {"counts": [{"sku": "{sku}", "node": "{node}", "on_hand": 5, "source": "wms", "sequence": 1,
                     "counted_at": "2026-11-20T10:00:00Z"}]},
        {
            "/counts": [MISSING, None, "x", {}, [], [None], [7]],
            "/counts/0/sku": ID,
            "/counts/0/node": ID,
            "/counts/0/on_hand": QUANTITY,
            "/counts/0/source": [7, [], "a\x00", "x" * 1000],
            "/counts/0/sequence": [-1, "1", 1.5, 10**30, True],
            "/counts/0/counted_at": TIME,
            "/counts/0/surprise": [1],
            "/surprise": [1],
        },
    ),
    "POST /v1/inventory/movements": (
        {"movements": [{"kind": "receipt", "sku": "{sku}", "node": "{node}", "quantity": 5,
                        "reference": "PO-1"}]},
        {
            "/movements": [MISSING, None, "x", {}, [], [None], [7]],
            "/movements/0/kind": [*CHOICE, "theft"],
            "/movements/0/sku": ID,
            "/movements/0/node": ID,
            "/movements/0/quantity": SIGNED,
            "/movements/0/reference": [7, [], "a\x00", "x" * 10_000],
            "/movements/0/set_aside": ["whim", 7, [], {}, "", "DAMAGED"],
            "/movements/0/surprise": [1],
            "/surprise": [1],
        },
    ),
    "POST /v1/inventory/set-asides": (
        {"rows": [{"sku": "{sku}", "node": "{node}", "reason": "display", "quantity": 1,
                   "reference": "window"}]},
        {
            "/rows": [MISSING, None, "x", {}, [], [None], [7]],
            "/rows/0/sku": ID,
            "/rows/0/node": ID,
            "/rows/0/reason": [*CHOICE, "whim", "DAMAGED"],
            "/rows/0/quantity": [*SIGNED, 1_000_001, -1_000_001],
            "/rows/0/reference": [7, [], "a\x00", "x" * 10_000],
            "/rows/0/surprise": [1],
            "/surprise": [1],
        },
    ),
    "POST /v1/transfers": (
        {"transfer": "T-2", "from": "{node}", "to": "{other}",
         "lines": [{"sku": "{sku}", "quantity": 2}], "expected_at": "2026-12-20T10:00:00Z"},
        {
            "/transfer": [*ID, "a\nb", "{transfer}"],
            "/from": [*ID, "no-such-node"],
            "/to": [*ID, "no-such-node", "{node}"],
            "/lines": [MISSING, None, "x", {}, [], [None], [7]],
            "/lines/0/sku": [*ID, "no-such-sku", "{kit}"],
            "/lines/0/quantity": [*QUANTITY, 0, 1_000_001],
            "/lines/0/surprise": [1],
            "/expected_at": [*TIME, *wrong.TOO_EARLY_OR_LATE],
            "/surprise": [1],
        },
    ),
    "POST /v1/transfers/{transfer}/send": (
        {"lines": [{"sku": "{sku}", "quantity": 1}]},
        {"/lines": [None, "x", 7, {}, [None]], "/lines/0/sku": [*ID, "no-such-sku"],
         "/lines/0/quantity": [*QUANTITY, 0, 3], "/lines/0/surprise": [1], "/surprise": [1]},
    ),
    "POST /v1/transfers/{road}/receive": (
        {"lines": [{"sku": "{sku}", "quantity": 1, "set_aside": "damaged"}]},
        {"/lines": [None, "x", 7, {}, [None]], "/lines/0/sku": [*ID, "no-such-sku"],
         "/lines/0/quantity": [*QUANTITY, 0], "/lines/0/set_aside": ["whim", 7, [], "DAMAGED"],
         "/lines/0/surprise": [1], "/surprise": [1]},
    ),
    "POST /v1/transfers/{road}/write-off": (
        {"lines": [{"sku": "{sku}", "quantity": 1}], "reason": "lost"},
        {"/lines": [None, "x", 7, {}, [None]], "/lines/0/sku": [*ID, "no-such-sku"],
         "/lines/0/quantity": [*QUANTITY, 0, 3], "/lines/0/surprise": [1],
         "/reason": [MISSING, None, 7, "", "a\x00", "x" * 10_000], "/surprise": [1]},
    ),
    "POST /v1/transfers/{transfer}/cancel": (
        {"reason": "not needed"},
        {"/reason": [MISSING, None, 7, "", "a\x00", "x" * 10_000], "/surprise": [1]},
    ),
    "PUT /v1/supplies/NEW-{supply}": (
        {"kind": "asn", "node": "{node}", "expected_at": "2027-01-20T10:00:00Z",
         "supplier": "acme", "purchase_order": "{supply}", "sequence": 3,
         "lines": [{"sku": "{sku}", "quantity": 5}, {"sku": "{part}", "quantity": 1}]},
        {
            "/kind": [*CHOICE, "gift"],
            "/node": [*ID, "no-such-node"],
            "/expected_at": [MISSING, None, *wrong.NOT_A_TIME],
            "/supplier": [7, [], "", "a\x00", "x" * 1000],
            "/purchase_order": [*text_of(128, null=True)],
            "/sequence": [-1, "1", 1.5, 10**30, True],
            "/lines": [MISSING, None, "x", {}, [], [None], [7]],
            "/lines/0/sku": [*ID, "no-such-sku"],
            "/lines/1/sku": ["{sku}"],
            "/lines/0/quantity": [*QUANTITY, 0],
            "/lines/0/color": ["red"],
            "/surprise": [1],
        },
    ),
    "POST /v1/supplies/{supply}/receive": (
        {"lines": [{"sku": "{sku}", "quantity": 2}], "final": False},
        {
            "/lines": [None, "x", {}, [None], [7], []],
            "/lines/0/sku": [*ID, "no-such-sku", "{part}"],
            "/lines/0/quantity": [*QUANTITY, 0],
            "/lines/0/color": ["red"],
            "/final": FLAG,
            "/surprise": [1],
        },
    ),
    "POST /v1/supplies/{supply}/cancel": (
        {"reason": "late"},
        {"/reason": [None, 7, "a\x00", "x" * 10_000], "/surprise": [1]},
    ),
    "PUT /v1/inventory/terms/{sku}": (
        {"backorder_limit": 5, "preorder_limit": 9, "on_sale_from": "2027-01-20T10:00:00Z",
         "lead_days": 2},
        {
            "/backorder_limit": [each for each in NOT_WHOLE if each is not None],
            "/preorder_limit": [each for each in NOT_WHOLE if each is not None],
            "/on_sale_from": [*TIME, "1999-12-31T23:59:59Z"],
            "/lead_days": [*NOT_WHOLE, 366],
            "/surprise": [1],
        },
    ),
    "POST /v1/orders/{order}/priority": (
        {"priority": 1, "reason": "loyal"},
        {
            "/priority": [MISSING, *NOT_WHOLE, 10],
            "/reason": [MISSING, None, 7, "", "a\x00", "x" * 10_000],
            "/surprise": [1],
        },
    ),
    "POST /v1/orders/{order}/hold": (
        {"kind": "fraud", "reason": "score", "until": "2027-11-20T10:00:00Z"},
        {
            "/kind": [*CHOICE, "whim"],
            "/reason": [MISSING, None, 7, "", "a\x00", "x" * 10_000],
            "/until": TIME,
            "/surprise": [1],
        },
    ),
    "POST /v1/orders/{order}/unhold": (
        {"kind": "fraud", "reason": "checked"},
        {
            "/kind": [*CHOICE, "whim"],
            "/reason": [MISSING, None, 7, "", "a\x00", "x" * 10_000],
            "/surprise": [1],
        },
    ),
    "POST /v1/orders/{order}/cancel": (
        {"lines": [{"line": 1, "quantity": 1}], "reason": "no"},
        {
            "/reason": [MISSING, None, 7, "", "a\x00", "x" * 10_000],
            "/lines": ["x", 7, {}, [None], [7]],
            "/lines/0/line": [*QUANTITY, 0, 2, 40_000],
            "/lines/0/quantity": [*QUANTITY, 0, 4],
            "/lines/0/surprise": [1],
            "/surprise": [1],
        },
    ),
    "POST /v1/fulfillment-orders/{work}/reject": (
        {"reason": "gone", "lines": [{"line": 1, "quantity": 1}]},
        {
            "/reason": [MISSING, None, 7, "", "a\x00", "x" * 10_000],
            "/lines": ["x", 7, {}, [None]],
            "/lines/0/line": [*QUANTITY, 0],
            "/lines/0/quantity": [*QUANTITY, 0],
            "/surprise": [1],
        },
    ),
    "POST /v1/fulfillment-orders/{work}/accept": ({}, {"/surprise": [1, None, {}]}),
    "POST /v1/fulfillment-orders/{work}/pick": (
        {"lines": [{"line": 1, "quantity": 1}]},
        {"/lines": ["x", 7, {}], "/lines/0/line": QUANTITY, "/lines/0/quantity": [*QUANTITY, 0],
         "/surprise": [1]},
    ),
    "POST /v1/fulfillment-orders/{work}/short": (
        {"lines": [{"line": 1, "quantity": 1}], "reason": "gone"},
        {"/lines": ["x", 7, {}], "/lines/0/line": QUANTITY, "/reason": [None, 7, "a\x00"],
         "/surprise": [1]},
    ),
    "POST /v1/fulfillment-orders/{work}/ship": (
        {"packages": [{"tracking_number": "T1", "carrier": "acme", "service": "standard",
                       "lines": [{"line": 1, "sku": "{sku}", "quantity": 1}]}]},
        {
            "/packages": [MISSING, None, "x", {}, [], [None], [7]],
            "/packages/0/tracking_number": ID,
            "/packages/0/carrier": [MISSING, None, 7, "", "a\x00", "x" * 1000],
            "/packages/0/lines": ["x", 7, {}, [None]],
            "/packages/0/lines/0/quantity": [*QUANTITY, 0],
            "/packages/0/surprise": [1],
            "/surprise": [1],
        },
    ),
    "POST /v1/tracking": (
        {"events": [{"tracking_number": "T1", "carrier": "acme", "status": "in_transit",
                     "occurred_at": "2026-11-20T10:00:00Z", "location": "Dallas"}]},
        {
            "/events": [MISSING, None, "x", {}, [], [None], [7]],
            "/events/0/tracking_number": ID,
            "/events/0/carrier": [MISSING, None, 7, "", "a\x00", "x" * 1000],
            "/events/0/status": [*CHOICE, "eaten"],
            "/events/0/occurred_at": [MISSING, None, *TIME],
            "/events/0/location": [7, [], "a\x00", "x" * 10_000],
            "/events/0/surprise": [1],
            "/surprise": [1],
        },
    ),
    "PUT /v1/policy": (
        {"document": {"release_after_s": 0}, "reason": "test"},
        {
            "/document": [MISSING, None, "x", []],
            "/document/release_after_s": NOT_WHOLE[1:],
            "/document/surprise": [1],
            "/reason": [MISSING, None, 7, "", "a\x00"],
            "/surprise": [1],
        },
    ),
    "POST /v1/promises": (
        {"channel": "{channel}", "destination": {"country": "US", "postal_code": "78701"},
         "lines": [{"sku": "{sku}", "quantity": 1}], "methods": ["ship"]},
        {
            "/channel": [*ID, "no-such-channel"],
            "/destination/country": [MISSING, None, 7, "us", "USA"],
            "/destination/surprise": [1],
            "/lines": [MISSING, None, "x", {}, [], [None]],
            "/lines/0/sku": [*ID, "no-such-sku"],
            "/lines/0/quantity": [*QUANTITY, 0],
            "/methods": ["ship", 7, {}, ["fly"], [None]],
            "/surprise": [1],
        },
    ),
}  # fmt: skip
