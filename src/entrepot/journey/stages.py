"""How far an order has come, stage by stage, as its method has them. Pure."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from entrepot.journey.progress import Standing
from entrepot.network.model import Method

_BEGUN: Final = frozenset({"accepted", "picking", "picked", "packed"})
_READY: Final = frozenset({"ready_for_pickup"})
_SENT: Final = frozenset({"shipped"})
_THERE: Final = frozenset({"delivered", "collected"})

_SHIP: Final = (
    ("planned", None),
    ("in_fulfillment", _BEGUN | _READY | _SENT | _THERE),
    ("shipped", _SENT | _THERE),
    ("delivered", _THERE),
)
_FETCH: Final = (
    ("planned", None),
    ("in_fulfillment", _BEGUN | _READY | _SENT | _THERE),
    ("ready_for_pickup", _READY | _THERE),
    ("collected", _THERE),
)

_FACTS: Final[Mapping[str, tuple[str, ...]]] = {
    "planned": ("sourcing.planned",),
    "in_fulfillment": ("fulfillment.accepted", "fulfillment.picking", "fulfillment.picked"),
    "shipped": ("fulfillment.shipped",),
    "delivered": ("delivery.delivered", "fulfillment.delivered"),
    "ready_for_pickup": ("fulfillment.ready",),
    "collected": ("fulfillment.collected",),
}


def stages(standing: Standing, timeline: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Give the stages in order: `done`, `current` or `todo`, units that have come there, and when.

    The first is `placed`. Units are of stock; canceled ones count nowhere. Of an order of which
    nothing is left, what was not reached stays `todo`.
    """
    progress = standing.progress
    left = progress.left
    waiting = min(progress.waiting + progress.stuck, left)
    shown = [
        {
            "id": "placed",
            "state": "done",
            "units": left,
            "of": left,
            "at": standing.head.placed_at,
        }
    ]
    open_ = left > 0
    for name, states in _SHIP if standing.head.method == Method.SHIP else _FETCH:
        come = (
            left - waiting
            if states is None
            else min(left, sum(work.units for work in progress.works if work.state in states))
        )
        done = left > 0 and come >= left
        state = "done" if done else "current" if open_ else "todo"
        open_ = open_ and done
        at = _first(timeline, _FACTS[name]) if come else None
        shown.append({"id": name, "state": state, "units": come, "of": left, "at": at})
    return shown


def _first(timeline: Sequence[Mapping[str, Any]], types: Sequence[str]) -> object:
    return next((entry["at"] for entry in timeline if entry["type"] in types), None)
