"""Publish a policy: the next version, in force from the commit on."""

from datetime import datetime

from entrepot.plumbing import db
from entrepot.policies import store
from entrepot.policies.model import Policy
from entrepot.terms.ids import MarketId


async def publish(
    conn: db.Connection,
    market: MarketId,
    document: Policy,
    actor: str,
    reason: str,
    at: datetime,
) -> int:
    """Answer the new version. The caller owns the transaction.

    The network's version is its own changes and the policy's versions added up, so this raises it.
    Stored with every default spelled out: what a version said does not change with the code.
    """
    return await store.publish(conn, market, db.json_text(document), actor, reason, at)
