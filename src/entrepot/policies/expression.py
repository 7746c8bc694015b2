"""What of CEL an expression may be, before any parser sees it: words, depth, length. Pure.

The engine is C++ in our own process, so that nothing reaches it that it would have to be trusted
with: an expression is first read into tokens here, and refused where it is longer, deeper or made
of other words than a condition needs. What passes costs a bounded number of steps.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Final

from entrepot.policies.strategies import EXPRESSION_CHARS_MAX
from entrepot.policies.vocabulary import ALONE, RECORDS

TOKENS_MAX: Final = 300
"""Words and marks of one expression: four times what a person reads in one go."""

DEPTH_MAX: Final = 10
"""Brackets in brackets; the engine's own parser stops at 32."""

SIGNS_MAX: Final = 2
"""Signs in a row, as in `!!a`."""

MACROS_MAX: Final = 5
"""Looks at all lines in one expression, one after the other and never one within another."""

PATTERN_CHARS_MAX: Final = 100
"""Of a regular expression, which is written out and repeats nothing a counted number of times."""

MACROS: Final = frozenset({"all", "exists", "exists_one", "filter", "map"})

FUNCTIONS: Final = MACROS | {
    "size", "startsWith", "endsWith", "contains", "matches", "int", "double", "string",
    "timestamp", "duration", "getFullYear", "getMonth", "getDayOfMonth", "getDate", "getDayOfWeek",
    "getDayOfYear", "getHours", "getMinutes",
}  # fmt: skip

OURS: Final = "__"
"""What the names begin with that are written in the place of those that were said."""

WORDS: Final = frozenset({"true", "false", "null", "in"})

_TOKEN = re.compile(
    r"""
    (?P<space>[ \t\r\n]+)
    | (?P<text>"(?:[^"\\\r\n]|\\[^\r\n])*"|'(?:[^'\\\r\n]|\\[^\r\n])*')
    | (?P<number>0x[0-9a-fA-F]{1,16}|[0-9]{1,30}(?:\.[0-9]{1,30})?(?:[eE][-+]?[0-9]{1,3})?)
    | (?P<name>[A-Za-z_][A-Za-z0-9_]*)
    | (?P<mark>&&|\|\||[=!<>]=|[-+*/%!?:.,<>()\[\]])
    """,
    re.VERBOSE,
)
_OPENS, _CLOSES = {"(": ")", "[": "]"}, frozenset(")]")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Trouble:
    """What is wrong with an expression, and at which of its columns (from 1)."""

    column: int
    detail: str

    @property
    def said(self) -> str:
        """Both, as a person reads it."""
        return f"column {self.column}: {self.detail}"


@dataclass(frozen=True, slots=True)
class Token:
    kind: str
    text: str
    column: int


def tokens(text: str) -> list[Token] | Trouble:
    """Read an expression into its tokens, or say where it is none that is taken here."""
    if len(text) > EXPRESSION_CHARS_MAX:
        return Trouble(EXPRESSION_CHARS_MAX + 1, f"more than {EXPRESSION_CHARS_MAX} characters")
    found = _CONTROL.search(text)
    if found:
        return Trouble(found.start() + 1, "an unprintable character")
    read: list[Token] = []
    at = 0
    while at < len(text):
        match = _TOKEN.match(text, at)
        if match is None:
            return Trouble(at + 1, _stray(text[at]))
        at = match.end()
        if match.lastgroup == "space":
            continue
        read.append(Token(match.lastgroup or "", match[0], match.start() + 1))
        if len(read) > TOKENS_MAX:
            return Trouble(match.start() + 1, f"more than {TOKENS_MAX} words and marks")
    return read or Trouble(1, "nothing is said")


def trouble(read: Sequence[Token]) -> Trouble | None:
    """Say the first thing for which these tokens are refused; None where they may be compiled."""
    found = [*_signs(read), *_brackets(read), *_macros(read), *_words(read)]
    return min(found, key=lambda each: each.column, default=None)


def features(read: Sequence[Token]) -> frozenset[str]:
    """Name what an expression looks at, like `order.service`: all that its answer can depend on.

    The tokens are those of an expression in which there is no trouble.
    """
    said = [name for token, name in _names(read) if name is not None]
    return frozenset(said)


def flattened(read: Sequence[Token], flat: Callable[[str], str]) -> str:
    """Write the expression anew with each name that it looks at as `flat` writes it."""
    words: list[str] = []
    skip = 0
    for token, name in _names(read):
        if skip:
            skip -= 1
        elif name is None:
            words.append(token.text)
        else:
            words.append(flat(name))
            skip = 2 if "." in name else 0
    return " ".join(words)


def _names(read: Sequence[Token]) -> Iterator[tuple[Token, str | None]]:
    """Give each token, and where one of our names begins there, which."""
    for at, token in enumerate(read):
        ours = token.kind == "name" and not (at and read[at - 1].text == ".")
        if ours and token.text in RECORDS and at + 2 < len(read):
            yield token, f"{token.text}.{read[at + 2].text}"
        else:
            yield token, token.text if ours and token.text in ALONE else None


