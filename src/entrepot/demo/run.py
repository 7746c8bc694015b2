"""One run of the sample retailer: open it, let the people loose, wait for every order's end."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from random import Random

from entrepot.demo import retailer as sample
from entrepot.demo.carriers import Carriers
from entrepot.demo.client import Api
from entrepot.demo.crew import Crew
from entrepot.demo.feed import follow, latest
from entrepot.demo.hear import Listener
from entrepot.demo.http import Http
from entrepot.demo.load import load
from entrepot.demo.logins import Login, busiest, let_in
from entrepot.demo.look import look
from entrepot.demo.people import Crowd
from entrepot.demo.retailer import Retailer
from entrepot.demo.shoppers import Shoppers
from entrepot.demo.supply import Suppliers
from entrepot.demo.tally import Tally
from entrepot.plumbing.mint import MINT, now

SHOPPERS_WIDTH, CREW_WIDTH, CONNECTIONS = 48, 48, 112
PATIENCE_S = 120.0
"""So long may nothing at all be heard while orders are open before the run gives these up."""

LOOK_EVERY_S = 0.2
BEST_SELLERS = 200

View = Callable[[Tally], Awaitable[None]]
Greet = Callable[[Sequence[Login]], None]


@dataclass(frozen=True, slots=True)
class Summary:
    """What a run came to. `ends` counts orders by their end; `unfinished` names those without."""

    run: str
    seconds: float
    placed: int
    ends: dict[str, int]
    seen: dict[str, int]
    faults: dict[str, int]
    unfinished: tuple[str, ...]
    oversold: int
    orders_per_second: float
    p50_ms: float
    p99_ms: float

    @property
    def ok(self) -> bool:
        """Whether every order came to an end, and nothing happened that should not have."""
        return not self.unfinished and not self.faults and self.oversold == 0


@dataclass(frozen=True, slots=True)
class _People:
    crowd: Crowd
    crew: Crew
    carriers: Carriers
    suppliers: Suppliers
    best_sellers: tuple[str, ...]


async def run(  # noqa: PLR0913 - the options of `entrepot demo`, one for one
    base_url: str,
    key: str,
    *,
    orders: int | None,
    rate: float | None,
    seed: int,
    scale: float,
    view: View | None,
    greet: Greet | None = None,
) -> Summary:
    """Load the retailer, place `orders` orders (None: without end) and see them through.

    With a `rate` at most so many are placed a second. `view` is shown the tally until the end.
    `greet` hears how people sign in, and without it nobody is enrolled. Of a run without end some
    work at one store is left to whoever signs in there.
    Raises ApiError when the server does not answer, or answers what makes going on pointless.
    """
    tally = Tally(wanted=orders)
    name = f"d{MINT.one().hex[:12]}"
    http = Http(base_url, key=key, connections=CONNECTIONS)
    api = Api(http, tally)
    try:
        async with _aside(view(tally) if view is not None else None):
            tally.doing = "founding the retailer"
            retailer = await asyncio.to_thread(sample.found, seed=seed, scale=scale)
            await load(api, retailer, tally, run=name)
            if greet is not None:
                greet(await let_in(api, retailer, run=name))
            people = _people(api, tally, retailer, seed=seed, run=name)
            if greet is not None and orders is None:
                people.crew.left_alone = busiest(retailer)
            people.crowd.left = orders
            return await _drive(people, rate=rate, run=name)
    except ExceptionGroup as group:
        raise _first(group) from group
    finally:
        http.close()


def _people(api: Api, tally: Tally, retailer: Retailer, *, seed: int, run: str) -> _People:
    carriers = Carriers(api, tally, Random(f"{seed}:carriers"), now, run)
    stores = frozenset(site.node for site in retailer.sites if site.kind == "store")
    items = retailer.items
    best = sorted((item for item in items if not item.components), key=lambda item: item.rank)
    suppliers = Suppliers(
        api,
        tally,
        run,
        centers=tuple(site.node for site in retailer.sites if site.kind == "dc"),
        parts={
            item.sku: tuple(items[place].sku for place, _ in item.components)
            for item in items
            if item.components
        },
    )
    shoppers = Shoppers(retailer, seed=seed, run=run)
    return _People(
        Crowd(api, tally, shoppers, Random(f"{seed}:crowd"), now, suppliers.missed, None),
        Crew(api, tally, Random(f"{seed}:crew"), stores, carriers.take),
        carriers,
        suppliers,
        tuple(item.sku for item in best[:BEST_SELLERS]),
    )


async def _drive(people: _People, *, rate: float | None, run: str) -> Summary:
    api, tally = people.crowd.api, people.crowd.tally
    clock = asyncio.get_running_loop().time
    listener = Listener(tally, people.crew.todo.put_nowait)
    after = await latest(api)
    async with asyncio.TaskGroup() as group:
        aside = [
            group.create_task(follow(api, after, listener.hear)),
            group.create_task(people.carriers.talk()),
            group.create_task(people.suppliers.supply()),
            group.create_task(look(api, tally, people.best_sellers)),
            *(group.create_task(people.crew.work()) for _ in range(CREW_WIDTH)),
        ]
        opened = clock()
        tally.doing = "in motion"
        await people.crowd.shop(width=SHOPPERS_WIDTH, rate=rate)
        shopped = clock()
        tally.doing = "seeing the last orders through"
        await _ended(tally, people.carriers)
        for task in aside:
            task.cancel()
    latency = tally.latency()
    return Summary(
        run=run,
        seconds=clock() - opened,
        placed=tally.seen["placed"],
        ends=dict(tally.ends()),
        seen=dict(tally.seen),
        faults=dict(tally.faults),
        unfinished=tuple(tally.unfinished()),
        oversold=tally.oversold,
        orders_per_second=tally.seen["placed"] / max(shopped - opened, 0.001),
        p50_ms=latency.p50_ms,
        p99_ms=latency.p99_ms,
    )


async def _ended(tally: Tally, carriers: Carriers) -> None:
    """Wait until every order has an end and every scan is told, while anything is heard at all."""
    clock = asyncio.get_running_loop().time
    heard, since = -1, clock()
    while (tally.ended < len(tally.orders) or carriers.due) and clock() - since < PATIENCE_S:
        if tally.seen["events"] != heard:
            heard, since = tally.seen["events"], clock()
        await asyncio.sleep(LOOK_EVERY_S)


def _first(fault: Exception) -> Exception:
    """Give the fault that ended the others."""
    while isinstance(fault, ExceptionGroup):
        fault = fault.exceptions[0]
    return fault


@asynccontextmanager
async def _aside(shown: Awaitable[None] | None) -> AsyncIterator[None]:
    """Run the view beside what is done inside, and end it cleanly."""
    if shown is None:
        yield
        return
    task = asyncio.ensure_future(shown)
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
