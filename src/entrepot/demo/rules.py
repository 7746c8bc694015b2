"""What the sample retailer wants of its nodes: parcels from centers, urgent ones from next door."""

from typing import Any, Final

from entrepot.demo.assortment import Body

NEAR_KM: Final = 400
"""A day by road."""

_CENTERS: Body = {"strategy": "centers first", "fences": [{"node_kinds": ["dc"]}]}
_NEAR: Body = {
    "strategy": "stores near the customer",
    "fences": [{"node_kinds": ["store"], "distance_km_max": NEAR_KM}],
}
_THEN: Body = {"strategy": "then anybody", "ratings": [{"by_kind": {"store": 100}}]}

NOTE: Final = "centers send parcels, stores what is urgent"


def policy() -> Body:
    """Give the document of its policy."""
    profiles: list[dict[str, Any]] = [
        {
            "profile": "urgent",
            "when": "order.service != 'standard'",
            "strategies": [_NEAR, _THEN],
        },
        {"profile": "standard", "strategies": [_CENTERS, _THEN]},
    ]
    return {"sourcing": {"profiles": profiles}}
