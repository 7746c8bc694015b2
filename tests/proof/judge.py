"""The judge: holds what the system has against what its clients were told. Pure but for `look`.

It reads the tables by itself, with a driver of its own and no code of the product: a judge that
asked the accused would hear what the accused believes.
"""

import hashlib
import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

import asyncpg

from proof.ledger import Ack, Entry, Intent

CREATED = 201


class Wrong(StrEnum):
    """All that can be wrong, each with a test that plants it."""

    LOST = "an order that was confirmed is not there"
    ALTERED = "an order is not what its buyer sent"
    ANSWER_ALTERED = "the kept answer is not the one that was given"
    TWICE = "a buyer got more orders than he meant to have"
    UNASKED = "an order that nobody meant to have"
    EFFECT = "a refusal had an effect"
    CONTRADICTION = "one key was given two answers"
    HALF = "an order claims more or fewer units than it has"
    OVERSOLD = "a position has sold more than it holds"
    UNBACKED = "a position's reserved units are not those its orders claim"
    IDLE = "an order's nodes are not asked for exactly what it claims"
    GAP = "the feed leaves out or repeats a number"
    EVENT_TWICE = "one event stands in the feed twice"
    UNTOLD = "the feed does not tell of an order exactly once"
    INVENTED = "the feed tells of an order that is not there"


@dataclass(frozen=True, slots=True)
class Finding:
    wrong: Wrong
    subject: str


@dataclass(frozen=True, slots=True)
class Content:
    """What an order is about. A line is (sku, quantity, unit price)."""

    channel: str
    external_id: str
    currency: str
    lines: tuple[tuple[str, int, int], ...]


@dataclass(frozen=True, slots=True)
class Order:
    """An order as its rows tell it.

    `claims` are (sku, units) reserved or waiting for supply, `work` what nodes are asked to send.
    """

    order_id: str
    buyer: str
    content: Content
    digest: str
    claims: tuple[tuple[str, int], ...]
    work: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True, slots=True)
class Position:
    """The balances of a sku at a node, and what open reservations claim there."""

    sku: str
    node: str
    on_hand: int
    reserved: int
    claimed: int


@dataclass(frozen=True, slots=True)
class World:
    orders: tuple[Order, ...]
    positions: tuple[Position, ...]
    keys: frozenset[str]


@dataclass(frozen=True, slots=True)
class Told:
    """An event of the feed; `order` is empty where it tells of none."""

    sequence: int
    event_id: str
    type: str
    order: str


