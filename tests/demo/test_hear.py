"""What the people make of the feed."""

import msgspec
import pytest

from entrepot.demo.crew import Work, WorkLine
from entrepot.demo.feed import Event
from entrepot.demo.hear import Listener
from entrepot.demo.tally import End, Tally


def event(type_: str, order: str | None = "o", **data: object) -> Event:
    raw = msgspec.json.encode({"order_id": order, **data})
    return Event(sequence=1, type=type_, subject="s", data=msgspec.Raw(raw))


@pytest.fixture
def heard() -> list[Work]:
    return []


@pytest.fixture
def listener(heard) -> Listener:
    tally = Tally()
    tally.placed("o")
    return Listener(tally, heard.append)


def test_released_work_reaches_its_node(listener, heard):
    lines = [{"line": 2, "sku": "A", "quantity": 3}]
    told = {"node": "dc-1", "method": "ship", "service": "standard", "lines": lines}
    listener.hear(event("fulfillment.released", fulfillment_order_id="f", day="2026-11-20", **told))
    assert heard == [Work("f", "dc-1", "ship", "standard", [WorkLine(2, "A", 3)])]


@pytest.mark.parametrize(
    ("story", "end"),
    [
        (["fulfillment.delivered", "order.closed"], End.DELIVERED),
        (["fulfillment.collected", "order.closed"], End.COLLECTED),
        (["order.canceled", "order.closed"], End.CANCELED),
        (["order.canceled", "fulfillment.delivered", "order.closed"], End.DELIVERED),
        (["fulfillment.delivered", "order.canceled", "order.closed"], End.DELIVERED),
        (["exception.opened"], End.EXCEPTION),
        (["exception.opened", "fulfillment.delivered", "order.closed"], End.DELIVERED),
        (["exception.opened", "exception.closed"], None),
        (["fulfillment.delivered"], None),
    ],
)
def test_an_order_ends_as_its_events_tell(listener, story, end):
    for type_ in story:
        listener.hear(event(type_))
    assert listener.tally.how.get("o") is end
    assert listener.tally.ended == (end is not None)
    assert listener.tally.seen["events"] == len(story)


def test_only_open_exceptions_are_trouble(listener):
    listener.hear(event("exception.opened"))
    assert listener.tally.troubled == {"o"}
    listener.hear(event("order.closed"))
    assert listener.tally.troubled == set()


def test_an_exception_of_no_order_and_unknown_events_change_nothing(listener):
    listener.hear(event("exception.opened", order=None))
    listener.hear(event("inventory.counted"))
    assert (listener.tally.ended, listener.tally.seen["events"]) == (0, 2)
