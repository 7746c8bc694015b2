"""What channels may sell, as the feed tells it. Pure; docs/events says what each fact carries."""

from datetime import datetime

import msgspec

from entrepot.journey.model import News
from entrepot.plumbing.outbox import Fact

_json = msgspec.json.Encoder()


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
    return Fact("availability.changed", subject, _json.encode(data).decode())
