"""What is decided of items: which rows are taken, and what a kit explodes into. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from entrepot.catalog.barcodes import compared
from entrepot.catalog.model import Item, Made, Status, Unit, Upserted, WhyRefused
from entrepot.terms.ids import Sku


@dataclass(frozen=True, slots=True)
class Seen:
    """The catalog as far as some rows touch it.

    These items and their components as they stand, and per sku the kits it is a component of; of
    barcodes that rows name, whose each is.
    """

    items: Mapping[Sku, Item]
    kits_of: Mapping[Sku, frozenset[Sku]]
    owners: Mapping[str, Sku] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Settled:
    """One answer per row, in order, and the items to write, with their new versions."""

    answers: list[Upserted]
    created: list[Item]
    updated: list[Item]


def settle(rows: Sequence[Item], seen: Seen) -> Settled:
    """Decide which rows are taken; each replaces the whole item.

    Plain items are judged before kits, so that a kit may stand before its parts in one call. A sku
    that comes twice is taken the first time. What is refused changes nothing.
    """
    items = dict(seen.items)
    kits_of = {sku: set(kits) for sku, kits in seen.kits_of.items()}
    owners = dict(seen.owners)
    answers: dict[int, Upserted] = {}
    settled = Settled([], [], [])
    taken: set[Sku] = set()
    for place in sorted(range(len(rows)), key=lambda at: bool(rows[at].components)):
        row = rows[place]
        before = items.get(row.sku)
        version = before.version if before else 0
        refusal = _why_not(row, items, kits_of, repeated=row.sku in taken)
        refusal = refusal or _barcode_taken(row, owners)
        if refusal is not None:
            why, detail = refusal
            answers[place] = Upserted(row.sku, Status.REFUSED, version, why, detail)
            continue
        taken.add(row.sku)
        if before is not None and replace(row, version=version) == before:
            answers[place] = Upserted(row.sku, Status.UNCHANGED, version)
            continue
        now = replace(row, version=version + 1)
        items[row.sku] = now
        _follow(kits_of, before, now)
        owners |= {compared(code): row.sku for code in now.barcodes}
        (settled.updated if before else settled.created).append(now)
        status = Status.UPDATED if before else Status.CREATED
        answers[place] = Upserted(row.sku, status, now.version)
    settled.answers.extend(answers[place] for place in range(len(rows)))
    return settled


def explode(
    lines: Iterable[tuple[Sku, int]], items: Mapping[Sku, Made]
) -> list[tuple[Unit, ...] | None]:
    """Say per line what one unit of it is made of: itself, or a kit's components, by ascending sku.

    A line is (sku, quantity); it wants `quantity * per_unit` of each. None: the sku is not known,
    or a component of it is not. A line of no units is made of nothing.
    """
    return [units_of(sku, items) if quantity > 0 else () for sku, quantity in lines]


def units_of(sku: Sku, items: Mapping[Sku, Made]) -> tuple[Unit, ...] | None:
    """Say what one unit of a sku is made of, as `explode` does for many."""
    made = items.get(sku)
    if made is None:
        return None
    if not made.parts:
        return (Unit(sku, 1, made.weight_g, made.volume_cm3),)
    units = []
    for part in made.parts:
        known = items.get(part.sku)
        if known is None:
            return None
        units.append(Unit(part.sku, part.quantity, known.weight_g, known.volume_cm3))
    return tuple(units)


def _why_not(
    row: Item, items: Mapping[Sku, Item], kits_of: Mapping[Sku, set[Sku]], *, repeated: bool
) -> tuple[WhyRefused, str] | None:
    if repeated:
        return WhyRefused.REPEATED, f"{row.sku} comes more than once in this call"
    parts = [part.sku for part in row.components]
    if row.sku in parts:
        return WhyRefused.KIT_OF_ITSELF, f"{row.sku} may not be a component of itself"
    unknown = [sku for sku in parts if sku not in items]
    if unknown:
        return WhyRefused.UNKNOWN_COMPONENT, f"there is no item {', '.join(unknown)}"
    kits = [sku for sku in parts if items[sku].components]
    if kits:
        return WhyRefused.KIT_OF_KITS, f"a kit is no component of another: {', '.join(kits)}"
    users = sorted(kits_of.get(row.sku, ()))
    if parts and users:
        return WhyRefused.COMPONENT_OF_A_KIT, f"{row.sku} is a component of {users[0]}"
    return None


def _barcode_taken(row: Item, owners: Mapping[str, Sku]) -> tuple[WhyRefused, str] | None:
    for code in row.barcodes:
        owner = owners.get(compared(code), row.sku)
        if owner != row.sku:
            return WhyRefused.BARCODE_TAKEN, f"the barcode {code} is that of {owner}"
    return None


def _follow(kits_of: dict[Sku, set[Sku]], before: Item | None, now: Item) -> None:
    for part in before.components if before else ():
        kits_of.get(part.sku, set()).discard(now.sku)
    for part in now.components:
        kits_of.setdefault(part.sku, set()).add(now.sku)
