"""What each verb does to a fulfillment order, and when it may not. Pure: no time, no rows.

Every verb is a function of the work and what was asked, and answers a turn (the moves to write and
the lines they leave) or a refusal with a sentence for the person who asked.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

from msgspec.structs import replace

from entrepot.fulfillment.model import (
    Ask,
    Decided,
    Line,
    Named,
    Package,
    Packed,
    Scanned,
    Turn,
    Units,
    WhyNot,
    Work,
)
from entrepot.fulfillment.states import FULFILLMENT_ORDER, State, Verb
from entrepot.terms.ids import LineNo, Sku
from entrepot.terms.outcome import Done, Outcome, Refused

Key = tuple[LineNo, Sku]
Decide = Callable[[Work, Ask], Decided]

SHIPPED = frozenset({"ship"})
FETCHED = frozenset({"pickup", "curbside"})

METHODS: Mapping[Verb, frozenset[str]] = {
    Verb.SHIP: SHIPPED,
    Verb.DELIVER: SHIPPED,
    Verb.READY: FETCHED,
    Verb.COLLECT: FETCHED,
}
"""Verbs that only some methods have."""

_CALLED = {Verb.FINISH_PICK: Verb.PICK}
_NOT_THE_NODES = frozenset({Verb.RELEASE, Verb.DELIVER, Verb.WITHDRAW, Verb.CANCEL})


def may(work: Work, verb: Verb) -> bool:
    """Say whether the work's state and method allow the verb."""
    fits = work.head.method in METHODS.get(verb, (work.head.method,))
    return fits and FULFILLMENT_ORDER.after(work.state, verb) is not None


def possible(work: Work) -> list[Verb]:
    """Name the verbs its node may take now, in the table's order."""
    verbs = (v for v in FULFILLMENT_ORDER.verbs_from(work.state) if may(work, v))
    return list(dict.fromkeys(_CALLED.get(v, v) for v in verbs if v not in _NOT_THE_NODES))


def may_be_withdrawn(state: State) -> bool:
    """Say whether units may still be taken out of work in this state."""
    return FULFILLMENT_ORDER.after(state, Verb.CANCEL) is not None


def after(work: Work, turn: Turn, at: datetime) -> Work:
    """Give the work once the turn is taken; ValueError for a move that the table does not have."""
    state = work.state
    for verb in turn.verbs:
        then = FULFILLMENT_ORDER.after(state, verb)
        if then is None:
            raise ValueError(f"{state} {verb}")
        state = then
    version = work.head.version + len(turn.verbs)
    head = replace(work.head, state=state.value, version=version, moved_at=at)
    return Work(head, turn.lines)


def live(lines: Sequence[Line]) -> tuple[Units, ...]:
    """The units that are still the node's to send."""
    return _units(lines, lambda line: line.live)


def picked(lines: Sequence[Line]) -> tuple[Units, ...]:
    """The units that were picked and not put back."""
    return _units(lines, lambda line: line.picked)


def to_pick(lines: Sequence[Line]) -> tuple[Units, ...]:
    """The units that are still to be picked."""
    return _units(lines, lambda line: line.to_pick)


def merged(lines: Sequence[Units]) -> tuple[Units, ...]:
    """Add up units of the same line and sku, in the order of line and sku."""
    sums: dict[Key, int] = {}
    for each in lines:
        key = (each.line_no, each.sku)
        sums[key] = sums.get(key, 0) + each.quantity
    return tuple(Units(line_no, sku, sums[line_no, sku]) for line_no, sku in sorted(sums))


def release(work: Work, _ask: Ask) -> Decided:
    """Hand planned work to its node."""
    return refusal(work, Verb.RELEASE) or _step(work, Verb.RELEASE, live(work.lines))


def accept(work: Work, _ask: Ask) -> Decided:
    """The node takes the work on."""
    return refusal(work, Verb.ACCEPT) or _step(work, Verb.ACCEPT, live(work.lines))


def reject(work: Work, ask: Ask) -> Decided:
    """The node gives the whole work back; what it had picked goes back on the shelf.

    The units asked about are those it could not find: all of them when none is named.
    """
    refused = refusal(work, Verb.REJECT)
    if refused:
        return refused
    found = named(work.lines, ask.units, lambda line: line.live)
    if isinstance(found, Refused):
        return found
    gone = live(work.lines)
    return Done(
        Turn((Verb.REJECT,), _given_back(work.lines), gone, missing=_listed(found.value) or gone)
    )


