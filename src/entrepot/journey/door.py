"""At the door of a launch: whether who asks may have its skus now, and with which tickets. No I/O.

Who may come in follows from the launch, the time and what is shown, so that every process says the
same. That a ticket is used once is decided where the order is written.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from entrepot.inventory import launch_rules
from entrepot.inventory.launch_model import Launch
from entrepot.inventory.states import LaunchState
from entrepot.inventory.supply_model import Terms
from entrepot.journey.asking import Need
from entrepot.journey.placing import NotTaken, Why
from entrepot.orders.model import Fault
from entrepot.terms.ids import LaunchId, MarketId, Sku

HEADER = "entrepot-ticket"

Launches = Mapping[Sku, Launch]
"""The launches that have not ended, by their skus."""

Tickets = list[tuple[LaunchId, int]]
"""The tickets that an order needs, by launch and number."""


def passes(
    market: MarketId, launches: Launches, needs: Iterable[Need], shown: str | None, at: datetime
) -> NotTaken | Tickets:
    """Say which of the tickets shown are to be used for these needs, or why they are turned away.

    `shown` is the header: one ticket, or several with commas between. No ticket is asked for where
    no launch has a line.
    """
    asked = _asked(launches, needs)
    for launch, need in asked:
        if at < launch.opens_at:
            return not_on_sale(launch, need, at)
    tickets: Tickets = []
    for launch, need in asked:
        if launch.line is None:
            continue
        number = _number(launch, market, shown)
        if number is None:
            return _unshown(launch, need)
        turn = launch_rules.turn_at(launch.line, launch.opens_at, number)
        if at < turn:
            return _waits(launch, number, turn, at)
        tickets.append((launch.launch_id, number))
    return tickets


def _asked(launches: Launches, needs: Iterable[Need]) -> list[tuple[Launch, Need]]:
    """Give the launches of these needs, each once, and the first need of each."""
    asked: dict[LaunchId, tuple[Launch, Need]] = {}
    for need in needs:
        launch = launches.get(need[1])
        if launch is not None:
            asked.setdefault(launch.launch_id, (launch, need))
    return list(asked.values())


def _number(launch: Launch, market: MarketId, shown: str | None) -> int | None:
    tokens = (shown or "").split(",")
    numbers = (launch_rules.number_of(launch, market, token.strip()) for token in tokens)
    return next((number for number in numbers if number is not None), None)


def unopened(
    launches: Launches, needs: Iterable[Need], missing: Mapping[Sku, int], at: datetime
) -> NotTaken | None:
    """Say that it is not on sale yet, where that is why something is missing; None elsewhere."""
    for need in needs:
        launch = launches.get(need[1])
        if launch is not None and missing.get(need[1]) and _is_shut(launch, at):
            return not_on_sale(launch, need, at)
    return None


def shuts_out(
    launches: Launches, skus: Iterable[Sku], terms: Mapping[Sku, Terms], at: datetime
) -> bool:
    """Say whether nobody may wait for one of these: it is not on sale, nor sold in advance.

    Sold in advance is what has a limit for that, and a date that has not come.
    """
    return any(
        (launch := launches.get(sku)) is not None
        and _is_shut(launch, at)
        and not _in_advance(terms.get(sku), at)
        for sku in skus
    )


def not_on_sale(launch: Launch, need: Need, at: datetime) -> NotTaken:
    """Refuse until the opening, and say when that is."""
    line, sku, _ = need
    when = launch.opens_at.isoformat().replace("+00:00", "Z")
    said = f"{sku} goes on sale at {when}, in the launch {launch.launch_id}"
    fault = Fault(f"/lines/{line - 1}/sku", said)
    wait = launch_rules.wait_s(launch.opens_at, at)
    return NotTaken(Why.NOT_ON_SALE, (fault,), said, retry_after_s=wait)


def used(launch_id: LaunchId, number: int) -> NotTaken:
    """Refuse a ticket that another order or cart was made with."""
    said = f"an order or a cart was made with ticket {number} of the launch {launch_id}"
    return NotTaken(Why.TICKET_USED, (), said)


def _unshown(launch: Launch, need: Need) -> NotTaken:
    line, sku, _ = need
    said = (
        f"{sku} is sold by turns: draw a ticket of the launch {launch.launch_id}"
        " and show it in Entrepot-Ticket"
    )
    return NotTaken(Why.TICKET_NEEDED, (Fault(f"/lines/{line - 1}/sku", said),), said)


def _waits(launch: Launch, number: int, turn: datetime, at: datetime) -> NotTaken:
    assert launch.line is not None
    before = launch_rules.ahead(launch.line, launch.opens_at, number, at)
    said = (
        f"ticket {number} of the launch {launch.launch_id} waits for its turn, {before} before it"
    )
    wait = launch_rules.wait_s(turn, at)
    return NotTaken(Why.TICKET_WAITS, (), said, retry_after_s=wait)


def _is_shut(launch: Launch, at: datetime) -> bool:
    return launch.state == LaunchState.PLANNED or at < launch.opens_at


def _in_advance(terms: Terms | None, at: datetime) -> bool:
    return (
        terms is not None
        and terms.preorder_limit is not None
        and terms.on_sale_from is not None
        and at < terms.on_sale_from
    )


def beyond(needs: Sequence[Need], had: Mapping[Sku, int]) -> list[Need]:
    """Give the needs of skus of which more is wanted than somebody has already."""
    wanted: dict[Sku, int] = {}
    for _, sku, units in needs:
        wanted[sku] = wanted.get(sku, 0) + units
    return [need for need in needs if wanted[need[1]] > had.get(need[1], 0)]
