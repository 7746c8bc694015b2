"""`entrepot replay`: decide history again, by the rules of then and by a policy only tried."""

import asyncio
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated
from uuid import UUID

import msgspec
import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

from entrepot.cli import replay_shown as shown
from entrepot.cli.settling import DatabaseUrl, database, settle
from entrepot.journey import replay as replaying
from entrepot.journey.replay_reader import Reader, version_of
from entrepot.journey.replay_result import Result
from entrepot.plumbing import db, mint
from entrepot.plumbing.mint import MINT
from entrepot.plumbing.settings import DEFAULT_MARKET
from entrepot.policies.model import Policy
from entrepot.sourcing import replays
from entrepot.sourcing.replay_model import Replay
from entrepot.sourcing.replays import Span
from entrepot.terms.ids import MarketId

ACTOR = "entrepot replay"

TAKEN_S = 0.5
"""How often to look again at a replay that a background worker has in hand."""

CHANGES_PER_PAGE = 5_000


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the command line asks for; `resume` names a replay that was begun before."""

    market: MarketId
    span: Span | None
    policy: Policy | int | None
    seed: int
    resume: UUID | None
    json: Path | None
    csv: Path | None


def replay(  # noqa: PLR0913, PLR0917 - a command's options
    from_: Annotated[
        str | None, typer.Option("--from", help="A day or a moment (RFC 3339); UTC unless it says.")
    ] = None,
    to: Annotated[
        str | None, typer.Option("--to", help="Up to and without it; now unless given.")
    ] = None,
    policy: Annotated[
        str | None,
        typer.Option("--policy", help="A policy to try: a JSON file, or a version's number."),
    ] = None,
    resume: Annotated[
        UUID | None, typer.Option("--resume", help="Go on with this replay, where it stopped.")
    ] = None,
    seed: Annotated[int, typer.Option("--seed", help="The same seed, the same intervals.")] = 1,
    json: Annotated[Path | None, typer.Option("--json", help="Write the result here.")] = None,
    csv: Annotated[
        Path | None, typer.Option("--csv", help="Write the orders that change here.")
    ] = None,
    market: Annotated[str, typer.Option("--market", help="Whose history.")] = DEFAULT_MARKET,
    database_url: DatabaseUrl = None,
) -> None:
    """Replay; ends 1 where any decision is not what was recorded, 2 where it cannot be done."""
    if (from_ is None) == (resume is None):
        raise typer.BadParameter("give --from, or --resume with a replay", param_hint="--from")
    span = None
    if from_ is not None:
        span = Span(_moment(from_, "--from"), _moment(to, "--to") if to else mint.now())
        if span.from_at >= span.to_at:
            raise typer.BadParameter("it begins at or after its end", param_hint="--from")
    wanted = Wanted(MarketId(market), span, _tried(policy), seed, resume, json, csv)
    raise typer.Exit(asyncio.run(_run(database(settle(database_url=database_url)), wanted)))


def _moment(text: str, option: str) -> datetime:
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise typer.BadParameter(f"{text!r} is no day or moment", param_hint=option) from None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


async def _run(dsn: str, wanted: Wanted) -> int:
    console = Console(stderr=True)
    pool = await db.open_pool(dsn, size=2)
    try:
        name = wanted.resume or await _begin(pool, wanted)
        console.print(f"replay {name}", highlight=False)
        began = time.perf_counter()
        ended, before = await _work(pool, wanted.market, name, console)
        if ended is None:
            console.print(f"there is no replay {name}", style="red")
            return 2
        if ended.result is None:
            console.print(f"stopped: {ended.fault}", style="red", markup=False)
            return 2
        pace = (ended.decisions - before) / max(time.perf_counter() - began, 1e-9)
        return await _tell(pool, wanted, ended, pace)
    finally:
        await pool.close()


async def _begin(pool: db.Pool, wanted: Wanted) -> UUID:
    assert wanted.span is not None
    name, span = MINT.one(), wanted.span
    async with pool.acquire() as conn, conn.transaction():
        policy = await _policy(conn, wanted)
        await replaying.start(
            conn, wanted.market, name, span, policy, seed=wanted.seed, actor=ACTOR, at=mint.now()
        )
    return name


def _tried(said: str | None) -> Policy | int | None:
    if said is None or said.isdigit():
        return None if said is None else int(said)
    try:
        return msgspec.json.decode(Path(said).read_bytes(), type=Policy)
    except (OSError, msgspec.MsgspecError) as wrong:
        raise typer.BadParameter(str(wrong), param_hint="--policy") from None


async def _policy(conn: db.Connection, wanted: Wanted) -> Policy | None:
    if not isinstance(wanted.policy, int):
        return wanted.policy
    found = await version_of(conn, wanted.market, wanted.policy)
    if found is None:
        raise typer.BadParameter(f"there is no version {wanted.policy}", param_hint="--policy")
    return found


async def _work(
    pool: db.Pool, market: MarketId, name: UUID, console: Console
) -> tuple[Replay | None, int]:
    """Work until it has ended; answers it, and how many decisions had been made before."""
    reader, before = Reader(market), 0
    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn())
    with Progress(
        *columns, TimeRemainingColumn(), console=console, transient=True,
        disable=not console.is_terminal,
    ) as progress:  # fmt: skip
        task = progress.add_task("deciding again", total=None)
        while True:
            async with pool.acquire() as conn:
                now = await replays.read(conn, market, name)
            if now is None or now.ended_at is not None:
                return now, before
            before = before or now.decisions
            description = f"{now.decisions:,} decisions, {now.differing:,} differ"
            progress.update(
                task, total=now.records, completed=now.records_done, description=description
            )
            if not await replaying.run_step(pool, reader, name):
                await asyncio.sleep(TAKEN_S)


async def _tell(pool: db.Pool, wanted: Wanted, ended: Replay, pace: float) -> int:
    result = msgspec.json.decode(ended.result or "", type=Result)
    typer.echo(shown.as_text(ended, result))
    typer.echo(f"{pace:,.0f} decisions a second")
    if wanted.json is not None:
        wanted.json.write_bytes(msgspec.json.format(msgspec.json.encode(result)))
    changes = await _changes(pool, wanted.market, ended.replay_id)
    for each in changes:
        if not each[0]:
            typer.echo(f"differs: order {each[1].order}: {each[1].words}")
    if wanted.csv is not None:
        wanted.csv.write_text(shown.as_csv(changes), encoding="utf-8")
    return 1 if result.differing else 0


async def _changes(pool: db.Pool, market: MarketId, name: UUID) -> list[shown.Row]:
    found: list[shown.Row] = []
    after = 0
    while True:
        async with pool.acquire() as conn:
            page = await replays.changes_after(conn, market, name, after, CHANGES_PER_PAGE)
        if not page:
            return found
        found += [(row.faithful, shown.change_of(row.document)) for row in page]
        after = page[-1].number
