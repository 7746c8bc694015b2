"""Health, readiness, metrics and the documents: asked without a key."""

import asyncio
from functools import cache

import msgspec

from entrepot.api.face import Answer, Request, json_answer
from entrepot.api.openapi import document
from entrepot.api.page import DOCS_PAGE
from entrepot.plumbing import db, telemetry

READY_S_MAX = 2.0


async def healthz(_: Request) -> Answer:
    """The process lives and answers."""
    return json_answer(200, {"status": "ok"})


async def readyz(request: Request) -> Answer:
    """The database answers, too."""
    try:
        async with asyncio.timeout(READY_S_MAX), request.app.pool.acquire() as conn:
            await conn.fetchval("SELECT 1")
    except db.UNREACHABLE:
        return json_answer(503, {"status": "the database does not answer"})
    return json_answer(200, {"status": "ready"})


async def metrics(request: Request) -> Answer:
    """Prometheus' text format."""
    telemetry.QUEUE.set(len(request.app.placing))
    return Answer(200, telemetry.exposition(), (), "text/plain; version=0.0.4; charset=utf-8")


async def openapi(request: Request) -> Answer:
    """The OpenAPI 3.1 document, printed from the table of routes."""
    return Answer(200, _document(request.app.settings.public_url))


async def docs(_: Request) -> Answer:
    """The document for people: one page without anything from elsewhere."""
    return Answer(200, DOCS_PAGE.encode(), (), "text/html; charset=utf-8")


@cache
def _document(root: str) -> bytes:
    from entrepot.api.routes import ROUTES  # noqa: PLC0415 - the table names this handler

    return msgspec.json.encode(document(ROUTES, root))
