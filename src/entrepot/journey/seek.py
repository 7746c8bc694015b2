"""order.captured, exception.opened -> sourcing.seek: who has just begun to wait looks once more.

An order that waits was planned on the rows as they were; a count beside it has asked who waits
before the order stood. So neither knows of the other: the units lie there, and nobody is told. Here
the positions are locked, so that whoever is changing them has finished or has yet to ask.
"""

from collections.abc import Sequence

from entrepot.inventory import expected
from entrepot.journey import told
from entrepot.journey.here import Here, orders_of
from entrepot.journey.replan import TIRED
from entrepot.plumbing import outbox
from entrepot.plumbing.model import Event


async def seek(here: Here, events: Sequence[Event]) -> None:
    """Tell of skus that these orders wait for and that are free: it is their turn, or another's.

    Whom as many nodes as the policy allows have refused waits for a person.
    """
    ids = orders_of(events)
    skus = await expected.waiting_skus_of(here.conn, here.market, ids, but_for=[TIRED])
    free = await expected.free_when_still(here.conn, here.market, sorted(skus))
    if free:
        await outbox.tell(here.conn, here.market, [told.supplied(here.market, free)], at=here.at)
