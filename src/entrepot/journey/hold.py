"""Plan what carts wish to keep: as orders are planned, on what their channels may sell.

What is shown at checkout is what is kept, and what is kept is what the order gets. No decision
record is written: the order's own says where its units were and why they stayed.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import msgspec

from entrepot.catalog.rules import explode
from entrepot.inventory import browse as stock
from entrepot.inventory import launch
from entrepot.inventory.carts_model import CartClaim, NewCart
from entrepot.journey import asking
from entrepot.journey.asking import Need
from entrepot.journey.door import unopened
from entrepot.journey.guided import tried_on
from entrepot.journey.placing import NotTaken
from entrepot.journey.refusals import no_plan, unknown
from entrepot.journey.withhold import seen
from entrepot.journey.world import Market
from entrepot.network.model import Method
from entrepot.network.read import version
from entrepot.plumbing import db
from entrepot.plumbing.mint import MINT
from entrepot.sourcing.model import Ask, NoPlan, Plan, WhyNoPlan
from entrepot.sourcing.shelves import Shelves
from entrepot.terms.ids import CartId, ChannelId, LineNo, NodeId, OrderId, Sku
from entrepot.terms.place import Place


class OldNetwork(Exception):  # noqa: N818 - what was found
    """The network has changed since this process read it: read it again before refusing."""


class Wish(msgspec.Struct, frozen=True):
    """What a shopper would keep: lines of (sku, units), for so many seconds.

    `destination` None, where it is to be sent: not known yet, and any node that ships will do.
    `ticket` is what is shown for a launch's waiting line.
    """

    channel: ChannelId
    lines: tuple[tuple[Sku, int], ...]
    ttl_s: int
    method: Method = Method.SHIP
    service: str = "standard"
    destination: Place | None = None
    pickup_node: NodeId | None = None
    customer: str | None = None
    customer_class: str = ""
    ticket: str | None = None


@dataclass(slots=True)
class Sketch:
    """A wish on its way: what its lines need, what is asked, and what was answered."""

    wish: Wish
    cart_id: CartId
    needs: list[Need]
    unknown: list[tuple[int, str]]
    ask: Ask
    answer: Plan | NoPlan | None = None

    def cart(self, at: datetime) -> NewCart | None:
        """Give the cart to be held; None where there is no plan."""
        if not isinstance(self.answer, Plan):
            return None
        made = asking.claims(OrderId(self.cart_id), self.answer, self.needs)
        claims = tuple(
            CartClaim(self.cart_id, c.line_no, c.sku, c.node_id, c.quantity) for c in made
        )
        until = at + timedelta(seconds=self.wish.ttl_s)
        return NewCart(self.cart_id, self.wish.channel, self.wish.customer, until, claims)


async def planned(
    conn: db.Connection, market: Market, wishes: Sequence[Wish], at: datetime
) -> list[Sketch]:
    """Plan on the view; before anybody goes without, read the rows and plan again.

    Raises OldNetwork.
    """
    await market.catalog.fetch_missing(conn, {sku for wish in wishes for sku, _ in wish.lines})
    ids = MINT.ids(len(wishes))
    sketches = [_sketch(market, w, CartId(i)) for w, i in zip(wishes, ids, strict=True)]
    _plan(market, sketches, at)
    refused = [s.answer for s in sketches if isinstance(s.answer, NoPlan)]
    guided = market.guides is not None  # another policy might allow what this one does not
    if any(guided or each.why is not WhyNoPlan.SHORT for each in refused) and (
        await version(conn, market.id) != market.network.version
    ):
        raise OldNetwork
    lacking = sorted({w.sku for s in sketches if isinstance(s.answer, NoPlan) for w in s.ask.wants})
    if lacking:
        rows = await stock.free_of_skus(conn, market.id, lacking)
        owed = await stock.owed(conn, market.id, lacking)
        if any(sku in market.launches for sku in lacking):
            market.learn_launches(await launch.live(conn, market.id))
        market.stock.owe(lacking, owed)
        market.stock.replace(lacking, rows)
        # Also where that was no news: another batch may have brought it since this one planned.
        _plan(market, sketches, at)
    return sketches


def _sketch(market: Market, wish: Wish, cart_id: CartId) -> Sketch:
    needs: list[Need] = []
    weights: dict[Sku, int] = {}
    volumes: dict[Sku, int] = {}
    missing: list[tuple[int, str]] = []
    exploded = explode(wish.lines, market.catalog.items)
    for line, ((sku, quantity), units) in enumerate(zip(wish.lines, exploded, strict=True), 1):
        if units is None:
            missing.append((line, sku))
        for unit in units or ():
            needs.append((LineNo(line), unit.sku, unit.per_unit * quantity))
            weights[unit.sku] = unit.weight_g
            if unit.volume_cm3:
                volumes[unit.sku] = unit.volume_cm3
    ships = wish.method is Method.SHIP
    wants = asking.wants(needs, weights, volumes)
    ask = Ask(
        wish.channel, wish.method, wish.service if ships else "", wants,
        wish.destination if ships else None, wish.pickup_node,
        anywhere=ships and wish.destination is None, customer_class=wish.customer_class,
    )  # fmt: skip
    return Sketch(wish, cart_id, needs, missing, ask)


def _plan(market: Market, sketches: Sequence[Sketch], at: datetime) -> None:
    """Plan all whose skus are known, in turn, each seeing what the earlier ones took."""
    asked = [sketch for sketch in sketches if not sketch.unknown]
    asks = [sketch.ask for sketch in asked]
    if not asks:
        return
    seen_now = seen(market, asks, at)
    standing = market.standing(at)
    shelves = Shelves(asks, seen_now, market.compiled, market.prices)
    answers = tried_on(market, shelves, asks, standing, at).final
    for sketch, answer in zip(asked, answers, strict=True):
        sketch.answer = answer


def refusal(market: Market, sketch: Sketch, at: datetime) -> NotTaken:
    """Say why a wish that was planned in vain is refused."""
    if sketch.unknown:
        return unknown(sketch.unknown)
    assert isinstance(sketch.answer, NoPlan)
    shut = unopened(market.launches, sketch.needs, dict(sketch.answer.missing), at)
    if shut is not None:
        return shut
    known = sketch.ask.service in market.compiled.services
    return no_plan(sketch.answer, sketch.needs, known_service=known)
