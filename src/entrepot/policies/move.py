"""Take a policy's version further in its life: scheduled, withdrawn, in force, discarded.

Whoever moves one has the market's network alone (`network.open.hold`): one comes into force at a
time.
"""

from collections.abc import Collection
from datetime import datetime

from entrepot.plumbing import db
from entrepot.policies import store
from entrepot.policies.model import Policy, Version, WhyNotMoved
from entrepot.policies.states import POLICY, PolicyState, PolicyVerb
from entrepot.terms.ids import MarketId
from entrepot.terms.outcome import Done, Outcome, Refused

Moved = Outcome[Version, WhyNotMoved]


async def draft(
    conn: db.Connection, market: MarketId, document: Policy, actor: str, note: str, at: datetime
) -> Version:
    """Write a draft; answers it. It decides nothing. The caller owns the transaction."""
    text = db.json_text(document)
    number = await store.new(conn, market, PolicyState.DRAFT, text, actor, note, at=at)
    return await _as_it_is(conn, market, number)


async def move(  # noqa: PLR0913 - which version, how, by whom and why
    conn: db.Connection,
    market: MarketId,
    number: int,
    verb: PolicyVerb,
    *,
    revisions: Collection[int] | None = None,
    actor: str,
    reason: str | None,
    at: datetime,
    effective_at: datetime | None = None,
    document: Policy | None = None,
) -> Moved:
    """Move a version; answers it as it is then. The caller owns the transaction and the market.

    Refused where there is none, where it is at none of `revisions` (None: any will do), or where
    its life does not allow it. A `document` and its `reason` as the note are those of a changed
    draft. What comes into force retires what was.
    """
    stands = await store.lock(conn, market, number)
    if stands is None:
        return Refused(WhyNotMoved.UNKNOWN, f"there is no version {number}")
    if revisions is not None and stands.revision not in revisions:
        return Refused(WhyNotMoved.VERSION_CHANGED, f"it is at revision {stands.revision}")
    state = POLICY.after(PolicyState(stands.state), verb)
    if state is None:
        said = f"a version that is {stands.state} cannot {verb}"
        return Refused(WhyNotMoved.TRANSITION, said)
    if state is PolicyState.ACTIVE:
        await retire_active(conn, market, actor, at)
    done = await store.move(
        conn, market, stands, verb, state, actor=actor, reason=reason, at=at,
        effective_at=effective_at,
        document=None if document is None else db.json_text(document),
        note=reason if verb is PolicyVerb.CHANGE else None,
    )  # fmt: skip
    assert done, "it is locked"
    return Done(await _as_it_is(conn, market, number))


async def retire_active(conn: db.Connection, market: MarketId, actor: str, at: datetime) -> None:
    """Retire the version in force, where there is one; another one follows in this transaction."""
    stands = await store.lock_active(conn, market)
    if stands is None:
        return
    done = await store.move(
        conn, market, stands, PolicyVerb.RETIRE, PolicyState.RETIRED, actor=actor, reason=None,
        at=at,
    )  # fmt: skip
    assert done, "it is locked"


async def restored(
    conn: db.Connection, market: MarketId, number: int | None
) -> Outcome[Version, WhyNotMoved]:
    """Find the version to go back to: this one, or the one that was in force before.

    Refused where there is none, where it never was in force, and where it is in force.
    """
    if number is None:
        before = [v for v in await store.history(conn, market, 2**31 - 1, 2) if v.state != "active"]
        if not before:
            return Refused(WhyNotMoved.NEVER_IN_FORCE, "no version was in force before")
        return Done(before[0])
    found = await store.one(conn, market, number)
    if found is None:
        return Refused(WhyNotMoved.UNKNOWN, f"there is no version {number}")
    if found.activation is None:
        return Refused(WhyNotMoved.NEVER_IN_FORCE, f"version {number} never was in force")
    if found.state == PolicyState.ACTIVE:
        return Refused(WhyNotMoved.IN_FORCE, f"version {number} is in force")
    return Done(found)


async def _as_it_is(conn: db.Connection, market: MarketId, number: int) -> Version:
    found = await store.one(conn, market, number)
    assert found is not None, "it was written in this transaction"
    return found