def pick(work: Work, ask: Ask) -> Decided:
    """Units are picked: the named or scanned ones, or all that are left."""
    found = _to_pick(work, Verb.PICK, ask)
    if isinstance(found, Refused):
        return found
    units = found.value
    lines = tuple(
        replace(line, picked=line.picked + units.get(_key(line), 0)) for line in work.lines
    )
    verb = Verb.PICK if to_pick(lines) else Verb.FINISH_PICK
    return Done(Turn((verb,), lines, _listed(units)))


def short(work: Work, ask: Ask) -> Decided:
    """Units cannot be found: the named ones, or all that are left to pick.

    With the last of them the picking is finished, or, where nothing was picked, the work rejected.
    """
    found = _to_pick(work, Verb.SHORT, ask)
    if isinstance(found, Refused):
        return found
    units = found.value
    lines = tuple(
        replace(line, shorted=line.shorted + units.get(_key(line), 0)) for line in work.lines
    )
    if not live(lines):
        return Done(Turn((Verb.REJECT,), lines, _listed(units), missing=_listed(units)))
    return Done(Turn(_and_finish(Verb.SHORT, work, lines), lines, _listed(units)))


def pack(work: Work, _ask: Ask) -> Decided:
    """What was picked is in its packages."""
    return refusal(work, Verb.PACK) or _step(work, Verb.PACK, picked(work.lines))


def ready(work: Work, _ask: Ask) -> Decided:
    """What was picked waits at the node for the customer."""
    return refusal(work, Verb.READY) or _step(work, Verb.READY, picked(work.lines))


def collect(work: Work, _ask: Ask) -> Decided:
    """The customer has fetched it."""
    return refusal(work, Verb.COLLECT) or _step(work, Verb.COLLECT, picked(work.lines))


def ship(work: Work, ask: Ask) -> Decided:
    """What was picked leaves in the packages described.

    Packages that name their units name together exactly what was picked. Where none does, one
    package holds everything, and which of several holds what is not known.
    """
    refused = refusal(work, Verb.SHIP)
    if refused:
        return refused
    if not ask.packages:
        return Refused(WhyNot.PACKAGES_DO_NOT_MATCH, "what is shipped leaves in a package")
    told = [each for each in ask.packages if each.units]
    if told and len(told) < len(ask.packages):
        said = "either every package names its units or none does"
        return Refused(WhyNot.PACKAGES_DO_NOT_MATCH, said)
    if len({(each.tracking_number, each.carrier) for each in ask.packages}) < len(ask.packages):
        return Refused(WhyNot.PACKAGES_DO_NOT_MATCH, "a tracking number is named twice")
    packed = _packed(work, ask.packages)
    if isinstance(packed, Refused):
        return packed
    return Done(Turn((Verb.SHIP,), work.lines, picked(work.lines), tuple(packed.value)))


def deliver(work: Work, _ask: Ask) -> Decided:
    """Every package has arrived."""
    return refusal(work, Verb.DELIVER) or _step(work, Verb.DELIVER, picked(work.lines))


def withdraw(work: Work, wanted: Mapping[Key, int], *, picked_too: bool = True) -> Turn | None:
    """Take up to the wanted units out of the work: unpicked ones first, then perhaps picked ones.

    None where it holds none of them. With its last unit the work is canceled.
    """
    lines: list[Line] = []
    units: dict[Key, int] = {}
    for line in work.lines:
        quantity = min(line.live if picked_too else line.to_pick, wanted.get(_key(line), 0))
        put_back = max(0, quantity - line.to_pick)
        lines.append(
            replace(line, canceled=line.canceled + quantity, picked=line.picked - put_back)
        )
        if quantity > 0:
            units[_key(line)] = quantity
    if not units or not may_be_withdrawn(work.state):
        return None
    verbs = _and_finish(Verb.WITHDRAW, work, lines) if live(lines) else (Verb.CANCEL,)
    return Turn(verbs, tuple(lines), _listed(units))


def refusal(work: Work, verb: Verb) -> Refused[WhyNot] | None:
    """Refuse a verb that the work's state or method does not allow; None where it may be taken."""
    if may(work, verb):
        return None
    head = work.head
    rest = ", ".join(possible(work)) or "nothing"
    return Refused(
        WhyNot.ILLEGAL_TRANSITION,
        f"a fulfillment order for {head.method} that is {head.state} does not allow {verb};"
        f" its node may do: {rest}",
    )


