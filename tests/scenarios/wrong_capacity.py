"""For each kind of override a right body, and what may not stand where.

It is one call: spaces tell its bodies apart.
"""

from scenarios import wrong
from scenarios.wrong import MISSING, NOT_WHOLE

REASON = [MISSING, None, 7, "", "x" * 501]
NO_DAY = [MISSING, None, 7, "soon", "2026-02-30", "1999-01-01", "2999-01-01", [], {}]
NO_CLOCK = [7, "25:00", "noon", "16:60", [], {}]
NO_METHOD = [7, "fly", "", [], {}]
PATH = "/v1/nodes/{node}/overrides"
REPLAN = ["true", 1, None, []]

CALLS = {
    f"POST {PATH}": (
        {"kind": "pause", "until": "2027-02-01T09:00:00Z", "service": "ship", "reason": "snow"},
        {
            "/kind": [MISSING, *wrong.CHOICE],
            "/until": [MISSING, None, *wrong.NOT_A_TIME],
            "/from": ["soon", 7, []],
            "/service": NO_METHOD,
            "/day": ["2027-01-01"],
            "/limit": [3],
            "/clock": ["10:00"],
            "/replan": REPLAN,
            "/reason": REASON,
            "/surprise": [1],
        },
    ),
    f"POST  {PATH}": (
        {"kind": "cap", "day": "2027-02-01", "limit": 12, "reason": "few staff"},
        {
            "/day": NO_DAY,
            "/limit": [MISSING, *NOT_WHOLE, 1_000_001],
            "/service": NO_METHOD,
            "/until": ["2027-02-01T09:00:00Z"],
            "/clock": ["10:00"],
            "/reason": REASON,
        },
    ),
    f"POST   {PATH}": (
        {"kind": "close", "day": "2027-02-01", "clock": "15:00", "reason": "holiday"},
        {"/day": NO_DAY, "/clock": NO_CLOCK, "/limit": [3], "/service": ["ship"]},
    ),
    f"POST    {PATH}": (
        {"kind": "cut_off", "day": "2027-02-01", "clock": "11:00", "reason": "early truck"},
        {"/day": NO_DAY, "/clock": [MISSING, None, *NO_CLOCK], "/replan": [*REPLAN, True]},
    ),
}  # fmt: skip
