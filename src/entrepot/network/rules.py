"""What is decided of the network's rows: which are taken, and what changes. Pure."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Generic, TypeVar

from entrepot.network.model import (
    ChannelRow,
    GroupRow,
    LaneRow,
    NodeRow,
    Status,
    Upserted,
    WhyRefused,
)

R = TypeVar("R", NodeRow, GroupRow, ChannelRow, LaneRow)

Refusal = tuple[WhyRefused, str]


@dataclass(frozen=True, slots=True)
class Settled(Generic[R]):
    """One answer per row, in order, and the rows to write, with their new versions."""

    answers: list[Upserted]
    changed: list[R]


def name_of(row: NodeRow | GroupRow | ChannelRow | LaneRow) -> str:
    """Give a row's id."""
    match row:
        case NodeRow():
            return row.node_id
        case GroupRow():
            return row.group_id
        case ChannelRow():
            return row.channel_id
        case LaneRow():
            return row.lane_id


def settle(
    rows: Sequence[R], known: Mapping[str, R], why_not: Callable[[R], Refusal | None]
) -> Settled[R]:
    """Decide which rows are taken; each replaces the whole row of its id.

    An id that comes twice is taken the first time. What is refused, and what is as it was, changes
    nothing.
    """
    settled: Settled[R] = Settled([], [])
    taken: set[str] = set()
    for row in rows:
        name = name_of(row)
        before = known.get(name)
        version = before.version if before else 0
        if name in taken:
            refusal: Refusal | None = (WhyRefused.REPEATED, f"{name} comes more than once")
        else:
            refusal = why_not(row)
        if refusal is not None:
            settled.answers.append(Upserted(name, Status.REFUSED, version, *refusal))
            continue
        taken.add(name)
        if before is not None and replace(row, version=version) == before:
            settled.answers.append(Upserted(name, Status.UNCHANGED, version))
            continue
        settled.changed.append(replace(row, version=version + 1))
        status = Status.UPDATED if before else Status.CREATED
        settled.answers.append(Upserted(name, status, version + 1))
    return settled


def unknown_node(wanted: Iterable[str], nodes: Collection[str]) -> Refusal | None:
    """Refuse a row that names a node nobody has heard of."""
    missing = [name for name in wanted if name not in nodes]
    return (WhyRefused.UNKNOWN_NODE, f"there is no node {', '.join(missing)}") if missing else None


def unknown_group(wanted: Iterable[str], groups: Collection[str]) -> Refusal | None:
    """Refuse a row that names a node group nobody has heard of."""
    missing = [name for name in wanted if name not in groups]
    if not missing:
        return None
    return WhyRefused.UNKNOWN_NODE_GROUP, f"there is no node group {', '.join(missing)}"


def with_secrets(
    rows: Iterable[ChannelRow], before: Iterable[ChannelRow], keep: Collection[str]
) -> list[ChannelRow]:
    """Give the rows named in `keep` the secret they had; a channel that is new has none."""
    had = {row.channel_id: row.secret for row in before}
    return [
        replace(row, secret=had.get(row.channel_id)) if row.channel_id in keep else row
        for row in rows
    ]