def named(
    lines: Sequence[Line], asked: Sequence[Named], most: Callable[[Line], int]
) -> Outcome[dict[Key, int], WhyNot]:
    """Find the units that were named, added up by line and sku; never more than `most` of a line.

    Refuses unknown_line (also a kit's line without a sku), too_many_units and nothing_to_do.
    """
    known = {_key(line): line for line in lines}
    units: dict[Key, int] = {}
    for each in asked:
        skus = [sku for line_no, sku in known if line_no == each.line_no]
        if each.sku is None and len(skus) > 1:
            said = f"line {each.line_no} is a kit: name one of {', '.join(skus)}"
            return Refused(WhyNot.UNKNOWN_LINE, said)
        if each.sku not in {None, *skus} or not skus:
            said = f"line {each.line_no}{f' of {each.sku}' if each.sku else ''} is not part of it"
            return Refused(WhyNot.UNKNOWN_LINE, said)
        key = (each.line_no, each.sku or skus[0])
        units[key] = units.get(key, 0) + each.quantity
    for (line_no, sku), quantity in units.items():
        left = most(known[line_no, sku])
        if quantity > left:
            said = f"line {line_no}: {quantity} of {sku} are named, {left} are left"
            return Refused(WhyNot.TOO_MANY_UNITS, said)
        if quantity < 1:
            return Refused(WhyNot.NOTHING_TO_DO, f"line {line_no}: {quantity} units of {sku}")
    return Done(units)


def shared_out(
    lines: Sequence[Line], scanned: Sequence[Scanned]
) -> Outcome[dict[Key, int], WhyNot]:
    """Share scanned units out over the lines that want their sku, in the order of the lines.

    Refuses unknown_line where no line is of the sku, too_many_units beyond what is to be picked.
    """
    units: dict[Key, int] = {}
    for each in scanned:
        mine = [line for line in lines if line.sku == each.sku]
        if not mine:
            return Refused(WhyNot.UNKNOWN_LINE, f"{each.sku} is not part of it")
        left = each.quantity
        for line in mine:
            taken = min(left, line.to_pick - units.get(_key(line), 0))
            if taken > 0:
                units[_key(line)] = units.get(_key(line), 0) + taken
                left -= taken
        if left > 0:
            said = f"{each.sku}: {each.quantity} scanned, {each.quantity - left} are left to pick"
            return Refused(WhyNot.TOO_MANY_UNITS, said)
    return Done(units)


def _to_pick(work: Work, verb: Verb, ask: Ask) -> Outcome[dict[Key, int], WhyNot]:
    refused = refusal(work, verb)
    if refused:
        return refused
    if ask.scanned:
        return shared_out(work.lines, ask.scanned)
    found = named(work.lines, ask.units, lambda line: line.to_pick)
    if isinstance(found, Refused):
        return found
    units = found.value or {(u.line_no, u.sku): u.quantity for u in to_pick(work.lines)}
    return Done(units) if units else Refused(WhyNot.NOTHING_TO_DO, "no unit is left to pick")


def _and_finish(verb: Verb, work: Work, lines: Sequence[Line]) -> tuple[Verb, ...]:
    """Follow `verb` by the end of picking where it took the last unit that was to be picked."""
    began = work.state is State.PICKING and to_pick(work.lines)
    return (verb, Verb.FINISH_PICK) if began and not to_pick(lines) else (verb,)


def _packed(work: Work, packages: Sequence[Packed]) -> Outcome[list[Package], WhyNot]:
    all_units = picked(work.lines)
    contents: list[tuple[Units, ...]] = []
    for each in packages:
        found = named(work.lines, each.units, lambda line: line.picked)
        if isinstance(found, Refused):
            return found
        contents.append(_listed(found.value))
    if packages[0].units:
        inside = merged([units for content in contents for units in content])
        if inside != merged(all_units):
            said = f"the packages hold {_said(inside)}, picked were {_said(all_units)}"
            return Refused(WhyNot.PACKAGES_DO_NOT_MATCH, said)
    elif len(packages) == 1:
        contents = [all_units]
    return Done(
        [
            Package(each.tracking_number, each.carrier, each.service or work.head.service, content)
            for each, content in zip(packages, contents, strict=True)
        ]
    )


def _said(units: Sequence[Units]) -> str:
    return ", ".join(f"{each.quantity} of {each.sku} (line {each.line_no})" for each in units)


def _step(work: Work, verb: Verb, units: tuple[Units, ...]) -> Done[Turn]:
    return Done(Turn((verb,), work.lines, units))


def _given_back(lines: Sequence[Line]) -> tuple[Line, ...]:
    return tuple(replace(line, picked=0, shorted=line.quantity - line.canceled) for line in lines)


def _key(line: Line) -> Key:
    return line.line_no, line.sku


def _units(lines: Sequence[Line], count: Callable[[Line], int]) -> tuple[Units, ...]:
    return tuple(Units(line.line_no, line.sku, count(line)) for line in lines if count(line) > 0)


def _listed(units: Mapping[Key, int]) -> tuple[Units, ...]:
    return tuple(Units(line_no, sku, units[line_no, sku]) for line_no, sku in sorted(units))