def suggestion(word: str, known: Sequence[str]) -> str:
    """Say which known word may have been meant; "" where none is near."""
    near = get_close_matches(word, known, n=1, cutoff=0.6)
    return f"; did you mean {near[0]}?" if near else ""


def _stray(char: str) -> str:
    if char in "\"'":
        return "a text that does not end"
    if char in "{}":
        return "maps and objects are not made here; a table says it"
    return f"{char!r} does not belong here"


def _signs(read: Sequence[Token]) -> Iterator[Trouble]:
    count = 0
    for token in read:
        count = count + 1 if token.text in {"!", "-"} else 0
        if count > SIGNS_MAX:
            yield Trouble(token.column, f"more than {SIGNS_MAX} signs in a row")


def _brackets(read: Sequence[Token]) -> Iterator[Trouble]:
    open_: list[Token] = []
    for token in read:
        if token.text in _OPENS:
            open_.append(token)
            if len(open_) > DEPTH_MAX:
                yield Trouble(token.column, f"more than {DEPTH_MAX} brackets in one another")
        elif token.text in _CLOSES and (not open_ or _OPENS[open_.pop().text] != token.text):
            yield Trouble(token.column, f"{token.text} closes nothing")
    if open_:
        yield Trouble(open_[-1].column, f"{open_[-1].text} is never closed")


def _macros(read: Sequence[Token]) -> Iterator[Trouble]:
    found = [at for at, _ in enumerate(read) if _is_macro(read, at)]
    for at in found[MACROS_MAX:]:
        yield Trouble(read[at].column, f"more than {MACROS_MAX} looks at lists")
    for at in found:
        local = read[at + 2 : at + 3]
        if local and local[0].text in ALONE | RECORDS:
            said = f"{local[0].text} is taken; each of a list has a name of its own"
            yield Trouble(local[0].column, said)
        for within in _arguments(read, at):
            if within in found:
                said = f"{read[within].text} within another look at a list would be endless"
                yield Trouble(read[within].column, said)


def _arguments(read: Sequence[Token], at: int) -> Iterator[int]:
    """Give the places of the tokens between a call's brackets."""
    depth = 0
    for place in range(at + 1, len(read)):
        depth += (read[place].text in _OPENS) - (read[place].text in _CLOSES)
        if not depth:
            return
        yield place


def _is_macro(read: Sequence[Token], at: int) -> bool:
    called = at + 1 < len(read) and read[at + 1].text == "("
    return called and read[at].kind == "name" and read[at].text in MACROS


def _words(read: Sequence[Token]) -> Iterator[Trouble]:
    for at, token in enumerate(read):
        before = read[at - 1] if at else None
        if token.kind == "text":
            yield from _of_text(token, before)
        elif token.kind == "name":
            yield from _of_name(read, at, before)
        elif token.text == "." and not _may_have_fields(before):
            yield Trouble(token.column, "a name stands before the dot")
        elif token.text == "/" and before is not None and before.text == "/":
            yield Trouble(token.column, "what is to be said beside it goes into the note")


def _of_name(read: Sequence[Token], at: int, before: Token | None) -> Iterator[Trouble]:
    token = read[at]
    if token.text.startswith(OURS):
        yield Trouble(token.column, f"no name begins with {OURS}")
    if _is_record(token, before) and not _has_field(read, at):
        yield Trouble(token.column, f"say which field of {token.text}, as {token.text}.…")
    if at + 1 < len(read) and read[at + 1].text == "(":
        yield from _of_call(token, read[at + 2 : at + 4])


def _is_record(token: Token, before: Token | None) -> bool:
    is_field = before is not None and before.text == "."
    return token.kind == "name" and token.text in RECORDS and not is_field


def _has_field(read: Sequence[Token], at: int) -> bool:
    following = read[at + 1 : at + 4]
    named = [token.kind for token in following[:2]] == ["mark", "name"]
    called = len(following) == 3 and following[2].text == "("
    return named and following[0].text == "." and not called


def _may_have_fields(before: Token | None) -> bool:
    return before is not None and (before.kind in {"name", "text"} or before.text in _CLOSES)


def _of_text(token: Token, before: Token | None) -> Iterator[Trouble]:
    """Refuse what would be read as one longer text, or as raw: then columns would not agree."""
    if before is None:
        return
    touches = before.column + len(before.text) == token.column
    if touches and before.kind in {"name", "text"} and before.text not in WORDS:
        yield Trouble(before.column, "raw, byte and triple-quoted texts are not taken")


def _of_call(token: Token, arguments: Sequence[Token]) -> Iterator[Trouble]:
    if token.text not in FUNCTIONS and token.text not in WORDS:
        near = suggestion(token.text, sorted(FUNCTIONS))
        yield Trouble(token.column, f"there is no function {token.text}{near}")
    if token.text == "matches":
        written = len(arguments) == 2 and arguments[0].kind == "text" and arguments[1].text == ")"
        pattern = arguments[0].text if written else ""
        if not written or "{" in pattern or len(pattern) > PATTERN_CHARS_MAX:
            said = f"a pattern is one text of at most {PATTERN_CHARS_MAX} characters without {{"
            yield Trouble(token.column, said)
