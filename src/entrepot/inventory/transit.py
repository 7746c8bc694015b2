"""What each verb does to a transfer and to the positions at its ends. Pure: no time, no rows."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from entrepot.inventory.buckets import AsideReason
from entrepot.inventory.lots_model import LotOnItsWay, LotUnits
from entrepot.inventory.lots_rules import split
from entrepot.inventory.model import Delta, MovementKind, Position
from entrepot.inventory.states import TRANSFER, TransferState, TransferVerb
from entrepot.terms.ids import NodeId, Sku, TransferId
from entrepot.terms.outcome import Done, Outcome, Refused

LINES_MAX = 1_000
"""Skus in one transfer: its positions are locked by one commit."""


@dataclass(frozen=True, slots=True)
class NewTransfer:
    """What is to travel: each sku once, with its units."""

    transfer_id: TransferId
    from_node: NodeId
    to_node: NodeId
    expected_at: datetime | None
    lines: tuple[tuple[Sku, int], ...]


@dataclass(frozen=True, slots=True)
class Transfer:
    """The row. `version` counts moves."""

    transfer_id: TransferId
    from_node: NodeId
    to_node: NodeId
    state: str
    expected_at: datetime | None
    made_at: datetime
    moved_at: datetime
    version: int


@dataclass(frozen=True, slots=True)
class TransferLine:
    """Units of a sku that are to travel, and what became of them.

    `surplus` arrived beyond what was sent; it is in none of the other figures.
    """

    transfer_id: TransferId
    sku: Sku
    quantity: int
    sent: int
    received: int
    written_off: int
    surplus: int

    @property
    def in_transit(self) -> int:
        """Units that have left and were neither received nor written off."""
        return self.sent - self.received - self.written_off


@dataclass(frozen=True, slots=True)
class TransferMove:
    """A step of a transfer's life."""

    transfer_id: TransferId
    move_no: int
    from_state: str
    verb: str
    actor: str
    reason: str | None
    at: datetime


@dataclass(frozen=True, slots=True)
class TransferWritten:
    """A transfer whose row passed the guard of its write."""

    transfer_id: TransferId


@dataclass(frozen=True, slots=True)
class Arriving:
    """Units in transit to a position."""

    sku: Sku
    node_id: NodeId
    quantity: int


@dataclass(frozen=True, slots=True)
class Trip:
    """A transfer with its lines, ascending by sku."""

    head: Transfer
    lines: tuple[TransferLine, ...]

    @property
    def id(self) -> TransferId:
        """Its id."""
        return self.head.transfer_id

    @property
    def state(self) -> TransferState:
        """Its state, as the table names it."""
        return TransferState(self.head.state)


@dataclass(frozen=True, slots=True)
class Carried:
    """Units as somebody names them, perhaps with their lots.

    `set_aside`: they arrive as not sellable, for that reason.
    """

    sku: Sku
    quantity: int
    set_aside: AsideReason | None = None
    lots: tuple[LotUnits, ...] = ()


@dataclass(frozen=True, slots=True)
class TripAsk:
    """What somebody wants done with a transfer. No units: all that there are."""

    transfer_id: TransferId
    verb: TransferVerb
    actor: str
    reason: str | None = None
    units: tuple[Carried, ...] = ()
    if_versions: frozenset[int] | None = None


class WhyNotCarried(StrEnum):
    """In order of precedence: the first that holds is what the caller hears."""

    UNKNOWN_TRANSFER = "unknown_transfer"
    VERSION_CHANGED = "version_changed"
    ILLEGAL_TRANSITION = "illegal_transition"
    UNKNOWN_LINE = "unknown_line"
    TOO_MANY_UNITS = "too_many_units"
    INSUFFICIENT = "insufficient_stock"
    LOTS = "lots_cannot_be"
    NOT_TRACKED = "not_tracked_so"


