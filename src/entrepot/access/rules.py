"""What a person may be called, what a password has to be, and who may give what: pure."""

from collections.abc import Collection, Iterable
from enum import StrEnum
from string import ascii_lowercase, digits

from entrepot.access.model import (
    LOGIN_LENGTH_MAX,
    NAME_LENGTH_MAX,
    NODES_PER_PERSON_MAX,
    PASSWORD_LENGTH_MAX,
    PASSWORD_LENGTH_MIN,
    Role,
    Scope,
)
from entrepot.terms.ids import NodeId

_LOGIN = frozenset(f"{ascii_lowercase}{digits}.-_+@")
_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789x"
"""Thirty-two that nobody takes for one another when read aloud (`x` stands for two of them)."""

PASSWORD_DICE = 20


class WhyNotChanged(StrEnum):
    """Why an account is not made or changed, the first that holds."""

    LOGIN = "login"
    NAME = "name"
    PASSWORD = "password"  # noqa: S105 - a reason
    NODES = "nodes"
    LOGIN_TAKEN = "login_taken"
    NAME_TAKEN = "name_taken"
    LAST_ADMINISTRATOR = "last_administrator"
    UNKNOWN = "unknown"
    VERSION_CHANGED = "version_changed"
    BEYOND = "beyond"


def login_of(text: str) -> str:
    """Give a login as it is kept: in small letters, without what stands around it."""
    return text.strip().lower()


def flaw_of_login(login: str) -> str | None:
    """Say what is wrong with a login, as `login_of` gave it."""
    if not 0 < len(login) <= LOGIN_LENGTH_MAX or not set(login) <= _LOGIN:
        return f"is 1 to {LOGIN_LENGTH_MAX} of a-z, 0-9 and . - _ + @"
    return None


def flaw_of_name(name: str) -> str | None:
    """Say what is wrong with a person's name."""
    if name != name.strip() or not 0 < len(name) <= NAME_LENGTH_MAX or not name.isprintable():
        return f"is 1 to {NAME_LENGTH_MAX} printable characters, no space at its ends"
    return None


def flaw_of_password(password: str, login: str) -> str | None:
    """Say what is wrong with a password of whoever has this login."""
    if not PASSWORD_LENGTH_MIN <= len(password) <= PASSWORD_LENGTH_MAX:
        return f"has {PASSWORD_LENGTH_MIN} to {PASSWORD_LENGTH_MAX} characters"
    if len(set(password)) < 5:
        return "has at least 5 different characters"
    if login and login in password.lower():
        return "does not hold the login"
    return None


def flaw_of_nodes(role: Role, nodes: Collection[NodeId] | None) -> str | None:
    """Say what is wrong with the nodes of somebody of this role: associates have some."""
    if role is not Role.ASSOCIATE:
        return "are an associate's only" if nodes is not None else None
    if not nodes:
        return "are needed: an associate works somewhere"
    if len(nodes) > NODES_PER_PERSON_MAX:
        return f"are {NODES_PER_PERSON_MAX} at most"
    return None


def may_give(own: frozenset[str], given: Iterable[str]) -> bool:
    """Say whether who has these scopes may give those: nobody gives what is not theirs."""
    return Scope.ADMIN in own or own.issuperset(given)


def leaves_none(role: Role, *, enabled: bool, others: int) -> bool:
    """Say whether the change of an administrator's account would leave nobody to undo it.

    `role` and `enabled` are of after; `others` are the enabled administrators beside this one.
    """
    return (role is not Role.ADMINISTRATOR or not enabled) and others == 0


def written(dice: bytes) -> str:
    """Write 20 random bytes as a password people can read out: five groups of four, 100 bits."""
    if len(dice) != PASSWORD_DICE:
        raise ValueError(f"a password is made of {PASSWORD_DICE} bytes, not {len(dice)}")
    letters = [_LETTERS[byte % 32] for byte in dice]
    return "-".join("".join(letters[at : at + 4]) for at in range(0, len(letters), 4))
