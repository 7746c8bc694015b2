"""The command line: `entrepot …`, or `python -m entrepot …`."""

import typer

from entrepot.cli import (
    bench,
    bring,
    console,
    demo,
    keys,
    openapi,
    performance,
    policy,
    promises,
    regret,
    replay,
    roles,
    stock,
    upkeep,
    users,
    waves,
)

app = typer.Typer(
    name="entrepot",
    help="An order management system: from a customer's click to the parcel at the door.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
app.command("up", help="The whole system in one command.")(roles.up)
app.command("serve", help="The HTTP face.")(roles.serve)
app.command("work", help="The background work: relay, journey, timers.")(roles.work)
app.command("migrate", help="Bring the database up to date.")(upkeep.migrate)
app.command("verify", help="Check every invariant on the live database.")(upkeep.verify)
app.command("look-ahead", help="Price stock for the orders still to come.")(waves.look_ahead)
app.command("wave", help="Plan what is not yet released again, together.")(waves.wave)
app.command("import", help="Master data, stock and history from files.")(bring.command)
app.command("replay", help="History decided again, by other rules.")(replay.replay)
app.command("regret", help="What a day cost, and what it could have cost.")(regret.regret)
app.command("demo", help="The sample retailer, in motion.")(demo.demo)
app.command("bench", help="One benchmark.")(bench.bench)
app.command("openapi", help="Print the OpenAPI document.")(openapi.openapi)
app.add_typer(console.app, name="console")
app.add_typer(keys.app, name="key")
app.add_typer(users.app, name="user")
app.add_typer(stock.app, name="inventory")
app.add_typer(policy.app, name="policy")
app.add_typer(performance.app, name="performance")
app.add_typer(promises.app, name="promise")

__all__ = ["app"]
