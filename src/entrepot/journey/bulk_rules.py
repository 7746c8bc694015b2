"""Whether a job changes an order, or why not. Pure."""

from collections.abc import Mapping
from uuid import UUID

from entrepot.journey.bulk_model import Action, Skip, Task
from entrepot.journey.cancel import cancelable
from entrepot.journey.model import Stage
from entrepot.journey.progress import Standing
from entrepot.journey.summary_rules import stage_of
from entrepot.orders.model import Hold


def judge(task: Task, standing: Standing | None) -> Skip | None:
    """Say why an order stays as it is; None: it changes."""
    if standing is None:
        return Skip.UNKNOWN
    if task.action is Action.UNHOLD:
        return None if standing_hold(standing, task.kind) else Skip.NOT_HELD
    if standing.progress.left == 0:
        return Skip.CLOSED if standing.closed and standing.progress.digital else Skip.CANCELED
    if task.action is Action.CANCEL:
        can = any(cancelable(standing, line) for line in standing.lines if not line.digital)
        return None if can else Skip.SHIPPED
    if stage_of(standing) in {Stage.SHIPPED, Stage.DONE}:
        return Skip.CLOSED if standing.closed else Skip.SHIPPED
    return Skip.HELD if standing_hold(standing, task.kind) else None


def judge_undo(undoes: Task, standing: Standing | None, hold_id: UUID | None) -> Skip | None:
    """Say why an order stays as a job has left it; None: what the job did is taken back.

    A hold that the job put is lifted if it still stands; one that it lifted is put again unless
    another of its kind stands, or the order has left.
    """
    if standing is None:
        return Skip.UNKNOWN
    holds = {hold.hold_id: hold for hold in standing.holds}
    mine = holds.get(hold_id) if hold_id is not None else None
    if mine is None:
        return Skip.LIFTED
    if undoes.action is Action.HOLD:
        return Skip.LIFTED if mine.lifted_at is not None else None
    return judge(Task(Action.HOLD, undoes.reason, undoes.at, undoes.kind), standing)


def standing_hold(standing: Standing, kind: str) -> Hold | None:
    """Give the hold of a kind that stands on an order."""
    return next((h for h in standing.holds if h.kind == kind and h.lifted_at is None), None)


def tally(whys: Mapping[UUID, Skip | None]) -> tuple[int, dict[str, int]]:
    """Count the orders that change, and the others by why."""
    skipped: dict[str, int] = {}
    for why in whys.values():
        if why is not None:
            skipped[why.value] = skipped.get(why.value, 0) + 1
    return len(whys) - sum(skipped.values()), dict(sorted(skipped.items()))
