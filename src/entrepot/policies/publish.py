"""Publish a policy: the next version, in force from the commit on."""

from datetime import datetime

from entrepot.plumbing import db
from entrepot.policies import store
from entrepot.policies.model import Policy
from entrepot.policies.move import retire_active
from entrepot.policies.states import PolicyState
from entrepot.terms.ids import MarketId


async def publish(  # noqa: PLR0913 - a version, by whom and why
    conn: db.Connection,
    market: MarketId,
    document: Policy,
    actor: str,
    reason: str,
    at: datetime,
    *,
    restores: int | None = None,
) -> int:
    """Answer the new version; the one before it is retired. The caller owns the transaction.

    The network's version is its own changes and the policies' activations added up, so this raises
    it. Stored with every default spelled out: what a version said does not change with the code.
    `restores`: the version whose document it is.
    """
    await retire_active(conn, market, actor, at)
    return await store.new(
        conn, market, PolicyState.ACTIVE, db.json_text(document), actor, reason,
        restores=restores, at=at,
    )  # fmt: skip
