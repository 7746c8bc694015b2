"""What people type to find orders, read: which terms, beginnings and numbers it may mean. Pure.

One word may be anything: a number or its beginning, an e-mail address, a name, a telephone number,
a sku, a tracking number, the channel's id. Several words that look like ids are a list: orders of
any of them. Other words must all fit.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from entrepot.journey.terms import DIGITS_MIN, SEARCHED, lowered, signed, words_of
from entrepot.terms.order_number import LENGTH, id_span

BEGINNING_MIN = 3
"""Letters of a beginning: two would stand for a large part of all orders."""

NUMBER_LETTERS_MIN = 6
"""Letters of a number's beginning: these tell it down to two seconds."""

PHONE_DIGITS = range(7, 16)

LISTED_MAX = 200
"""Ids in a pasted list."""

WORDS_MAX = 8

_BETWEEN = re.compile(r"[\s,;]+")
_NAME = re.compile(r"[^\W\d_]+(['.\-][^\W\d_]*)*")
_NUMBER = re.compile(r"[^\W_]{4}-[^\W_]{4}-[^\W_]{4}")
_PHONE = re.compile(r"[+(]?[\d\s().\-/]+")


@dataclass(frozen=True, slots=True)
class Sought:
    """Alternatives: an order that has one of the terms, one that so begins, or such an id.

    `words` are what was typed.
    """

    words: tuple[str, ...]
    terms: tuple[str, ...]
    beginnings: tuple[str, ...] = ()
    spans: tuple[tuple[UUID, UUID], ...] = ()

    def fits(self, order_id: UUID, terms: Iterable[str]) -> bool:
        """Say whether an order is one of those."""
        return any(low <= order_id <= high for low, high in self.spans) or any(
            term in self.terms or term.startswith(self.beginnings) for term in terms
        )


def read(text: str) -> list[Sought]:
    """Read a text; all that is answered must fit. Nothing but space: nothing is asked."""
    words = [word for word in _BETWEEN.split(text.strip()) if word]
    if not words:
        return []
    if len(words) == 1:
        return [_anything(words[0])]
    if all(_is_id(word) for word in words):
        return [listed(words, phone=text)]
    return [_anything(word) for word in words[:WORDS_MAX]]


def listed(words: Iterable[str], phone: str = "") -> Sought:
    """Read a list of ids: orders that have any of them, whole. `phone` may be one number."""
    terms: list[str] = []
    spans: list[tuple[UUID, UUID]] = []
    several = tuple(dict.fromkeys(words))[:LISTED_MAX]
    for word in several:
        terms += _whole(word)
        span = id_span(word)
        if span is not None and len(_letters(word)) == LENGTH:
            spans.append(span)
    terms += signed("p", _phone(phone))
    return Sought(several, tuple(dict.fromkeys(terms)), (), tuple(spans))


def _is_id(word: str) -> bool:
    """Say whether a word is no name: it has a digit or an @, or the form of a number."""
    return any(c.isdigit() or c == "@" for c in word) or _NUMBER.fullmatch(word) is not None


def _anything(word: str) -> Sought:
    small = lowered(word)
    terms = _whole(word)
    begins: list[str] = []
    if len(small) >= BEGINNING_MIN:
        begins += [f"{kind}:{small}" for kind in SEARCHED if kind != "w"]
        begins += [each for each in _name(word) if len(each) >= len("w:") + BEGINNING_MIN]
    digits = _phone(word, least=DIGITS_MIN)
    begins += signed("p", digits)
    span = id_span(word) if len(_letters(word)) >= NUMBER_LETTERS_MIN else None
    return Sought((word,), tuple(terms), tuple(begins), () if span is None else (span,))


def _whole(word: str) -> list[str]:
    small = lowered(word)
    found = [f"{kind}:{small}" for kind in SEARCHED if kind != "w"]
    return [*found, *_name(word), *signed("p", _phone(word))]


def _name(word: str) -> list[str]:
    """Read a word as one of a name; of a double name the first is enough."""
    return signed("w", words_of([word])[:1]) if _NAME.fullmatch(word) else []


def _phone(text: str, *, least: int = PHONE_DIGITS.start) -> list[str]:
    if _PHONE.fullmatch(text.strip()) is None:
        return []
    digits = "".join(c for c in text if c.isdigit())
    return [digits] if least <= len(digits) < PHONE_DIGITS.stop else []


def _letters(word: str) -> str:
    return word.replace("-", "").strip()
