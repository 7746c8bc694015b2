"""Read a market's network as one value, at one version."""

from entrepot.network import overrides, store
from entrepot.network.compose import Rows, network_of
from entrepot.network.model import Network
from entrepot.plumbing import db
from entrepot.terms.ids import MarketId

TRIES_MAX = 20
"""Each try is some 20 ms; a network that changes twenty times meanwhile is being loaded in a way
that ought to come in larger calls."""


async def version(conn: db.Connection, market: MarketId) -> int:
    """Answer the version of the network and its policy; 0 for a market that was never opened."""
    return await store.network_version(conn, market)


async def read(conn: db.Connection, market: MarketId) -> Network:
    """Answer the whole network: nodes ascend, groups are resolved, the policy's costs included.

    The rows are those of the version they come with: where it changed while they were read, they
    are read again. Raises TimeoutError where it never stands still. Works in and outside of a
    transaction (READ COMMITTED). A market that was never opened is empty, at version 0.
    """
    before = await version(conn, market)
    for _ in range(TRIES_MAX):
        rows = Rows(
            nodes=await store.nodes(conn, market),
            groups=await store.groups(conn, market),
            channels=await store.channels(conn, market),
            lanes=await store.lanes(conn, market),
            policy=await store.policy_in_force(conn, market),
            overrides=await overrides.standing(conn, market),
        )
        after = await version(conn, market)
        if after == before:
            return network_of(market, before, rows)
        before = after
    raise TimeoutError(f"the network of {market} changes faster than it can be read")
