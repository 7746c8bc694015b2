"""Examples of orders and of what a policy must say of them. Pure."""

from collections.abc import Iterator, Sequence
from typing import Annotated, Any

import msgspec
from msgspec import Meta

Name = Annotated[str, Meta(min_length=1)]


class Expected(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What is expected; of what it does not say anything will do.

    `profile` null: none fits. `strategies` are the names of all in turn, `strategy` the first.
    `nodes` are exactly those the first allows, `includes` and `excludes` some of them.
    """

    profile: str | msgspec.UnsetType | None = msgspec.UNSET
    strategy: str | None = None
    strategies: list[str] | None = None
    nodes: list[str] | None = None
    includes: list[str] = []
    excludes: list[str] = []
    ratings: dict[str, int] | None = None
    otherwise: str | None = None


class Example(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """An order, as a rehearsal takes it, and what is expected of it. `at`: when it comes."""

    example: Name
    order: dict[str, Any]
    expect: Expected
    at: str | None = None


class Examples(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """`policy` is a file beside this one; without it the policy in force is asked."""

    examples: Annotated[list[Example], Meta(min_length=1)]
    policy: str | None = None


def differences(expect: Expected, said: dict[str, Any]) -> list[str]:
    """Say in sentences where a rehearsal's answer is not what was expected."""
    return list(_differences(expect, said))


def _differences(expect: Expected, said: dict[str, Any]) -> Iterator[str]:
    names = [each["strategy"] for each in said["strategies"]]
    first = said["strategies"][0] if said["strategies"] else {"nodes": [], "ratings": {}}
    told = {
        "profile": (expect.profile, said["profile"]),
        "strategy": (_said(expect.strategy), names[0] if names else None),
        "strategies": (_said(expect.strategies), names),
        "ratings": (_said(expect.ratings), first["ratings"]),
        "otherwise": (_said(expect.otherwise), said["otherwise"]),
    }
    for what, (expected, found) in told.items():
        if expected is not msgspec.UNSET and expected != found:
            yield f"{what}: expected {_word(expected)}, the policy says {_word(found)}"
    yield from _nodes(expect, first["nodes"])


def _said(value: object) -> object:
    return msgspec.UNSET if value is None else value


def _nodes(expect: Expected, said: Sequence[str]) -> Iterator[str]:
    wanted = [*(expect.nodes or ()), *expect.includes]
    missing = [node for node in wanted if node not in said]
    beside = [node for node in said if expect.nodes is not None and node not in wanted]
    beside += [node for node in expect.excludes if node in said and node not in beside]
    if missing:
        yield f"nodes: {', '.join(missing)} not allowed"
    if beside:
        yield f"nodes: {', '.join(beside)} allowed, and not expected"


def _word(value: object) -> str:
    if isinstance(value, list):
        return ", ".join(map(str, value)) or "none"
    return "none" if value is None else str(value)
