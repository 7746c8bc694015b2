"""Who may ask for what, as plain data."""

from dataclasses import dataclass
from enum import StrEnum

from entrepot.terms.ids import KeyId, MarketId

NAME_LENGTH_MAX = 200
"""A key's name is read by people in timelines; longer ones are not names."""


class Scope(StrEnum):
    """What a key may be allowed. `admin` implies all others; writing does not imply reading."""

    ADMIN = "admin"
    CATALOG_READ = "catalog:read"
    CATALOG_WRITE = "catalog:write"
    NETWORK_READ = "network:read"
    NETWORK_WRITE = "network:write"
    CUSTOMERS_READ = "customers:read"
    CUSTOMERS_WRITE = "customers:write"
    INVENTORY_READ = "inventory:read"
    INVENTORY_WRITE = "inventory:write"
    ORDERS_READ = "orders:read"
    ORDERS_WRITE = "orders:write"
    FULFILLMENT_READ = "fulfillment:read"
    FULFILLMENT_WRITE = "fulfillment:write"
    EVENTS_READ = "events:read"
    PROMISES_READ = "promises:read"
    TRACKING_WRITE = "tracking:write"
    EXCEPTIONS_READ = "exceptions:read"
    EXCEPTIONS_WRITE = "exceptions:write"
    POLICIES_READ = "policies:read"
    POLICIES_WRITE = "policies:write"
    WEBHOOKS_READ = "webhooks:read"
    WEBHOOKS_WRITE = "webhooks:write"
    JOBS_READ = "jobs:read"
    JOBS_WRITE = "jobs:write"


@dataclass(frozen=True, slots=True)
class Principal:
    """Whoever holds a key: the market it belongs to, and what it may do there."""

    market: MarketId
    key_id: KeyId
    name: str
    scopes: frozenset[str]

    def may(self, scope: str) -> bool:
        """Say whether the key allows this."""
        return scope in self.scopes or Scope.ADMIN in self.scopes


@dataclass(frozen=True, slots=True)
class LiveKey:
    """A key that was not revoked. `digest` is the SHA-256 of its text."""

    market: MarketId
    key_id: KeyId
    name: str
    digest: bytes
    scopes: list[str]
