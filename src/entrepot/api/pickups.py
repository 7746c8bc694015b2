"""What customers fetch, over HTTP: it is ready on its shelf, they are here, it is handed over."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated

import msgspec
from msgspec import Meta

from entrepot.access.model import Scope
from entrepot.api.bodies_fulfillment import (
    LINES_MAX,
    FulfillmentOrderAnswer,
    Name,
    PickedUnitsBody,
    said,
)
from entrepot.api.bodies_pickups import ArrivedBody, ReadyBody, VerifiedBody
from entrepot.api.commands import command
from entrepot.api.face import Answer, Request, Route, refuse
from entrepot.api.fulfillment import AT_ITS_NODE, PATH, asked, refusal, shown, take
from entrepot.api.problems import Code, FieldError, Problem, invalid
from entrepot.fulfillment import pickups, tell
from entrepot.fulfillment.arrive import arrive
from entrepot.fulfillment.collect import collect
from entrepot.fulfillment.model import Work
from entrepot.fulfillment.pickups import CODE_LENGTH, Proof, WhyNotTheirs, code_of
from entrepot.fulfillment.ready import ready
from entrepot.plumbing import db, mint, outbox
from entrepot.terms.ids import FulfillmentOrderId, MarketId
from entrepot.terms.outcome import Refused

CODE = "/verified/code"

_NOT_THEIRS = {
    WhyNotTheirs.NO_CODE: Code.INVALID,
    WhyNotTheirs.TOO_MANY_TRIES: Code.CONFLICT,
    WhyNotTheirs.WRONG_CODE: Code.INVALID,
}


class CollectBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The customer, or somebody they sent, has fetched it: all of it.

    `lines` say which lots or serial numbers, where they were not named when they were picked.
    """

    collected_by: Name | None = None
    lines: Annotated[tuple[PickedUnitsBody, ...], Meta(max_length=LINES_MAX)] = ()
    verified: VerifiedBody | None = None


async def put_ready(request: Request) -> Answer:
    """What was picked waits for its customer: a code is made, which the event tells."""
    body: ReadyBody = request.body
    ask = asked(request)
    market = await request.app.world.market(request.principal.market)

    async def act(conn: db.Connection, at: datetime) -> Answer:
        async def shelve(work: Work) -> Mapping[str, object]:
            code = code_of(mint.dice(CODE_LENGTH))
            await pickups.put_ready(conn, market.id, work.id, code=code, shelf=body.shelf)
            return {"pickup_code": code, "shelf": body.shelf}

        return await take(conn, market, ready, ask, at, None, shelve)

    return await command(request, act)


async def put_collected(request: Request) -> Answer:
    """The customer fetched it; a code that is shown must be theirs."""
    body: CollectBody = request.body
    by, verified = body.collected_by, body.verified
    if verified is not None and (verified.code is None) == (verified.how is Proof.CODE):
        raise invalid(CODE, "a code belongs to the proof `code`, and to no other")
    why = [] if by is None else [f"fetched by {by}"]
    why += [] if verified is None else [_PROOFS[verified.how]]
    ask = msgspec.structs.replace(asked(request), reason="; ".join(why) or None)
    market = await request.app.world.market(request.principal.market)

    async def act(conn: db.Connection, at: datetime) -> Answer:
        wrong = None
        if verified is not None and verified.code is not None:
            wrong = await _wrong(conn, market.id, ask.fulfillment_order_id, verified.code)
        if wrong is not None:
            return refuse(request.app, wrong)

        async def note(work: Work) -> Mapping[str, object]:
            how = None if verified is None else verified.how
            if how is not None or by is not None:
                await pickups.note_collected(
                    conn, market.id, work.id, verified=how, collected_by=by
                )
            return {"verified": how, "collected_by": by}

        return await take(conn, market, collect, ask, at, said(body), note)

    return await command(request, act)


async def put_arrived(request: Request) -> Answer:
    """The customer is here: the store is told at once."""
    body: ArrivedBody = request.body
    ask = asked(request)
    market = await request.app.world.market(request.principal.market)

    async def act(conn: db.Connection, at: datetime) -> Answer:
        done = await arrive(conn, market.id, ask, spot=body.spot, vehicle=body.vehicle, at=at)
        if isinstance(done, Refused):
            raise refusal(done, ask)
        fact = tell.arrived(done.value, body.spot, body.vehicle, actor=ask.actor)
        await outbox.tell(conn, market.id, [fact], at=at)
        return await shown(conn, market, done.value)

    return await command(request, act)


async def _wrong(
    conn: db.Connection, market: MarketId, id_: FulfillmentOrderId, code: str
) -> Problem | None:
    """Judge a code. A wrong one is answered, not raised: that it was tried must stay."""
    judged = await pickups.try_code(conn, market, id_, code)
    if not isinstance(judged, Refused):
        return None
    errors = [FieldError(judged.detail, CODE)]
    wrong = Problem(_NOT_THEIRS[judged.why], f"{CODE}: {judged.detail}", errors=errors)
    if judged.why is not WhyNotTheirs.WRONG_CODE:
        raise wrong
    return wrong


_PROOFS = {
    Proof.CODE: "known by the pickup code",
    Proof.ID_DOCUMENT: "known by an identity document",
    Proof.NAME: "known by name",
    Proof.PAYMENT_CARD: "known by the payment card",
}

ROUTES = [
    Route(
        "POST", f"{PATH}/{{fulfillment_order}}/ready", put_ready, Scope.FULFILLMENT_WRITE,
        "What was picked waits for the customer", body=ReadyBody, answer=FulfillmentOrderAnswer,
        keyed=True, problems=(Code.TRANSITION, Code.PRECONDITION, Code.CONFLICT), at=AT_ITS_NODE,
    ),
    Route(
        "POST", f"{PATH}/{{fulfillment_order}}/collect", put_collected, Scope.FULFILLMENT_WRITE,
        "The customer fetched it", body=CollectBody, answer=FulfillmentOrderAnswer,
        keyed=True, problems=(Code.TRANSITION, Code.PRECONDITION, Code.CONFLICT), at=AT_ITS_NODE,
    ),
    Route(
        "POST", f"{PATH}/{{fulfillment_order}}/arrived", put_arrived, Scope.FULFILLMENT_WRITE,
        "The customer is here", body=ArrivedBody, answer=FulfillmentOrderAnswer,
        keyed=True, problems=(Code.TRANSITION,), at=AT_ITS_NODE,
    ),
]  # fmt: skip
