"""Rows that name lots or serial numbers: is the item tracked so, and how long do its units last?"""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import TypeVar

from msgspec.structs import replace

from entrepot.catalog.model import Tracking
from entrepot.inventory.buckets import SetAside
from entrepot.inventory.heard import Message
from entrepot.inventory.lots_model import LotUnits
from entrepot.inventory.model import Count, Delta
from entrepot.journey.world import Market
from entrepot.plumbing import db
from entrepot.terms.calendar import time_zone
from entrepot.terms.ids import NodeId, Sku

R = TypeVar("R", Count, Delta, SetAside, Message)


def tracking(market: Market, sku: Sku) -> Tracking:
    """Say how an item's units are told apart; not at all where it is not known."""
    made = market.catalog.items.get(sku)
    return made.tracking if made else Tracking.NONE


def fits(market: Market, sku: Sku, lots: Sequence[LotUnits]) -> bool:
    """Say whether an item is tracked as these lots name its units."""
    kinds = {Tracking.SERIAL if each.serial else Tracking.LOT for each in lots}
    return kinds <= {tracking(market, sku)}


async def learn(conn: db.Connection, market: Market, skus: Collection[Sku]) -> None:
    """Ask again for items that are not tracked as far as this process has heard."""
    late = [sku for sku in set(skus) if tracking(market, sku) is Tracking.NONE]
    if late:
        await market.catalog.fetch_again(conn, late)


def dated(market: Market, rows: Sequence[R], at: datetime) -> list[R]:
    """Give rows that name lots the last day of those that came without one, by their shelf life."""
    return [_dated(market, row, at) if row.lots else row for row in rows]


def lasts_to(
    market: Market, sku: Sku, node: NodeId, lots: Sequence[LotUnits], at: datetime
) -> tuple[LotUnits, ...]:
    """Give lots that were told without a last day the one their item's shelf life says."""
    made = market.catalog.items.get(sku)
    if made is None or made.shelf_life_days is None:
        return tuple(lots)
    place = market.compiled.index.get(node)
    zone = time_zone("UTC" if place is None else market.network.nodes[place].time_zone)
    last = at.astimezone(zone).date() + timedelta(days=made.shelf_life_days)
    return tuple(replace(each, lasts_to=last) if not each.expires_on else each for each in lots)


def _dated(market: Market, row: R, at: datetime) -> R:
    return replace(row, lots=lasts_to(market, row.sku, row.node_id, row.lots, at))
