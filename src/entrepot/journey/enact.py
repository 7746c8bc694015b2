"""Bring a policy's version into force: vetted in the commit in which it begins to decide.

What a draft names may be gone when its time comes. A scheduled version that is wrong then is a
draft again, with an exception for a person; the version in force goes on deciding.
"""

from datetime import datetime

from entrepot.inventory import tell
from entrepot.journey.vet import vet
from entrepot.network.open import hold
from entrepot.plumbing import clock, db, exceptions, outbox
from entrepot.plumbing.exceptions import Stuck
from entrepot.policies import browse
from entrepot.policies.flaws import Flaw
from entrepot.policies.model import policy_of
from entrepot.policies.move import move
from entrepot.policies.states import PolicyVerb
from entrepot.terms.ids import MarketId
from entrepot.terms.outcome import Done

BY_ITSELF = "entrepot"

NOT_ACTIVATED = "policy.not_activated"
"""The kind of exception that a scheduled version is which was wrong when its time came."""


async def enact_due(pool: db.Pool, market: MarketId) -> int | None:
    """Bring the version into force whose time has come by the database's clock, in a commit.

    Answers which; None where there is none. One that is wrong by now is a draft again.
    """
    async with pool.acquire() as conn:
        if await browse.due(conn, market, at=await clock.read(conn)) is None:
            return None

    async def work(conn: db.Connection) -> int | None:
        await hold(conn, market)
        at = await clock.read(conn)
        number = await browse.due(conn, market, at=at)
        if number is None:
            return None
        flaws = await flaws_of(conn, market, number)
        verb = PolicyVerb.WITHDRAW if flaws else PolicyVerb.ACTIVATE
        reason = f"{flaws[0].pointer}: {flaws[0].detail}" if flaws else None
        done = await move(conn, market, number, verb, actor=BY_ITSELF, reason=reason, at=at)
        assert isinstance(done, Done), "it is scheduled, and the market is held"
        if flaws:
            await _raise(conn, market, number, flaws, at)
        return number

    return await db.in_transaction(pool, work)


async def flaws_of(conn: db.Connection, market: MarketId, number: int) -> list[Flaw]:
    """Say what is wrong by now with a version that is there."""
    version = await browse.version(conn, market, number)
    assert version is not None, "it was found in this transaction"
    return await vet(conn, market, policy_of(version.document))


async def _raise(
    conn: db.Connection, market: MarketId, number: int, flaws: list[Flaw], at: datetime
) -> None:
    said = "; ".join(f"{flaw.pointer}: {flaw.detail}" for flaw in flaws[:3])
    stuck = Stuck(
        NOT_ACTIVATED,
        f"policies/{number}",
        f"version {number} could not come into force: {said}",
        detail=db.json_text({"version": number, "flaws": len(flaws)}),
    )
    await exceptions.raise_all(conn, market, [stuck], at=at)
    await outbox.tell(conn, market, [tell.raised(stuck)], at=at)