@dataclass(frozen=True, slots=True)
class Leg:
    """What is to happen: the moves, the lines they leave, the movements at the nodes.

    `units` is what it was about; `surplus` what arrived beyond what was sent, by sku.
    """

    verbs: tuple[TransferVerb, ...]
    lines: tuple[TransferLine, ...]
    units: tuple[Carried, ...]
    deltas: tuple[Delta, ...] = ()
    surplus: tuple[tuple[Sku, int], ...] = ()


@dataclass(frozen=True, slots=True)
class Carriage:
    """What happened to a transfer: the leg, and the transfer before and after it."""

    before: Trip
    after: Trip
    leg: Leg
    ask: TripAsk


Decided = Outcome[Leg, WhyNotCarried]
Stock = Mapping[tuple[Sku, NodeId], Position]


def end(trip: Trip, verb: TransferVerb) -> NodeId | None:
    """Name the node whose positions a verb moves; None where it moves none."""
    ends = {
        TransferVerb.SEND: trip.head.from_node,
        TransferVerb.RECEIVE: trip.head.to_node,
    }
    return ends.get(verb)


def decide(trip: Trip, ask: TripAsk, stock: Stock) -> Decided:
    """Answer what is asked of a transfer; `stock` are the positions it may move, as locked.

    Done whole or not at all.
    """
    if TRANSFER.after(trip.state, ask.verb) is None:
        said = f"a transfer that is {trip.state} does not allow {ask.verb}"
        return Refused(WhyNotCarried.ILLEGAL_TRANSITION, said)
    known = {line.sku for line in trip.lines}
    strange = [each.sku for each in ask.units if each.sku not in known]
    if strange:
        return Refused(WhyNotCarried.UNKNOWN_LINE, f"{strange[0]} is not part of the transfer")
    return _VERBS[ask.verb](trip, ask, stock)


def after(trip: Trip, leg: Leg, at: datetime) -> Trip:
    """Give the transfer once the leg is done; ValueError for a move the table does not have."""
    state = trip.state
    for verb in leg.verbs:
        then = TRANSFER.after(state, verb)
        if then is None:
            raise ValueError(f"{state} {verb}")
        state = then
    version = trip.head.version + len(leg.verbs)
    head = replace(trip.head, state=state.value, version=version, moved_at=at)
    return Trip(head, leg.lines)


def _send(trip: Trip, ask: TripAsk, stock: Stock) -> Decided:
    """Put units on the truck: the planned ones or fewer, never more than are free at the sender."""
    units = ask.units or tuple(Carried(line.sku, line.quantity) for line in trip.lines)
    asked = _sums(units)
    over = [line for line in trip.lines if asked.get(line.sku, 0) > line.quantity]
    if over:
        return _too_many(over[0].sku, asked[over[0].sku], over[0].quantity, "planned")
    node = trip.head.from_node
    for sku, quantity in asked.items():
        position = stock.get((sku, node))
        free = max(0, position.movable) if position else 0
        if quantity > free:
            said = f"{quantity} of {sku} were to leave {node}, {free} are free there"
            return Refused(WhyNotCarried.INSUFFICIENT, said)
    lines = tuple(replace(line, sent=asked.get(line.sku, 0)) for line in trip.lines)
    out = MovementKind.TRANSFER_OUT
    named = {
        sku: tuple(lot for each in units if each.sku == sku for lot in each.lots) for sku in asked
    }
    deltas = tuple(
        Delta(out, sku, node, -quantity, trip.id, lots=named[sku])
        for sku, quantity in asked.items()
    )
    return Done(Leg((TransferVerb.SEND,), lines, units, deltas))


