"""Upsert nodes, node groups, channels and lanes: each row replaces the whole row of its id.

A call that changes anything raises the market's version, once, in the same transaction. The caller
owns it. The statements are at most seven, whatever the number of rows.
"""

from collections.abc import Collection, Sequence

from entrepot.network import rules, store
from entrepot.network.model import ChannelRow, GroupRow, LaneRow, NodeRow, Upserted
from entrepot.network.open import hold
from entrepot.plumbing import db
from entrepot.terms.ids import MarketId


async def upsert_nodes(
    conn: db.Connection, market: MarketId, rows: Sequence[NodeRow]
) -> list[Upserted]:
    """Answer every row, in order; `version` of what comes in is not looked at."""
    await hold(conn, market)
    before = await store.nodes(conn, market, names={row.node_id for row in rows})

    settled = rules.settle(rows, _by_name(before), lambda _: None)

    if settled.changed:
        await store.put_nodes(conn, market, settled.changed)
        await store.raise_version(conn, market)
    return settled.answers


async def upsert_node_groups(
    conn: db.Connection, market: MarketId, rows: Sequence[GroupRow]
) -> list[Upserted]:
    """Answer every row, in order. Refuses a group of nodes that there are not."""
    await hold(conn, market)
    before = await store.groups(conn, market, names={row.group_id for row in rows})
    wanted = {name for row in rows for name in row.node_ids}
    nodes = await store.known_nodes(conn, market, wanted)

    settled = rules.settle(
        rows, _by_name(before), lambda row: rules.unknown_node(row.node_ids, nodes)
    )

    if settled.changed:
        await store.put_groups(conn, market, settled.changed)
        await store.raise_version(conn, market)
    return settled.answers


async def upsert_channels(
    conn: db.Connection,
    market: MarketId,
    rows: Sequence[ChannelRow],
    *,
    keep_secret: Collection[str] = (),
) -> list[Upserted]:
    """Answer every row, in order. Refuses a channel of nodes or groups that there are not.

    The channels named in `keep_secret` keep the secret they have, whatever their row says.
    """
    await hold(conn, market)
    before = await store.channels(conn, market, names={row.channel_id for row in rows})
    rows = rules.with_secrets(rows, before, keep_secret)
    nodes = await store.known_nodes(conn, market, {n for row in rows for n in row.nodes or ()})
    groups = await store.known_groups(
        conn, market, {g for row in rows for g in row.node_groups or ()}
    )

    settled = rules.settle(
        rows,
        _by_name(before),
        lambda row: (
            rules.unknown_node(row.nodes or (), nodes)
            or rules.unknown_group(row.node_groups or (), groups)
        ),
    )

    if settled.changed:
        await store.put_channels(conn, market, settled.changed)
        await store.raise_version(conn, market)
    return settled.answers


async def upsert_lanes(
    conn: db.Connection, market: MarketId, rows: Sequence[LaneRow]
) -> list[Upserted]:
    """Answer every row, in order; `version` of what comes in is not looked at."""
    await hold(conn, market)
    before = await store.lanes(conn, market, names={row.lane_id for row in rows})

    settled = rules.settle(rows, _by_name(before), lambda _: None)

    if settled.changed:
        await store.put_lanes(conn, market, settled.changed)
        await store.raise_version(conn, market)
    return settled.answers


def _by_name(rows: Sequence[rules.R]) -> dict[str, rules.R]:
    return {rules.name_of(row): row for row in rows}
