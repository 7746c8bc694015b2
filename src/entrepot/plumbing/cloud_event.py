"""A fact of the feed as it leaves the house: CloudEvents 1.0, JSON format."""

import msgspec

from entrepot.plumbing.model import Event
from entrepot.terms.ids import MarketId


class CloudEvent(msgspec.Struct, frozen=True):
    """CloudEvents 1.0, JSON format, with the extension `sequence`."""

    specversion: str
    id: str
    source: str
    type: str
    subject: str
    time: str
    datacontenttype: str
    dataschema: str
    sequence: int
    data: msgspec.Raw


def cloud_event(root: str, market: MarketId, event: Event) -> CloudEvent:
    """Dress a fact as a CloudEvent; `root` is the public URL its source and schema hang under."""
    return CloudEvent(
        specversion="1.0",
        id=str(event.event_id),
        source=f"{root}/markets/{market}",
        type=event.type,
        subject=event.subject,
        time=event.at.isoformat().replace("+00:00", "Z"),
        datacontenttype="application/json",
        dataschema=f"{root}/events/{event.type}.json",
        sequence=event.sequence,
        data=msgspec.Raw(event.data.encode()),
    )
