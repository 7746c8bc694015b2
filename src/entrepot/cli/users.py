"""People who may sign in: enrolled here where nobody can sign in yet."""

import asyncio
import secrets
import sys
from collections.abc import Awaitable, Callable, Sequence
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from entrepot.access import browse, rules
from entrepot.access.change import Change, change
from entrepot.access.enroll import Newcomer, enroll, flaw
from entrepot.access.hashing import Hashing
from entrepot.access.model import Account, Role, Scope
from entrepot.cli.settling import DatabaseUrl, database, settle
from entrepot.network import browse as network
from entrepot.network.open import open_market
from entrepot.plumbing import clock, db
from entrepot.plumbing.settings import DEFAULT_MARKET
from entrepot.terms.ids import MarketId, NodeId
from entrepot.terms.outcome import Refused

app = typer.Typer(help="People who may sign in.", no_args_is_help=True)

COMMAND_LINE = "command line"
"""Who enrolled somebody, where nobody had signed in to do it."""

PEOPLE_MAX = 10_000

Market = Annotated[str, typer.Option("--market", help="The market they belong to.")]
Login = Annotated[str, typer.Option("--login", help="What they sign in with.")]
FromStdin = Annotated[bool, typer.Option("--password-stdin", help="Read the password from stdin.")]
Work = Callable[[db.Connection], Awaitable[str]]


class WrongError(Exception):
    """What was asked cannot be done; its text says why."""


@app.command("create", help="Enroll a person; asks for the password, or makes one with --random.")
def create(  # noqa: PLR0913, PLR0917 - a command's options
    login: Login,
    name: Annotated[str, typer.Option("--name", help="As timelines say it.")],
    role: Annotated[Role, typer.Option("--role", help="What they do here.")],
    node: Annotated[
        list[str] | None, typer.Option("--node", help="Where an associate works; repeatable.")
    ] = None,
    password_stdin: FromStdin = False,
    random: Annotated[bool, typer.Option("--random", help="Make a password, print it.")] = False,
    market: Market = DEFAULT_MARKET,
    database_url: DatabaseUrl = None,
) -> None:
    """Enroll a person."""
    dsn = database(settle(database_url=database_url))
    nodes = [NodeId(each) for each in node] if node else None
    new = Newcomer(rules.login_of(login), name, role, nodes)
    wrong = flaw(new)
    if wrong is not None:
        raise typer.BadParameter(wrong.detail, param_hint=f"--{wrong.why.value.removesuffix('s')}")
    password = _password(new.login, from_stdin=password_stdin, random=random)
    hashed = asyncio.run(Hashing().make(password))

    async def work(conn: db.Connection) -> str:
        await open_market(conn, MarketId(market))
        await _check_nodes(conn, MarketId(market), nodes or ())
        at = await clock.read(conn)
        done = await enroll(conn, MarketId(market), new, password=hashed, actor=COMMAND_LINE, at=at)
        if isinstance(done, Refused):
            raise WrongError(done.detail)
        return f"{new.login} may sign in as {role.value}"

    _tell(dsn, work)
    if random:
        typer.echo(password)


@app.command("password", help="Give a person another password; their sessions end.")
def password(
    login: Login,
    password_stdin: FromStdin = False,
    random: Annotated[bool, typer.Option("--random", help="Make a password, print it.")] = False,
    market: Market = DEFAULT_MARKET,
    database_url: DatabaseUrl = None,
) -> None:
    """Give a person another password."""
    dsn = database(settle(database_url=database_url))
    wanted = rules.login_of(login)
    text = _password(wanted, from_stdin=password_stdin, random=random)
    hashed = asyncio.run(Hashing().make(text))

    async def work(conn: db.Connection) -> str:
        found = await browse.account_of_login(conn, MarketId(market), wanted)
        if found is None:
            raise WrongError(f"nobody has the login {wanted} in market {market}")
        done = await change(
            conn, MarketId(market), found.user_id, Change(password=hashed),
            own=frozenset({Scope.ADMIN.value}), if_versions=None, at=await clock.read(conn),
        )  # fmt: skip
        if isinstance(done, Refused):
            raise WrongError(done.detail)
        return f"{wanted} has another password, and is signed out everywhere"

    _tell(dsn, work)
    if random:
        typer.echo(text)


@app.command("list", help="Who may sign in.")
def listing(market: Market = DEFAULT_MARKET, database_url: DatabaseUrl = None) -> None:
    """List people."""
    dsn = database(settle(database_url=database_url))

    async def read() -> list[Account]:
        conn = await db.connect(dsn)
        try:
            return await browse.accounts(conn, MarketId(market), "", PEOPLE_MAX)
        finally:
            await conn.close()

    people = asyncio.run(read())
    table = Table("login", "name", "role", "nodes", "may sign in", "last signed in")
    for each in people:
        seen = each.signed_in_at.isoformat(" ", "minutes") if each.signed_in_at else "never"
        nodes = "everywhere" if each.node_ids is None else ", ".join(each.node_ids)
        may = "yes" if each.enabled else "no"
        table.add_row(each.login, each.name, each.role, nodes, may, seen)
    Console().print(table)


def _password(login: str, *, from_stdin: bool, random: bool) -> str:
    if random:
        return rules.written(secrets.token_bytes(rules.PASSWORD_DICE))
    if from_stdin:
        text = sys.stdin.readline().rstrip("\r\n")
    elif sys.stdin.isatty():
        text = typer.prompt("Password", hide_input=True, confirmation_prompt=True, err=True)
    else:
        raise typer.BadParameter(
            "no terminal to ask on: give --password-stdin or --random",
            param_hint="--password-stdin",
        )
    wrong = rules.flaw_of_password(text, login)
    if wrong is not None:
        raise typer.BadParameter(f"a password {wrong}", param_hint="the password")
    return text


async def _check_nodes(conn: db.Connection, market: MarketId, nodes: Sequence[NodeId]) -> None:
    for each in nodes:
        if await network.node(conn, market, each) is None:
            raise WrongError(f"there is no node {each} in market {market}")


def _tell(dsn: str, work: Work) -> None:
    async def in_one() -> str:
        conn = await db.connect(dsn)
        try:
            async with conn.transaction():
                return await work(conn)
        finally:
            await conn.close()

    try:
        typer.echo(asyncio.run(in_one()), err=True)
    except WrongError as wrong:
        typer.echo(str(wrong), err=True)
        raise typer.Exit(1) from None
