"""inventory.supplied, supply.changed -> sourcing.supply: stock came or is to come for who waits.

First those are served whose turn it is, then whoever still waits is dated by what is on its way.
"""

from collections.abc import Sequence

import msgspec

from entrepot.inventory import expected
from entrepot.journey.here import Here
from entrepot.journey.redate import redate
from entrepot.journey.sweep import sweep
from entrepot.plumbing.model import Event
from entrepot.terms.ids import Sku


class SkusTold(msgspec.Struct, frozen=True):
    skus: list[Sku]


_told = msgspec.json.Decoder(SkusTold)


async def supply(here: Here, events: Sequence[Event]) -> bool:
    """Serve, then date; True where one commit has no room for all whose turn it is.

    Supply is read before stock: what is received in between is still due here, so that nobody is
    told a later date a moment before being served.
    """
    skus = sorted({sku for event in events for sku in _told.decode(event.data).skus})
    due = await expected.due(here.conn, here.market, skus)
    if await sweep(here, skus):
        return True
    await redate(here, skus, due=due, swept=True)
    return False
