"""Whether the lots and serial numbers named for a node's work can be. Pure: no time, no rows."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from msgspec.structs import replace

from entrepot.catalog.model import Tracking
from entrepot.fulfillment.model import Line, Work
from entrepot.inventory.lots_model import SELLABLE, HeldLot, LotUnits
from entrepot.inventory.lots_rules import split
from entrepot.terms.ids import LineNo, NodeId, Sku

Key = tuple[LineNo, Sku]
LotName = tuple[Sku, str]


@dataclass(frozen=True, slots=True)
class Said:
    """Lots that somebody named for units of a line; `pointer` leads to that line."""

    pointer: str
    line_no: LineNo
    sku: Sku | None
    lots: tuple[LotUnits, ...]


@dataclass(frozen=True, slots=True)
class Misnamed:
    """What is wrong, and where it stands; `clash`: with what is, and not in itself."""

    pointer: str
    detail: str
    clash: bool = False


@dataclass(frozen=True, slots=True)
class Shelf:
    """What is known of the lots at a node.

    `unknown` are sellable units by sku whose lot nobody told, `taken` what other work has picked,
    `elsewhere` a sentence's end about lots that are not here.
    """

    node: NodeId
    held: Mapping[LotName, Sequence[HeldLot]]
    unknown: Mapping[Sku, int]
    taken: Mapping[LotName, int]
    elsewhere: Mapping[LotName, str]


@dataclass(slots=True)
class Desk:
    """Names as they are taken, line by line: `kept` are those of the lines that were named."""

    work: Work
    tracking: Mapping[Sku, Tracking]
    shelf: Shelf
    own: Mapping[Key, tuple[LotUnits, ...]]
    kept: dict[Key, tuple[LotUnits, ...]] = field(default_factory=dict)
    wrong: list[Misnamed] = field(default_factory=list)
    _named: dict[LotName, int] = field(default_factory=dict)

    def pick(self, said: Sequence[Said]) -> None:
        """Add the lots named to those that were picked for their lines before."""
        for (_, sku), lots in self.own.items():
            self._count(sku, lots)
        for each in said:
            line = self._line(each)
            if line is None or not self._can_be(each.pointer, line.sku, each.lots):
                continue
            key = (line.line_no, line.sku)
            before = self.kept.get(key, self.own.get(key, ()))
            self._keep(each.pointer, line, merged((*before, *each.lots)))

    def hand_over(self, said: Sequence[Said], pointer: str) -> None:
        """Take the lots named, or those named at picking; of serial numbers each unit has one."""
        fresh: dict[Key, tuple[LotUnits, ...]] = {}
        where: dict[Key, str] = {}
        for each in said:
            line = self._line(each)
            if line is not None and self._can_be(each.pointer, line.sku, each.lots):
                key = (line.line_no, line.sku)
                fresh[key] = merged((*fresh.get(key, ()), *each.lots))
                where[key] = each.pointer
        if self.wrong:
            return
        for line in self.work.lines:
            key = (line.line_no, line.sku)
            if key in fresh:
                self._hand_over(where[key], line, fresh[key])
                continue
            how = self._how(line.sku)
            lots = tuple(each for each in self.own.get(key, ()) if _kind(each) is how)
            if how is Tracking.LOT:
                lots, _ = split(lots, line.picked)
            if self._can_be(pointer, line.sku, lots, said=False):
                self._hand_over(pointer, line, lots)

    def _hand_over(self, pointer: str, line: Line, lots: tuple[LotUnits, ...]) -> None:
        count = sum(each.quantity for each in lots)
        if self._how(line.sku) is Tracking.SERIAL and count != line.picked:
            said = f"line {line.line_no}: {line.picked} serial numbers of {line.sku} are needed"
            self.wrong.append(Misnamed(pointer, f"{said}, {count} are named"))
        elif lots:
            self._keep(pointer, line, lots)

    def _line(self, said: Said) -> Line | None:
        """Find the line that is meant: its verb has found it already."""
        own = [line for line in self.work.lines if line.line_no == said.line_no]
        found = [line for line in own if said.sku in {None, line.sku}]
        if not found:
            self.wrong.append(Misnamed(said.pointer, f"line {said.line_no} is not part of it"))
        return found[0] if found else None

    def _keep(self, pointer: str, line: Line, lots: tuple[LotUnits, ...]) -> None:
        count = sum(each.quantity for each in lots)
        if count > line.picked:
            said = f"line {line.line_no}: lots of {count} units are named, {line.picked} are picked"
            self.wrong.append(Misnamed(pointer, said, clash=True))
        self.kept[line.line_no, line.sku] = lots

    def _how(self, sku: Sku) -> Tracking:
        return self.tracking.get(sku, Tracking.NONE)

    def _can_be(
        self, pointer: str, sku: Sku, lots: Sequence[LotUnits], *, said: bool = True
    ) -> bool:
        """Check lots and count them as named; what is wrong is noted with its place, if it has one.

        They are those `said` now, or those that were named at picking.
        """
        faults = list(self._faults(pointer, sku, lots, said=said))
        self.wrong += faults
        return not faults

    def _count(self, sku: Sku, lots: Sequence[LotUnits]) -> None:
        for each in lots:
            self._named[sku, each.lot] = self._named.get((sku, each.lot), 0) + each.quantity

    def _faults(
        self, pointer: str, sku: Sku, lots: Sequence[LotUnits], *, said: bool
    ) -> Iterator[Misnamed]:
        places = {"lots": 0, "serials": 0}
        for each in lots:
            kind = "serials" if each.serial else "lots"
            where = f"{pointer}/{kind}/{places[kind]}" if said else pointer
            places[kind] += 1
            wanted = _kind(each)
            if self._how(sku) is not wanted:
                yield Misnamed(where, f"{sku} is not tracked by {wanted.value}")
                return
            why = self._why_not(sku, each)
            self._count(sku, [each])
            if why:
                yield Misnamed(where, *why)

    def _why_not(self, sku: Sku, lot: LotUnits) -> tuple[str, bool] | None:
        """Say why units of a lot cannot be had here, and whether that is a clash with what is."""
        name, shelf = (sku, lot.lot), self.shelf
        here, taken = shelf.held.get(name, ()), shelf.taken.get(name, 0)
        named = self._named.get(name, 0)
        free = sum(each.quantity for each in here if each.reason == SELLABLE) - taken
        if lot.quantity + named <= free:
            return None
        what = f"{'serial number' if lot.serial else 'lot'} {lot.lot} of {sku}"
        if here and lot.serial:
            return self._serial_here(what, name, here)
        if here:
            aside = sorted({each.reason for each in here if each.reason != SELLABLE})
            kept = f", others are set aside ({', '.join(aside)})" if aside else ""
            wanted = lot.quantity + named
            return f"{wanted} of {what} are named, {max(0, free)} may be taken{kept}", True
        if name in shelf.elsewhere:
            return f"{what} {shelf.elsewhere[name]}", True
        untold = lot.serial and not named and shelf.unknown.get(sku, 0) > self._untold(sku)
        # a unit that came before serial numbers were told has the one that is on it
        return None if untold else (f"{what} is not known at {shelf.node}", False)

    def _serial_here(self, what: str, name: LotName, here: Sequence[HeldLot]) -> tuple[str, bool]:
        if self._named.get(name, 0):
            return f"{what} is named twice", False
        if self.shelf.taken.get(name, 0):
            return f"{what} is picked for other work", True
        return f"{what} is set aside ({here[0].reason})", True

    def _untold(self, sku: Sku) -> int:
        return sum(
            units
            for (named, lot), units in self._named.items()
            if named == sku and (sku, lot) not in self.shelf.held
        )


def _kind(lot: LotUnits) -> Tracking:
    return Tracking.SERIAL if lot.serial else Tracking.LOT


def merged(lots: Sequence[LotUnits]) -> tuple[LotUnits, ...]:
    """Add up units of the same lot, in the order in which lots were first named."""
    sums: dict[str, LotUnits] = {}
    for each in lots:
        before = sums.get(each.lot)
        sums[each.lot] = (
            each if before is None else replace(each, quantity=each.quantity + before.quantity)
        )
    return tuple(sums.values())
