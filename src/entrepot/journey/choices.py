"""What a person can do about each kind of exception, and by when one should. Pure.

The choices are data: a face shows them, and sends the one that was chosen. What each does is in
`resolve`; whether it is possible is asked here, of the case as it stands.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from entrepot.access.model import Scope
from entrepot.journey.case import Case
from entrepot.network.model import Method


class Move(StrEnum):
    """What can be done; `done`: it was dealt with elsewhere, or nothing need be done."""

    PLAN_AGAIN = "plan_again"
    ASK_ALL = "ask_all"
    SHIP = "ship"
    WAIT = "wait"
    CANCEL = "cancel"
    MOVE_WORK = "move_work"
    COUNT = "count"
    PAUSE = "pause"
    ENABLE = "enable"
    TELL_AGAIN = "tell_again"
    READ_AGAIN = "read_again"
    RETRY = "retry"
    DISCARD = "discard"
    DONE = "done"


class Input(StrEnum):
    """What a choice may ask for beside itself."""

    REASON = "reason"
    QUANTITY = "quantity"
    UNTIL = "until"


@dataclass(frozen=True, slots=True)
class Choice:
    """One thing that can be done. `final`: it cannot be undone; `asks` what must be told with it.

    `scope` is what whoever does it must be allowed beside working exceptions.
    """

    move: Move
    label: str
    says: str
    asks: tuple[Input, ...] = ()
    reason: str = ""
    final: bool = False
    scope: Scope | None = None


TAKES_BACK: Final = frozenset({"planned", "released", "accepted"})
"""States of work that a person may take from its node: nothing of it was picked."""


def choices(case: Case) -> list[Choice]:
    """List what can be done, what is suggested first. Of what is closed: nothing."""
    if case.trouble.closed_at is not None:
        return []
    moves: Callable[[Case], list[Choice]] = MOVES.get(case.trouble.kind, _none)
    return [*moves(case), _done(case)]


def cause(case: Case) -> list[str]:
    """Say why it came to this, a sentence each."""
    said = [_sentence(case.trouble.reason)]
    said += [f"{case.name(bar.node_id)} had refused {bar.sku}: {bar.reason}." for bar in case.bars]
    if case.standing is not None:
        holds = [hold for hold in case.standing.holds if hold.lifted_at is None]
        said += [f"The order is on hold ({hold.kind}): {hold.reason}." for hold in holds]
    if case.asked is not None:
        said.append("The customer was asked, and has not answered yet.")
    return said


def _sentence(text: str) -> str:
    text = text.strip()
    return f"{text[:1].upper()}{text[1:]}{'' if text.endswith('.') else '.'}"


def _units(case: Case) -> str:
    """Say what waits: "2 of TEE-1 and 1 of CAP-2"."""
    said = [f"{each.quantity} of {each.sku}" for each in case.waiting]
    if len(said) > 3:
        return f"{sum(each.quantity for each in case.waiting)} units"
    return " and ".join(said) or "what waits"


def _unroutable(case: Case) -> list[Choice]:
    found = [_plan_again(case), *_ask_all(case), *_ship(case)] if case.waiting else []
    if case.waiting:
        said = f"Keeps {_units(case)} in line: served as soon as stock comes."
        found.append(Choice(Move.WAIT, "Let it wait", said))
    return found + _cancel(case)


def _undated(case: Case) -> list[Choice]:
    found = [_plan_again(case)] if case.waiting else []
    if case.waiting:
        said = f"Keeps {_units(case)} in line until new supply is announced."
        found.append(Choice(Move.WAIT, "Let it wait", said))
    return found + _cancel(case)


def _plan_again(case: Case) -> Choice:
    said = f"Looks for {_units(case)} at every node that may be asked, now."
    return Choice(Move.PLAN_AGAIN, "Plan again", said, scope=Scope.ORDERS_WRITE)


def _ask_all(case: Case) -> list[Choice]:
    nodes = list(dict.fromkeys(case.name(bar.node_id) for bar in case.bars))
    if not nodes:
        return []
    who = " and ".join(nodes) if len(nodes) < 4 else f"{len(nodes)} nodes"
    said = f"Plans again, and {who} may be asked once more."
    return [Choice(Move.ASK_ALL, "Ask all nodes again", said, scope=Scope.ORDERS_WRITE)]


def _ship(case: Case) -> list[Choice]:
    """Send what was to be fetched, where the customer was asked and we know where to."""
    if case.asked is None or "ship" not in case.asked.choices or case.agreed is None:
        return []
    if case.agreed.ship_to is None:
        return []
    said = "The customer agrees to have it sent to the order's address."
    return [Choice(Move.SHIP, "Ship it instead", said, scope=Scope.ORDERS_WRITE)]


def _cancel(case: Case) -> list[Choice]:
    if not case.waiting:
        return []
    said = f"Cancels {_units(case)}. The rest of the order stays."
    return [
        Choice(
            Move.CANCEL, "Cancel these units", said,
            asks=(Input.REASON,), reason="not available", final=True, scope=Scope.ORDERS_WRITE,
        )
    ]  # fmt: skip


def _late(case: Case) -> list[Choice]:
    return [*_move_work(case), *_pause(case)]


def _unclaimed(case: Case) -> list[Choice]:
    return _move_work(case)


def _move_work(case: Case) -> list[Choice]:
    work = case.work
    if work is None or work.head.state not in TAKES_BACK or work.head.method != Method.SHIP:
        return []
    if any(line.picked for line in work.lines):
        return []
    said = f"Takes the work back from {case.name(work.head.node_id)} and plans it elsewhere."
    return [Choice(Move.MOVE_WORK, "Move to another node", said, scope=Scope.ORDERS_WRITE)]


def _pause(case: Case) -> list[Choice]:
    node = case.trouble.node_id
    if node is None or node not in case.names:
        return []
    said = f"Nothing new is planned at {case.name(node)} until then."
    return [
        Choice(
            Move.PAUSE, f"Pause {case.name(node)}", said, asks=(Input.UNTIL, Input.REASON),
            reason=case.trouble.reason[:200], scope=Scope.NETWORK_WRITE,
        )
    ]  # fmt: skip


def _count(case: Case) -> list[Choice]:
    node, sku = case.trouble.node_id, case.detail.get("sku")
    if node is None or not isinstance(sku, str):
        return []
    said = f"Books how many of {sku} lie at {case.name(node)} now, those in hand among them."
    return [
        Choice(
            Move.COUNT, "Enter a count", said, asks=(Input.QUANTITY,), scope=Scope.INVENTORY_WRITE
        )
    ]


def _enable(_: Case) -> list[Choice]:
    said = "Calls the webhook again, with all that it missed."
    return [Choice(Move.ENABLE, "Enable it again", said, scope=Scope.WEBHOOKS_WRITE)]


def _tell_again(case: Case) -> list[Choice]:
    if not isinstance(case.detail.get("sequence"), int):
        return []
    said = f"Tells event {case.detail['sequence']}, and all that followed it, once more."
    return [Choice(Move.TELL_AGAIN, "Tell it again", said, scope=Scope.WEBHOOKS_WRITE)]


def _read_again(case: Case) -> list[Choice]:
    if not case.detail.get("whole") or not isinstance(case.detail.get("body"), str):
        return []
    said = "Reads the message again, as the connector does today, and takes the order."
    return [Choice(Move.READ_AGAIN, "Read it again", said, scope=Scope.ORDERS_WRITE)]


def _retry(case: Case) -> list[Choice]:
    if not isinstance(case.detail.get("sequence"), int):
        return []
    said = f"Runs {case.detail.get('step')} once more on event {case.detail['sequence']}."
    return [Choice(Move.RETRY, "Run the step again", said, scope=Scope.ORDERS_WRITE)]


def _discard(case: Case) -> list[Choice]:
    if not isinstance(case.detail.get("version"), int):
        return []
    said = f"Version {case.detail['version']} is retired. The one in force goes on deciding."
    return [
        Choice(
            Move.DISCARD, "Discard the draft", said, asks=(Input.REASON,),
            reason="could not come into force", final=True, scope=Scope.POLICIES_WRITE,
        )
    ]  # fmt: skip


def _none(_: Case) -> list[Choice]:
    return []


def _done(case: Case) -> Choice:
    label, reason = _DONE.get(case.trouble.kind, ("Close as done", "dealt with"))
    return Choice(
        Move.DONE, label, "Closes it. Nothing else changes.", asks=(Input.REASON,), reason=reason
    )


_DONE: Final[Mapping[str, tuple[str, str]]] = {
    "promise.at_risk": ("Accept the delay", "the delay is accepted"),
    "offer.unclaimed": ("Leave it where it is", "its planned node does it"),
    "inventory.feed_stale": ("Close as known", "the silence is known"),
    "channel.delivery_reused": ("Close as known", "settled with the channel"),
}

MOVES: Final[Mapping[str, Callable[[Case], list[Choice]]]] = {
    "sourcing.unroutable": _unroutable,
    "promise.at_risk": _late,
    "promise.undated": _undated,
    "offer.unclaimed": _unclaimed,
    "inventory.short": _count,
    "inventory.surplus": _count,
    "inventory.feed_stale": _pause,
    "channel.unmapped": _read_again,
    "channel.delivery_reused": _none,
    "journey.poison": _retry,
    "notices.disabled": _enable,
    "notices.undelivered": _tell_again,
    "policy.not_activated": _discard,
}
"""What can be done about each kind that is raised; what is suggested first, first."""
