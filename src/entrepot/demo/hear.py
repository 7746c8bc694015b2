"""What the people learn from the feed: which node has work, and how each order ends."""

from collections.abc import Callable
from dataclasses import dataclass, field

import msgspec

from entrepot.demo.crew import Work
from entrepot.demo.feed import Event
from entrepot.demo.tally import End, Tally


class _OfOrder(msgspec.Struct, frozen=True):
    order_id: str | None = None


TURNS = frozenset({"order.closed", "exception.opened", "exception.closed"})
ENDS = {
    "fulfillment.delivered": End.DELIVERED,
    "fulfillment.collected": End.COLLECTED,
    "order.canceled": End.CANCELED,
}


@dataclass(slots=True)
class Listener:
    """Hears all events; `work` is given what was released to a node.

    An order that is closed ended as its last piece of work did; where no work was ever handed over
    it was canceled. An open exception is an end too, until something better comes.
    """

    tally: Tally
    work: Callable[[Work], None]
    last: dict[str, End] = field(default_factory=dict)

    def hear(self, event: Event) -> None:
        """Take in one event."""
        self.tally.seen["events"] += 1
        if event.type == "fulfillment.released":
            self.work(msgspec.json.decode(event.data, type=Work))
            return
        end = ENDS.get(event.type)
        if end is None and event.type not in TURNS:
            return
        order = msgspec.json.decode(event.data, type=_OfOrder).order_id
        if order is None:
            return
        if end is not None and (end is not End.CANCELED or order not in self.last):
            self.last[order] = end
        elif event.type == "order.closed":
            self.tally.troubled.discard(order)
            self.tally.end(order, self.last.pop(order, End.CANCELED))
        elif event.type == "exception.opened":
            self.tally.troubled.add(order)
            self.tally.end(order, End.EXCEPTION)
        elif event.type == "exception.closed":
            self.tally.troubled.discard(order)
            self.tally.reopen(order)
