"""Launches: planned, opened, ended or canceled. What they keep unsold is written by who owns both.

A sku is in one launch at most that has not ended: its key in `launch_sku` says so.
"""

from collections.abc import Collection, Sequence
from datetime import datetime

from entrepot.inventory.launch_model import (
    Launch,
    LaunchMove,
    LaunchOfSku,
    LaunchWritten,
    NewLaunch,
    Unopened,
    WhyNotLaunched,
)
from entrepot.inventory.reserve import GuardFailed
from entrepot.inventory.states import LAUNCH, LaunchState, LaunchVerb
from entrepot.plumbing import db, sql
from entrepot.terms.ids import LaunchId, MarketId, Sku
from entrepot.terms.outcome import Done, Outcome, Refused

Q = sql.load(__package__, "launches.sql")

Launched = Outcome[Launch, WhyNotLaunched]


async def put(
    conn: db.Connection,
    market: MarketId,
    new: NewLaunch,
    *,
    secret: bytes,
    versions: Collection[int] | None,
    at: datetime,
) -> Launched:
    """Plan a launch, or plan it anew; answers it as it stands. The caller owns the transaction.

    Refused where it is at none of `versions` (None: any will do), where it is not planned any more,
    or where another launch has one of its skus. `secret` is that of a new one.
    """
    stands = await lock(conn, market, new.launch_id)
    no = _not_put(stands, new, versions)
    if no is not None:
        return no
    if stands is not None and _says_the_same(stands, new):
        return Done(stands)
    taken = [
        row
        for row in await of_skus(conn, market, new.skus)
        if row.launch_id != new.launch_id
    ]  # fmt: skip
    if taken:
        said = f"{taken[0].sku} is in the launch {taken[0].launch_id}"
        return Refused(WhyNotLaunched.TAKEN, said)
    line = new.line
    written = await db.fetch(
        conn, Q["put_launch"], LaunchWritten,
        market=market, launch_id=new.launch_id, skus=list(new.skus), opens_at=new.opens_at,
        line_first=line.first if line else None, line_per_s=line.per_s if line else None,
        secret=secret, reason=new.reason, at=at,
    )  # fmt: skip
    if not written:
        raise GuardFailed("a launch changed under its lock")
    await _keep_skus(conn, market, new.launch_id, new.skus)
    await db.execute(
        conn, Q["add_launch_skus"], market=market, launch_id=new.launch_id, skus=list(new.skus)
    )
    made = await one(conn, market, new.launch_id)
    assert made is not None, "it was written in this transaction"
    return Done(made)


async def move(  # noqa: PLR0913 - who does what to which, and why
    conn: db.Connection,
    market: MarketId,
    launch: Launch,
    verb: LaunchVerb,
    *,
    actor: str,
    reason: str | None,
    at: datetime,
) -> Launched:
    """Take a locked launch a step further; answers it as it is then. The caller commits."""
    state = LAUNCH.after(LaunchState(launch.state), verb)
    if state is None:
        said = f"a launch that is {launch.state} cannot {verb}"
        return Refused(WhyNotLaunched.TRANSITION, said)
    written = await db.fetch(
        conn, Q["move_launch"], LaunchWritten,
        market=market, launch_id=launch.launch_id, state=state.value, from_state=launch.state,
        verb=verb.value, move_no=launch.version, actor=actor, reason=reason, at=at,
    )  # fmt: skip
    if not written:
        raise GuardFailed("a launch changed under its lock")
    if state in {LaunchState.ENDED, LaunchState.CANCELED}:
        await _keep_skus(conn, market, launch.launch_id, ())
    moved = await one(conn, market, launch.launch_id)
    assert moved is not None, "it is locked"
    return Done(moved)


async def lock(conn: db.Connection, market: MarketId, launch_id: LaunchId) -> Launch | None:
    """Lock a launch until the transaction ends; None where there is none."""
    rows = await db.fetch(
        conn, Q["launch_for_update"], Launch, market=market, launch_id=launch_id
    )  # fmt: skip
    return rows[0] if rows else None


async def due(conn: db.Connection, market: MarketId, *, at: datetime) -> Launch | None:
    """Lock a planned launch whose time has come; None where none has, or others open it."""
    rows = await db.fetch(conn, Q["due_launch"], Launch, market=market, at=at)
    return rows[0] if rows else None


async def any_due(conn: db.Connection, market: MarketId, *, at: datetime) -> bool:
    """Say at a glance whether a launch's time has come; nothing is locked."""
    return bool(await db.fetch(conn, Q["any_due"], LaunchWritten, market=market, at=at))


async def one(conn: db.Connection, market: MarketId, launch_id: LaunchId) -> Launch | None:
    """Read a launch; None where there is none."""
    rows = await listed(conn, market, launch_ids=[launch_id], states=None, after="", most=1)
    return rows[0] if rows else None


async def listed(
    conn: db.Connection,
    market: MarketId,
    *,
    launch_ids: Sequence[LaunchId] | None = None,
    states: Collection[LaunchState] | None,
    after: str,
    most: int,
) -> list[Launch]:
    """Read a page of launches, ascending by name."""
    return await db.fetch(
        conn, Q["launches"], Launch,
        market=market, after=after, most=most,
        launch_ids=None if launch_ids is None else list(launch_ids),
        states=None if states is None else [state.value for state in states],
    )  # fmt: skip


async def live(conn: db.Connection, market: MarketId) -> list[Launch]:
    """Read the launches that have not ended."""
    return await db.fetch(conn, Q["live_launches"], Launch, market=market)


async def moves(conn: db.Connection, market: MarketId, launch_id: LaunchId) -> list[LaunchMove]:
    """Read the life of a launch."""
    return await db.fetch(
        conn, Q["launch_moves"], LaunchMove, market=market, launch_id=launch_id
    )  # fmt: skip


async def of_skus(
    conn: db.Connection, market: MarketId, skus: Collection[Sku]
) -> list[LaunchOfSku]:
    """Say which launches that have not ended these skus are in, ascending by sku."""
    return await db.fetch(
        conn, Q["launches_of_skus"], LaunchOfSku, market=market, skus=list(skus)
    )  # fmt: skip


async def unopened(
    conn: db.Connection, market: MarketId, skus: Collection[Sku]
) -> dict[Sku, Unopened]:
    """Say which of these skus are not on sale yet, and when they will be."""
    rows = await db.fetch(conn, Q["unopened"], Unopened, market=market, skus=list(skus))
    return {row.sku: row for row in rows}


async def _keep_skus(
    conn: db.Connection, market: MarketId, launch_id: LaunchId, skus: Collection[Sku]
) -> None:
    await db.execute(
        conn, Q["drop_launch_skus"], market=market, launch_id=launch_id, kept=list(skus)
    )


def _not_put(
    stands: Launch | None, new: NewLaunch, versions: Collection[int] | None
) -> Refused[WhyNotLaunched] | None:
    version = None if stands is None else stands.version
    if versions is not None and version not in versions:
        return Refused(WhyNotLaunched.VERSION_CHANGED, f"the launch is at version {version}")
    if stands is None or stands.state == LaunchState.PLANNED or _says_the_same(stands, new):
        return None
    return Refused(WhyNotLaunched.TRANSITION, f"the launch is {stands.state}: plan another one")


def _says_the_same(stands: Launch, new: NewLaunch) -> bool:
    return (tuple(stands.skus), stands.opens_at, stands.line, stands.reason) == (
        new.skus, new.opens_at, new.line, new.reason,
    )  # fmt: skip
