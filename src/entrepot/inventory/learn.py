"""Learn what is really there: from picks, from counts, and from time that passes without either.

Beliefs are locked before positions are, in key order; those who learn lock nothing else. Of
positions only those are locked where other units are in doubt than before.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import msgspec

from entrepot.inventory import secure, store, truth_rules, truth_store
from entrepot.inventory.truth_model import Bar, Belief, Look, Rates, Sighting, Standing
from entrepot.plumbing import db
from entrepot.terms.ids import MarketId, NodeId

BELIEFS_PER_COMMIT_MAX = 1_000
"""Beliefs brought up to date by one commit: about a tenth of a second."""


@dataclass(frozen=True, slots=True)
class Held:
    """Beliefs, locked, with what the books say and what their nodes are known to do."""

    beliefs: Mapping[truth_store.Key, Belief]
    standings: Mapping[truth_store.Key, Standing]
    rates: Mapping[NodeId, Rates]

    def rates_of(self, standing: Standing) -> Rates:
        """Give the rates of a position's node, or those of its kind where it has shown none."""
        return self.rates.get(standing.node_id) or truth_rules.prior(standing.kind)


async def learn(
    conn: db.Connection,
    market: MarketId,
    sightings: Sequence[Sighting],
    *,
    bar: Bar,
    at: datetime,
) -> None:
    """Take in what pickers saw, in the order given. A position that is new begins as counted."""
    keys = store.keys_of(sightings)
    if not keys:
        return
    held = await _held(conn, market, keys, at)
    found: dict[truth_store.Key, Belief] = {}
    for each in sightings:
        key = (each.sku, each.node_id)
        standing = held.standings.get(key)
        if standing is None:
            continue
        belief, rates = found.get(key), held.rates_of(standing)
        if belief is None:
            belief = _now(held, standing, min(each.at, at), at)
        found[key] = truth_rules.seen(belief, rates, each, book=standing.on_hand)
    await _record(conn, market, held, found, bar)


async def hold(
    conn: db.Connection, market: MarketId, keys: Sequence[truth_store.Key], *, at: datetime
) -> Held:
    """Hold what is believed of some positions while they are counted; most have no belief."""
    beliefs = {
        (each.sku, each.node_id): each
        for each in await truth_store.beliefs_for_update(conn, market, sorted(set(keys)))
    }
    if not beliefs:
        return Held({}, {}, {})
    return await _with_books(conn, market, list(beliefs), beliefs, at)


async def look(
    conn: db.Connection,
    market: MarketId,
    held: Held,
    looks: Sequence[Look],
    *,
    bar: Bar,
    at: datetime,
) -> None:
    """Take in counts of positions held: each is exact again, and its node's losses are known."""
    found: dict[truth_store.Key, Belief] = {}
    books: dict[truth_store.Key, int] = {}
    for each in looks:
        key = (each.sku, each.node_id)
        standing = held.standings.get(key)
        if standing is None:
            continue
        belief = found.get(key) or _now(held, standing, at, at)
        book = books.get(key, standing.on_hand)
        found[key] = truth_rules.looked(belief, msgspec.structs.replace(each, book=book))
        books[key] = each.found
    await _record(conn, market, held, found, bar, books)


async def keep_current(
    conn: db.Connection,
    market: MarketId,
    *,
    bar: Bar,
    before: datetime,
    at: datetime,
) -> int:
    """Let time pass for beliefs older than `before` or of an older policy; answers how many."""
    due = await truth_store.beliefs_due(
        conn, market, policy_version=bar.version, before=before, most=BELIEFS_PER_COMMIT_MAX
    )
    if not due:
        return 0
    beliefs = {(each.sku, each.node_id): each for each in due}
    held = await _with_books(conn, market, sorted(beliefs), beliefs, at)
    found = {key: _now(held, each, at, at) for key, each in held.standings.items()}
    await _record(conn, market, held, found, bar)
    return len(found)


async def begin(conn: db.Connection, market: MarketId, *, bar: Bar, at: datetime) -> int:
    """Begin to believe something of positions under the bar; answers how many were begun."""
    keys = await truth_store.untracked(conn, market, bar.kinds, BELIEFS_PER_COMMIT_MAX)
    if not keys:
        return 0
    held = await _held(conn, market, keys, at)
    found = {key: _now(held, each, at, at) for key, each in held.standings.items()}
    await _record(conn, market, held, found, bar)
    return len(found)


async def learn_rates(conn: db.Connection, market: MarketId, *, at: datetime) -> int:
    """Learn every node's rates from all that its positions have shown; answers how many nodes."""
    rates = truth_rules.learned(await truth_store.node_sums(conn, market))
    await truth_store.record_rates(conn, market, rates, at)
    return len(rates)


async def _held(
    conn: db.Connection, market: MarketId, keys: Sequence[truth_store.Key], at: datetime
) -> Held:
    beliefs = {
        (each.sku, each.node_id): each
        for each in await truth_store.beliefs_for_update(conn, market, keys)
    }
    return await _with_books(conn, market, keys, beliefs, at)


async def _with_books(
    conn: db.Connection,
    market: MarketId,
    keys: Sequence[truth_store.Key],
    beliefs: Mapping[truth_store.Key, Belief],
    at: datetime,
) -> Held:
    as_ofs = [beliefs[key].as_of if key in beliefs else None for key in keys]
    standings = await truth_store.standings(conn, market, keys, as_ofs, at)
    rates = await truth_store.rates_of(conn, market, [node for _, node in keys])
    return Held(beliefs, standings, rates)


def _now(held: Held, standing: Standing, first: datetime, at: datetime) -> Belief:
    """Bring a position's belief to `at`; where there is none it begins at its count or `first`."""
    belief = held.beliefs.get((standing.sku, standing.node_id))
    if belief is None:
        since = min(standing.since or first, first)
        belief = truth_rules.begun(standing.sku, standing.node_id, since)
    rates = held.rates_of(standing)
    return truth_rules.advanced(belief, rates, book=standing.on_hand, left=standing.gone, at=at)


async def _record(
    conn: db.Connection,
    market: MarketId,
    held: Held,
    found: Mapping[truth_store.Key, Belief],
    bar: Bar,
    books: Mapping[truth_store.Key, int] | None = None,
) -> None:
    rows = []
    for key, belief in sorted(found.items()):
        standing = held.standings[key]
        book = (books or {}).get(key, standing.on_hand)
        rows.append(truth_rules.discounted(belief, book=book, bar=bar.of(standing.kind)))
    await truth_store.record_beliefs(conn, market, rows, policy_version=bar.version)
    before = {key: belief.doubtful for key, belief in held.beliefs.items()}
    others = [row for row in rows if row.doubtful != before.get((row.sku, row.node_id), 0)]
    await secure.unsettle(conn, market, [(row.sku, row.node_id) for row in others])
