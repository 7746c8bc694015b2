"""A promise, as plain data: what a customer is told, and until when it can be had."""

from datetime import datetime
from enum import StrEnum
from typing import Final, Protocol

import msgspec

from entrepot.network.model import Method
from entrepot.terms.place import Place

DELIVERY_OPENS_MINUTE: Final = 8 * 60
DELIVERY_CLOSES_MINUTE: Final = 20 * 60
"""Carriers knock from 08:00 to 20:00 of the destination's local day."""

READY_ROUND_MINUTES: Final = 15
"""People are told quarter hours."""

OPENING_DAYS_MAX: Final = 60
"""A pickup's lead time has to fit into the opening hours of so many days."""

ORDER_BY_STEPS_MAX: Final = 32
"""How many cut-offs are looked past for the one that changes a promise: a month of one node's."""


class Engine(StrEnum):
    """Who made a promise, from the one that always answers to the one that has to earn it.

    `static` says what calendars and rate card say, `rules` what lanes and nodes took lately,
    `model` what was learned of it.
    """

    STATIC = "static"
    RULES = "rules"
    MODEL = "model"


class Promise(msgspec.Struct, frozen=True, gc=False):
    """All times are UTC and aware.

    It arrives (or is ready for pickup) between `earliest` and `latest`, if it is ordered before
    `order_by` and the last of its nodes hands its work over by `ship_by`. `expected` is the moment
    before which it arrives as often as after it, and `confidence` how often the window is to hold,
    where outcomes have taught that; calendars and rate cards say neither. `version` is that of what
    was learned, `as_of` the moment up to which it remembered: with them it can be made again.
    `stated` is the latest moment by calendars and rate card, where another engine has promised.
    """

    earliest: datetime
    latest: datetime
    order_by: datetime
    ship_by: datetime
    confidence: float | None = None
    expected: datetime | None = None
    engine: Engine = Engine.STATIC
    version: int | None = None
    as_of: datetime | None = None
    stated: datetime | None = None


class Asked(Protocol):
    """What a promise needs to know of an order's question; sourcing's `Ask` is one."""

    @property
    def method(self) -> Method: ...

    @property
    def destination(self) -> Place | None: ...
