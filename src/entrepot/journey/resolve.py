"""Do what a person chose about an exception, and end it, in one commit.

    lock the order, or the exception -> is it open still? may it be done? -> do it -> close it

What did not come about leaves the exception open and writes nothing, but for units that could be
had in part: these are planned, and it stays for the rest.
"""

import logging
from collections.abc import Awaitable, Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from entrepot.inventory.model import Count, Free, RowStatus
from entrepot.journey import consent, reassign, told
from entrepot.journey.asking import Need
from entrepot.journey.case import Case, cases
from entrepot.journey.choices import Choice, Input, Move, choices
from entrepot.journey.consent import cancel_waiting
from entrepot.journey.here import Here
from entrepot.journey.override import override
from entrepot.journey.reroute import reroute, sketched
from entrepot.journey.stocktake import take_counts
from entrepot.journey.sweep import settled
from entrepot.journey.table import STEPS
from entrepot.network.model import OverrideKind
from entrepot.network.open import hold as hold_network
from entrepot.network.override_rules import Wanted
from entrepot.notices import browse as webhooks
from entrepot.notices import register
from entrepot.notices.model import Wanted as WantedWebhook
from entrepot.orders import browse as orders
from entrepot.plumbing import attend, db, exceptions, outbox, relay
from entrepot.plumbing.attend import Attended
from entrepot.policies.move import move as move_policy
from entrepot.policies.states import PolicyVerb
from entrepot.sourcing.bar import lift
from entrepot.terms.ids import LineNo, NodeId, OrderId, Sku
from entrepot.terms.outcome import Done, Outcome, Refused

log = logging.getLogger(__name__)

RUNS_MAX = 40
"""A step that has more to do of one fact goes on for so many turns in one commit."""


class WhyNotResolved(StrEnum):
    """In order of precedence."""

    UNKNOWN = "unknown"
    CLOSED = "closed"
    NOT_A_CHOICE = "not_a_choice"
    NOT_ALLOWED = "not_allowed"
    NEEDED = "needed"
    CAME_TO_NOTHING = "came_to_nothing"


@dataclass(frozen=True, slots=True)
class Said:
    """What was chosen, with what it asks for."""

    move: Move
    actor: str
    reason: str | None = None
    quantity: int | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Resolved:
    """What came of it, in words; `open` where the exception stays for the rest.

    `free` is told to the stock view when the commit has succeeded.
    """

    words: str
    open: bool = False
    free: tuple[Free, ...] = ()


Resolution = Outcome[Resolved, WhyNotResolved]


@dataclass(slots=True)
class Desk:
    """One exception being worked: where, what, as what was said."""

    here: Here
    case: Case
    said: Said
    choice: Choice

    @property
    def reason(self) -> str:
        """Why, in the person's words or the choice's own."""
        return self.said.reason or self.choice.reason or self.choice.label

    async def close(self, reason: str | None = None) -> None:
        """End the exception in the person's name, and tell of it."""
        here, said = self.here, reason or self.reason
        closed = await exceptions.close(
            here.conn, here.market, [self.case.trouble.exception_id],
            actor=self.said.actor, reason=said, at=here.at,
        )  # fmt: skip
        facts = [told.unstuck(each, actor=self.said.actor, reason=said) for each in closed]
        await outbox.tell(here.conn, here.market, facts, at=here.at)


async def resolve(
    here: Here, trouble: Attended, said: Said, may: Callable[[str], bool]
) -> Resolution:
    """Do what was chosen, if whoever chose it `may` do so beside working exceptions.

    The caller owns the transaction; what is refused must be rolled back.
    """
    if trouble.order_id is not None:
        await orders.lock(here.conn, here.market, [trouble.order_id])
    else:
        await attend.lock(here.conn, here.market, trouble.exception_id)
    now = await attend.one(here.conn, here.market, trouble.exception_id)
    if now is None:
        return Refused(WhyNotResolved.UNKNOWN, "there is no such exception")
    if now.closed_at is not None:
        when = now.closed_at.isoformat(timespec="seconds")
        return Refused(
            WhyNotResolved.CLOSED, f"{now.closed_by} closed it at {when}: {now.close_reason}"
        )
    market = await here.world.fresh(here.conn, here.market)
    (case,) = await cases(here.conn, market, [now])
    possible = {each.move: each for each in choices(case)}
    choice = possible.get(said.move)
    if choice is None:
        return Refused(WhyNotResolved.NOT_A_CHOICE, f"choose {' or '.join(possible)}")
    if choice.scope is not None and not may(choice.scope):
        return Refused(WhyNotResolved.NOT_ALLOWED, choice.scope)
    missing = _missing(choice, said)
    if missing is not None:
        return Refused(WhyNotResolved.NEEDED, missing)
    return await EFFECTS[said.move](Desk(here, case, said, choice))


