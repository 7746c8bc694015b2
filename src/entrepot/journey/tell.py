"""The facts of exceptions that stand against a position, not an order. Pure."""

from entrepot.plumbing import db
from entrepot.plumbing.exceptions import Stuck
from entrepot.plumbing.outbox import Fact


def stuck(each: Stuck) -> Fact:
    """Something waits for a person."""
    data = {"kind": each.kind, "reason": each.reason, "line": None}
    return Fact("exception.opened", each.subject, db.json_text(data))
