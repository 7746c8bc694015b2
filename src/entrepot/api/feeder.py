"""A feed as its feeder hears it: read, applied window by window, answered in the order of lines."""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Sequence

from entrepot.api import feed_wire as wire
from entrepot.api.arriving import CutOffError
from entrepot.api.feed_windows import (
    Applied,
    Feed,
    Feeder,
    Inbox,
    answered,
    apply_next,
    read_in,
    why_broken,
)
from entrepot.api.feed_wire import BUFFER_BYTES
from entrepot.api.problems import Code, Problem
from entrepot.inventory.model import Free

EMPTY = "the body has no rows: one JSON object on each line"
LEFT = "the server has left"

LINGERS_S = 10.0
"""How long the last word waits for the server to read it."""


async def answer_feed(
    feeder: Feeder, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
) -> None:
    """Answer one feed, whatever happens to it; beyond AT_ONCE_MAX one waits for another's end."""
    try:
        async with feeder.places:
            wire.send(writer, wire.Ready())
            begin = await wire.asked(reader)
            assert isinstance(begin, wire.Begin), "a feed begins"
            await _converse(feeder, begin, reader, writer)
        await _linger(reader, writer)
    except (EOFError, OSError):
        return  # nobody hears any more
    finally:
        writer.close()


async def _converse(
    feeder: Feeder, begin: wire.Begin, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
) -> None:
    def moved(free: Sequence[Free]) -> None:
        with contextlib.suppress(OSError):
            wire.send(writer, wire.Moved(time.monotonic(), list(free)))

    feed = Feed(feeder, begin.market, begin.actor, moved)
    inbox = Inbox()
    reading = asyncio.create_task(read_in(_body(reader), begin.packed, inbox))
    try:
        if not await inbox.begins():
            none = inbox.problem or Problem(Code.INVALID, EMPTY)
            wire.send(writer, wire.refused(none))
            return
        wire.send(writer, wire.Begun())
        await _answer(feed, inbox, writer)
    finally:
        reading.cancel()
        await asyncio.gather(reading, return_exceptions=True)


async def _linger(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Let the server read the last word, and leave first: a body still on its way would cut it."""
    await writer.drain()
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(LINGERS_S):
            while await reader.read(BUFFER_BYTES):
                pass


async def _answer(feed: Feed, inbox: Inbox, writer: asyncio.StreamWriter) -> None:
    """Say the answers window by window; while one is answered the next is applied."""
    applying = asyncio.create_task(apply_next(feed, inbox))
    try:
        while (applied := await applying) is not None:
            if inbox.why == LEFT:
                return
            if applied.why is None:
                applying = asyncio.create_task(apply_next(feed, inbox))
            told = await _told(feed, applied)
            wire.send(writer, told)
            await writer.drain()
            if isinstance(told, wire.Over):
                return
        wire.send(writer, wire.Over(inbox.next_line, inbox.why))
    finally:
        applying.cancel()
        await asyncio.gather(applying, return_exceptions=True)


async def _told(feed: Feed, applied: Applied) -> wire.Told | wire.Over:
    """Print a window's answers, or why it broke off and the feed with it."""
    why = applied.why
    if why is None:
        try:
            return wire.Told(applied.end, await answered(feed, applied))
        except Exception as fault:  # noqa: BLE001 - the sender hears of it
            why = why_broken(fault)
    return wire.Over(applied.first, why)


async def _body(reader: asyncio.StreamReader) -> AsyncIterator[bytes]:
    """Give the body as it comes; raises CutOffError where it is cut off."""
    while True:
        try:
            asked = await wire.asked(reader)
        except (EOFError, OSError):
            raise CutOffError(LEFT) from None
        if isinstance(asked, wire.Part):
            yield asked.data
        elif isinstance(asked, wire.End):
            if asked.why is not None:
                raise CutOffError(asked.why)
            return
