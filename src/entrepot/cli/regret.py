"""`entrepot regret`: what a day's orders cost, and what they could have cost at best."""

import asyncio
from datetime import date, datetime, timedelta
from typing import Annotated

import msgspec
import typer

from entrepot.cli.settling import DatabaseUrl, database, settle
from entrepot.journey.regret import keep_regret
from entrepot.plumbing import db, mint
from entrepot.plumbing.settings import DEFAULT_MARKET
from entrepot.sourcing.retell import Regret, Rule
from entrepot.sourcing.tell import amount
from entrepot.terms.ids import MarketId


def regret(
    day: Annotated[
        datetime | None,
        typer.Option("--day", formats=["%Y-%m-%d"], help="A day (UTC); yesterday unless given."),
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="One JSON object.")] = False,
    market: Annotated[str, typer.Option("--market", help="Whose orders.")] = DEFAULT_MARKET,
    database_url: DatabaseUrl = None,
) -> None:
    """Work out a day's regret, keep it and print it; ends 2 where its networks are not kept."""
    wanted = day.date() if day else (mint.now() - timedelta(days=1)).date()
    dsn = database(settle(database_url=database_url))
    try:
        found = asyncio.run(_work(dsn, MarketId(market), wanted))
    except LookupError as fault:
        typer.echo(str(fault), err=True)
        raise typer.Exit(2) from None
    typer.echo(msgspec.json.encode(found).decode() if json else _text(wanted, found))


async def _work(dsn: str, market: MarketId, day: date) -> Regret:
    pool = await db.open_pool(dsn, size=2)
    try:
        return await keep_regret(pool, market, day, at=mint.now())
    finally:
        await pool.close()


_NAMES = {
    Rule.KEPT_BACK: "what was kept back",
    Rule.CHANNEL_VIEWS: "the channels' views",
    Rule.CAPACITY: "the nodes' capacity",
    Rule.STRATEGIES: "strategies: fences, ratings",
    Rule.WORTH: "the worth of stock and room",
}


def _text(day: date, found: Regret) -> str:
    least = f"no plan could have cost less than {amount(found.bound)}"
    lines = [
        f"{day}: {found.orders:,} orders cost {amount(found.cost)}; {least}",
        f"regret at most {amount(found.regret)}, {found.percent:.2f} %",
    ]
    lines += [
        f"  {_NAMES[each.rule]:32}{amount(each.saves):>12}  {each.changed:,} orders elsewhere"
        for each in found.rules
    ]
    lines += [
        f"  {'all of these rules together':32}{amount(found.together):>12}",
        f"  {'order of arrival, and slack':32}{amount(found.arrival):>12}",
    ]
    if found.again:
        lines.append(f"{found.again:,} plans were made again, at {amount(found.again_cost)}")
    return "\n".join(lines)
