"""Reading a JSON document whose versions differ: every value knows where it was found.

A member that is missing or null reads as nothing. An amount, a count, an id or an array that is
there and is none raises UnreadableError with its JSON Pointer: a guess at money is worse than a
question. A text, a time or a coordinate that is none reads as nothing too.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal

import msgspec

from entrepot.ports.amount import minor_units
from entrepot.ports.channel import AMOUNT_MAX

TEXT_LENGTH_MAX = 5_000
"""Characters kept of any text: Shopify's own longest, an order's note."""

_NUMBER = re.compile(r"-?[0-9]{1,18}(\.[0-9]{1,30})?", re.ASCII)
_DECODER = msgspec.json.Decoder(float_hook=Decimal)  # digits stay digits: no float is ever made


class UnreadableError(Exception):
    """What cannot be understood, and where."""

    def __init__(self, reason: str, pointer: str) -> None:
        super().__init__(reason, pointer)
        self.reason = reason
        self.pointer = pointer


@dataclass(frozen=True, slots=True)
class At:
    """A JSON value and its JSON Pointer (RFC 6901)."""

    value: object
    pointer: str = ""

    def get(self, *path: str) -> "At":
        """Go down by names; what is not there is an At of None."""
        here: object = self.value
        for name in path:
            here = here.get(name) if isinstance(here, dict) else None
        return At(here, "/".join((self.pointer, *path)))

    def first(self, *names: str) -> "At":
        """Give the first of these members that is not null; the last of them if all are."""
        members = [self.get(name) for name in names]
        return next((member for member in members if member.given), members[-1])

    @property
    def given(self) -> bool:
        return self.value is not None

    def items(self) -> Iterator["At"]:
        """Give the members of an array; a null or missing array has none."""
        if not self.given:
            return
        if not isinstance(self.value, list):
            raise UnreadableError("an array belongs here", self.pointer)
        for index, member in enumerate(self.value):
            yield At(member, f"{self.pointer}/{index}")

    def text(self, most: int = TEXT_LENGTH_MAX) -> str:
        """Give the text, trimmed and without NUL; "" for anything that is no text or number."""
        if isinstance(self.value, bool) or not isinstance(self.value, str | int | Decimal):
            return ""
        return str(self.value).replace("\x00", "").strip()[:most].rstrip()

    def identifier(self) -> str:
        """Give an id: a number, a text, or the last part of a `gid://` path; "" for none.

        200 characters at most: what is made of it has to fit KEY_LENGTH_MAX.
        """
        if not self.given:
            return ""
        if isinstance(self.value, bool | float | Decimal | list | dict) or len(self.text()) > 200:
            raise UnreadableError("an id belongs here", self.pointer)
        return self.text().rsplit("/", 1)[-1]

    def flag(self) -> bool:
        return self.value is True

    def number(self) -> Decimal | None:
        """Give a decimal number written as a number or as a text; None where nothing is."""
        value = self.value
        if not self.given or (isinstance(value, str) and not value.strip()):
            return None
        if isinstance(value, str) and _NUMBER.fullmatch(value.strip()):
            return Decimal(value.strip())
        if isinstance(value, int | Decimal) and not isinstance(value, bool):
            number = Decimal(value)
            if number.adjusted() < 18:
                return number
        raise UnreadableError("a decimal number belongs here", self.pointer)

    def units(self, most: int) -> int | None:
        """Give a count from 0 to `most`; None where nothing is."""
        number = self.number()
        if number is None:
            return None
        if number != number.to_integral_value() or not 0 <= number <= most:
            raise UnreadableError(f"a whole number from 0 to {most} belongs here", self.pointer)
        return int(number)

    def amount(self) -> Decimal:
        """Give an amount in the shop's major units; 0 where nothing is. Never negative."""
        number = self.number()
        if number is not None and number < 0:
            raise UnreadableError("money is not negative here", self.pointer)
        return number or Decimal(0)

    def minor(self, currency: str) -> int:
        """Give an amount in minor units of `currency`."""
        return to_minor(self.amount(), currency, self.pointer)

    def moment(self) -> datetime | None:
        """Give a time in UTC; one without offset is taken as UTC, one that is no time is None."""
        try:
            moment = datetime.fromisoformat(self.text())
            aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
            return aware.astimezone(UTC)
        except (ValueError, OverflowError):
            return None

    def degrees(self, most: int) -> float | None:
        """Give a coordinate between -most and most; None for anything else."""
        try:
            number = self.number()
        except UnreadableError:
            return None
        return float(number) if number is not None and -most <= number <= most else None


def to_minor(amount: Decimal, currency: str, pointer: str) -> int:
    """Convert to minor units; raises UnreadableError for more than a port's amount may hold."""
    minor = minor_units(amount, currency)
    if abs(minor) > AMOUNT_MAX:
        raise UnreadableError("an amount of money beyond belief", pointer)
    return minor


def shop_money(here: At, name: str) -> At:
    """Find an amount in the shop's currency: the plain member, else its `_set`'s `shop_money`."""
    plain = here.get(name)
    return plain if plain.given else here.get(f"{name}_set", "shop_money", "amount")


def decode(body: bytes) -> At:
    """Read JSON bytes. Whatever is not JSON is UnreadableError at the root."""
    try:
        return At(_DECODER.decode(body))
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as fault:
        raise UnreadableError(f"not JSON: {fault}", "") from fault
