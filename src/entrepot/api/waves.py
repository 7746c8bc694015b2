"""Waves over HTTP: when what is planned was planned again together, and what that brought."""

from datetime import datetime
from uuid import UUID

import msgspec

from entrepot.access.model import Scope
from entrepot.api.face import Answer, Request, Route, json_answer
from entrepot.api.paging import PageQuery, before_of, cursor_of, next_link
from entrepot.journey import wave_rows


class WaveAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """A wave. `contended` orders could not have their new plan any more; `saved` is minor units.

    `ended_at` null: it is under way, or was cut off; what it had moved by then is moved.
    """

    wave_id: UUID
    began_at: datetime
    ended_at: datetime | None
    looked: int
    moved: int
    contended: int
    saved: int


class WavesAnswer(msgspec.Struct, frozen=True, kw_only=True):
    items: list[WaveAnswer]
    next: str | None


async def get_waves(request: Request) -> Answer:
    """Answer the waves, the last first."""
    query: PageQuery = request.query
    before = before_of(query.cursor)
    async with request.app.pool.acquire() as conn:
        rows = await wave_rows.listed(
            conn, request.principal.market, before=before, most=query.limit + 1
        )
    items = [
        WaveAnswer(
            wave_id=row.wave_id, began_at=row.began_at, ended_at=row.ended_at, looked=row.looked,
            moved=row.moved, contended=row.contended, saved=row.saved,
        )
        for row in rows[: query.limit]
    ]  # fmt: skip
    if len(rows) <= query.limit:
        return json_answer(200, WavesAnswer(items=items, next=None))
    cursor = cursor_of(str(items[-1].wave_id))
    link = next_link("/v1/waves", cursor, limit=query.limit)
    return json_answer(200, WavesAnswer(items=items, next=cursor), link)


ROUTES = [
    Route(
        "GET", "/v1/waves", get_waves, Scope.ORDERS_READ, "What planning again has brought",
        query=PageQuery, answer=WavesAnswer,
    ),
]  # fmt: skip
