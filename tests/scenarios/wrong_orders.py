"""Calls about an order that are no command of its life: notes, and what a cancellation would do."""

from scenarios.wrong import MISSING, NOT_WHOLE, text_of

QUANTITY = [MISSING, *NOT_WHOLE[:8], None, [], 10**30]

CALLS = {
    "POST /v1/orders/{order}/notes": (
        {"text": "called", "mentions": ["mia"]},
        {
            "/text": [MISSING, *text_of(4_000), " \n"],
            "/mentions": [None, "x", 7, {}, [7], [None], [""], ["x" * 201], ["x"] * 21],
            "/surprise": [1],
        },
    ),
    "POST /v1/orders/{order}/cancel/preview": (
        {"lines": [{"line": 1, "quantity": 1}]},
        {
            "/lines": ["x", 7, {}, [], [None], [7]],
            "/lines/0/line": [*QUANTITY, 0, 40_000],
            "/lines/0/quantity": [*QUANTITY, 0],
            "/lines/0/surprise": [1],
            "/surprise": [1],
        },
    ),
}
