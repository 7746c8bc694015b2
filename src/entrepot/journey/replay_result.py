"""What a replay found, as it is kept and shown."""

import msgspec

from entrepot.journey.tally import Figures


class Result(msgspec.Struct, frozen=True, kw_only=True):
    """What a replay found.

    `differing` decisions are not what was recorded: each is a defect. `figures` say what the tried
    policy would have made of it; `not_simulated` names what else that policy changes and a replay
    of records cannot show.
    """

    decisions: int
    orders: int
    differing: int
    fidelity_percent: float
    figures: Figures | None = None
    not_simulated: tuple[str, ...] = ()
