"""Milestones as the wire has them. Pure."""

from datetime import datetime

import msgspec

from entrepot.promise.after_model import AlarmCause, Milestone, MilestoneRow


class MilestonesAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """By when the promise needs the work to have come how far.

    `alarm` names the milestone that is at risk or, with `missed`, was missed; `cause` says whether
    time runs out or its node is paused, or full.
    """

    release_by: datetime
    accept_by: datetime
    pick_by: datetime
    ship_by: datetime
    deliver_by: datetime
    alarm: Milestone | None
    missed: bool
    cause: AlarmCause | None


def milestones_answer(by: MilestoneRow) -> MilestonesAnswer:
    """Show the milestones of a piece of work."""
    return MilestonesAnswer(
        release_by=by.release_by,
        accept_by=by.accept_by,
        pick_by=by.pick_by,
        ship_by=by.ship_by,
        deliver_by=by.deliver_by,
        alarm=None if by.alarm is None else Milestone(by.alarm),
        missed=by.missed,
        cause=None if by.cause is None else AlarmCause(by.cause),
    )