def _missing(choice: Choice, said: Said) -> str | None:
    """Name what the choice asks for and was not told; a reason has its default."""
    if Input.QUANTITY in choice.asks and said.quantity is None:
        return Input.QUANTITY.value
    if Input.UNTIL in choice.asks and said.until is None:
        return Input.UNTIL.value
    return None


async def _plan_again(desk: Desk) -> Resolution:
    wanted = _wanted(desk.case)
    here = desk.here
    unrouted = await reroute(here, wanted, kind="exception", waiting=True)
    still = {
        (each.order_id, line, sku): units for each in unrouted for line, sku, units in each.needs
    }
    asked = sum(units for needs in wanted.values() for _, _, units in needs)
    left = sum(still.values())
    if left >= asked:
        why = "; ".join(sorted({each.why.replace("_", " ") for each in unrouted}))
        return Refused(WhyNotResolved.CAME_TO_NOTHING, f"no node can take it now: {why}")
    if not left:
        await desk.close("planned again")
    await settled(here, wanted, still)
    units = "unit is" if asked - left == 1 else "units are"
    rest = f"; {left} still wait" if left else ""
    return Done(Resolved(f"{asked - left} {units} planned{rest}", open=left > 0))


async def _ask_all(desk: Desk) -> Resolution:
    await lift(desk.here.conn, desk.here.market, desk.case.bars)
    return await _plan_again(desk)


def _wanted(case: Case) -> Mapping[OrderId, list[Need]]:
    found: dict[OrderId, list[Need]] = {}
    for each in case.waiting:
        found.setdefault(each.order_id, []).append((each.line_no, each.sku, each.quantity))
    return found


async def _ship(desk: Desk) -> Resolution:
    asked, here = desk.case.asked, desk.here
    assert asked is not None, "the choice asks for it"
    done = await consent.answer(
        here, asked.order_id, asked.consent_id, consent.Said(consent.Choice.SHIP),
        actor=desk.said.actor,
    )  # fmt: skip
    if isinstance(done, Refused):
        return Refused(WhyNotResolved.CAME_TO_NOTHING, done.detail)
    now = await attend.one(here.conn, here.market, desk.case.trouble.exception_id)
    stays = now is not None and now.closed_at is None
    words = "it is to be sent; no node has it yet" if stays else "it is sent to the customer"
    return Done(Resolved(words, open=stays))


async def _wait(desk: Desk) -> Resolution:
    await desk.close("waits for stock")
    return Done(Resolved("it waits for stock"))


async def _cancel(desk: Desk) -> Resolution:
    here, case = desk.here, desk.case
    assert case.standing is not None, "the choice asks for it"
    market = await here.world.fresh(here.conn, here.market)
    await desk.close()
    named: Collection[LineNo] = {each.line_no for each in case.waiting}
    await cancel_waiting(here, market, case.standing, named, desk.said.actor, desk.reason)
    return Done(Resolved("the units are canceled"))


async def _move_work(desk: Desk) -> Resolution:
    here, case = desk.here, desk.case
    work = case.work
    assert work is not None, "the choice asks for it"
    order_id = work.head.order_id
    needs: list[Need] = [(n.line_no, n.sku, n.live) for n in work.lines if n.live]
    but = {order_id: {(line.sku, work.head.node_id) for line in work.lines}}
    if order_id not in await sketched(here, {order_id: needs}, but=but):
        return Refused(
            WhyNotResolved.CAME_TO_NOTHING, "no other node can do all of it now: it stays"
        )
    await desk.close("moved to another node")
    reason = f"moved by {desk.said.actor}"
    await reassign.move(
        here, {order_id: [(work, reason)]}, but, actor=desk.said.actor, reason=reason
    )
    return Done(Resolved("another node has the work"))


async def _pause(desk: Desk) -> Resolution:
    here, node = desk.here, desk.case.trouble.node_id
    assert node is not None, "the choice asks for it"
    wanted = Wanted(node, OverrideKind.PAUSE, desk.reason, ends=desk.said.until)
    done = await override(
        here.conn, here.world, here.market, wanted,
        replan=False, actor=desk.said.actor, at=here.at,
    )  # fmt: skip
    if isinstance(done, Refused):
        return Refused(WhyNotResolved.CAME_TO_NOTHING, done.detail)
    await desk.close(f"{node} is paused")
    return Done(Resolved(f"{desk.case.name(node)} is paused"))


