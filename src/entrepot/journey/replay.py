"""Replay history: decide it again by the rules of then, and by a policy that is only tried.

A replay is a row. Whoever works on it holds the row's lock, reads the next records, decides, and
writes what was found with how far it has come, in one commit: it goes on after any crash, and any
worker may go on with it.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final
from uuid import UUID

import msgspec

from entrepot.journey.compare import (
    Asked,
    Change,
    Compared,
    compare,
    differences,
    faithful,
    table_of,
)
from entrepot.journey.replay_reader import Reader, digest_of, safety
from entrepot.journey.replay_result import Result
from entrepot.journey.tally import Figures, NodeLoad, figures
from entrepot.orders import browse as orders
from entrepot.plumbing import db, mint
from entrepot.policies import browse as policies
from entrepot.policies.model import Policy
from entrepot.sourcing import replays
from entrepot.sourcing.lab import Rules
from entrepot.sourcing.record import unpack
from entrepot.sourcing.record_form import Record
from entrepot.sourcing.replay_model import PlacedDecision, Replay, ReplayChange
from entrepot.sourcing.replays import Done, Span
from entrepot.sourcing.unfold import unfold
from entrepot.terms.ids import MarketId, NodeId, OrderId

CHANGES_KEPT_MAX: Final = 20_000
"""Changed orders that are kept with their reasons; further ones are counted. Some 15 MB."""


class Part(msgspec.Struct, frozen=True, array_like=True):
    """What one step counted: a row per record, and shipments by node, then and now."""

    rows: tuple[tuple[int, ...], ...]
    load: tuple[tuple[NodeId, int, int], ...]


async def start(  # noqa: PLR0913 - a replay's columns
    conn: db.Connection,
    market: MarketId,
    replay_id: UUID,
    span: Span,
    policy: Policy | None,
    *,
    seed: int,
    actor: str,
    at: datetime,
) -> None:
    """Write down a replay; `step` does it. The caller owns the transaction."""
    await replays.make(
        conn, market, replay_id, span, document=None if policy is None else db.json_text(policy),
        digest=None if policy is None else digest_of(policy), seed=seed, actor=actor, at=at,
    )  # fmt: skip


async def step(
    conn: db.Connection, reader: Reader, replay_id: UUID, *, at: datetime
) -> Replay | None:
    """Do a piece of a replay; answers it as it stood before.

    None where there is nothing to do: it has ended, or another works on it. The caller owns the
    transaction.
    """
    replay = await replays.lock(conn, reader.market, replay_id)
    if replay is None:
        return None
    span = Span(replay.from_at, replay.to_at)
    kept = await replays.records_after(
        conn, reader.market, replay.after_id, span.last_id, reader.at_once
    )
    if not kept:
        await _end(conn, reader.market, replay, at)
        return replay
    records = [(each.record_id, unpack(each.packed)) for each in kept]
    within = [(i, r) for i, r in records if span.from_at <= r.at < span.to_at]
    found = await _work(conn, reader, replay, within)
    decisions = sum(each.decisions for each in found.compared)
    reader.made(decisions)
    done = Done(
        kept[-1].record_id, len(kept), decisions, sum(each.orders for each in found.compared),
        sum(len(each.unfaithful) for each in found.compared),
        sum(len(each.changes) for each in found.compared),
    )  # fmt: skip
    await _write(conn, reader.market, replay, found, done)
    return replay


@dataclass(slots=True)
class _Found:
    compared: list[Compared] = field(default_factory=list)
    defects: list[Change] = field(default_factory=list)


async def _work(
    conn: db.Connection, reader: Reader, replay: Replay, records: Sequence[tuple[UUID, Record]]
) -> _Found:
    asked = await _asked(conn, reader.market, records)
    tried = None if replay.document is None else msgspec.json.decode(replay.document, type=Policy)
    found = _Found()
    for record_id, record in records:
        compiled = await reader.network(conn, record.network_version)
        batch = unfold(record, compiled)
        here = asked.get(record_id, {})
        if tried is None:
            one = faithful(batch, here)
        else:
            digest, document = replay.digest or "", replay.document or ""
            kept = await reader.kept(conn, batch, tried, digest)
            under_it = reader.tried(compiled, digest, document)
            ruled = await reader.ruled(conn, batch, tried, digest, under_it)
            one = compare(batch, here, Rules(under_it, kept), ruled)
        found.compared.append(one)
        found.defects += differences(batch, here, one.unfaithful)
    return found


async def _asked(
    conn: db.Connection, market: MarketId, records: Sequence[tuple[UUID, Record]]
) -> dict[UUID, dict[int, Asked]]:
    """Say per record which order stands at which place."""
    if not records:
        return {}
    times = [record.at for _, record in records]
    rows = await replays.decisions_of(
        conn, market, [record_id for record_id, _ in records], min(times), max(times)
    )
    due = await _due(conn, market, rows)
    asked: dict[UUID, dict[int, Asked]] = {}
    for row in rows:
        asked.setdefault(row.record_id, {})[row.place] = Asked(
            row.order_id, row.decision_id, row.kind, due.get(row.decision_id)
        )
    return asked


async def _due(
    conn: db.Connection, market: MarketId, rows: Iterable[PlacedDecision]
) -> dict[UUID, datetime]:
    """Say what orders that were planned once more had been promised."""
    again = [row for row in rows if row.kind != "capture"]
    if not again:
        return {}
    heads = await orders.heads(conn, market, sorted({row.order_id for row in again}))
    told = {OrderId(head.order_id): head.promised_latest for head in heads}
    promised = {row.decision_id: told.get(row.order_id) for row in again}
    return {decision: latest for decision, latest in promised.items() if latest is not None}


async def _write(
    conn: db.Connection, market: MarketId, replay: Replay, found: _Found, done: Done
) -> None:
    part = Part(
        tuple(each.counts for each in found.compared),
        tuple(each for one in found.compared for each in one.load),
    )
    await replays.add_part(
        conn, market, replay.replay_id, replay.records_done, msgspec.msgpack.encode(part)
    )
    number = replay.differing + replay.changed
    shown = [(False, each) for each in found.defects]
    shown += [(True, each) for one in found.compared for each in one.changes]
    rows = [
        ReplayChange(number + at, same, each.order, db.json_text(each))
        for at, (same, each) in enumerate(shown, start=1)
        if not same or number + at <= CHANGES_KEPT_MAX
    ]
    await replays.add_changes(conn, market, replay.replay_id, rows)
    await replays.move(conn, market, replay.replay_id, done)


async def _end(conn: db.Connection, market: MarketId, replay: Replay, at: datetime) -> None:
    """Add up what was counted, and say it."""
    share = 1 - replay.differing / replay.decisions if replay.decisions else 1.0
    found = None
    if replay.document is not None:
        packed = await replays.parts(conn, market, replay.replay_id)
        found = _added([msgspec.msgpack.decode(each, type=Part) for each in packed], replay.seed)
    result = Result(
        decisions=replay.decisions,
        orders=replay.orders,
        differing=replay.differing,
        fidelity_percent=share * 100,
        figures=found,
        not_simulated=await _not_simulated(conn, market, replay),
    )
    text = db.json_text(result)
    await replays.end(conn, market, replay.replay_id, result=text, fault=None, at=at)


def _added(parts: Sequence[Part], seed: int) -> Figures:
    load: dict[NodeId, list[int]] = {}
    for part in parts:
        for node, then, now in part.load:
            row = load.setdefault(node, [0, 0])
            row[0] += then
            row[1] += now
    nodes = [NodeLoad(node, then, now) for node, (then, now) in sorted(load.items())]
    return figures(table_of([row for part in parts for row in part.rows]), nodes, seed=seed)


_UNSEEN: Final = (
    "segments", "velocity_days", "truth_discount", "stale_stock", "max_replans", "look_ahead",
    "waves", "claiming", "when_given_up", "milestones",
)  # fmt: skip
"""What of a policy changes decisions by way of the stock that was seen, or of what follows."""


async def _not_simulated(conn: db.Connection, market: MarketId, replay: Replay) -> tuple[str, ...]:
    if replay.document is None:
        return ()
    tried = msgspec.json.decode(replay.document, type=Policy)
    _, current = await policies.current(conn, market)
    unseen = [name for name in _UNSEEN if getattr(tried, name) != getattr(current, name)]
    if safety(tried) != safety(current):
        unseen.append("keep (rules without channels)")
    if "customer.class" in (replay.document or ""):
        unseen.append("customer.class (records do not say it)")
    return tuple(unseen)


async def run_step(pool: db.Pool, reader: Reader, replay_id: UUID) -> bool:
    """Do a piece of a replay in a commit of its own; False where another has it in hand.

    What history lacks, as a network of which no snapshot is kept, ends it with the reason.
    """
    try:
        return await db.in_transaction(pool, lambda conn: _did_step(conn, reader, replay_id))
    except (LookupError, ValueError) as fault:
        said = str(fault)

    async def give_up(conn: db.Connection) -> None:
        await replays.end(conn, reader.market, replay_id, result=None, fault=said, at=mint.now())

    await db.in_transaction(pool, give_up)
    return True


async def _did_step(conn: db.Connection, reader: Reader, replay_id: UUID) -> bool:
    return await step(conn, reader, replay_id, at=mint.now()) is not None
