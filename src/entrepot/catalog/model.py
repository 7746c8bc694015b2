"""What can be sold, as plain data: items, and kits made of them."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

import msgspec

from entrepot.terms.ids import Sku

ROWS_PER_CALL_MAX = 5_000
"""Rows in one call: decoded, judged and written within about a second."""

ROWS_PER_COMMIT_MAX = 1_000
"""Items locked by one commit of an import: some 50 ms, so that nobody waits for it."""

COMPONENTS_MAX = 50
"""A kit of more parts is a mistake, and an order of such kits would not be plannable."""

COMPONENT_QUANTITY_MAX = 1_000
"""With the most units on a line still far inside PostgreSQL's integer."""

WEIGHT_G_MAX = 10_000_000
"""Ten tonnes: heavier goods are no parcel."""

VOLUME_CM3_MAX = 100_000_000
"""A hundred cubic meters: a truck."""

ATTRIBUTES_MAX = 100
"""Names in one item's attributes."""

BARCODES_MAX = 20
"""Of one item: its own, its packs', and those of the suppliers it came from."""

BARCODE_CHARS_MAX = 80
"""A code that fits on a label."""

OVERLAP = timedelta(seconds=5)
"""How far a view reads back before its last look: commits take less, clocks agree so far."""


SHELF_LIFE_DAYS_MAX = 36_500
"""A hundred years: what lasts longer does not expire."""


class Tracking(StrEnum):
    """How units of an item are told apart: not at all, by lot, or each by its serial number."""

    NONE = "none"
    LOT = "lot"
    SERIAL = "serial"


@dataclass(frozen=True, slots=True)
class Part:
    """A component of a kit: `quantity` units of it in each unit of the kit."""

    sku: Sku
    quantity: int


@dataclass(frozen=True, slots=True)
class Item:
    """What can be sold.

    `price` is in minor units, None where the catalog has none. `attributes` is the JSON text of an
    object. `components` ascend by sku; an item that has some is a kit and has no stock of its own.
    `version` counts changes from 1; 0 is an item not yet stored. A unit lasts `shelf_life_days`
    from its receipt (None: its lot says), and must last `min_remaining_days` more to be sold.
    `volume_cm3` is that of one unit as it is packed, 0 where nobody has measured it. `barcodes` are
    those printed on it, in the order they were told; no other item has one of them.
    """

    sku: Sku
    name: str
    price: int | None = None
    weight_g: int = 0
    category: str = ""
    attributes: str = "{}"
    components: tuple[Part, ...] = ()
    version: int = 0
    tracking: Tracking = Tracking.NONE
    shelf_life_days: int | None = None
    min_remaining_days: int = 0
    volume_cm3: int = 0
    barcodes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ItemRow:
    """An item as it is read: the components' skus and quantities side by side."""

    sku: Sku
    name: str
    price: int | None
    weight_g: int
    category: str
    attributes: str
    version: int
    tracking: str
    shelf_life_days: int | None
    min_remaining_days: int
    volume_cm3: int
    parts: list[str]
    quantities: list[int]
    barcodes: list[str]


@dataclass(frozen=True, slots=True)
class Barcode:
    """A barcode, as it is compared, and whose it is."""

    code: str
    sku: Sku


@dataclass(frozen=True, slots=True)
class Locked:
    """An item whose row is held."""

    sku: Sku


@dataclass(frozen=True, slots=True)
class Use:
    """A sku is a component of a kit."""

    part_sku: Sku
    sku: Sku


@dataclass(frozen=True, slots=True)
class MadeRow:
    """What an order needs to know of an item, as it is read."""

    sku: Sku
    weight_g: int
    category: str
    tracking: str
    shelf_life_days: int | None
    volume_cm3: int
    parts: list[str]
    quantities: list[int]


@dataclass(frozen=True, slots=True)
class Made:
    """What one unit weighs in grams and, of a kit, what it is made of; the item's category.

    How its units are told apart, for how many days one lasts from its receipt, and its volume.
    """

    weight_g: int
    parts: tuple[Part, ...] = ()
    category: str = ""
    tracking: Tracking = Tracking.NONE
    shelf_life_days: int | None = None
    volume_cm3: int = 0


@dataclass(frozen=True, slots=True)
class Categorized:
    sku: Sku
    category: str


@dataclass(frozen=True, slots=True)
class Changed:
    """When the newest change was; None where nothing is there."""

    changed_at: datetime | None


@dataclass(frozen=True, slots=True)
class Found:
    """A sku that was looked for."""

    sku: Sku


@dataclass(frozen=True, slots=True)
class Label:
    """What people call a sku."""

    sku: Sku
    name: str
    category: str


@dataclass(frozen=True, slots=True)
class Named:
    """A name that is in use."""

    name: str


class Unit(msgspec.Struct, frozen=True, gc=False):
    """What a node picks for one unit of a line: `per_unit` of this sku, each of this size."""

    sku: Sku
    per_unit: int
    weight_g: int
    volume_cm3: int = 0


class Status(StrEnum):
    """What became of one row."""

    CREATED = "created"
    UPDATED = "updated"
    UNCHANGED = "unchanged"
    REFUSED = "refused"


class WhyRefused(StrEnum):
    """In order of precedence: the first that holds is what the caller hears."""

    REPEATED = "repeated"
    KIT_OF_ITSELF = "kit_of_itself"
    UNKNOWN_COMPONENT = "unknown_component"
    KIT_OF_KITS = "kit_of_kits"
    COMPONENT_OF_A_KIT = "component_of_a_kit"
    BARCODE_TAKEN = "barcode_taken"


@dataclass(frozen=True, slots=True)
class Upserted:
    """The answer to one row. `version` is the item's now, 0 where it was refused and is unknown."""

    sku: Sku
    status: Status
    version: int
    why: WhyRefused | None = None
    detail: str = ""
