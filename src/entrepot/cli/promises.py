"""Learned promises from the command line: trained, judged, put in force, shown."""

import asyncio
import sys
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated, TypeVar

import msgspec
import typer
from rich.console import Console
from rich.table import Table

from entrepot.cli.settling import DatabaseUrl, database, settle
from entrepot.journey import learn_promises as learning
from entrepot.plumbing import db, mint
from entrepot.plumbing.settings import DEFAULT_MARKET
from entrepot.promise import versions
from entrepot.promise.learning.card import page
from entrepot.promise.learning.judge import StageCard
from entrepot.promise.learning.train import Card
from entrepot.terms.ids import MarketId

app = typer.Typer(help="Promises learned from what has been delivered.", no_args_is_help=True)

Market = Annotated[str, typer.Option("--market", help="Whose deliveries.")]
Version = Annotated[int | None, typer.Argument(help="A version's number; the newest without.")]
At = Annotated[
    str | None,
    typer.Option(
        "--at", help="As of this moment (ISO 8601), as for a history that has ended; now."
    ),
]
ACTOR = "entrepot promise"

R = TypeVar("R")


@app.command("train", help="Learn from the market's own deliveries; makes a challenger.")
def train(
    market: Market = DEFAULT_MARKET,
    promote: Annotated[
        bool, typer.Option("--promote", help="Put it in force if it beats what is.")
    ] = False,
    at: At = None,
    database_url: DatabaseUrl = None,
) -> None:
    """Rehearse the last sixteen weeks, then train; exit status 1 if there is too little."""
    dsn, moment = database(settle(database_url=database_url)), _moment(at)

    def each(_: int) -> None:
        typer.echo(".", nl=False, err=True)

    async def work(pool: db.Pool) -> int | None:
        return await learning.train_version(
            pool, MarketId(market), actor=ACTOR, at=moment, each=each
        )

    version = asyncio.run(_with_pool(dsn, work))
    typer.echo("", err=True)
    if version is None:
        typer.echo("too little has been delivered to learn from: the rules answer", err=True)
        raise typer.Exit(1)
    typer.echo(f"version {version} is trained")
    evaluate(version, market=market, promote=promote, at=at, database_url=dsn)


@app.command("evaluate", help="Judge a version against the one in force, on the same deliveries.")
def evaluate(
    version: Version = None,
    market: Market = DEFAULT_MARKET,
    promote: Annotated[bool, typer.Option("--promote", help="Put it in force if it wins.")] = False,
    at: At = None,
    database_url: DatabaseUrl = None,
) -> None:
    """Print both versions' figures and who wins."""
    dsn, moment = database(settle(database_url=database_url)), _moment(at)

    async def work(pool: db.Pool) -> learning.Judged | None:
        number = version or await _newest(pool, market)
        found = await learning.judge(pool, MarketId(market), number, at=moment)
        if found is not None and promote and found.wins:
            await _promote(pool, market, found.version, moment)
        return found

    judged = asyncio.run(_with_pool(dsn, work))
    if judged is None:
        typer.echo("there is no such version", err=True)
        raise typer.Exit(1)
    _show(f"version {judged.version}", judged.challenger)
    if judged.champion is not None:
        _show("the version in force", judged.champion)
    verdict = "is put in force" if promote else "would win"
    typer.echo(
        f"version {judged.version} {verdict if judged.wins else 'does not win'}: {judged.why}"
    )


@app.command("promote", help="Put a version in force; --rules puts none.")
def promote(
    version: Version = None,
    rules: Annotated[bool, typer.Option("--rules", help="No version: rules answer.")] = False,
    market: Market = DEFAULT_MARKET,
    at: At = None,
    database_url: DatabaseUrl = None,
) -> None:
    """Promote by a person's word, without being judged."""
    dsn, moment = database(settle(database_url=database_url)), _moment(at)

    async def work(pool: db.Pool) -> str:
        if rules:
            await db.in_transaction(
                pool, lambda conn: versions.retire(conn, MarketId(market), at=moment)
            )
            return "rules answer"
        number = version or await _newest(pool, market)
        done = await _promote(pool, market, number, moment)
        return f"version {number} is in force" if done else ""

    said = asyncio.run(_with_pool(dsn, work))
    typer.echo(said or "there is no such version", err=not said)
    raise typer.Exit(0 if said else 1)


