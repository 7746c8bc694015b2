"""What decisions may be steered by, made for a benchmark: a version of promises, a table of prices.

The version is trained by the product's own functions on parcels that this market might have sent;
the prices are as many as there can be: of every sku at many nodes, of room at all of them.
"""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Final

import numpy as np
import numpy.typing as npt

from entrepot.demo import places
from entrepot.demo.places import ZipCode
from entrepot.journey.promise_past import lane_name
from entrepot.network import read as network
from entrepot.network.compiled import Compiled
from entrepot.network.model import Lane
from entrepot.plumbing import db
from entrepot.promise import versions
from entrepot.promise.learning.learned import Learned, pack, pack_history
from entrepot.promise.learning.table import DAY_S, Row, parcels_of
from entrepot.promise.learning.train import Made, train
from entrepot.sourcing import price_rows, price_table
from entrepot.sourcing.model import PriceRow, Prices
from entrepot.terms.geo import located
from entrepot.terms.ids import MarketId, Sku

MARKET: Final = MarketId("default")
SEED: Final = 7
HISTORY_DAYS: Final = 150
CATEGORIES: Final = ("apparel", "home", "toys")
NODES_PRICED: Final = 20
"""A tenth of the nodes: where a sku is scarce. All others have enough, and no price."""

WORTH_MAX: Final = 300
"""Minor units that a unit is worth to others at most."""

SERVICES: Final = ("standard", "expedited")


async def compiled(pool: db.Pool) -> Compiled:
    """Read the network of the running system."""
    async with pool.acquire() as conn:
        return Compiled(await network.read(conn, MARKET))


def trained(nodes: Compiled, count: int, at: datetime) -> Made:
    """Train on so many parcels of the days before. RuntimeError where it learns nothing of them."""
    rows = history(nodes, count, at)
    made = train(np.array([row.order for row in rows]), parcels_of(rows), at.timestamp() / DAY_S)
    if made is None:
        raise RuntimeError(f"nothing can be learned from {count} parcels")
    return made


def history(nodes: Compiled, count: int, at: datetime) -> list[Row]:
    """Draw parcels: some nodes are slow, heavy parcels late, and weekends cost time."""
    dice = np.random.default_rng(SEED)
    homes = places.zip_codes()
    lanes = {(lane.service, lane.zone): lane for lane in nodes.network.lanes if lane.enabled}
    slow = dice.lognormal(0, 0.5, len(nodes.network.nodes))
    placed = np.sort(dice.random(count)) * HISTORY_DAYS
    begins = at - timedelta(days=HISTORY_DAYS)
    rows = []
    for number in range(count):
        ix = int(dice.integers(len(slow)))
        home = homes[int(dice.integers(len(homes)))]
        service = SERVICES[int(dice.random() < 0.2)]
        lane = lanes.get((service, _zone(nodes, ix, home)))
        if lane is not None:
            moment = begins + timedelta(days=float(placed[number]))
            rows.append(_row(dice, nodes, ix, lane, home, (number, moment, float(slow[ix]))))
    return rows


def _zone(nodes: Compiled, ix: int, home: ZipCode) -> int:
    place = located("US", home.postal_code, home.region, home.latitude, home.longitude)
    return int(nodes.zones_of((place,))[0][ix])


def _row(
    dice: np.random.Generator,
    nodes: Compiled,
    ix: int,
    lane: Lane,
    home: ZipCode,
    drawn: tuple[int, datetime, float],
) -> Row:
    number, placed, slow = drawn
    start = nodes.network.nodes[ix].place
    grams = float(dice.integers(200, 4_000))
    weekend = 1.5 * (placed.weekday() >= 5)
    handed = placed + timedelta(days=0.3 + slow * float(dice.lognormal(0, 0.3)) + weekend)
    heavy = 1.5 if grams > 2_500 else 0.0
    days = max(0.5, lane.transit_days + heavy + float(dice.normal(0, 0.6)))
    return Row(
        order=f"{number:07}", placed=placed, node=nodes.network.nodes[ix].node_id,
        origin=start.region or start.country, region=home.region, postal_code=home.postal_code,
        carrier=lane_name(lane), category=CATEGORIES[number % len(CATEGORIES)], payment="manual",
        handed=handed, delivered=handed + timedelta(days=days), latitude=home.latitude,
        longitude=home.longitude, from_latitude=start.latitude, from_longitude=start.longitude,
        weight_g=grams, price=40.0, freight=5.99, stated_handling=0.5,
        stated_transit=float(lane.transit_days),
    )  # fmt: skip


async def keep_version(pool: db.Pool, made: Made, at: datetime) -> int:
    """Keep a version in the running system; answers its number. It is in force for nobody yet."""
    forests, past = pack(made.trained), pack_history(made.past)
    return await db.in_transaction(
        pool,
        lambda conn: versions.keep(
            conn, MARKET, forests=forests, card="{}", past=past, actor="bench", at=at
        ),
    )


async def put_in_force(pool: db.Pool, version: int | None, at: datetime) -> None:
    """Put a version in force; None: none."""

    async def work(conn: db.Connection) -> None:
        if version is None:
            await versions.retire(conn, MARKET, at=at)
        else:
            await versions.promote(conn, MARKET, version, at=at)

    await db.in_transaction(pool, work)


async def publish_prices(
    pool: db.Pool, nodes: Compiled, skus: Sequence[str], at: datetime
) -> PriceRow:
    """Publish a table of prices of all these skus; answers what it is like."""
    prices = drawn_prices(nodes, skus, at)
    async with pool.acquire() as conn, conn.transaction():
        newest, _ = await price_rows.newest(conn, MARKET)
        row = PriceRow(
            version=newest + 1, made_at=at, why="bench",
            network_version=nodes.network.version, skus=len(prices.stock),
            positions=sum(int((worth > 0).sum()) for worth in prices.stock.values()),
            dearest=WORTH_MAX,
        )  # fmt: skip
        await price_rows.publish(conn, MARKET, row, price_table.pack(prices, nodes))
    return row


def drawn_prices(nodes: Compiled, skus: Sequence[str], at: datetime) -> Prices:
    """Draw prices: of each sku at NODES_PRICED nodes, of room at as many on each of two days."""
    dice = np.random.default_rng(SEED)
    count = len(nodes.network.nodes)
    stock = {}
    for sku in skus:
        stock[Sku(sku)] = _some(dice, count)
    rooms = np.stack([_some(dice, count), _some(dice, count)])
    return Prices(1, stock, rooms[0], rooms, at.astimezone(UTC).date())


def _some(dice: np.random.Generator, count: int) -> npt.NDArray[np.int64]:
    """Draw int64[count], of which NODES_PRICED are more than nothing."""
    worth = np.zeros(count, np.int64)
    some = dice.choice(count, min(NODES_PRICED, count), replace=False)
    worth[some] = dice.integers(1, WORTH_MAX + 1, len(some))
    return worth


def ready(made: Made, at: datetime) -> Learned:
    """Make a version ready to promise, as a serving process does."""
    return Learned(made.trained, made.past, at.timestamp() / DAY_S)
