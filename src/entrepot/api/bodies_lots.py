"""Lots and serial numbers as the wire has them, and the way to ours. Pure."""

from collections.abc import Sequence
from datetime import date
from typing import Annotated

import msgspec
from msgspec import Meta

from entrepot.api.problems import invalid
from entrepot.inventory.lots_model import LOT_CHARS_MAX, LOTS_PER_ROW_MAX, LotUnits
from entrepot.inventory.model import QUANTITY_MAX

LotName = Annotated[
    str,
    Meta(
        min_length=1, max_length=LOT_CHARS_MAX, pattern=r"^[^\x00-\x1f\x7f]*$",
        description="as it is printed on the goods",
    ),
]  # fmt: skip
Serials = Annotated[
    list[LotName],
    Meta(max_length=LOTS_PER_ROW_MAX, description="one for each unit that is named"),
]


class LotBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Units of a lot; `expires_on` is the last day they are good for."""

    lot: LotName
    quantity: Annotated[int, Meta(ge=1, le=QUANTITY_MAX)]
    expires_on: date | None = None


class PickedLotBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Units of a lot that leave."""

    lot: LotName
    quantity: Annotated[int, Meta(ge=1, le=QUANTITY_MAX)]


Lots = Annotated[list[LotBody], Meta(max_length=LOTS_PER_ROW_MAX)]
PickedLots = Annotated[list[PickedLotBody], Meta(max_length=LOTS_PER_ROW_MAX)]


def lots_of(
    lots: Sequence[LotBody | PickedLotBody], serials: Sequence[str], most: int, pointer: str
) -> tuple[LotUnits, ...]:
    """Read the lots or serial numbers of a row of `most` units: no more than that, each once."""
    if not lots and not serials:
        return ()
    if lots and serials:
        raise invalid(f"{pointer}/serials", "are not named beside lots")
    field, names = ("lots", [each.lot for each in lots]) if lots else ("serials", list(serials))
    for place, name in enumerate(names):
        if name in names[:place]:
            raise invalid(f"{pointer}/{field}/{place}", f"{name} is named twice")
    units = (
        tuple(LotUnits(each.lot, each.quantity, getattr(each, "expires_on", None)) for each in lots)
        if lots
        else tuple(LotUnits(serial, 1, serial=True) for serial in serials)
    )
    count = sum(each.quantity for each in units)
    if count > most:
        raise invalid(f"{pointer}/{field}", f"name {count} units of {most}")
    return units
