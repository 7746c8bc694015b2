"""Transfers as people ask for them: known skus and nodes only; who waits for the goods is told."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from entrepot.inventory import browse, tell
from entrepot.inventory import transfer as transfers
from entrepot.inventory.browse_transfers import one
from entrepot.inventory.model import Free
from entrepot.inventory.transit import Carriage, NewTransfer, Trip, TripAsk, WhyNotCarried
from entrepot.journey import tracked
from entrepot.journey.notice import tell_those_who_wait
from entrepot.journey.tell import stuck
from entrepot.journey.world import Market
from entrepot.network import browse as network
from entrepot.orders.model import Fault
from entrepot.plumbing import db, exceptions, outbox
from entrepot.plumbing.exceptions import Stuck
from entrepot.terms.ids import NodeId, Sku
from entrepot.terms.outcome import Done, Refused

SURPLUS = "inventory.surplus"
"""The kind of an exception: more arrived than was sent, so that the sender's books are wrong."""


@dataclass(frozen=True, slots=True)
class Trips:
    """One answer per ask, in order, and what is free now where goods left or arrived.

    The stock view is told of `free` when the commit has succeeded, and not before.
    """

    answers: list[transfers.Answer]
    free: list[Free]


async def unfit(conn: db.Connection, market: Market, new: NewTransfer) -> list[Fault]:
    """Say what is wrong with a transfer before it is planned: unknown nodes and skus, kits, twice.

    An empty list: nothing is.
    """
    ends = {"/from": new.from_node, "/to": new.to_node}
    known = await network.known_nodes(conn, market.id, set(ends.values()))
    faults = [
        Fault(pointer, f"there is no node {node}")
        for pointer, node in ends.items()
        if node not in known
    ]
    if new.from_node == new.to_node:
        faults.append(Fault("/to", "is where the goods are already"))
    skus = [sku for sku, _ in new.lines]
    await market.catalog.fetch_missing(conn, set(skus))
    for place, sku in enumerate(skus):
        made = market.catalog.items.get(sku)
        if made is None:
            faults.append(Fault(f"/lines/{place}/sku", f"there is no item {sku}"))
        elif made.parts:
            faults.append(Fault(f"/lines/{place}/sku", f"{sku} is a kit and has no stock"))
        elif sku in skus[:place]:
            faults.append(Fault(f"/lines/{place}/sku", f"{sku} is named twice"))
    return faults


async def plan_transfer(
    conn: db.Connection, market: Market, new: NewTransfer, *, actor: str, at: datetime
) -> Trip | None:
    """Plan a transfer in which nothing is wrong; None where its id is taken."""
    if new.transfer_id not in await transfers.plan(conn, market.id, [new], at=at):
        return None
    trip = await one(conn, market.id, new.transfer_id)
    assert trip is not None, "it was made in this transaction"
    await outbox.tell(conn, market.id, [tell.planned(trip, actor=actor)], at=at)
    return trip


async def carry(
    conn: db.Connection, market: Market, asks: Sequence[TripAsk], *, at: datetime
) -> Trips:
    """Answer what is asked. The caller owns the transaction, and tells the view after it."""
    named = {units.sku for ask in asks for units in ask.units if units.lots}
    if named:
        await tracked.learn(conn, market, named)
    untracked = {
        place: sku
        for place, ask in enumerate(asks if named else ())
        if (sku := _untracked(market, ask))
    }
    possible = [ask for place, ask in enumerate(asks) if place not in untracked]
    done_ = iter(await transfers.carry(conn, market.id, possible, at=at))
    answers: list[transfers.Answer] = [
        Refused(WhyNotCarried.NOT_TRACKED, f"{untracked[place]} is not tracked so")
        if place in untracked
        else next(done_)
        for place in range(len(asks))
    ]
    done = [each.value for each in answers if isinstance(each, Done)]
    await outbox.tell(conn, market.id, [f for each in done for f in tell.carried(each)], at=at)
    surpluses = [stuck_ for each in done for stuck_ in _surpluses(each)]
    await exceptions.raise_all(conn, market.id, surpluses, at=at)
    await outbox.tell(conn, market.id, [stuck(each) for each in surpluses], at=at)
    moved: set[tuple[Sku, NodeId]] = {
        (delta.sku, delta.node_id) for each in done for delta in each.leg.deltas
    }
    if not moved:
        return Trips(answers, [])
    free = await browse.free_at(conn, market.id, sorted(moved))
    came = {d.sku for each in done for d in each.leg.deltas if d.quantity > 0}
    await tell_those_who_wait(conn, market.id, came, at)
    return Trips(answers, free)


def _untracked(market: Market, ask: TripAsk) -> Sku | None:
    """Name a sku whose units are named by lots, or serial numbers, though it is not tracked so."""
    return next(
        (each.sku for each in ask.units if not tracked.fits(market, each.sku, each.lots)), None
    )


def _surpluses(done: Carriage) -> list[Stuck]:
    """Ask a person to have the sender counted: its books say it has what arrived elsewhere."""
    head = done.after.head
    return [
        Stuck(
            SURPLUS,
            f"transfers/{head.transfer_id}",
            f"{units} of {sku} more arrived at {head.to_node} than {head.from_node} sent",
            db.json_text(
                {
                    "transfer": head.transfer_id,
                    "sku": sku,
                    "quantity": units,
                    "node": head.from_node,
                }
            ),
        )
        for sku, units in done.leg.surplus
    ]
