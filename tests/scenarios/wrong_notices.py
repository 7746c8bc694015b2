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
                "require_replay": {"days": 7, "max_cost_increase_pct": 1},
                "claiming": [{"channels": ["{channel}"], "services": ["standard"],
                              "node_kinds": ["store"], "offered_max": 3, "minutes": 30,
                              "attempts_max": 2, "tell_a_person": True}],
                "when_given_up": "whole",
                "pickup_consent": {"choices": ["ship"], "minutes": 60, "default": "wait"},
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
            "/document/claiming": [None, "x", 7, {}, [None], ["web"]],
            "/document/claiming/0/channels": ["web", [], [7], [""], {}],
            "/document/claiming/0/services": ["standard", [], [7], [""], {}],
            "/document/claiming/0/node_kinds": [None, "store", [], ["shop"], [7], {}],
            "/document/claiming/0/offered_max": [*NOT_WHOLE, 0, 51],
            "/document/claiming/0/minutes": [*NOT_WHOLE, 0, 10_081],
            "/document/claiming/0/attempts_max": [*NOT_WHOLE, 0, 11],
            "/document/claiming/0/tell_a_person": FLAG,
            "/document/claiming/0/surprise": [1],
            "/document/when_given_up": [None, 7, "", "some", [], {}],
            "/document/pickup_consent": ["x", 7, []],
            "/document/pickup_consent/choices": [None, "ship", [], ["burn"], [7], {}],
            "/document/pickup_consent/minutes": [*NOT_WHOLE, 0, 43_201],
            "/document/pickup_consent/default": [None, 7, "ship", [], {}],
            "/document/pickup_consent/surprise": [1],
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
            "/document/require_replay": ["x", [], 7],
            "/document/require_replay/days": [*NOT_WHOLE, 0, 367],
            "/document/require_replay/within_hours": [*NOT_WHOLE, 0],
            "/document/require_replay/max_cost_increase_pct": ["1", -101, 1_001, *wrong.NUMBERS],
            "/document/require_replay/max_late_increase": ["1", True, {}, *wrong.NUMBERS],
            "/document/require_replay/surely": FLAG,
            "/document/require_replay/surprise": [1],
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
