"""For each call about policies a right body, and what may not stand where."""

from scenarios import wrong
from scenarios.wrong import MISSING, NOT_WHOLE, text_of

TEXT = [None, 7, [], "a\x00"]
NAME = [MISSING, *text_of(64), "a/b"]
LIST = [None, "x", 7, {}, [None], [7]]
NAMES = ["x", 7, {}, [], [7], [""], ["no-such-name"]]
EXPRESSION = [7, [], {}, "", "a\x00", "order.", "order", "1", "x" * 3_000, "(" * 900]
REASON = [MISSING, None, 7, "", "a\x00", "x" * 600]
PRICE = [None, "1", 1.5, True, [], 10**8, -(10**8), wrong.NAN]
STRATEGY = {
    "strategy": "DCs", "when": "order.units > 1",
    "fences": [{"node": "node.kind == 'dc'", "node_kinds": ["dc"], "nodes": ["{node}"],
                "distance_km_max": 100, "note": "x"}],
    "ratings": [{"by_kind": {"dc": 1}, "by_node": {}, "note": "x"}],
    "limits": {"shipments_max": 2, "distance_km_max": 100, "nodes": ["{node}"]},
    "note": "x",
}  # fmt: skip
DOCUMENT = {
    "sourcing": {
        "profiles": [
            {"profile": "all", "when": "order.units > 0", "strategies": [STRATEGY],
             "otherwise": "wait", "note": "x"}
        ]
    }
}  # fmt: skip
_PROFILE = "/document/sourcing/profiles/0"
_STRATEGY = f"{_PROFILE}/strategies/0"
_DOCUMENT = {
    "/document": [MISSING, None, "x", []],
    "/document/sourcing": [None, "x", 7, []],
    "/document/sourcing/profiles": LIST,
    f"{_PROFILE}/profile": NAME,
    f"{_PROFILE}/when": EXPRESSION,
    f"{_PROFILE}/otherwise": [None, "", "nothing", 7, []],
    f"{_PROFILE}/strategies": [MISSING, [], *LIST],
    f"{_PROFILE}/note": TEXT,
    f"{_PROFILE}/surprise": [1],
    f"{_STRATEGY}/strategy": NAME,
    f"{_STRATEGY}/when": EXPRESSION,
    f"{_STRATEGY}/note": TEXT,
    f"{_STRATEGY}/surprise": [1],
    f"{_STRATEGY}/fences": [*LIST, [{}], [{"node": "node.kind == 'dc'"}] * 21],
    f"{_STRATEGY}/fences/0/node": [*EXPRESSION, "lines.size() > 0", "node.knd == 'dc'"],
    f"{_STRATEGY}/fences/0/node_kinds": ["dc", [], ["shop"], [7], {}],
    f"{_STRATEGY}/fences/0/node_groups": NAMES,
    f"{_STRATEGY}/fences/0/nodes": NAMES,
    f"{_STRATEGY}/fences/0/distance_km_max": ["1", -1, 10**6, True, [], *wrong.NUMBERS],
    f"{_STRATEGY}/fences/0/note": TEXT,
    f"{_STRATEGY}/fences/0/surprise": [1],
    f"{_STRATEGY}/ratings": [*LIST, [{}]],
    f"{_STRATEGY}/ratings/0/node": [7, [], "", "node.kind", "1 +"],
    f"{_STRATEGY}/ratings/0/by_kind": ["x", 7, [], {"shop": 1}],
    f"{_STRATEGY}/ratings/0/by_kind/dc": PRICE,
    f"{_STRATEGY}/ratings/0/by_node": ["x", 7, [], {"no-such-node": 1}],
    f"{_STRATEGY}/ratings/0/by_group": ["x", 7, [], {"no-such-group": 1}],
    f"{_STRATEGY}/ratings/0/surprise": [1],
    f"{_STRATEGY}/limits": [None, "x", 7, []],
    f"{_STRATEGY}/limits/shipments_max": [*NOT_WHOLE[1:], 0, 101],
    f"{_STRATEGY}/limits/distance_km_max": ["1", -1, 10**6, True, [], *wrong.NUMBERS],
    f"{_STRATEGY}/limits/nodes": NAMES,
    f"{_STRATEGY}/limits/node_groups": NAMES,
    f"{_STRATEGY}/limits/surprise": [1],
    "/surprise": [1],
}
_TIMES = [each for each in wrong.NOT_A_TIME if each != "9999-12-31T23:59:59Z"]

CALLS = {
    "POST /v1/policies": ({"document": DOCUMENT, "note": "test"}, {**_DOCUMENT, "/note": REASON}),
    "PUT /v1/policies/{policy}": (
        {"document": DOCUMENT, "note": "test"},
        {"/document": [MISSING, None, "x", []], f"{_PROFILE}/when": EXPRESSION, "/note": REASON,
         "/surprise": [1]},
    ),
    "POST /v1/policies/{policy}/schedule": (
        {"effective_at": "2027-06-01T00:00:00Z", "reason": "test"},
        {"/effective_at": [MISSING, None, *_TIMES, "9000-01-01T00:00:00Z"],
         "/reason": REASON[2:], "/surprise": [1]},
    ),
    "POST /v1/policies/{policy}/withdraw": ({"reason": "x"}, {"/reason": REASON, "/surprise": [1]}),
    "POST /v1/policies/{policy}/activate": ({"reason": "x"}, {"/reason": REASON, "/surprise": [1]}),
    "POST /v1/policies/{policy}/discard": ({"reason": "x"}, {"/reason": REASON, "/surprise": [1]}),
    "POST /v1/policies/rollback": (
        {"version": 1, "reason": "x"},
        {"/version": [*NOT_WHOLE[1:], 0, 10**6], "/reason": REASON, "/surprise": [1]},
    ),
    "POST /v1/policies/validate": (
        {"document": DOCUMENT},
        {"/document": [MISSING, None, "x", []], f"{_PROFILE}/profile": NAME, "/surprise": [1]},
    ),
    "POST /v1/policies/rehearse": (
        {
            "order": {
                "channel": "{channel}", "service": "standard", "customer_class": "gold",
                "destination": {"country": "US", "postal_code": "78701"},
                "lines": [{"sku": "{sku}", "quantity": 1}],
            },
            "document": DOCUMENT, "at": "2026-11-28T10:00:00Z",
        },
        {
            "/order": [MISSING, None, "x", []],
            "/order/channel": [*text_of(128), MISSING, "no-such-channel"],
            "/order/service": [None, 7, ""],
            "/order/customer_class": [7, "", "x" * 65],
            "/order/destination": [MISSING, None, "x", {}],
            "/order/lines": ["x", 7, {}, [None]],
            "/order/lines/0/sku": [*text_of(128), MISSING, "no-such-sku"],
            "/order/lines/0/quantity": [MISSING, *NOT_WHOLE, 0],
            "/document": ["x", 7, []],
            f"{_PROFILE}/when": EXPRESSION,
            "/version": [*NOT_WHOLE[1:], 0, 7],
            "/at": [each for each in wrong.NOT_A_TIME if each not in wrong.TOO_EARLY_OR_LATE],
            "/surprise": [1],
        },
    ),
}  # fmt: skip
