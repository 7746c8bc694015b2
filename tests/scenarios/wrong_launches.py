"""For each call of launches a right body, and what may not stand where."""

from scenarios import wrong
from scenarios.wrong import MISSING, NOT_WHOLE, text_of

REASON = [MISSING, None, 7, "", "a\x00", "x" * 10_000]
UNITS = [MISSING, *NOT_WHOLE]

CALLS = {
    "PUT /v1/launches/NEW-{supply}": (
        {
            "skus": ["{sku}"], "opens_at": "2027-02-20T10:00:00Z",
            "line": {"first": 10, "per_s": 5}, "reason": "drop",
        },
        {
            "/skus": [MISSING, None, "x", {}, [], [None], [7], ["{sku}"] * 101],
            "/skus/0": [*text_of(128), "no-such-sku", "{kit}"],
            "/opens_at": [MISSING, None, *wrong.NOT_A_TIME, "2026-01-01T00:00:00Z"],
            "/line": ["x", 7, [], {}],
            "/line/first": [*UNITS, 1_000_001],
            "/line/per_s": [*UNITS, 0, 100_001],
            "/line/surprise": [1],
            "/reason": text_of(500, null=True),
            "/surprise": [1],
        },
    ),
    "POST /v1/launches/{launch}/cancel": (
        {"reason": "not ready"}, {"/reason": REASON, "/surprise": [1]},
    ),
    "POST /v1/launches/{launch}/end": (
        {"reason": "over"}, {"/reason": REASON, "/surprise": [1]},
    ),
}  # fmt: skip