async def _count(desk: Desk) -> Resolution:
    here, case = desk.here, desk.case
    node, quantity = case.trouble.node_id, desk.said.quantity
    assert node is not None, "the choice asks for it"
    assert quantity is not None, "it was asked for"
    market = await here.world.fresh(here.conn, here.market)
    count = Count(Sku(case.detail["sku"]), NodeId(node), quantity, "console", None, here.at)
    booked = await take_counts(here.conn, market, [count], at=here.at, actor=desk.said.actor)
    (result,) = booked.results
    if result.status is not RowStatus.APPLIED:
        return Refused(WhyNotResolved.CAME_TO_NOTHING, f"the count was not taken: {result.status}")
    if result.short:
        words = f"{quantity} are booked; {result.short} are missing still"
        return Done(Resolved(words, open=True, free=tuple(booked.free)))
    await desk.close(f"counted: {quantity}")
    return Done(Resolved(f"{quantity} are booked", free=tuple(booked.free)))


async def _enable(desk: Desk) -> Resolution:
    here, name = desk.here, desk.case.trouble.subject.partition("/")[2]
    found = await webhooks.webhook(here.conn, here.market, name)
    if found is None:
        return Refused(WhyNotResolved.CAME_TO_NOTHING, f"there is no webhook {name} any more")
    wanted = WantedWebhook(name, found.url, None, found.types, found.channels, enabled=True)
    await register.put(here.conn, here.market, wanted, at=here.at)
    await desk.close("enabled again")
    return Done(Resolved(f"{name} is called again"))


async def _tell_again(desk: Desk) -> Resolution:
    here, name = desk.here, desk.case.trouble.subject.partition("/")[2]
    first = int(desk.case.detail["sequence"])
    done = await register.replay(here.conn, here.market, name, first=first)
    if done is None:
        return Refused(WhyNotResolved.CAME_TO_NOTHING, f"there is no webhook {name} any more")
    await desk.close("told again")
    return Done(Resolved(f"{name} is told again from event {done[0]} on"))


async def _retry(desk: Desk) -> Resolution:
    """Run the step on the fact that it could not handle; it is not this commit's first attempt."""
    here, detail = desk.here, desk.case.detail
    step, sequence = STEPS.get(str(detail.get("step"))), int(detail["sequence"])
    events = await relay.events_after(here.conn, here.market, sequence - 1, 1)
    if step is None or not events or events[0].sequence != sequence:
        return Refused(WhyNotResolved.CAME_TO_NOTHING, "the step, or its event, is no more")
    try:
        async with here.conn.transaction():
            for _ in range(RUNS_MAX):
                if not await step(here, events):
                    break
    except (*db.UNREACHABLE, *db.TRY_AGAIN):
        raise
    except Exception as fault:
        log.exception("a step of the journey faulted again")
        said = f"it failed again: {type(fault).__name__}"
        return Refused(WhyNotResolved.CAME_TO_NOTHING, said)
    await desk.close("the step was run again")
    return Done(Resolved(f"{detail['step']} has handled the event"))


async def _discard(desk: Desk) -> Resolution:
    here, number = desk.here, int(desk.case.detail["version"])
    await hold_network(here.conn, here.market)
    done = await move_policy(
        here.conn, here.market, number, PolicyVerb.DISCARD,
        actor=desk.said.actor, reason=desk.reason, at=here.at,
    )  # fmt: skip
    if isinstance(done, Refused):
        return Refused(WhyNotResolved.CAME_TO_NOTHING, done.detail)
    await desk.close()
    return Done(Resolved(f"version {number} is retired"))


async def _done(desk: Desk) -> Resolution:
    await desk.close()
    return Done(Resolved("it is closed"))


EFFECTS: Final[Mapping[Move, Callable[[Desk], Awaitable[Resolution]]]] = {
    Move.PLAN_AGAIN: _plan_again,
    Move.ASK_ALL: _ask_all,
    Move.SHIP: _ship,
    Move.WAIT: _wait,
    Move.CANCEL: _cancel,
    Move.MOVE_WORK: _move_work,
    Move.COUNT: _count,
    Move.PAUSE: _pause,
    Move.ENABLE: _enable,
    Move.TELL_AGAIN: _tell_again,
    Move.READ_AGAIN: _done,
    Move.RETRY: _retry,
    Move.DISCARD: _discard,
    Move.DONE: _done,
}
"""`read_again` has taken its order before: the queue of captures has commits of its own."""
