"""Launches in a test's market: planned, opened when their time has come, and their lines."""

from datetime import datetime, timedelta

from entrepot.inventory import launch as launches
from entrepot.inventory.launch import Launched
from entrepot.inventory.launch_model import Launch, Line, NewLaunch
from entrepot.inventory.states import LaunchVerb
from entrepot.journey.draw import Draw, Drawn, Ticket, draw
from entrepot.journey.launch import plan, step
from entrepot.journey.placing import Placed
from entrepot.plumbing import db, mint
from entrepot.terms.ids import LaunchId, Sku
from entrepot.terms.outcome import Done
from entrepot.work.launches import open_launches
from journey.shop import US, Shop, order, placing

SOON = timedelta(hours=1)


class Drop:
    """The launches of a shop. Times are moved, so that nobody has to wait."""

    def __init__(self, shop: Shop) -> None:
        self.shop = shop

    async def plan(
        self,
        *skus: str,
        name: str = "drop",
        opens_at: datetime | None = None,
        line: tuple[int, int] | None = None,
        heard: bool = True,
    ) -> Launched:
        """Plan a launch; the shop's process hears of it unless it is not to."""
        new = NewLaunch(
            LaunchId(name), tuple(map(Sku, skus)), opens_at or mint.now() + SOON,
            Line(*line) if line else None, None,
        )  # fmt: skip

        async def work(conn: db.Connection) -> Launched:
            return await plan(
                conn, self.shop.world, US, new, versions=None, actor="kim", dice=lambda n: b"d" * n,
                at=mint.now(),
            )  # fmt: skip

        done = await db.in_transaction(self.shop.pool, work)
        if heard:
            await self.shop.world.refresh(US)
        return done

    async def planned(self, *skus: str, **changes) -> Launch:
        """Plan a launch that is taken."""
        done = await self.plan(*skus, **changes)
        assert isinstance(done, Done), done
        return done.value

    async def step(self, verb: LaunchVerb, name: str = "drop") -> Launched:
        """Take a launch a step further."""

        async def work(conn: db.Connection) -> Launched:
            launch = await launches.lock(conn, US, LaunchId(name))
            assert launch is not None
            return await step(
                conn, self.shop.world, US, launch, verb, actor="kim", reason="the test",
                at=mint.now(),
            )  # fmt: skip

        done = await db.in_transaction(self.shop.pool, work)
        await self.shop.world.refresh(US)
        return done

    async def comes(self, name: str = "drop", *, ago: timedelta = timedelta(seconds=1)) -> None:
        """Let a launch's time come; nobody has opened it yet, and who was told knows."""
        await self.shop.pool.execute(
            "UPDATE inventory.launch SET opens_at = $1, version = version + 1 WHERE launch_id = $2",
            mint.now() - ago,
            name,
        )
        await self.shop.world.refresh(US)

    async def opens(self, name: str = "drop", *, ago: timedelta = timedelta(seconds=1)) -> None:
        """Let a launch's time come, and the background open it."""
        await self.comes(name, ago=ago)
        assert await open_launches(self.shop.pool, self.shop.world) == 1
        await self.shop.world.refresh(US)

    async def state(self, name: str = "drop") -> str:
        """Say how far a launch has come."""
        async with self.shop.pool.acquire() as conn:
            launch = await launches.one(conn, US, LaunchId(name))
        assert launch is not None
        return launch.state

    async def draw(self, *draws: Draw) -> list[Drawn]:
        """Draw tickets, all at once."""
        return await draw(self.shop.pool, US, draws)

    async def tickets(self, count: int, name: str = "drop") -> list[Ticket]:
        """Draw so many tickets."""
        drawn = await self.draw(*[Draw(LaunchId(name)) for _ in range(count)])
        assert all(isinstance(each, Done) for each in drawn), drawn
        return [each.value for each in drawn if isinstance(each, Done)]

    async def tries(self, sku: str, ticket: str | None = None, **changes) -> Placed:
        """Try to buy one unit."""
        asked = order((sku, 1), external_id=mint.MINT.one().hex, **changes)
        (answer,) = await self.shop.place(placing(asked, ticket=ticket))
        return answer
