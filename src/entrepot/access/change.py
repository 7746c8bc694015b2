"""Change a person's account: who they are, what is theirs to do, whether they may sign in."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from entrepot.access import browse, rules, store
from entrepot.access.enroll import taken
from entrepot.access.model import Account, Ending, Role
from entrepot.access.roles import scopes_of
from entrepot.access.rules import WhyNotChanged as Why
from entrepot.plumbing import db
from entrepot.terms.ids import MarketId, NodeId, UserId
from entrepot.terms.outcome import Done, Refused


@dataclass(frozen=True, slots=True)
class Change:
    """What is to be other than it is; None is left. `password` is a hash.

    Nodes are taken from whoever is no associate any more.
    """

    name: str | None = None
    role: Role | None = None
    nodes: Collection[NodeId] | None = None
    enabled: bool | None = None
    password: str | None = None


async def change(  # noqa: PLR0913 - who changes whom, and when
    conn: db.Connection,
    market: MarketId,
    user_id: UserId,
    wanted: Change,
    *,
    own: frozenset[str],
    if_versions: frozenset[int] | None,
    at: datetime,
) -> Done[Account] | Refused[Why]:
    """Change an account; the caller owns the transaction.

    `own` are the scopes of whoever asks: nobody makes, or touches, somebody who may do more. A new
    password and the end of `enabled` end the person's sessions. The last administrator who can sign
    in stays one.
    """
    administrators = await store.administrators_for_update(conn, market)
    before = await store.account_for_update(conn, market, user_id)
    if before is None:
        return Refused(Why.UNKNOWN, f"there is no user {user_id}")
    after = _after(before, wanted)
    clash = await store.taken(conn, market, user_id, before.login, after.name)
    refused = _refused(before, after, own, if_versions, administrators) or (
        taken(after.name) if clash.name else None
    )
    if refused is not None:
        return refused
    await store.change_account(
        conn, market, user_id, name=after.name, role=Role(after.role), nodes=after.node_ids,
        enabled=after.enabled,
    )  # fmt: skip
    if wanted.password is not None:
        await store.set_password(conn, market, user_id, wanted.password, at)
        await store.end_sessions_of(conn, market, user_id, Ending.PASSWORD, at)
    if not after.enabled:
        await store.end_sessions_of(conn, market, user_id, Ending.DISABLED, at)
    changed = await browse.account(conn, market, user_id)
    assert changed is not None
    return Done(changed)


@dataclass(frozen=True, slots=True)
class _After:
    name: str
    role: str
    node_ids: list[NodeId] | None
    enabled: bool


def _after(before: Account, wanted: Change) -> _After:
    role = before.role if wanted.role is None else wanted.role.value
    nodes = before.node_ids if role == Role.ASSOCIATE else None
    return _After(
        before.name if wanted.name is None else wanted.name,
        role,
        nodes if wanted.nodes is None else sorted(set(wanted.nodes)),
        before.enabled if wanted.enabled is None else wanted.enabled,
    )


def _refused(
    before: Account,
    after: _After,
    own: frozenset[str],
    if_versions: frozenset[int] | None,
    administrators: Collection[Account],
) -> Refused[Why] | None:
    if if_versions is not None and before.version not in if_versions:
        return Refused(Why.VERSION_CHANGED, f"the user is at version {before.version}")
    if not rules.may_give(own, scopes_of(before.role) | scopes_of(after.role)):
        return Refused(Why.BEYOND, "the role opens more than you may do yourself")
    wrong = rules.flaw_of_name(after.name)
    if wrong is not None:
        return Refused(Why.NAME, wrong)
    wrong = rules.flaw_of_nodes(Role(after.role), after.node_ids)
    if wrong is not None:
        return Refused(Why.NODES, wrong)
    others = sum(each.user_id != before.user_id for each in administrators)
    was = before.role == Role.ADMINISTRATOR and before.enabled
    if was and rules.leaves_none(Role(after.role), enabled=after.enabled, others=others):
        return Refused(
            Why.LAST_ADMINISTRATOR, f"{before.name} is the last administrator who can sign in"
        )
    return None
