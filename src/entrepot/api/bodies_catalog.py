"""Items as the wire has them, and the way to ours and back. Pure."""

from typing import Annotated

import msgspec
from msgspec import Meta

from entrepot.api.problems import invalid
from entrepot.catalog.barcodes import compared
from entrepot.catalog.model import (
    ATTRIBUTES_MAX,
    BARCODE_CHARS_MAX,
    BARCODES_MAX,
    COMPONENT_QUANTITY_MAX,
    COMPONENTS_MAX,
    SHELF_LIFE_DAYS_MAX,
    VOLUME_CM3_MAX,
    WEIGHT_G_MAX,
    Item,
    Part,
    Tracking,
)
from entrepot.terms.ids import Sku

PRICE_MAX = 10**12
WHOLE_MAX = 2**53
"""Whole numbers in attributes: what every reader of JSON gets right."""

Identifier = Annotated[str, Meta(min_length=1, max_length=128)]
Name = Annotated[str, Meta(min_length=1, max_length=200)]
Text = Annotated[str, Meta(max_length=200)]
Scalar = (
    Annotated[str, Meta(max_length=1000)]
    | Annotated[int, Meta(ge=-WHOLE_MAX, le=WHOLE_MAX)]
    | float
    | bool
    | None
)
Attributes = Annotated[
    dict[Annotated[str, Meta(min_length=1, max_length=100)], Scalar],
    Meta(max_length=ATTRIBUTES_MAX, description="whatever else is to be known of it"),
]


Barcode = Annotated[
    str,
    Meta(min_length=1, max_length=BARCODE_CHARS_MAX, pattern="^[!-~]([ -~]*[!-~])?$"),
]
Barcodes = Annotated[
    tuple[Barcode, ...],
    Meta(
        max_length=BARCODES_MAX,
        description="what is printed on it: article numbers, or any code of printable characters",
    ),
]


class Component(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Units of an item in one unit of a kit."""

    sku: Identifier
    quantity: Annotated[int, Meta(ge=1, le=COMPONENT_QUANTITY_MAX)]


class ItemBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What can be sold. With components it is a kit: it has no stock, its components have."""

    name: Name
    price: (
        Annotated[int, Meta(ge=0, le=PRICE_MAX, description="minor units of the currency")] | None
    ) = None
    weight_g: Annotated[int, Meta(ge=0, le=WEIGHT_G_MAX, description="grams of one unit")] = 0
    category: Text = ""
    components: Annotated[tuple[Component, ...], Meta(max_length=COMPONENTS_MAX)] = ()
    attributes: Attributes = {}
    tracking: Annotated[Tracking, Meta(description="how its units are told apart")] = Tracking.NONE
    shelf_life_days: Annotated[
        Annotated[int, Meta(ge=1, le=SHELF_LIFE_DAYS_MAX)] | None,
        Meta(description="how long a unit lasts from its receipt where its lot does not say"),
    ] = None
    min_remaining_days: Annotated[
        int,
        Meta(
            ge=0, le=SHELF_LIFE_DAYS_MAX, description="how long a unit must still last to be sold"
        ),
    ] = 0
    volume_cm3: Annotated[
        int,
        Meta(ge=0, le=VOLUME_CM3_MAX, description="cubic centimeters of one unit; 0: not known"),
    ] = 0
    barcodes: Barcodes = ()


class ItemAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """An item and its version, which is also its ETag."""

    sku: str
    name: str
    price: int | None
    weight_g: int
    category: str
    components: tuple[Component, ...]
    attributes: dict[str, Scalar]
    version: int
    tracking: Tracking
    shelf_life_days: int | None
    min_remaining_days: int
    volume_cm3: int
    barcodes: tuple[str, ...]


def item_of(sku: str, body: ItemBody) -> Item:
    """Read an item; raises Problem where something is named twice, or a kit is tracked."""
    parts = sorted((Part(Sku(c.sku), c.quantity) for c in body.components), key=lambda p: p.sku)
    if len({part.sku for part in parts}) < len(parts):
        raise invalid("/components", "names a component twice")
    if len({compared(code) for code in body.barcodes}) < len(body.barcodes):
        raise invalid("/barcodes", "names a barcode twice")
    if parts and body.tracking is not Tracking.NONE:
        raise invalid("/tracking", "a kit has no stock of its own: its components are tracked")
    return Item(
        sku=Sku(sku),
        name=body.name,
        price=body.price,
        weight_g=body.weight_g,
        category=body.category,
        attributes=msgspec.json.encode(body.attributes, order="sorted").decode(),
        components=tuple(parts),
        tracking=body.tracking,
        shelf_life_days=body.shelf_life_days,
        min_remaining_days=body.min_remaining_days,
        volume_cm3=body.volume_cm3,
        barcodes=body.barcodes,
    )


def item_answer(item: Item) -> ItemAnswer:
    """Show an item."""
    return ItemAnswer(
        sku=item.sku,
        name=item.name,
        price=item.price,
        weight_g=item.weight_g,
        category=item.category,
        components=tuple(Component(sku=p.sku, quantity=p.quantity) for p in item.components),
        attributes=msgspec.json.decode(item.attributes, type=dict[str, Scalar]),
        version=item.version,
        tracking=item.tracking,
        shelf_life_days=item.shelf_life_days,
        min_remaining_days=item.min_remaining_days,
        volume_cm3=item.volume_cm3,
        barcodes=item.barcodes,
    )
