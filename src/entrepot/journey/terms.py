"""What an order can be found by: terms, each with a sign for its kind. Pure.

    c: channel   m: method    v: service   n: node    s: sku
    e: e-mail    w: a word of a name       p: digits of a telephone number
    x: the channel's id       t: tracking number

    l: `l:tardy`, where the order was captured more than a day after it was placed

All but channels, methods, services and nodes are in small letters, words without accents.
"""

import re
import unicodedata
from collections.abc import Iterable

WORDS_MAX = 12
"""Words of the names in an order: more is no name."""

WORD_CHARS_MAX = 64
DIGITS_MIN = 4
NATIONAL_DIGITS = 10
"""A number is also found without its country's code."""

TARDY = "l:tardy"

SEARCHED = "ewxts"
"""Kinds whose beginning may be typed; digits of telephone numbers are a case of their own."""

_WORD = re.compile(r"[^\W_]+")
_NOT_DIGITS = re.compile(r"\D")


def folded(text: str) -> str:
    """Give a text in small letters without accents."""
    plain = unicodedata.normalize("NFKD", text.casefold())
    return "".join(letter for letter in plain if not unicodedata.combining(letter))


def words_of(texts: Iterable[str | None]) -> list[str]:
    """Give the words of some names, each once, in their order."""
    found = [w[:WORD_CHARS_MAX] for text in texts if text for w in _WORD.findall(folded(text))]
    return list(dict.fromkeys(found))[:WORDS_MAX]


def digits_of(text: str | None) -> list[str]:
    """Give the digits of a telephone number, with and without a country's code; none if too few."""
    digits = _NOT_DIGITS.sub("", text or "")
    if len(digits) < DIGITS_MIN:
        return []
    return [digits, *([digits[-NATIONAL_DIGITS:]] if len(digits) > NATIONAL_DIGITS else [])]


def signed(kind: str, texts: Iterable[str]) -> list[str]:
    """Put a kind's sign before each text."""
    return [f"{kind}:{text}" for text in texts]


def lowered(text: str) -> str:
    """Give an id as it is looked for: in any case, without space around it."""
    return text.strip().lower()
