"""What a store prints: pick list, packing slip, hand-over receipt. Pages without scripts.

Every word of a customer or a channel is escaped by the template engine; barcodes are drawn by us.
"""

import base64
import hashlib
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from importlib import resources
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from entrepot.access.model import Scope
from entrepot.api.bodies_store import GoodsAnswer, goods_answer, store_work_answer
from entrepot.api.drawn import bars
from entrepot.api.face import Answer, Request, Route
from entrepot.api.fulfillment import AT_ITS_NODE, asked
from entrepot.api.pick_lists import AT_ITS_NODE as AT_THE_LISTS
from entrepot.api.pick_lists import asked_list
from entrepot.api.pick_lists import shown as list_shown
from entrepot.api.problems import Code, Problem
from entrepot.fulfillment import browse
from entrepot.fulfillment.pickups import Proof
from entrepot.fulfillment.states import Verb
from entrepot.journey import store_work
from entrepot.journey.store_work import Shown
from entrepot.journey.world import Market
from entrepot.network import browse as network
from entrepot.network.model import Method
from entrepot.plumbing import db
from entrepot.terms.calendar import time_zone

HTML = "text/html; charset=utf-8"
PRINTABLE = frozenset(map(chr, range(32, 127)))

_METHODS = {
    Method.SHIP: "Sent by carrier",
    Method.PICKUP: "Fetched at the store",
    Method.CURBSIDE: "Brought to the car",
}
_PROOFS = {
    Proof.CODE: "The pickup code",
    Proof.ID_DOCUMENT: "An identity document",
    Proof.NAME: "Their name",
    Proof.PAYMENT_CARD: "The payment card",
}


@dataclass(frozen=True, slots=True)
class PrintedLine:
    """An item on paper, and how many units of it go."""

    goods: GoodsAnswer
    units: int


async def pick_list(request: Request) -> Answer:
    """Print the walk of a pick list, with a barcode for each item."""
    market = await request.app.world.market(request.principal.market)
    async with request.app.pool.acquire() as conn:
        head = await asked_list(conn, market, request)
        answer = await list_shown(conn, market, head)
        node, zone = await _node(conn, market, head.node_id)
    return _page("pick_list.html", list=answer, node=node, zone=zone)


async def packing_slip(request: Request) -> Answer:
    """Print what is in a parcel or bag, for whoever opens it."""
    return await _work_page(request, "packing_slip.html")


async def hand_over(request: Request) -> Answer:
    """Print that a customer was given what they fetched."""
    return await _work_page(request, "hand_over.html")


async def _work_page(request: Request, template: str) -> Answer:
    id_ = asked(request).fulfillment_order_id
    market = await request.app.world.market(request.principal.market)
    async with request.app.pool.acquire() as conn:
        found = await store_work.shown(conn, market, [id_])
        if not found:
            raise Problem(Code.NOT_FOUND, f"there is no fulfillment order {id_}")
        (shown,) = found
        items = await store_work.items_of(conn, market, [shown.work])
        node, zone = await _node(conn, market, shown.work.head.node_id)
        moves = await browse.moves_of(conn, market.id, [id_])
    lines = [
        PrintedLine(
            goods_answer(line.sku, items.get(line.sku)), _units(shown, line.picked, line.live)
        )
        for line in shown.work.lines
        if _units(shown, line.picked, line.live)
    ]
    collected_at = next((each.at for each in moves if each.verb == Verb.COLLECT), None)
    return _page(
        template, work=store_work_answer(shown, items), lines=lines, node=node, zone=zone,
        collected_at=collected_at,
    )  # fmt: skip


def _units(shown: Shown, picked: int, live: int) -> int:
    """Units that go: those picked, or, before any is, those that are wanted."""
    return picked if any(line.picked for line in shown.work.lines) else live


async def _node(conn: db.Connection, market: Market, node_id: str) -> tuple[str, str]:
    """Give a node's name and time zone; of one that is gone its id."""
    row = await network.node(conn, market.id, node_id)
    return (node_id, "UTC") if row is None else (row.name, row.time_zone)


@cache
def _paper() -> Environment:
    paper = Environment(
        loader=PackageLoader("entrepot.api", "paper"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    paper.filters["bars"] = _bars
    paper.filters["clock"] = _clock
    paper.globals["css"] = Markup(_css())  # noqa: S704 - our own style sheet
    paper.globals["methods"] = {each.value: words for each, words in _METHODS.items()}
    paper.globals["proofs"] = {each.value: words for each, words in _PROOFS.items()}
    return paper


@cache
def _css() -> str:
    return (resources.files("entrepot.api") / "paper" / "page.css").read_text(encoding="utf-8")


@cache
def policy() -> str:
    """Give the content security policy of a printed page: its own style sheet, and nothing else."""
    digest = base64.b64encode(hashlib.sha256(_css().encode()).digest()).decode()
    return (
        f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'; "
        "frame-ancestors 'self'"
    )


def _page(template: str, **values: Any) -> Answer:  # noqa: ANN401 - what its template shows
    text = _paper().get_template(template).render(values)
    headers = (
        ("content-security-policy", policy()),
        ("x-content-type-options", "nosniff"),
        ("referrer-policy", "no-referrer"),
        ("cache-control", "no-store"),
    )
    return Answer(200, text.encode(), headers, HTML)


def _bars(code: str) -> Markup:
    """Draw a code; nothing where no barcode can say it."""
    return bars(code) if PRINTABLE.issuperset(code) else Markup("")


def _clock(at: datetime, zone: str) -> str:
    return f"{at.astimezone(time_zone(zone)):%b %d, %Y, %H:%M %Z}"


ROUTES = [
    Route(
        "GET", "/v1/print/pick-lists/{pick_list}", pick_list, Scope.FULFILLMENT_READ,
        "A pick list on paper", answer_type="text/html", at=AT_THE_LISTS,
    ),
    Route(
        "GET", "/v1/print/fulfillment-orders/{fulfillment_order}/packing-slip", packing_slip,
        Scope.FULFILLMENT_READ, "A packing slip", answer_type="text/html", at=AT_ITS_NODE,
    ),
    Route(
        "GET", "/v1/print/fulfillment-orders/{fulfillment_order}/hand-over", hand_over,
        Scope.FULFILLMENT_READ, "A hand-over receipt", answer_type="text/html", at=AT_ITS_NODE,
    ),
]  # fmt: skip
