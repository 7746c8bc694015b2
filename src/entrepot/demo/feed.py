"""The event feed, as one of its readers: in order, nothing left out."""

from collections.abc import Callable

import msgspec

from entrepot.demo.client import Api, ApiError, read

PAGE = 1000
WAIT_S = 5


class Event(msgspec.Struct, frozen=True):
    """A CloudEvent; `data` is left as JSON for who cares for its type."""

    sequence: int
    type: str
    subject: str = ""
    data: msgspec.Raw = msgspec.Raw(b"{}")


class _Page(msgspec.Struct, frozen=True):
    events: list[Event]


async def latest(api: Api) -> int:
    """Give the sequence of the last event there is; 0 when there is none."""
    after = 0
    while events := await _page(api, after, wait_s=0):
        after = events[-1].sequence
    return after


async def follow(api: Api, after: int, hear: Callable[[Event], None]) -> None:
    """Hear every event after this sequence, until canceled.

    Raises ApiError when a number is left out or comes twice: the feed promises to be dense.
    """
    while True:
        for event in await _page(api, after, wait_s=WAIT_S):
            if event.sequence != after + 1:
                raise ApiError(f"the feed went from {after} to {event.sequence}")
            after = event.sequence
            hear(event)


async def _page(api: Api, after: int, *, wait_s: int) -> list[Event]:
    answer = await api.get(f"/v1/events?after={after}&limit={PAGE}&wait={wait_s}")
    return read(answer, _Page).events
