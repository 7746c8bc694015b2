"""What stock tells by itself: exceptions that are no order's. Pure; docs/events fixes the form."""

import msgspec

from entrepot.plumbing.exceptions import Stuck
from entrepot.plumbing.outbox import Fact


def raised(stuck: Stuck) -> Fact:
    """Something that is no order's waits for a person."""
    data = {"kind": stuck.kind, "reason": stuck.reason, "line": None}
    return Fact("exception.opened", stuck.subject, msgspec.json.encode(data).decode())
