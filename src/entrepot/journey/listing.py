"""Lists of orders: by phase, channel, node, sku, e-mail, age, or whatever a person types.

Newest first, by keyset. Summaries answer what only they can; the youngest orders are read as they
stand.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from entrepot.journey.model import Listed
from entrepot.journey.read import read_orders
from entrepot.plumbing import db, sql
from entrepot.terms.ids import MarketId, OrderId, uuid7
from entrepot.terms.order_number import id_range

V = sql.load(__package__, "views.sql")

NEWEST = UUID(int=(1 << 128) - 1)

YOUNG = timedelta(minutes=10)
"""An order without a summary is younger than this, or the worker rests and its lag alarm rings."""

PAGES_MAX = 20
"""Filters checked on what was read may leave little of a page: so many are read for one."""


@dataclass(frozen=True, slots=True)
class Filters:
    """What a list is narrowed by; None: not by that. `q`: a number, external id, e-mail or sku."""

    phase: str | None = None
    channel: str | None = None
    node: str | None = None
    sku: str | None = None
    email: str | None = None
    placed_after: datetime | None = None
    q: str | None = None


async def list_orders(
    conn: db.Connection,
    market: MarketId,
    filters: Filters,
    *,
    before: UUID | None,
    most: int,
    at: datetime,
) -> tuple[list[dict[str, Any]], UUID | None]:
    """Give at most `most` orders older than `before`, and the id the next page is older than."""
    found: list[dict[str, Any]] = []
    cursor = before or NEWEST
    for _ in range(PAGES_MAX):
        ids, exhausted = await _candidates(conn, market, filters, cursor, most + 1, at)
        for order in await read_orders(conn, market, ids):
            if _fits(order, filters):
                if len(found) == most:
                    return found, UUID(found[-1]["id"])
                found.append(order)
        if exhausted or not ids:
            return found, None
        cursor = ids[-1]
    return found, cursor


async def _candidates(
    conn: db.Connection,
    market: MarketId,
    filters: Filters,
    before: UUID,
    most: int,
    at: datetime,
) -> tuple[list[OrderId], bool]:
    page = {"market": market, "before": before, "most": most}
    if filters.q is not None:
        rows = await _typed(conn, filters.q.strip(), page, at)
    elif filters.email is not None:
        rows = await db.fetch(
            conn, V["of_email"], Listed, email=filters.email.strip().lower(), **page
        )
    else:
        rows = await _summarized(conn, filters, page, at)
    ids = sorted({row.order_id for row in rows}, reverse=True)[:most]
    return [OrderId(each) for each in ids], len(ids) < most


async def _summarized(
    conn: db.Connection, filters: Filters, page: dict[str, Any], at: datetime
) -> list[Listed]:
    narrowed = {
        "phase": filters.phase, "channel": filters.channel, "node": filters.node,
        "sku": filters.sku,
    }  # fmt: skip
    rows = await db.fetch(conn, V["listed"], Listed, **narrowed, **page)
    young = uuid7(int((at - YOUNG).timestamp() * 1000), 0)
    return rows + await db.fetch(conn, V["unsummarized"], Listed, young=young, **page)


async def _typed(
    conn: db.Connection, text: str, page: dict[str, Any], at: datetime
) -> list[Listed]:
    """Look for what a person typed, as whatever it may be."""
    rows = await db.fetch(conn, V["of_external_id"], Listed, external_id=text, **page)
    if "@" in text:
        rows += await db.fetch(conn, V["of_email"], Listed, email=text.lower(), **page)
    between = id_range(text)
    if between is not None:
        low, high = between
        rows += await db.fetch(conn, V["of_number"], Listed, low=low, high=high, **page)
    rows += await _summarized(conn, Filters(sku=text), page, at)
    return rows


def _fits(order: dict[str, Any], filters: Filters) -> bool:
    nodes = {each["node"] for each in (order.get("plan") or {}).get("nodes", ())}
    skus = _skus(order)
    placed = datetime.fromisoformat(order["placed_at"])
    return (
        (filters.phase is None or order["phase"] == filters.phase)
        and (filters.channel is None or order["channel"] == filters.channel)
        and (filters.node is None or filters.node in nodes)
        and (filters.sku is None or filters.sku in skus)
        and (filters.placed_after is None or placed > filters.placed_after)
        and (filters.email is None or _email(order) == filters.email.strip().lower())
        and (filters.q is None or _matches(order, filters.q.strip(), skus))
    )


def _matches(order: dict[str, Any], text: str, skus: Sequence[str]) -> bool:
    between = id_range(text)
    return (
        order["external_id"] == text
        or text in skus
        or _email(order) == text.lower()
        or (between is not None and between[0] <= UUID(order["id"]) <= between[1])
    )


def _skus(order: dict[str, Any]) -> list[str]:
    plan = order.get("plan") or {}
    return [line["sku"] for line in order["lines"]] + [
        line["sku"] for node in plan.get("nodes", ()) for line in node["lines"]
    ]


def _email(order: dict[str, Any]) -> str:
    return ((order.get("customer") or {}).get("email") or "").strip().lower()
