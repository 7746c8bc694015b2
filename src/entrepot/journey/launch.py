"""Launches as people plan them, and what they keep unsold, written in the same commit.

Until a launch has opened `position.safety` of its skus keeps every unit from everybody: no reader
and no sale learns anything for it, and no view that is old can sell.
"""

from collections.abc import Callable, Collection
from datetime import datetime

from entrepot.inventory import launch as launches
from entrepot.inventory import secure, tell
from entrepot.inventory.launch_model import SECRET_BYTES, Launch, NewLaunch
from entrepot.inventory.states import LaunchVerb
from entrepot.journey.notice import tell_those_who_wait
from entrepot.journey.safeguard import rules_of
from entrepot.journey.world import Market, World
from entrepot.orders.model import Fault
from entrepot.plumbing import db, mint, outbox
from entrepot.terms.ids import LaunchId, MarketId, Sku
from entrepot.terms.outcome import Done

BY_ITSELF = "entrepot"


async def unfit(conn: db.Connection, market: Market, new: NewLaunch) -> list[Fault]:
    """Say which skus cannot be launched: unknown ones, and kits, which have no stock of their own.

    An empty list: none.
    """
    await market.catalog.fetch_missing(conn, set(new.skus))
    faults = []
    for place, sku in enumerate(new.skus):
        made = market.catalog.items.get(sku)
        if made is None:
            faults.append(Fault(f"/skus/{place}", f"there is no item {sku}"))
        elif made.parts:
            faults.append(Fault(f"/skus/{place}", f"{sku} is a kit: name what it is made of"))
    return faults


async def plan(  # noqa: PLR0913 - what is planned, by whom, and what it must be at
    conn: db.Connection,
    world: World,
    market: MarketId,
    new: NewLaunch,
    *,
    versions: Collection[int] | None,
    actor: str,
    dice: Callable[[int], bytes],
    at: datetime,
) -> launches.Launched:
    """Plan a launch in which nothing is wrong, or plan it anew. The caller owns the transaction."""
    before = await launches.lock(conn, market, new.launch_id)
    answer = await launches.put(
        conn, market, new, secret=dice(SECRET_BYTES), versions=versions, at=at
    )
    if isinstance(answer, Done) and (before is None or answer.value.version != before.version):
        skus = {*new.skus, *(before.skus if before else ())}
        await _keep(conn, world, market, skus, at)
        await outbox.tell(conn, market, [tell.launch_planned(answer.value, actor)], at=at)
    return answer


async def step(  # noqa: PLR0913 - who does what to which, and why
    conn: db.Connection,
    world: World,
    market: MarketId,
    launch: Launch,
    verb: LaunchVerb,
    *,
    actor: str,
    reason: str | None,
    at: datetime,
) -> launches.Launched:
    """Open, end or cancel a locked launch. The caller owns the transaction.

    What it kept is for sale then, and who waits for it is told.
    """
    answer = await launches.move(conn, market, launch, verb, actor=actor, reason=reason, at=at)
    if isinstance(answer, Done):
        await _keep(conn, world, market, set(launch.skus), at)
        fact = tell.launch_moved(answer.value, verb, actor, reason)
        await outbox.tell(conn, market, [fact], at=at)
    return answer


async def open_due(pool: db.Pool, world: World, market: MarketId) -> LaunchId | None:
    """Open a launch whose time has come, in a commit of its own; None where there is none."""
    async with pool.acquire() as conn:
        if not await launches.any_due(conn, market, at=mint.now()):
            return None
    await world.market(market)

    async def work(conn: db.Connection) -> LaunchId | None:
        at = mint.now()
        launch = await launches.due(conn, market, at=at)
        if launch is None:
            return None
        opened = await step(
            conn, world, market, launch, LaunchVerb.OPEN, actor=BY_ITSELF, reason=None, at=at
        )
        assert isinstance(opened, Done), "it is planned, and locked"
        return launch.launch_id

    return await db.in_transaction(pool, work)


async def _keep(
    conn: db.Connection, world: World, market: MarketId, skus: set[Sku], at: datetime
) -> None:
    """Write what stays of these skus now, at all their positions, in key order."""
    await secure.hold_sweep(conn, market)
    rules = await rules_of(conn, market, (await world.fresh(conn, market)).keeping)
    rows = await secure.of_skus(conn, market, skus)

    async def asked(keys: Collection[secure.Key]) -> secure.Safety:
        return await rules.asked(conn, market, keys)

    raised = await secure.secure(
        conn, market, rows, asked, policy_version=rules.keeping.version, at=at
    )
    await tell_those_who_wait(conn, market, set(raised.freer), at)
