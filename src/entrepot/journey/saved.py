"""Views that people keep of a list: what it is narrowed by, in which order, with which columns."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from entrepot.plumbing import db, sql
from entrepot.terms.ids import MarketId

Q = sql.load(__package__, "saved.sql")

VIEWS_MAX: Final = 200
"""Views of a screen that one person sees: tabs beyond it are nobody's."""


@dataclass(frozen=True, slots=True)
class View:
    """A view; `query` is JSON text, `owner` None where it is the team's."""

    view_id: UUID
    screen: str
    name: str
    query: str
    owner: str | None
    is_default: bool
    version: int
    made_by: str
    made_at: datetime


async def views(conn: db.Connection, market: MarketId, screen: str, owner: str) -> list[View]:
    """Give the team's views of a screen and somebody's own."""
    return await db.fetch(
        conn, Q["views_of"], View, market=market, screen=screen, owner=owner, most=VIEWS_MAX
    )


async def lock(conn: db.Connection, market: MarketId, view_id: UUID) -> View | None:
    """Have a view until the transaction ends."""
    rows = await db.fetch(conn, Q["view_for_update"], View, market=market, view_id=view_id)
    return rows[0] if rows else None


async def keep(conn: db.Connection, market: MarketId, view: View) -> View:
    """Keep a view, new or changed; if it is what its owner begins with, no other is."""
    await db.execute(
        conn, Q["put_view"],
        market=market, view_id=view.view_id, screen=view.screen, name=view.name,
        query=view.query, owner=view.owner, is_default=view.is_default, actor=view.made_by,
        at=view.made_at,
    )  # fmt: skip
    if view.is_default:
        await db.execute(
            conn, Q["only_default"],
            market=market, screen=view.screen, view_id=view.view_id, owner=view.owner,
        )  # fmt: skip
    kept = await lock(conn, market, view.view_id)
    assert kept is not None
    return kept


async def drop(conn: db.Connection, market: MarketId, view_id: UUID) -> None:
    """Forget a view."""
    await db.execute(conn, Q["drop_view"], market=market, view_id=view_id)