def digest(document: str | bytes) -> str:
    """Digest a JSON document, whatever the order of its keys."""
    canonical = json.dumps(json.loads(document), sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()


def content(body: str) -> Content:
    """Read what a request asks for."""
    order = json.loads(body)
    return Content(
        order["channel"],
        order["external_id"],
        order["currency"],
        tuple((line["sku"], line["quantity"], line["unit_price"]) for line in order["lines"]),
    )


def reconcile(entries: Iterable[Entry], world: World) -> list[Finding]:
    """Find all that is wrong with the world, as its clients' book sees it."""
    intents: dict[str, list[Intent]] = defaultdict(list)
    acks: dict[str, list[Ack]] = defaultdict(list)
    for entry in entries:
        if isinstance(entry, Intent):
            intents[entry.buyer].append(entry)
        else:
            acks[entry.buyer].append(entry)
    there: dict[str, list[Order]] = defaultdict(list)
    for order in world.orders:
        there[order.buyer].append(order)
    found = list(_stock(world))
    for buyer, asked in intents.items():
        found += _buyer(asked, acks[buyer], there[buyer], world.keys)
    found += [
        Finding(Wrong.UNASKED, order.order_id)
        for buyer, orders in there.items()
        if buyer not in intents
        for order in orders
    ]
    return found


def _buyer(
    asked: Sequence[Intent], told: Sequence[Ack], orders: Sequence[Order], keys: frozenset[str]
) -> Iterator[Finding]:
    """Unknown outcomes may be there or not; what was answered must be as it was answered."""
    buyer = asked[0].buyer
    by_id = {order.order_id: order for order in orders}
    if len(orders) > 1:
        yield Finding(Wrong.TWICE, buyer)
    wishes = [content(intent.body) for intent in asked]
    for order in orders:
        if order.content not in wishes:
            yield Finding(Wrong.ALTERED, order.order_id)
        if order.claims != _units(order.content):
            yield Finding(Wrong.HALF, order.order_id)
    for key in sorted({ack.key for ack in told}):
        yield from _answers([ack for ack in told if ack.key == key], by_id, keys)


def _answers(
    told: Sequence[Ack], orders: dict[str, Order], keys: frozenset[str]
) -> Iterator[Finding]:
    ack = told[0]
    if len({(each.status, each.order, each.digest) for each in told}) > 1:
        yield Finding(Wrong.CONTRADICTION, ack.key)
    if ack.status != CREATED:
        if orders or ack.key in keys:
            yield Finding(Wrong.EFFECT, ack.key)
    elif ack.order not in orders:
        yield Finding(Wrong.LOST, ack.order)
    elif orders[ack.order].digest != ack.digest:
        yield Finding(Wrong.ANSWER_ALTERED, ack.order)


def _units(wish: Content) -> tuple[tuple[str, int], ...]:
    units: Counter[str] = Counter()
    for sku, quantity, _ in wish.lines:
        units[sku] += quantity
    return tuple(sorted(units.items()))


def _stock(world: World) -> Iterator[Finding]:
    for each in world.positions:
        if not 0 <= each.reserved <= each.on_hand:
            yield Finding(Wrong.OVERSOLD, f"{each.sku} at {each.node}")
        if each.reserved != each.claimed:
            yield Finding(Wrong.UNBACKED, f"{each.sku} at {each.node}")


def reconcile_work(world: World) -> list[Finding]:
    """Find the orders whose work was forgotten or asked for twice, once nothing is owed any more.

    Holds where nothing waits for supply and nothing was rejected or canceled.
    """
    return [Finding(Wrong.IDLE, each.order_id) for each in world.orders if each.work != each.claims]


def reconcile_feed(feed: Sequence[Told], world: World, *, captured: str) -> list[Finding]:
    """Find all that is wrong with a feed read from its beginning, once nothing is owed any more."""
    found = [
        Finding(Wrong.GAP, f"{event.sequence} in place {place}")
        for place, event in enumerate(feed, start=1)
        if event.sequence != place
    ]
    ids = Counter(event.event_id for event in feed)
    found += [Finding(Wrong.EVENT_TWICE, each) for each, times in ids.items() if times > 1]
    captures = Counter(event.order for event in feed if event.type == captured)
    there = {order.order_id for order in world.orders}
    found += [Finding(Wrong.UNTOLD, each) for each in sorted(there) if captures[each] != 1]
    found += [Finding(Wrong.INVENTED, each) for each in sorted(set(captures) - there)]
    return found


_ORDERS = """
SELECT o.order_id::text, o.email, o.channel, o.external_id, o.currency, o.document::text,
    array(
        SELECT json_build_array(l.sku, l.quantity, l.unit_price)::text
        FROM orders.line AS l
        WHERE l.market = o.market AND l.order_id = o.order_id ORDER BY l.line_no
    ) AS lines,
    array(
        SELECT json_build_array(c.sku, sum(c.quantity))::text
        FROM (
            SELECT r.sku, r.quantity - r.freed AS quantity FROM inventory.reservation AS r
            WHERE r.market = o.market AND r.order_id = o.order_id
            UNION ALL
            SELECT d.sku, d.quantity FROM inventory.demand AS d
            WHERE d.market = o.market AND d.order_id = o.order_id
        ) AS c
        GROUP BY c.sku
    ) AS claims,
    array(
        SELECT json_build_array(l.sku, sum(l.quantity - l.shorted - l.canceled))::text
        FROM fulfillment.fulfillment_order AS f
        INNER JOIN fulfillment.line AS l USING (market, fulfillment_order_id)
        WHERE f.market = o.market AND f.order_id = o.order_id
        GROUP BY l.sku
    ) AS work
FROM orders."order" AS o
ORDER BY o.order_id
"""
_POSITIONS = """
SELECT p.sku, p.node_id, p.on_hand, p.reserved, coalesce(r.units, 0)::integer AS claimed
FROM inventory.position AS p
LEFT JOIN (
    SELECT market, sku, node_id, sum(quantity - freed - consumed) AS units
    FROM inventory.reservation GROUP BY market, sku, node_id
) AS r USING (market, sku, node_id)
ORDER BY p.sku, p.node_id
"""
_KEYS = "SELECT key FROM plumbing.idempotency"


async def look(database_url: str) -> World:
    """Read the world as it stands in one snapshot of the database."""
    conn = await asyncpg.connect(database_url)
    try:
        async with conn.transaction(isolation="repeatable_read", readonly=True):
            orders = [_order(row) for row in await conn.fetch(_ORDERS)]
            positions = [Position(*row) for row in await conn.fetch(_POSITIONS)]
            keys = frozenset(row[0] for row in await conn.fetch(_KEYS))
    finally:
        await conn.close()
    return World(tuple(orders), tuple(positions), keys)


def _order(row: asyncpg.Record) -> Order:
    lines = tuple((sku, units, price) for sku, units, price in map(json.loads, row["lines"]))
    return Order(
        row["order_id"],
        row["email"],
        Content(row["channel"], row["external_id"], row["currency"], lines),
        digest(row["document"]),
        _sums(row["claims"]),
        _sums(row["work"]),
    )


def _sums(pairs: Iterable[str]) -> tuple[tuple[str, int], ...]:
    return tuple(sorted((sku, int(units)) for sku, units in map(json.loads, pairs)))
