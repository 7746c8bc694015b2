"""Carriers' words over HTTP: duplicates, late and disordered ones are welcome."""

from datetime import datetime

from entrepot.access.model import Scope
from entrepot.api.bodies_fulfillment import (
    EARLIEST,
    LATEST,
    TrackedAnswer,
    TrackingAnswer,
    TrackingBody,
    tracking_event,
)
from entrepot.api.commands import command
from entrepot.api.face import Answer, Request, Route, json_answer
from entrepot.api.problems import invalid
from entrepot.delivery import tell
from entrepot.delivery.track import track
from entrepot.plumbing import db, outbox


async def take(request: Request) -> Answer:
    """Take in what carriers say: one result for each event, in order."""
    body: TrackingBody = request.body
    for place, each in enumerate(body.events):
        if not EARLIEST <= each.occurred_at < LATEST:
            said = f"lies outside of {EARLIEST.year} to {LATEST.year}"
            raise invalid(f"/events/{place}/occurred_at", said)
    events = [tracking_event(each) for each in body.events]
    market = request.principal.market

    async def act(conn: db.Connection, at: datetime) -> Answer:
        tracked = await track(conn, market, events, at=at)
        await outbox.tell(conn, market, tell.facts(tracked.news, actor=request.actor), at=at)
        results = [
            TrackedAnswer(
                tracking_number=event.tracking_number, carrier=event.carrier, status=result
            )
            for event, result in zip(events, tracked.results, strict=True)
        ]
        return json_answer(200, TrackingAnswer(results=results))

    return await command(request, act)


ROUTES = [
    Route(
        "POST", "/v1/tracking", take, Scope.TRACKING_WRITE, "What carriers say of parcels",
        body=TrackingBody, answer=TrackingAnswer, keyed=True,
    ),
]  # fmt: skip
