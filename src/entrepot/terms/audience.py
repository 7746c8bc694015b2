"""Who asks, and for whom something is: a channel, a class of customers, or both."""

from typing import NamedTuple

from entrepot.terms.ids import ChannelId


class Buyer(NamedTuple):
    """Through which channel somebody buys, and of which class a customer he is; "": of none."""

    channel: ChannelId
    customer_class: str = ""


class Audience(NamedTuple):
    """For whom something is: for these channels, and for these classes; None: for all of them."""

    channels: frozenset[ChannelId] | None
    classes: frozenset[str] | None = None

    def has(self, buyer: Buyer) -> bool:
        """Say whether a buyer is among them."""
        return (self.channels is None or buyer.channel in self.channels) and (
            self.classes is None or buyer.customer_class in self.classes
        )
