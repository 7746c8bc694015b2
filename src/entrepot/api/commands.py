"""Mutating calls, one way for all: claim the key, act, keep the answer, commit; again, replay."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import datetime

from entrepot.api.face import Answer, Request
from entrepot.api.problems import Code, Problem
from entrepot.plumbing import db, idempotency, mint
from entrepot.plumbing.idempotency import Key
from entrepot.plumbing.model import Kept

REPLAYED = ("idempotency-replayed", "true")

Act = Callable[[db.Connection, datetime], Awaitable[Answer]]


async def command(request: Request, act: Act) -> Answer:
    """Run `act` in one transaction under the caller's key.

    The same key and request again answer what was answered then; another request under the key is
    422. A Problem raised by `act` rolls everything back, the claim of the key with it.
    """
    at = mint.now()

    async def work(conn: db.Connection) -> Answer:
        if request.key is None:
            return await act(conn, at)
        market = request.principal.market
        kept = await idempotency.claim(conn, market, [request.key], [None], at=at)
        if kept:
            return replay(request.key, next(iter(kept.values())))
        answer = await act(conn, at)
        await idempotency.keep(
            conn, market, request.key, status=answer.status,
            answer=answer.body if answer.kept is None else answer.kept,
        )  # fmt: skip
        return answer

    return await db.in_transaction(request.app.pool, work)


def part_of(request: Request, number: int) -> Request:
    """A long call's part, to be run in a commit of its own: no lock is held for all of it.

    The first has the caller's key, the others one each beside it. Whoever asks again after a crash
    is answered what the parts done so far answered, and the rest is done then.
    """
    key = request.key
    if key is None or not number:
        return request
    # No caller's key has a line's end in it.
    return replace(request, key=Key(key.principal, f"{key.key}\n{number}", key.fingerprint))


def replay(key: Key, kept: Kept) -> Answer:
    """Give a kept answer again; raises Problem KEY_REUSED where it answered another request."""
    if kept.fingerprint != key.fingerprint:
        raise Problem(Code.KEY_REUSED, f"the key {key.key!r} was used for another request")
    return Answer(kept.status or 200, kept.answer or b"", (REPLAYED,))
