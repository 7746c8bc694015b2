"""Who may ask for what, as plain data."""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum

from entrepot.terms.ids import KeyId, MarketId, NodeId, UserId

NAME_LENGTH_MAX = 200
"""A key's name is read by people in timelines; longer ones are not names."""

LOGIN_LENGTH_MAX = 64
"""An e-mail address of any length people have fits."""

NODES_PER_PERSON_MAX = 50
"""Whoever works in more places than that is no store's associate."""

PASSWORD_LENGTH_MIN, PASSWORD_LENGTH_MAX = 12, 256
"""Twelve: beyond what is guessed one by one, and no rule about its letters (NIST SP 800-63B). The
upper bound is for the hash's sake: nobody sends it a book."""

SESSION_IDLE = timedelta(hours=4)
"""Left alone so long it ends: longer than a lunch, shorter than a shift."""

SESSION_LENGTH = timedelta(hours=16)
"""It ends then, however busy: one long day's work. The next day begins with a sign-in."""

SESSION_KEPT = timedelta(days=30)
"""An ended session's row is kept so long, for whoever asks what happened."""

TOUCH_AFTER = timedelta(minutes=1)
"""Use is noted no more often: a busy session costs a write a minute."""

PREFERENCES_BYTES_MAX = 16_384
"""Columns, views and a theme; it is read at every start of a face."""


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
    USERS_READ = "users:read"
    USERS_WRITE = "users:write"
    KEYS_READ = "keys:read"
    KEYS_WRITE = "keys:write"


PERSON = "person"
"""What everybody who has signed in may do with what is theirs; no key can have it."""


class Role(StrEnum):
    """What somebody does here; `access.roles` says what it opens."""

    ADMINISTRATOR = "administrator"
    OPERATIONS = "operations"
    AGENT = "agent"
    ASSOCIATE = "associate"
    VIEWER = "viewer"


class Ending(StrEnum):
    """Why a session ended before its time."""

    SIGNED_OUT = "signed_out"
    REPLACED = "replaced"
    PASSWORD = "password"  # noqa: S105 - a reason
    DISABLED = "disabled"


@dataclass(frozen=True, slots=True)
class Principal:
    """Who asks: a key, or a person who has signed in; the market they belong to, what they may do.

    `user` None: a key. `nodes` None: everywhere; else only what is of these nodes.
    """

    market: MarketId
    key_id: KeyId
    name: str
    scopes: frozenset[str]
    user: UserId | None = None
    nodes: frozenset[NodeId] | None = None

    def may(self, scope: str) -> bool:
        """Say whether this is allowed."""
        return scope in self.scopes or Scope.ADMIN in self.scopes


@dataclass(frozen=True, slots=True)
class LiveKey:
    """A key that was not revoked. `digest` is the SHA-256 of its text."""

    market: MarketId
    key_id: KeyId
    name: str
    digest: bytes
    scopes: list[str]


@dataclass(frozen=True, slots=True)
class KeyRow:
    """A key as it is listed. `used_on`: the last day it was asked with, UTC."""

    key_id: KeyId
    name: str
    scopes: list[str]
    made_at: datetime
    made_by: str | None
    used_on: date | None
    revoked_at: datetime | None


@dataclass(frozen=True, slots=True)
class Account:
    """A person. `node_ids` None: everywhere."""

    user_id: UserId
    login: str
    name: str
    role: str
    node_ids: list[NodeId] | None
    enabled: bool
    made_at: datetime
    made_by: str
    signed_in_at: datetime | None
    version: int


@dataclass(frozen=True, slots=True)
class Secret:
    """What a sign-in is judged by. `password` is a hash with its parameters, never the text."""

    user_id: UserId
    password: str = field(repr=False)
    enabled: bool


@dataclass(frozen=True, slots=True)
class Session:
    """A live session, and who has it."""

    market: MarketId
    digest: bytes
    user_id: UserId
    login: str
    name: str
    role: str
    node_ids: list[NodeId] | None
    idle_at: datetime
    ends_at: datetime


@dataclass(frozen=True, slots=True)
class Preference:
    """A person's preferences: JSON text, and how often it was changed."""

    document: str
    version: int


@dataclass(frozen=True, slots=True)
class Taken:
    """Whose a login, or a name, is already."""

    login: bool
    name: bool


@dataclass(frozen=True, slots=True)
class Version:
    """What a row's version is now."""

    version: int


@dataclass(frozen=True, slots=True)
class Count:
    """How many there are."""

    count: int
