"""Waves and looking ahead from the command line: what they would bring, or bring."""

import asyncio
from collections.abc import Mapping
from typing import Annotated

import typer
from msgspec.structs import replace
from rich.console import Console
from rich.table import Table

from entrepot.cli.settling import DatabaseUrl, database, settle
from entrepot.journey.wave import Move
from entrepot.journey.world import World
from entrepot.plumbing import db, mint
from entrepot.policies.ahead import LookAhead, Waves
from entrepot.terms.ids import MarketId
from entrepot.terms.order_number import number_of

SHOWN_MAX = 50


def wave(
    market: Annotated[str, typer.Option(help="The market.")] = "default",
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say what it would move; change nothing.")
    ] = False,
    orders_max: Annotated[
        int | None, typer.Option(min=2, help="Orders planned together; else as the policy says.")
    ] = None,
    saving_min: Annotated[
        int | None,
        typer.Option(min=1, help="Minor units an order must save; else as the policy says."),
    ] = None,
    database_url: DatabaseUrl = None,
) -> None:
    """Plan what is not yet released again, all of it together."""
    dsn = database(settle(database_url=database_url))
    given = _given(orders_max=orders_max, saving_min=saving_min)
    asyncio.run(_wave(dsn, MarketId(market), given, dry_run=dry_run))


def look_ahead(
    market: Annotated[str, typer.Option(help="The market.")] = "default",
    days: Annotated[
        int | None,
        typer.Option(min=1, max=28, help="Days until stock comes; else as the policy says."),
    ] = None,
    database_url: DatabaseUrl = None,
) -> None:
    """Price stock and room for the orders still to come, now."""
    dsn = database(settle(database_url=database_url))
    asyncio.run(_look_ahead(dsn, MarketId(market), _given(days=days)))


def _given(**options: int | None) -> dict[str, int]:
    return {name: value for name, value in options.items() if value is not None}


async def _look_ahead(dsn: str, market: MarketId, given: Mapping[str, int]) -> None:
    from entrepot.work import prices  # noqa: PLC0415 - it loads a compiler

    pool = await db.open_pool(dsn, size=2)
    try:
        world = World(pool, mint.now, stock=False)
        terms = (await world.market(market)).policy.look_ahead or LookAhead()
        made = await prices.make(pool, world, market, replace(terms, **given), "asked")
    finally:
        await pool.close()
    if made is None:
        typer.echo("nothing to price: nothing was ordered, or nothing runs short")
    else:
        typer.echo(
            f"prices {made.version}: {made.skus} skus at {made.positions} nodes, "
            f"the dearest unit {made.dearest}"
        )


async def _wave(dsn: str, market: MarketId, given: Mapping[str, int], *, dry_run: bool) -> None:
    from entrepot.work import waves  # noqa: PLC0415 - it loads a compiler

    pool = await db.open_pool(dsn, size=2)
    try:
        world = World(pool, mint.now, stock=False)
        terms = (await world.market(market)).policy.waves or Waves()
        rules = replace(terms, **given)
        if dry_run:
            looked, moves = await waves.foresee(pool, world, market, rules)
            _show(moves)
            saved = sum(move.saved for move in moves)
            typer.echo(f"of {len(looked.orders)} orders {len(moves)} would move, saving {saved}")
            return
        done = await waves.run(pool, world, market, rules)
        typer.echo(
            f"of {done.looked} orders {done.moved} moved, saving {done.saved}; "
            f"{done.contended} could not any more"
        )
    finally:
        await pool.close()


def _show(moves: list[Move]) -> None:
    table = Table("order", "from", "to", "saves")
    for move in sorted(moves, key=lambda each: -each.saved)[:SHOWN_MAX]:
        before = sorted({claim.node_id for claim in move.order.standing.claims})
        after = sorted(shipment.node_id for shipment in move.plan.shipments)
        table.add_row(
            number_of(move.order.order_id), " ".join(before), " ".join(after), str(move.saved)
        )
    if moves:
        Console().print(table)
