"""Enroll a person: an account that can sign in. Its password is kept as a hash only."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from entrepot.access import browse, rules, store
from entrepot.access.model import Account, Role
from entrepot.access.rules import WhyNotChanged as Why
from entrepot.plumbing import db
from entrepot.plumbing.mint import MINT
from entrepot.terms.ids import MarketId, NodeId, UserId
from entrepot.terms.outcome import Done, Refused


@dataclass(frozen=True, slots=True)
class Newcomer:
    """Who is to be enrolled. `login` as `rules.login_of` gives it; `nodes` None: everywhere."""

    login: str
    name: str
    role: Role
    nodes: Collection[NodeId] | None = None


def flaw(new: Newcomer) -> Refused[Why] | None:
    """Say what is wrong with somebody, before a password is made."""
    looked = (
        (Why.LOGIN, rules.flaw_of_login(new.login)),
        (Why.NAME, rules.flaw_of_name(new.name)),
        (Why.NODES, rules.flaw_of_nodes(new.role, new.nodes)),
    )
    return next((Refused(why, wrong) for why, wrong in looked if wrong is not None), None)


async def enroll(
    conn: db.Connection,
    market: MarketId,
    new: Newcomer,
    *,
    password: str,
    actor: str,
    at: datetime,
) -> Done[Account] | Refused[Why]:
    """Make the account; `password` is a hash. The caller owns the transaction.

    Refuses whom `flaw` finds wanting, and a login or a name that somebody has.
    """
    wrong = flaw(new)
    if wrong is not None:
        return wrong
    user_id = UserId(MINT.one())
    nodes = None if new.nodes is None else sorted(set(new.nodes))
    put = await store.put_account(
        conn, market, user_id, login=new.login, name=new.name, role=new.role, nodes=nodes,
        password=password, actor=actor, at=at,
    )  # fmt: skip
    if not put:
        clash = await store.taken(conn, market, user_id, new.login, new.name)
        return taken(new.name) if clash.name and not clash.login else _login_taken(new.login)
    made = await browse.account(conn, market, user_id)
    assert made is not None
    return Done(made)


def taken(name: str) -> Refused[Why]:
    """Refuse a name that somebody has: timelines name people, and tell two apart by it."""
    return Refused(
        Why.NAME_TAKEN, f"somebody is called {name!r} already; add what tells the two apart"
    )


def _login_taken(login: str) -> Refused[Why]:
    return Refused(Why.LOGIN_TAKEN, f"somebody has the login {login!r} already")
