"""An order's timeline as people read it: who, what, when, why, and what was so before. Pure.

Every fact of the order is an entry; notes stand among them. What only machines need to know of is
marked `minor`, so that a face may fold it.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from entrepot.orders.notes import MENDED_WITHIN, Note

SYSTEM: Final = "entrepot"

TALK: Final = frozenset({"order.noted", "exception.attended"})
"""Facts of talk about the order: they change nothing of it, and not its version."""

_MINOR: Final = frozenset(
    {
        "consent.withdrawn", "delivery.scanned", "exception.attended", "fulfillment.delivered",
        "fulfillment.picking", "fulfillment.planned", "fulfillment.released", "offer.opened",
        "offer.expired", "offer.withdrawn", "order.closed",
    }
)  # fmt: skip

_AT_NODES: Final = frozenset(
    {
        "fulfillment.accepted", "fulfillment.collected", "fulfillment.packed",
        "fulfillment.picked", "fulfillment.picking", "fulfillment.ready", "fulfillment.rejected",
        "fulfillment.shipped", "fulfillment.shorted",
    }
)  # fmt: skip
"""What nodes do themselves; that work is released, or taken back, is others' doing."""

_GROUPS: Final[Mapping[str, str]] = {
    "order": "order",
    "sourcing": "plan",
    "fulfillment": "work",
    "offer": "work",
    "milestone": "promise",
    "promise": "promise",
    "delivery": "delivery",
    "consent": "customer",
    "exception": "exception",
}

Entry = dict[str, Any]


def read_through(
    entries: Sequence[Entry], notes: Sequence[Note], decisions: Mapping[datetime, UUID]
) -> list[Entry]:
    """Give the entries with who, what was before, and the decision behind each; notes in between.

    `decisions` are the order's by their time: a plan is told in the commit that decided it.
    """
    states: dict[str, str] = {}
    nodes: list[str] = []
    shown = []
    for entry in entries:
        if entry["type"] == "order.noted":
            continue
        data = entry["data"]
        changes = _changes(entry["type"], data, states, nodes)
        nodes = _nodes_of(data) if entry["type"] == "sourcing.planned" else nodes
        planned = entry["type"] == "sourcing.planned"
        shown.append(
            entry
            | {
                "group": _GROUPS.get(entry["type"].partition(".")[0], "order"),
                "minor": entry["type"] in _MINOR,
                "who": _who(entry["type"], entry["actor"], data),
                "changes": changes,
                "decision": decisions.get(_moment(entry["at"])) if planned else None,
            }
        )
    shown += [_note(each) for each in notes]
    return sorted(shown, key=lambda entry: _moment(entry["at"]))


def _note(note: Note) -> Entry:
    return {
        "sequence": None,
        "type": "note",
        "at": note.at,
        "actor": note.author,
        "reason": None,
        "data": {
            "note_id": note.note_id,
            "words": note.words,
            "mentions": note.mentions,
            "edited_at": note.edited_at,
            "editable_until": note.at + MENDED_WITHIN,
        },
        "group": "note",
        "minor": False,
        "who": {"kind": "person", "name": note.author},
        "changes": [],
        "decision": None,
    }


def _moment(at: datetime | str) -> datetime:
    return datetime.fromisoformat(at) if isinstance(at, str) else at


def _who(kind: str, actor: str, data: Mapping[str, Any]) -> dict[str, str]:
    """Say whose doing it was: a carrier's, a node's, a channel's, a person's or our own."""
    noun = kind.partition(".")[0]
    if noun == "delivery" and data.get("carrier"):
        return {"kind": "carrier", "name": data["carrier"]}
    if kind == "order.captured":
        return {"kind": "channel", "name": data.get("channel", actor), "by": actor}
    if actor == SYSTEM:
        return {"kind": "system", "name": SYSTEM}
    if kind in _AT_NODES and data.get("node"):
        return {"kind": "node", "name": data["node"], "by": actor}
    return {"kind": "person", "name": actor}


def _changes(
    kind: str, data: Mapping[str, Any], states: dict[str, str], nodes: Sequence[str]
) -> list[dict[str, Any]]:
    """Say what was so before, and what is so since. Notes the states of the nodes' work."""
    plain = {
        "promise.revised": ("promise", data.get("from"), data.get("to")),
        "order.held": ("hold", None, data.get("kind")),
        "order.unheld": ("hold", data.get("kind"), None),
        "sourcing.planned": ("nodes", list(nodes) or None, _nodes_of(data)),
    }
    if kind in plain:
        return [_change(*plain[kind])]
    if kind == "exception.attended":
        field = "assignee" if data.get("what") == "assigned" else "until"
        return [_change(field, None, data.get(field))]
    if kind.startswith("fulfillment.") and "state" in data:
        work, state = str(data.get("fulfillment_order_id")), data["state"]
        before, states[work] = states.get(work), state
        return [_change("work", before, state)] if before != state else []
    return []


def _change(field: str, before: object, after: object) -> dict[str, Any]:
    return {"field": field, "from": before, "to": after}


def _nodes_of(data: Mapping[str, Any]) -> list[str]:
    return [each["node"] for each in data.get("shipments", ())]
