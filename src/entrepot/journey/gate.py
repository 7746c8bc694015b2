"""May this policy come into force? Only with a passing replay, where the one in force says so."""

from datetime import datetime, timedelta

import msgspec

from entrepot.journey.gate_rules import lacks, sources_alike
from entrepot.journey.replay_reader import digest_of
from entrepot.journey.replay_result import Result
from entrepot.plumbing import db
from entrepot.policies import browse as policies
from entrepot.policies.model import Policy, policy_of
from entrepot.policies.trial import RequireReplay
from entrepot.sourcing import replays
from entrepot.terms.ids import MarketId

VERSIONS_LOOKED_AT = 200
"""How far back a policy may have been in force to come back without a replay."""


async def why_not(
    conn: db.Connection, market: MarketId, document: Policy, *, at: datetime
) -> str | None:
    """Say what keeps a policy from coming into force at a moment; None: nothing.

    The policy in force asks for the replay, so that none can excuse itself. One that sources as it
    does needs none, and neither does one that was in force before: going back must not wait.
    """
    _, current = await policies.current(conn, market)
    limits = current.require_replay
    if limits is None or sources_alike(current, document):
        return None
    if await _was_in_force(conn, market, document):
        return None
    since = at - timedelta(hours=limits.within_hours)
    found = await replays.of_document(conn, market, digest_of(document), since)
    said: str | None = None
    for each in found:
        result = msgspec.json.decode(each.result or "", type=Result)
        missed = lacks(limits, result, each.from_at, each.to_at, at)
        if not missed:
            return None
        said = said or f"replay {each.replay_id}: {'; '.join(missed)}"
    return said or _none_since(limits, since)


def _none_since(limits: RequireReplay, since: datetime) -> str:
    return (
        f"no passing replay of this document since {since:%Y-%m-%d %H:%M} UTC:"
        f" {limits.days} days of history are asked for"
    )


async def _was_in_force(conn: db.Connection, market: MarketId, document: Policy) -> bool:
    rows = await policies.history(conn, market, most=VERSIONS_LOOKED_AT)
    return any(policy_of(row.document) == document for row in rows)
