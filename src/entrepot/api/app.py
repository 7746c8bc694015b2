"""What every handler may reach: settings, the database, the world in memory, the capture queue."""

from collections.abc import Sequence
from dataclasses import dataclass

from entrepot.api.principals import Principals
from entrepot.journey.place import place
from entrepot.journey.placing import Placed, Placing
from entrepot.journey.world import World
from entrepot.plumbing import db, telemetry
from entrepot.plumbing.batch import Batcher
from entrepot.plumbing.settings import Settings
from entrepot.terms.ids import MarketId

Request = tuple[MarketId, Placing]


@dataclass(slots=True)
class App:
    """One serving process."""

    settings: Settings
    pool: db.Pool
    captures: db.Pool
    world: World
    principals: Principals
    placing: Batcher[Request, Placed]


def placing_batcher(settings: Settings, pool: db.Pool, world: World) -> Batcher[Request, Placed]:
    """Make the capture queue: batches of at most `batch_max`, `captures_at_once` in flight."""

    async def run(requests: Sequence[Request]) -> list[Placed]:
        telemetry.BATCH.observe(len(requests))
        by_market: dict[MarketId, list[int]] = {}
        for at, (market, _) in enumerate(requests):
            by_market.setdefault(market, []).append(at)
        answers: dict[int, Placed] = {}
        for market, places in by_market.items():
            placed = await place(pool, world, market, [requests[at][1] for at in places])
            answers |= dict(zip(places, placed, strict=True))
        return [answers[at] for at in range(len(requests))]

    return Batcher(
        run,
        batch_max=settings.batch_max,
        queue_max=settings.queue_max,
        at_once=settings.captures_at_once,
        give_up=db.UNREACHABLE,
    )
