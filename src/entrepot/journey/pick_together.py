"""Pick several orders in one walk: the next that are due, for one person and nobody else."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final
from uuid import UUID

from entrepot.fulfillment import pick_lists, tell
from entrepot.fulfillment.accept import accept
from entrepot.fulfillment.act import done
from entrepot.fulfillment.model import Ask
from entrepot.fulfillment.states import State
from entrepot.journey import store_work
from entrepot.journey.world import Market
from entrepot.plumbing import db, outbox
from entrepot.terms.ids import NodeId
from entrepot.terms.outcome import Done, Outcome, Refused

SPARE: Final = 50
"""Candidates beside those wanted: what others take at the same moment is passed over."""


class WhyNoList(StrEnum):
    """In order of precedence."""

    HAS_ONE = "has_one"
    NOTHING_TO_PICK = "nothing_to_pick"


@dataclass(frozen=True, slots=True)
class Picker:
    """Who picks: their id, and the name that the timeline shows."""

    picker_id: str
    name: str


async def begin(
    conn: db.Connection, market: Market, node: NodeId, picker: Picker, size: int, *, at: datetime
) -> Outcome[UUID, WhyNoList]:
    """Put the next work that is due on a list of the picker's, accepting what was not accepted.

    Two who ask at once get different work. Lists of the node that are over are ended first. The
    caller owns the transaction.
    """
    await pick_lists.end_over(conn, market.id, node, at=at)
    if await pick_lists.open_at(conn, market.id, node, picker.picker_id):
        return Refused(WhyNoList.HAS_ONE, "finish the pick list you have, or give it up")
    ids = await store_work.candidates(conn, market, node, most=size + SPARE)
    heads = await pick_lists.take(conn, market.id, ids, most=size)
    if not heads:
        return Refused(WhyNoList.NOTHING_TO_PICK, "nothing is to be picked now")
    asks = [
        Ask(head.fulfillment_order_id, picker.name)
        for head in heads
        if head.state == State.RELEASED
    ]
    accepted = done(await accept(conn, market.id, asks, at=at))
    await outbox.tell(conn, market.id, tell.facts(accepted), at=at)
    id_ = await pick_lists.begin(
        conn, market.id, node, [head.fulfillment_order_id for head in heads],
        picker=(picker.picker_id, picker.name), size=size, at=at,
    )  # fmt: skip
    return Done(id_)
