"""Tell channels what they may sell: note what may have changed, look when it is due, tell news.

Noting reads the ledger, the feed and the network's version from where it last came to; what it
finds waits its channel's window, so that many changes of a sku become one fact. The look asks the
same function that answers GET /v1/availability, compares with what was told last, and writes the
new version and its fact in one commit. Every step is a set; none depends on the number of skus.
"""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from entrepot.journey import material, publication, tell
from entrepot.journey.model import Look, News
from entrepot.journey.offer import Offer, available
from entrepot.journey.world import Market
from entrepot.plumbing import db, outbox
from entrepot.plumbing.mint import MINT
from entrepot.policies.model import Policy, Publication
from entrepot.terms.ids import ChannelId, Sku

OVERLAP = timedelta(seconds=1)
"""A movement's id is taken before its transaction commits: each look reads so far back again."""

LOOK_BACK = timedelta(seconds=90)
LOOK_BACK_EVERY = timedelta(seconds=30)
"""Now and then a look goes back beyond the longest transaction the house allows, for stragglers."""

ASLEEP = timedelta(minutes=10)
"""Nobody looked for so long: everything is swept, which costs less than reading all that was."""

EVENTS_PER_LOOK_MAX = 20_000
ROWS_PER_PAGE_MAX = 9_000
"""Skus times channels that a sweep puts on the list at once: it is published before the next."""

DUE_PER_COMMIT_MAX = 3_000
"""Skus of channels told in one commit: some 200 ms, so that nobody waits long for their locks."""

WAITING_CHANGED = (
    "order.captured", "order.imported", "order.canceled", "sourcing.planned", "exception.opened",
)  # fmt: skip
"""Facts after which an order may wait for units, or no longer: the ledger does not tell of that."""


def rules_of(policy: Policy) -> dict[str, Publication]:
    """Give the rules of the channels that publish, by channel."""
    return {rule.channel: rule for rule in policy.publication if rule.enabled}


async def note(conn: db.Connection, market: Market, *, at: datetime) -> int:
    """Put on the list what may have changed since the last look; answers how many rows that was.

    0 also where another worker is looking. `market` is as fresh as this connection's rows.
    """
    rules = rules_of(market.policy)
    look = await publication.take_look(conn, market.id, at=at)
    if look is None:
        return 0
    asleep = at - look.looked_at > ASLEEP
    if asleep or look.network_version != market.network.version:
        await publication.sweep_anew(conn, market.id, sweep_id=MINT.one())
    back = asleep or at - look.looked_back_at >= LOOK_BACK_EVERY
    since = (at if asleep else look.looked_at) - (LOOK_BACK if back else OVERLAP)
    ends = await publication.feed_end(conn, market.id)
    upto = max(look.sequence, ends if asleep else min(ends, look.sequence + EVENTS_PER_LOOK_MAX))
    noted = await publication.note_changes(
        conn, market.id,
        since=since, feed=(look.sequence, upto), types=WAITING_CHANGED,
        dues={c: at + timedelta(milliseconds=rule.coalesce_ms) for c, rule in rules.items()},
    )  # fmt: skip
    noted += await _page(conn, market, set(rules), at)
    now = Look(at, at if back else look.looked_back_at, upto, market.network.version)
    await publication.end_look(conn, market.id, now)
    return noted


async def _page(
    conn: db.Connection, market: Market, publishing: Collection[str], at: datetime
) -> int:
    """Take the next page of the oldest sweep onto the list."""
    sweep = await publication.next_sweep(conn, market.id)
    if sweep is None:
        return 0
    channels = sorted({sweep.channel} & set(publishing) if sweep.channel else publishing)
    most = max(1, ROWS_PER_PAGE_MAX // max(1, len(channels)))
    page = await publication.note_page(conn, market.id, sweep, channels, most=most, at=at)
    if page.skus < most:
        await publication.end_sweep(conn, market.id, sweep)
    else:
        await publication.move_sweep(conn, market.id, sweep, after=page.last_sku)
    return page.skus * len(channels)


async def publish(
    conn: db.Connection, market: Market, *, at: datetime, most: int = DUE_PER_COMMIT_MAX
) -> int:
    """Look at what is due and tell what is news; answers how much was looked at.

    The number of statements depends on the number of channels, not of skus.
    """
    due = await publication.take_due(conn, market.id, at=at, most=most)
    if not due:
        return 0
    rules = rules_of(market.policy)
    await market.catalog.refresh(conn, at=at)
    asked: dict[str, list[Sku]] = {}
    for each in due:
        if each.channel in rules:
            asked.setdefault(each.channel, []).append(each.sku)
    offers = [Offer(ChannelId(channel), tuple(skus)) for channel, skus in asked.items()]
    offered = await available(conn, market, offers, at=at)
    before = await publication.published_of(conn, market.id, due)

    now = {
        (str(offer.channel), sku): answer.totals[sku]
        for offer, answer in zip(offers, offered, strict=True)
        for sku in offer.skus
        if sku in answer.known
    }
    news: list[News] = material.news(due, rules, now, before)

    await publication.put_published(conn, market.id, news, at=at)
    await outbox.tell(conn, market.id, [tell.changed(each, at) for each in news], at=at)
    return len(due)


async def republish(
    conn: db.Connection,
    market: Market,
    channel: ChannelId,
    *,
    skus: Sequence[Sku] | None = None,
    category: str | None = None,
    at: datetime,
) -> UUID | None:
    """Tell a channel again what it may sell: of these skus, of a category, or of all items.

    Answers the sweep that goes through them, None where skus are named. The caller owns the
    transaction and has seen that the channel publishes.
    """
    if skus is not None:
        await publication.note_skus(conn, market.id, channel, skus, at=at)
        return None
    sweep_id = MINT.one()
    await publication.begin_sweep(
        conn, market.id, sweep_id, channel=channel, category=category, forced=True
    )
    return sweep_id
