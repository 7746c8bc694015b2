"""Keep `position.safety` what the rules say, after whatever they depend on has changed.

The rules depend on the policy and the network (one version), on items' categories and on what was
sold. Their marks together are compared with those of the last sweep; where they differ all
positions are gone through in key order, one chunk a commit. New positions, and those where other
units are in doubt than before, are asked about at once; so are those of a node whose feed has
fallen silent or speaks again.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from entrepot.catalog import browse as catalog
from entrepot.inventory import secure, velocity
from entrepot.inventory.keeping import Keeping
from entrepot.inventory.launch_model import NOT_ON_SALE
from entrepot.inventory.model import Secured, Sweep
from entrepot.journey.discount import discounts
from entrepot.journey.notice import tell_those_who_wait
from entrepot.journey.world import Market, World
from entrepot.network import read as network
from entrepot.network.compiled import Compiled
from entrepot.plumbing import db
from entrepot.policies import browse as policies
from entrepot.terms.ids import MarketId, NodeId, Sku


@dataclass(frozen=True, slots=True)
class Rules:
    """The rules and the mark of all they depend on."""

    keeping: Keeping
    mark: str

    async def asked(
        self, conn: db.Connection, market: MarketId, keys: Collection[secure.Key]
    ) -> secure.Safety:
        """Read what the rules need to know of some positions; gives what they say of one."""
        ruled = await self._ruled(conn, market, {sku for sku, _ in keys})
        off = await discounts(conn, market, self.keeping, keys)

        def safety(sku: Sku, node: NodeId) -> int:
            return NOT_ON_SALE if sku in off.unopened else ruled(sku, node) + off.at(sku, node)

        return safety

    async def _ruled(self, conn: db.Connection, market: MarketId, skus: set[Sku]) -> secure.Safety:
        keeping = self.keeping
        if not keeping.guards_everybody:
            return lambda _sku, _node: 0
        categories = await catalog.categories(conn, market, skus) if keeping.by_category else {}
        paces = {}
        if keeping.by_velocity:
            upto = await velocity.counted_to(conn, market)
            paces = await velocity.paces(conn, market, keeping, upto=upto, skus=skus)
        kept = {sku: keeping.safety(sku, categories.get(sku, ""), paces.get(sku)) for sku in skus}
        index = keeping.compiled.index

        def safety(sku: Sku, node: NodeId) -> int:
            return kept[sku].at(index[node]) if node in index else 0

        return safety


async def safeguard(pool: db.Pool, world: World, market: MarketId, *, at: datetime) -> int:
    """Do the next bit of work, in one commit; answers whether there was any (1) or none (0).

    Where there is none nothing is locked and nothing is written.
    """
    await world.market(market)
    async with pool.acquire() as conn:
        fresh = await world.fresh(conn, market)
        if await _rests(conn, fresh, at):
            return 0

    async def work(conn: db.Connection) -> int:
        fresh = await world.fresh(conn, market)
        sweep = await secure.take_sweep(conn, market)
        if sweep is None:
            return 0
        keeping = fresh.keeping
        if keeping.by_velocity:
            days = keeping.velocity_days
            day = await velocity.due(conn, market, days=days, at=at)
            if day is not None:
                await velocity.count(conn, market, day, days=days, at=at)
                return 1
        return await _sweep(conn, fresh, sweep, at)

    return await db.in_transaction(pool, work)


async def _rests(conn: db.Connection, market: Market, at: datetime) -> bool:
    """Say whether there is nothing to do, at a glance."""
    keeping = market.keeping
    sweep = await secure.sweep_of(conn, market.id)
    if sweep is None or sweep.swept != (await rules_of(conn, market.id, keeping)).mark:
        return False
    if keeping.by_velocity and await velocity.due(
        conn, market.id, days=keeping.velocity_days, at=at
    ):
        return False
    if await secure.node_sweeps(conn, market.id):
        return False
    return not await secure.unsecured(conn, market.id, most=1)


async def rules_of(conn: db.Connection, market: MarketId, keeping: Keeping) -> Rules:
    """Give the rules with the mark of what they depend on now."""
    mark = f"network {keeping.compiled.network.version}"
    if keeping.by_category:
        mark += f", catalog {await catalog.last_change(conn, market)}"
    if keeping.by_velocity:
        mark += f", sold to {await velocity.counted_to(conn, market)}"
    return Rules(keeping, mark)


async def unsafe_positions(conn: db.Connection, market: MarketId) -> list[dict[str, object]]:
    """Give the positions whose safety is not what the rules say; none while the sweep is on.

    Nor any of a node that is being gone through.
    """
    compiled = Compiled(await network.read(conn, market))
    _, policy = await policies.current(conn, market)
    rules = await rules_of(conn, market, Keeping(policy, compiled))
    sweep = await secure.sweep_of(conn, market)
    if sweep is None or sweep.swept != rules.mark:
        return []
    under_way = {each.node_id for each in await secure.node_sweeps(conn, market)}
    wrong: list[dict[str, object]] = []
    after = ("", "")
    while rows := await secure.after(conn, market, *after):
        safety = await rules.asked(conn, market, _keys(rows))
        wrong += [
            {"sku": r.sku, "node_id": r.node_id, "safety": r.safety, "ought": ought}
            for r in rows
            if not r.unsecured
            and r.node_id not in under_way
            and r.safety != (ought := safety(r.sku, r.node_id))
        ]
        after = (rows[-1].sku, rows[-1].node_id)
    return wrong


async def _sweep(conn: db.Connection, market: Market, sweep: Sweep, at: datetime) -> int:
    rules = await rules_of(conn, market.id, market.keeping)
    new = await secure.unsecured(conn, market.id)
    if new:
        await _secure(conn, market, rules, new, at)
        return 1
    node = await secure.take_node_sweep(conn, market.id)
    if node is not None:
        stale = rules.keeping.stale_stock is not None
        rows = await secure.at_node(conn, market.id, node) if stale else []
        await _secure(conn, market, rules, rows, at)
        await secure.move_node_sweep(conn, market.id, node, rows)
        return 1
    if sweep.swept == rules.mark:
        return 0
    if sweep.mark != rules.mark:
        sweep = replace(sweep, mark=rules.mark, after_sku="", after_node="")
    ruled, rows = rules.keeping.secures, []
    if ruled or sweep.ruled:
        rows = await secure.after(conn, market.id, sweep.after_sku, sweep.after_node)
        await _secure(conn, market, rules, rows, at)
    if rows:
        # Rules that were left behind are swept up too: until the end there may be traces of both.
        here = replace(sweep, after_sku=rows[-1].sku, after_node=rows[-1].node_id, ruled=True)
    else:
        here = replace(sweep, swept=rules.mark, ruled=ruled, policy_version=rules.keeping.version)
    await secure.move_sweep(conn, market.id, here)
    return 1


async def _secure(
    conn: db.Connection, market: Market, rules: Rules, rows: list[Secured], at: datetime
) -> None:
    async def asked(keys: Sequence[secure.Key]) -> secure.Safety:
        return await rules.asked(conn, market.id, keys)

    raised = await secure.secure(
        conn, market.id, rows, asked, policy_version=rules.keeping.version, at=at
    )
    if raised.freer:
        await tell_those_who_wait(conn, market.id, set(raised.freer), at)


def _keys(rows: Sequence[Secured]) -> list[secure.Key]:
    return [(row.sku, row.node_id) for row in rows]
