"""Health, readiness, metrics and the documents: asked without a key."""

import asyncio

from entrepot.api.face import Answer, Request, Route, json_answer
from entrepot.api.page import DOCS_PAGE
from entrepot.plumbing import db, relay, telemetry

READY_S_MAX = 2.0


async def healthz(_: Request) -> Answer:
    """The process lives and answers."""
    return json_answer(200, {"status": "ok"})


async def readyz(request: Request) -> Answer:
    """The database answers, too."""
    try:
        async with asyncio.timeout(READY_S_MAX), request.app.pool.acquire() as conn:
            lag = await relay.lag(conn)
    except db.UNREACHABLE:
        return json_answer(503, {"status": "the database does not answer"})
    telemetry.OUTBOX.set(lag.waiting)
    return json_answer(200, {"status": "ready", "outbox_waiting": lag.waiting})


async def metrics(request: Request) -> Answer:
    """Prometheus' text format."""
    telemetry.QUEUE.set(len(request.app.placing))
    return Answer(200, telemetry.exposition(), (), "text/plain; version=0.0.4; charset=utf-8")


async def openapi(request: Request) -> Answer:
    """The OpenAPI 3.1 document, printed from the table of routes."""
    return Answer(200, await asyncio.to_thread(request.app.document))


async def docs(_: Request) -> Answer:
    """The document for people: one page without anything from elsewhere."""
    return Answer(200, DOCS_PAGE.encode(), (), "text/html; charset=utf-8")


ROUTES = [
    Route("GET", "/healthz", healthz, None, "The process lives"),
    Route("GET", "/readyz", readyz, None, "The process can serve"),
    Route("GET", "/metrics", metrics, None, "Prometheus metrics", answer_type="text/plain"),
    Route("GET", "/openapi.json", openapi, None, "This document"),
    Route("GET", "/docs", docs, None, "The document for people", answer_type="text/html"),
]
