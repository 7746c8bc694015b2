"""Orders over HTTP."""

import hashlib

import msgspec

from entrepot.api.face import Answer, Request
from entrepot.api.problems import Code, FieldError, Problem
from entrepot.journey.placing import NotTaken, Placing, Why
from entrepot.orders.model import Fault, NewOrder
from entrepot.orders.rules import faults
from entrepot.plumbing import mint, telemetry

_encode = msgspec.json.Encoder().encode

_CODES = {
    Why.KEY_REUSED: Code.KEY_REUSED,
    Why.EXTERNAL_ID: Code.EXTERNAL_ID,
    Why.INVALID: Code.INVALID_ORDER,
    Why.SHORT: Code.NO_STOCK,
    Why.NOT_SOURCEABLE: Code.NOT_SOURCEABLE,
    Why.CONTENDED: Code.OVERLOADED,
}


async def create(request: Request) -> Answer:
    """Take an order: 201 with its receipt, or a refusal that has written nothing."""
    order: NewOrder = request.body
    wrong = faults(order, mint.now())
    if wrong:
        raise problem(Code.INVALID_ORDER, wrong)
    placing = Placing(
        order,
        hashlib.blake2b(_encode(order), digest_size=16).digest(),
        request.actor,
        request.key,
    )
    answer = await request.app.placing.submit((request.principal.market, placing))
    if isinstance(answer, NotTaken):
        telemetry.CAPTURES.labels(answer.why.value).inc()
        raise problem(_CODES[answer.why], answer.faults, answer.detail)
    telemetry.CAPTURES.labels("replayed" if answer.replayed else "taken").inc()
    replayed = (("idempotency-replayed", "true"),) if answer.replayed else ()
    headers = (("location", f"/v1/orders/{answer.order_id}"), *replayed)
    return Answer(201, answer.document.encode(), headers)


def problem(code: Code, wrong: list[Fault] | tuple[Fault, ...], detail: str = "") -> Problem:
    """Make the problem of some faults."""
    errors = [FieldError(fault.detail, fault.pointer) for fault in wrong]
    said = detail or "; ".join(f"{fault.pointer}: {fault.detail}" for fault in wrong[:5])
    headers = [("retry-after", "1")] if code is Code.OVERLOADED else []
    return Problem(code, said, errors=errors, headers=headers)
