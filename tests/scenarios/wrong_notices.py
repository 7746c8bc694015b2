"""What may not stand in the calls that tell the outside: the policy, publication, webhooks."""

from typing import Any

from scenarios import wrong
from scenarios.wrong import MISSING, NOT_WHOLE, text_of

ID = [MISSING, *text_of(128)]
FLAG = ["true", 1, 0, None, [], wrong.NAN]

CALLS: dict[str, tuple[dict[str, Any], dict[str, list[Any]]]] = {
    "PUT /v1/policy": (
        {
            "document": {
                "release_after_s": 0,
                "publication": [{
                    "channel": "{channel}", "enabled": True, "low_at": 3, "step_units": 5,
                    "step_share": 0.5, "coalesce_ms": 100,
                }],
                "truth": {"node_kinds": ["store"], "count_sources": ["crew"], "count_s": 45,
                          "count_unit_s": 2},
                "truth_discount": {"node_kinds": ["store"], "at_least_probability": 0.9},
                "milestones": {
                    "alert_minutes": 60, "accept_minutes": 60, "pick_minutes": 60,
                    "pack_minutes": 30, "replan_unaccepted_after_minutes": 45, "replan": True,
                },
                "revisions": {"quiet_hours": 12, "tell_earlier": True},
                "learned_transit": {"window_days": 60, "card_weight": 20, "share": 0.9},
            },
            "reason": "test",
        },
        {
            "/document": [MISSING, None, "x", []],
            "/document/publication": [None, "x", 7, {}, [None], ["web"]],
            "/document/publication/0/channel": [*ID, "no-such-channel"],
            "/document/publication/0/enabled": FLAG,
            "/document/publication/0/low_at": NOT_WHOLE,
            "/document/publication/0/step_units": [*NOT_WHOLE[1:], 0],
            "/document/publication/0/step_share": [0, -1, 1.5, "0.5", [], True, *wrong.NUMBERS],
            "/document/publication/0/coalesce_ms": NOT_WHOLE,
            "/document/publication/0/surprise": [1],
            "/document/release_after_s": NOT_WHOLE[1:],
            "/document/truth": [None, "x", [], 7],
            "/document/truth/node_kinds": [None, "store", ["shop"], [7], {}],
            "/document/truth/count_sources": ["crew", [""], [7], ["x" * 65], {}],
            "/document/truth/count_s": [*NOT_WHOLE, 0, 3601],
            "/document/truth/count_unit_s": [*NOT_WHOLE, 601],
            "/document/truth/surprise": [1],
            "/document/truth_discount": ["x", [], 7],
            "/document/truth_discount/node_kinds": [None, [], "store", ["shop"], [7]],
            "/document/truth_discount/at_least_probability": [None, "0.9", 0.4, 1, -1, True, []],
            "/document/truth_discount/surprise": [1],
            "/document/milestones": ["x", [], 7, True],
            "/document/milestones/alert_minutes": [*NOT_WHOLE, 10_081],
            "/document/milestones/accept_minutes": [*NOT_WHOLE, 10_081],
            "/document/milestones/pick_minutes": [*NOT_WHOLE, 10_081],
            "/document/milestones/pack_minutes": [*NOT_WHOLE, 10_081],
            "/document/milestones/replan_unaccepted_after_minutes": [*NOT_WHOLE[1:], 4, 43_201],
            "/document/milestones/replan": FLAG,
            "/document/milestones/surprise": [1],
            "/document/revisions": [None, "x", [], 7],
            "/document/revisions/quiet_hours": [*NOT_WHOLE, 721],
            "/document/revisions/tell_earlier": FLAG,
            "/document/revisions/surprise": [1],
            "/document/learned_transit": ["x", [], 7],
            "/document/learned_transit/window_days": [*NOT_WHOLE, 6, 731],
            "/document/learned_transit/card_weight": [*NOT_WHOLE, 10_001],
            "/document/learned_transit/share": [None, "0.9", 0.4, 1, -1, True, [], *wrong.NUMBERS],
            "/document/learned_transit/surprise": [1],
            "/document/surprise": [1],
            "/reason": [MISSING, None, 7, "", "a\x00"],
            "/surprise": [1],
        },
    ),
    "POST /v1/channels/{channel}/republish": (
        {"skus": ["{sku}"]},
        {
            "/skus": ["x", 7, {}, [], [None], [7], [""]],
            "/skus/0": [*ID[1:], "no-such-sku"],
            "/category": [7, [], {}, "", "a\x00", "x" * 1000, "tops"],
            "/surprise": [1],
        },
    ),
    "PUT /v1/webhooks/{webhook}": (
        {
            "url": "https://erp.example.com/hook", "types": ["order.captured"], "enabled": True,
            "secret": "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "channels": ["{channel}"],
        },
        {
            "/url": [MISSING, *text_of(2000), "x", "ftp://erp.example.com", "https://", "//x",
                     "https://kim@erp.example.com", "https://erp.example.com:0x50/"],
            "/secret": [MISSING, None, *wrong.NOT_TEXT, "", "x", "whsec_", "whsec_????", "a\x00"],
            "/types": ["order.captured", 7, {}, None, ["*"], [None], ["order.exploded"]],
            "/channels": ["x", 7, {}, [], [None], [""], ["no-such-channel"]],
            "/enabled": FLAG,
            "/surprise": [1],
        },
    ),
    "POST /v1/webhooks/{webhook}/replay": (
        {"from": 1},
        {"/from": [MISSING, *NOT_WHOLE[:12], 0, 2**63, *wrong.NUMBERS], "/surprise": [1]},
    ),
}  # fmt: skip
"""For each call a right body, and what may not stand where."""
