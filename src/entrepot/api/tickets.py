"""Tickets of launches over HTTP: draw one, and ask whether its turn has come."""

from datetime import datetime

import msgspec

from entrepot.access.model import Scope
from entrepot.api.face import Answer, Request, Route, json_answer, parameter
from entrepot.api.launches import PATH
from entrepot.api.problems import Code, Problem
from entrepot.inventory import launch as launches
from entrepot.inventory import launch_rules
from entrepot.inventory.launch_model import Launch, WhyNoTicket
from entrepot.inventory.states import LaunchState
from entrepot.journey.draw import Draw, Ticket, stands
from entrepot.plumbing import mint
from entrepot.terms.ids import LaunchId
from entrepot.terms.outcome import Refused

_CODES = {
    WhyNoTicket.UNKNOWN: Code.NOT_FOUND,
    WhyNoTicket.NO_LINE: Code.CONFLICT,
    WhyNoTicket.ENDED: Code.CONFLICT,
    WhyNoTicket.KEY_REUSED: Code.KEY_REUSED,
}


class TicketAnswer(msgspec.Struct, frozen=True):
    """`token` is what an order shows in Entrepot-Ticket.

    `ahead` are before it and not admitted yet; it is admitted from `turn_at` on.
    """

    launch: str
    number: int
    token: str
    admitted: bool
    ahead: int
    turn_at: datetime


async def post(request: Request) -> Answer:
    """Draw the next ticket of a launch's line: 201, in the order of coming."""
    name = LaunchId(parameter(request, "launch"))
    drawn = await request.app.draws.submit((request.principal.market, Draw(name, request.key)))
    if isinstance(drawn, Refused):
        raise Problem(_CODES[drawn.why], drawn.detail)
    return _shown(201, drawn.value)


async def get(request: Request) -> Answer:
    """How a ticket stands: whether it is admitted, how many are before it, when to ask again."""
    market = await request.app.world.market(request.principal.market)
    name = LaunchId(parameter(request, "launch"))
    launch = market.lines.get(name)
    if launch is None:
        async with request.app.pool.acquire() as conn:
            launch = _of_line(await launches.one(conn, market.id, name), name)
    number = launch_rules.number_of(launch, market.id, parameter(request, "token"))
    if number is None:
        raise Problem(Code.NOT_FOUND, f"that is no ticket of the launch {name}")
    return _shown(200, stands(launch, market.id, number, mint.now()))


def _of_line(launch: Launch | None, name: LaunchId) -> Launch:
    if launch is None or launch.line is None:
        raise Problem(Code.NOT_FOUND, f"there is no launch {name} that is sold by turns")
    if launch.state in {LaunchState.ENDED, LaunchState.CANCELED}:
        raise Problem(Code.CONFLICT, f"the launch {name} is {launch.state}")
    return launch


def _shown(status: int, ticket: Ticket) -> Answer:
    body = TicketAnswer(
        ticket.launch_id, ticket.number, ticket.token, ticket.admitted, ticket.ahead,
        ticket.turn_at,
    )  # fmt: skip
    headers = [("cache-control", "no-store")]
    if not ticket.admitted:
        wait = launch_rules.wait_s(ticket.turn_at, mint.now())
        headers.append(("retry-after", str(wait)))
    if ticket.replayed:
        headers.append(("idempotency-replayed", "true"))
    return json_answer(status, body, *headers)


ROUTES = [
    Route(
        "POST", f"{PATH}/{{launch}}/tickets", post, Scope.ORDERS_WRITE, "Draw a ticket",
        answer=TicketAnswer, status=201, keyed=True, problems=(Code.CONFLICT, Code.OVERLOADED),
    ),
    Route(
        "GET", f"{PATH}/{{launch}}/tickets/{{token}}", get, Scope.ORDERS_READ,
        "Whether it is a ticket's turn", answer=TicketAnswer, problems=(Code.CONFLICT,),
    ),
]  # fmt: skip
