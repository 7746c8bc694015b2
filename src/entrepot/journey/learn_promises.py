"""Train, judge and put in force: what was learned of the market's own deliveries.

Learning takes minutes and is done between two transactions: one reads, one keeps what came of it.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

import msgspec

from entrepot.journey.promise_past import read_parcels
from entrepot.network import read as network
from entrepot.network.compiled import Compiled
from entrepot.plumbing import db
from entrepot.policies import browse as policies
from entrepot.policies.model import Policy
from entrepot.promise import versions
from entrepot.promise.learning.forest import ROUNDS
from entrepot.promise.learning.judge import StageCard, cards, wins
from entrepot.promise.learning.learned import (
    History,
    Learned,
    Trained,
    pack,
    pack_history,
    unpack,
    unpack_history,
)
from entrepot.promise.learning.table import DAY_S, Parcels, Strings
from entrepot.promise.learning.train import brought_up, train
from entrepot.terms.ids import MarketId

EPOCH_ORDINAL = 719_163
"""`date.toordinal` of 1 January 1970."""


@dataclass(frozen=True, slots=True)
class Judged:
    """A version beside the one in force (None: rules), and whether it would take its place."""

    version: int
    challenger: dict[str, StageCard]
    champion: dict[str, StageCard] | None
    wins: bool
    why: str


@dataclass(frozen=True, slots=True)
class Packed:
    """A version's forests and what had happened by a moment, as they are stored."""

    forests: bytes
    past: bytes
    as_of: datetime


@dataclass(frozen=True, slots=True)
class _Read:
    ids: Strings
    parcels: Parcels
    policy: Policy


async def train_version(
    pool: db.Pool,
    market: MarketId,
    *,
    actor: str,
    at: datetime,
    rounds: int = ROUNDS,
    each: Callable[[int], None] | None = None,
) -> int | None:
    """Train on what has happened; answers the new version, None where too little has arrived."""
    read = await _read(pool, market, at)
    holidays = [day.toordinal() - EPOCH_ORDINAL for day in read.policy.carrier_holidays]
    made = train(
        read.ids, read.parcels, days(at),
        confidence=read.policy.promise.confidence, holidays=holidays, rounds=rounds, each=each,
    )  # fmt: skip
    if made is None:
        return None
    forests, card, past = pack(made.trained), _text(made.card), pack_history(made.past)
    return await db.in_transaction(
        pool,
        lambda conn: versions.keep(
            conn, market, forests=forests, card=card, past=past, actor=actor, at=at
        ),
    )


async def judge(pool: db.Pool, market: MarketId, version: int, *, at: datetime) -> Judged | None:
    """Judge a version against the one in force, on the same parcels; None where there is none."""
    read = await _read(pool, market, at)
    async with pool.acquire() as conn:
        mine = await _loaded(conn, market, version)
        force = await versions.in_force(conn, market)
        if mine is None:
            return None
        its = None
        if force is not None and force.version != version:
            its = await _loaded(conn, market, force.version)
    challenger = _cards(*mine, read, at)
    champion = None if its is None else _cards(*its, read, at)
    won, why = wins(challenger, champion)
    return Judged(version, challenger, champion, won, why)


async def remember(pool: db.Pool, market: MarketId, *, at: datetime) -> int | None:
    """Bring what the version in force remembers up to date; answers its number."""
    async with pool.acquire() as conn:
        force = await versions.in_force(conn, market)
        known = None if force is None else await _loaded(conn, market, force.version)
    if force is None or known is None:
        return None
    read = await _read(pool, market, at)
    trained, past = known
    news = pack_history(brought_up(trained, past, read.ids, read.parcels, days(at)))
    await db.in_transaction(
        pool, lambda conn: versions.remember(conn, market, force.version, news, at=at)
    )
    return force.version


async def packed(
    conn: db.Connection, market: MarketId, version: int, *, upto: datetime = versions.NEWEST
) -> Packed | None:
    """Read a version and what it remembered at a moment; None where there is none."""
    row = await versions.named(conn, market, version)
    memory = await versions.memory(conn, market, version, upto=upto)
    if row is None or memory is None:
        return None
    return Packed(row.forests, memory.past, memory.as_of)


def unpacked(packed: Packed) -> Learned:
    """Make it ready to promise: a second or two of work."""
    return Learned(unpack(packed.forests), unpack_history(packed.past), days(packed.as_of))


def days(at: datetime) -> float:
    """Give a moment in days since 1970."""
    return at.timestamp() / DAY_S


def _cards(trained: Trained, past: History, read: _Read, at: datetime) -> dict[str, StageCard]:
    now = days(at)
    return cards(brought_up(trained, past, read.ids, read.parcels, now), trained.confidence, now)


async def _read(pool: db.Pool, market: MarketId, at: datetime) -> _Read:
    async with pool.acquire() as conn:
        compiled = Compiled(await network.read(conn, market))
        _, policy = await policies.current(conn, market)
        ids, parcels = await read_parcels(conn, market, compiled, at=at)
    return _Read(ids, parcels, policy)


async def _loaded(
    conn: db.Connection, market: MarketId, version: int
) -> tuple[Trained, History] | None:
    found = await packed(conn, market, version)
    return None if found is None else (unpack(found.forests), unpack_history(found.past))


def _text(card: object) -> str:
    return msgspec.json.encode(card).decode()