def _receive(trip: Trip, ask: TripAsk, _: Stock) -> Decided:
    """Take in what arrived. What arrived beyond what was sent is there all the same: a surplus."""
    units = ask.units or _in_transit(trip)
    left = {line.sku: line.in_transit for line in trip.lines}
    surplus: dict[Sku, int] = {}
    deltas: list[Delta] = []
    for each in units:
        taken = min(each.quantity, left[each.sku])
        left[each.sku] -= taken
        beyond = each.quantity - taken
        lots, more_lots = split(each.lots, taken)
        for kind, quantity, named in (
            (MovementKind.TRANSFER_IN, taken, lots),
            (MovementKind.ADJUSTMENT, beyond, more_lots),
        ):
            if quantity:
                to = trip.head.to_node
                deltas.append(
                    Delta(
                        kind, each.sku, to, quantity, trip.id, set_aside=each.set_aside, lots=named
                    )
                )
        if beyond:
            surplus[each.sku] = surplus.get(each.sku, 0) + beyond
    lines = tuple(
        replace(
            line,
            received=line.received + line.in_transit - left[line.sku],
            surplus=line.surplus + surplus.get(line.sku, 0),
        )
        for line in trip.lines
    )
    verbs = _and_close(TransferVerb.RECEIVE, lines)
    return Done(Leg(verbs, lines, units, tuple(deltas), tuple(surplus.items())))


def _write_off(trip: Trip, ask: TripAsk, _: Stock) -> Decided:
    """Give units up that left and will not come: they are on no node's books any more."""
    units = ask.units or _in_transit(trip)
    asked = _sums(units)
    over = [line for line in trip.lines if asked.get(line.sku, 0) > line.in_transit]
    if over:
        return _too_many(over[0].sku, asked[over[0].sku], over[0].in_transit, "in transit")
    lines = tuple(
        replace(line, written_off=line.written_off + asked.get(line.sku, 0)) for line in trip.lines
    )
    return Done(Leg(_and_close(TransferVerb.WRITE_OFF, lines), lines, units))


def _cancel(trip: Trip, _: TripAsk, __: Stock) -> Decided:
    """Nothing has left: nothing will."""
    return Done(Leg((TransferVerb.CANCEL,), trip.lines, ()))


_VERBS: Mapping[TransferVerb, Callable[[Trip, TripAsk, Stock], Decided]] = {
    TransferVerb.SEND: _send,
    TransferVerb.RECEIVE: _receive,
    TransferVerb.WRITE_OFF: _write_off,
    TransferVerb.CANCEL: _cancel,
}


def _and_close(verb: TransferVerb, lines: Sequence[TransferLine]) -> tuple[TransferVerb, ...]:
    """Follow the verb by the close where nothing is on its way any more."""
    return (verb,) if any(line.in_transit for line in lines) else (verb, TransferVerb.CLOSE)


def named_by_default(
    trip: Trip, units: Sequence[Carried], on_their_way: Sequence[LotOnItsWay]
) -> tuple[Carried, ...]:
    """Give units that arrive the lots that are on their way, where they name none of their own.

    No units: all that are in transit.
    """
    left: dict[Sku, tuple[LotUnits, ...]] = {}
    for each in on_their_way:
        lot = LotUnits(each.lot, each.quantity, each.expires_on, each.serial)
        left[each.sku] = (*left.get(each.sku, ()), lot)
    given: list[Carried] = []
    for units_ in units or _in_transit(trip):
        if units_.lots:
            given.append(units_)
            continue
        own, left[units_.sku] = split(left.get(units_.sku, ()), units_.quantity)
        given.append(replace(units_, lots=own))
    return tuple(given)


def _in_transit(trip: Trip) -> tuple[Carried, ...]:
    return tuple(Carried(line.sku, line.in_transit) for line in trip.lines if line.in_transit)


def _sums(units: Sequence[Carried]) -> dict[Sku, int]:
    sums: dict[Sku, int] = {}
    for each in units:
        sums[each.sku] = sums.get(each.sku, 0) + each.quantity
    return sums


def _too_many(sku: Sku, named: int, there: int, what: str) -> Refused[WhyNotCarried]:
    said = f"{named} of {sku} are named, {there} are {what}"
    return Refused(WhyNotCarried.TOO_MANY_UNITS, said)
