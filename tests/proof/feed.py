"""The event feed as its readers read it: in pages, waiting, or as a stream."""

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import asyncpg
import httpx

from entrepot.demo.http import Http
from entrepot.journey.table import rows
from proof.judge import Told
from proof.processes import KEY

DRAINED_S_MAX = 60
CAPTURED = "order.captured"

Event = dict[str, Any]

_UNBEGUN = "SELECT NOT EXISTS (SELECT FROM plumbing.cursor WHERE step = any($1::text []))"
_OWED = """
SELECT (SELECT count(*) FROM plumbing.outbox) + (
    SELECT count(*)
    FROM plumbing.feed AS f
    CROSS JOIN unnest($1::text []) AS s (step)
    LEFT JOIN plumbing.cursor AS c ON f.market = c.market AND s.step = c.step
    WHERE coalesce(c.sequence, 0) < f.last_sequence
)
"""


async def page(http: Http, after: int, *, limit: int = 200, wait: int = 0) -> list[Event]:
    """Read at most `limit` events after a sequence; wait at most so many seconds for the first."""
    answer = await http.send("GET", f"/v1/events?after={after}&limit={limit}&wait={wait}")
    assert answer.status == 200, answer.body
    events: list[Event] = json.loads(answer.body)["events"]
    return events


async def whole(http: Http) -> list[Event]:
    """Read the feed from its beginning to its end."""
    events: list[Event] = []
    while more := await page(http, events[-1]["sequence"] if events else 0):
        events += more
    return events


def told(events: list[Event]) -> list[Told]:
    """Bring events into the judge's shape."""
    return [
        Told(
            event["sequence"],
            event["id"],
            event["type"],
            str(event["data"].get("order_id", "")),
        )
        for event in events
    ]


async def begun(database_url: str) -> None:
    """Wait until a worker has begun to read the feed. Raises TimeoutError when none does."""
    await _until(database_url, _UNBEGUN)


async def drained(database_url: str) -> None:
    """Wait until every fact is numbered and every row of the journey has read to the feed's end.

    Raises TimeoutError when something stays owed.
    """
    await _until(database_url, _OWED)


async def _until(database_url: str, waiting: str) -> None:
    """Wait while a statement about the journey's rows is true, or not zero."""
    steps = [row.do for row in rows()]
    conn = await asyncpg.connect(database_url)
    try:
        async with asyncio.timeout(DRAINED_S_MAX):
            while await conn.fetchval(waiting, steps):  # noqa: ASYNC110 - another process does it
                await asyncio.sleep(0.1)
    finally:
        await conn.close()


async def stream(url: str, after: int) -> AsyncIterator[tuple[int, str, Event]]:
    """Follow the stream: (id, event, data) of every server-sent event, until the caller stops."""
    async with (
        httpx.AsyncClient(base_url=url, timeout=30, trust_env=False) as http,
        http.stream(
            "GET",
            f"/v1/events/stream?after={after}",
            headers={"authorization": f"Bearer {KEY}", "accept": "text/event-stream"},
        ) as answer,
    ):
        assert answer.status_code == 200, await answer.aread()
        assert answer.headers["content-type"].startswith("text/event-stream")
        fields: dict[str, str] = {}
        async for line in answer.aiter_lines():
            if line:
                name, _, value = line.partition(":")
                fields[name] = value.removeprefix(" ")
            elif "data" in fields:
                yield int(fields["id"]), fields.get("event", ""), json.loads(fields["data"])
                fields = {}
