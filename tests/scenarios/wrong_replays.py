"""What may not stand in the call that asks for a replay."""

from typing import Any

from scenarios import wrong
from scenarios.wrong import MISSING, NOT_WHOLE

TIMES = [each for each in wrong.NOT_A_TIME if each not in wrong.TOO_EARLY_OR_LATE]

CALLS: dict[str, tuple[dict[str, Any], dict[str, list[Any]]]] = {
    "POST /v1/replays": (
        {
            "from": "2026-11-01T00:00:00Z", "to": "2026-11-20T00:00:00Z",
            "document": {
                "extra_shipment": 100, "keep": [{"units": 1, "match": {"skus": ["{sku}"]}}],
            },
            "seed": 1,
        },
        {
            "/from": [MISSING, None, *TIMES, "2026-11-20T00:00:00Z", "2020-01-01T00:00:00Z"],
            "/to": [*TIMES, "2026-10-01T00:00:00Z", "9999-12-31T23:59:59Z"],
            "/document": ["x", 7, []],
            "/document/extra_shipment": NOT_WHOLE,
            "/document/keep/0/match/skus/0": ["no-such-sku", "", 7, None],
            "/document/surprise": [1],
            "/version": [1, *NOT_WHOLE[1:], 0],
            "/seed": [None, "1", -1, 1.5, True, [], 2**31],
            "/surprise": [1],
        },
    ),
}  # fmt: skip
