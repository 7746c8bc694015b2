"""What may not stand in the calls that work on many orders, and in the views of a list."""

from typing import Any

from scenarios.wrong import CHOICE, MISSING, text_of

TEXT = [MISSING, *text_of(100_000)[:-2]]
BULK = {
    "/action": [MISSING, *CHOICE, "delete"],
    "/reason": [MISSING, *text_of(500)],
    "/kind": CHOICE,
    "/ids": ["x", 7, [], ["no-id"], [7]],
    "/filter": ["x", 7, []],
    "/filter/phase": ["released", [7], ["no-such-phase"], None],
    "/filter/held": ["true", 1],
    "/filter/placed_after": ["yesterday", 7, "2026-11-20T00:00:00"],
    "/filter/surprise": [1],
    "/surprise": [1],
}
ASKED: dict[str, Any] = {
    "action": "hold", "reason": "recall", "kind": "manual",
    "filter": {"phase": ["released"], "held": False, "placed_after": "2026-11-20T00:00:00Z"},
}  # fmt: skip

CALLS: dict[str, tuple[dict[str, Any], dict[str, list[Any]]]] = {
    "POST /v1/orders/bulk": (ASKED, BULK),
    "POST /v1/orders/bulk/preview": (ASKED, BULK),
    "POST /v1/views": (
        {"screen": "orders", "name": "Mine", "query": {"late": "true"}, "team": False,
         "default": False},
        {
            "/screen": [MISSING, None, 7, "", "Orders", "a" * 50],
            "/name": [MISSING, None, 7, "", "x" * 81],
            "/query": [MISSING, None, 7, "x", [], {"a": "x" * 10_001}],
            "/team": ["true", 1, None],
            "/default": ["true", 1, None],
            "/surprise": [1],
        },
    ),
}  # fmt: skip
