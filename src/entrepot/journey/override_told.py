"""The facts of overrides, as the feed tells them. Pure. docs/events says what each carries."""

from datetime import date

from entrepot.network.model import OverrideRow
from entrepot.plumbing import db
from entrepot.plumbing.outbox import Fact


def overridden(row: OverrideRow, *, actor: str, reason: str) -> Fact:
    """Operations said something of a node for a while."""
    return _fact("capacity.overridden", row, actor, reason)


def restored(row: OverrideRow, *, actor: str, reason: str) -> Fact:
    """It ended."""
    return _fact("capacity.restored", row, actor, reason)


def clearing(row: OverrideRow, *, actor: str, reason: str) -> Fact:
    """The work that stands in it is to be planned again."""
    return _fact("capacity.clearing", row, actor, reason)


def _fact(kind: str, row: OverrideRow, actor: str, reason: str) -> Fact:
    data: dict[str, object] = {
        "override_id": str(row.override_id),
        "node": row.node_id,
        "kind": row.kind,
        "begins_at": row.begins_at,
        "ends_at": row.ends_at,
        "actor": actor,
        "reason": reason,
    }
    more: dict[str, date | str | int | None] = {
        "service": row.method,
        "day": row.day,
        "limit": row.limit_per_day,
        "clock": None if row.clock is None else row.clock.isoformat("minutes"),
    }
    data |= {name: value for name, value in more.items() if value is not None}
    return Fact(kind, f"nodes/{row.node_id}", db.json_text(data))
