"""Books kept by hand: what a storekeeper would note of one position, and nothing cleverer."""

from collections import Counter
from dataclasses import dataclass, field

from entrepot.inventory.buckets import AsideReason
from entrepot.inventory.states import TransferState, TransferVerb

PROTECTED = 3
"""Units that are for one segment's sales, until it has drawn them."""

VIP = "vip"


@dataclass
class Sold:
    """An order's open claim."""

    units: int
    vip: bool


@dataclass
class OnOrder:
    """A document of supply: units wanted, come and called off."""

    wanted: int
    came: int = 0
    off: int = 0

    @property
    def to_come(self) -> int:
        return max(0, self.wanted - self.came - self.off)


@dataclass
class Books:
    """Of a position: what is in the building, what is kept and why, who was promised what."""

    there: int = 0
    kept: Counter[AsideReason] = field(default_factory=Counter)
    orders: dict[int, Sold] = field(default_factory=dict)
    carts: dict[int, tuple[int, int]] = field(default_factory=dict)
    road: Counter[str] = field(default_factory=Counter)
    supplies: dict[str, OnOrder] = field(default_factory=dict)
    drawn: int = 0
    ruled: int = 0
    safety: int = 0
    doubtful: int = 0
    now: int = 0

    @property
    def claimed(self) -> int:
        held = sum(units for units, _ in self.carts.values())
        return sum(each.units for each in self.orders.values()) + held

    @property
    def unclaimed(self) -> int:
        return max(0, self.there - self.kept.total() - self.claimed)

    @property
    def free(self) -> int:
        return self.there - self.kept.total() - self.claimed - self.safety

    def may_have(self, units: int, *, vip: bool) -> bool:
        """Say whether somebody may have units: the segment's are for nobody else."""
        theirs = 0 if vip else max(0, PROTECTED - self.drawn)
        return units + theirs <= self.free

    def sell(self, number: int, units: int, *, vip: bool) -> None:
        self.orders[number] = Sold(units, vip)
        self.drawn += units if vip else 0

    def take_back(self, number: int) -> None:
        """An order wants its units no more: they are protected again if they were."""
        sold = self.orders.pop(number)
        self.drawn -= sold.units if sold.vip else 0

    def is_now(self, there: int) -> None:
        """So many are in the building. None is kept that is not there: doubt goes first."""
        self.there = there
        while self.kept.total() > there:
            self.kept[next(reason for reason in AsideReason if self.kept[reason])] -= 1

    def keep_safe(self) -> None:
        """Keep what the rule says, and the units that are doubtful and not set aside for it."""
        self.safety = self.ruled + max(0, self.doubtful - self.kept[AsideReason.DOUBT])

    def may_carry(
        self, name: str, state: TransferState, verb: TransferVerb, units: int, *, most: int
    ) -> bool:
        """Say whether a step of a transfer may be taken; `most` units can leave its sender."""
        under_way = state in {TransferState.SENT, TransferState.RECEIVING}
        return {
            TransferVerb.SEND: state is TransferState.PLANNED and units <= max(0, most),
            TransferVerb.CANCEL: state is TransferState.PLANNED,
            TransferVerb.RECEIVE: under_way,
            TransferVerb.WRITE_OFF: under_way and units <= self.road[name],
        }[verb]
