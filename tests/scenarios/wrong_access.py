"""What may not stand in the calls that let people and programs in."""

from scenarios import wrong
from scenarios.wrong import MISSING

CALLS = {
    "POST /v1/users": (
        {"login": "wrong.user", "name": "Wrong User", "role": "associate", "nodes": ["{node}"]},
        {
            "/login": [MISSING, None, 7, "", "a b", "a/b", "x" * 65, "a\x00"],
            "/name": [MISSING, None, 7, "", " x", "x" * 201, "a\nb", "a\x00"],
            "/role": [MISSING, *wrong.CHOICE],
            "/nodes": [None, [], "x", 7, [7], [""], ["no-such-node"]],
            "/password": ["they are made, not told"],
            "/surprise": [1],
        },
    ),
    "POST /v1/keys": (
        {"name": "wrong key", "scopes": ["orders:read"]},
        {
            "/name": [MISSING, None, 7, "", "x" * 201, "a\nb", "a\x00"],
            "/scopes": [MISSING, None, [], "x", ["nope"], [7], ["person"]],
            "/surprise": [1],
        },
    ),
}