@app.command("remember", help="Take in what was delivered since, for the version in force.")
def remember(
    market: Market = DEFAULT_MARKET, at: At = None, database_url: DatabaseUrl = None
) -> None:
    """Bring its memory up to date, as the background does every hour."""
    dsn, moment = database(settle(database_url=database_url)), _moment(at)

    async def work(pool: db.Pool) -> int | None:
        return await learning.remember(pool, MarketId(market), at=moment)

    version = asyncio.run(_with_pool(dsn, work))
    typer.echo("no version is in force" if version is None else f"version {version} is up to date")


@app.command("card", help="A version's card: what it was made of, and how good it was.")
def card(
    version: Version = None,
    market: Market = DEFAULT_MARKET,
    to: Annotated[Path | None, typer.Option("--to", help="Write the page here.")] = None,
    database_url: DatabaseUrl = None,
) -> None:
    """Print the card as a Markdown page."""
    dsn = database(settle(database_url=database_url))

    async def work(pool: db.Pool) -> versions.VersionRow | None:
        number = version or await _newest(pool, market)
        async with pool.acquire() as conn:
            return await versions.named(conn, MarketId(market), number)

    row = asyncio.run(_with_pool(dsn, work))
    if row is None:
        typer.echo("there is no such version", err=True)
        raise typer.Exit(1)
    text = page(row.version, row.actor, msgspec.json.decode(row.card, type=Card))
    if to is None:
        typer.echo(text)
    else:
        to.write_text(text, encoding="utf-8")


@app.command("versions", help="All versions, newest first.")
def list_versions(market: Market = DEFAULT_MARKET, database_url: DatabaseUrl = None) -> None:
    """List them."""
    dsn = database(settle(database_url=database_url))

    async def work(pool: db.Pool) -> list[versions.VersionSummary]:
        async with pool.acquire() as conn:
            return list(await versions.listed(conn, MarketId(market)))

    table = Table("version", "trained", "by", "stands")
    for each in asyncio.run(_with_pool(dsn, work)):
        table.add_row(
            str(each.version), f"{each.trained_at:%Y-%m-%d %H:%M}", each.actor, each.standing
        )
    Console(file=sys.stdout).print(table)


async def _promote(pool: db.Pool, market: str, version: int, at: datetime) -> bool:
    return await db.in_transaction(
        pool, lambda conn: versions.promote(conn, MarketId(market), version, at=at)
    )


async def _newest(pool: db.Pool, market: str) -> int:
    async with pool.acquire() as conn:
        found = await versions.listed(conn, MarketId(market), most=1)
    return found[0].version if found else 0


async def _with_pool(dsn: str, work: Callable[[db.Pool], Awaitable[R]]) -> R:
    pool = await db.open_pool(dsn, size=2, limits=db.Limits(statement_ms=600_000))
    try:
        return await work(pool)
    finally:
        await pool.close()


def _moment(said: str | None) -> datetime:
    if said is None:
        return mint.now()
    try:
        moment = datetime.fromisoformat(said)
    except ValueError:
        raise typer.BadParameter("not a time", param_hint="--at") from None
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    if moment > mint.now() + timedelta(days=1):
        raise typer.BadParameter("has not come yet", param_hint="--at")
    return moment


def _show(title: str, cards: dict[str, StageCard]) -> None:
    table = Table(
        "stage", "judged", "model, days off", "rules", "given", "windows hold", "days wide",
        "by the model", title=title,
    )  # fmt: skip
    for stage, each in cards.items():
        table.add_row(
            stage, f"{each.judged:,}", _number(each.model_error), _number(each.rules_error),
            _number(each.given_error), _number(each.holds), _number(each.width),
            f"{each.by_model:.0%}",
        )  # fmt: skip
    Console(file=sys.stdout).print(table)


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:.2f}"
