"""Facts that are no order's: what channels may sell, and what stands against a position. Pure.

docs/events says what each fact carries.
"""

from datetime import datetime

from entrepot.journey.model import News
from entrepot.plumbing import db
from entrepot.plumbing.exceptions import Stuck
from entrepot.plumbing.outbox import Fact


def changed(news: News, at: datetime) -> Fact:
    """A channel may sell more or less of a sku than it was told."""
    data = {
        "channel": news.channel,
        "sku": news.sku,
        "available": news.available,
        "was": news.was,
        "version": news.version,
        "as_of": at,
        "reason": news.why,
    }
    subject = f"channels/{news.channel}/availability/{news.sku}"
    return Fact("availability.changed", subject, db.json_text(data))


def stuck(each: Stuck) -> Fact:
    """Something waits for a person."""
    data = {"kind": each.kind, "reason": each.reason, "line": None}
    return Fact("exception.opened", each.subject, db.json_text(data))
