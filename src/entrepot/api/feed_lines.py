"""The lines of a feed: what each may say, read strictly and many at a time, and its answer."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated

import msgspec
from msgspec import Meta

from entrepot.api import strict
from entrepot.api.bodies_lots import Lots, Serials, lots_of
from entrepot.api.inventory import Id, Moment, Number, Quantity, Source, Units, moment
from entrepot.api.problems import Code, FieldError, Problem
from entrepot.inventory.buckets import AsideReason, SetAside
from entrepot.inventory.heard import Message
from entrepot.inventory.lots_model import LotUnits
from entrepot.inventory.model import Count, Delta, MovementKind, RowResult
from entrepot.orders.rules import EARLIEST
from entrepot.terms.ids import NodeId, Sku

LINE_BYTES_MAX = 32_768
"""Bytes of one row: many times what the longest ids, source and reference take, for its lots."""

Reference = Annotated[str, Meta(max_length=200)]


class CountLine(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, tag="count"):
    """`on_hand` units were there at `counted_at`: the source's `sequence`-th message."""

    sku: Id
    node: Id
    on_hand: Units
    source: Source
    sequence: Number
    when: Moment = msgspec.field(name="counted_at")
    lots: Lots = []
    serials: Serials = []


class MovementLine(
    msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, tag="movement"
):
    """Signed units came or went at `occurred_at`: the source's `sequence`-th message.

    `set_aside`: they come in set aside for that reason, or leave from what is set aside so.
    """

    kind: MovementKind
    sku: Id
    node: Id
    quantity: Quantity
    source: Source
    sequence: Number
    when: Moment = msgspec.field(name="occurred_at")
    reference: Reference | None = None
    set_aside: AsideReason | None = None
    lots: Lots = []
    serials: Serials = []


class SetAsideLine(
    msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, tag="set_aside"
):
    """So many units more are set aside for the reason (+), or are sellable again (-)."""

    reason: AsideReason
    sku: Id
    node: Id
    quantity: Quantity
    source: Source
    sequence: Number
    when: Moment = msgspec.field(name="occurred_at")
    reference: Reference | None = None
    lots: Lots = []
    serials: Serials = []


Line = CountLine | MovementLine | SetAsideLine
Numbered = tuple[int, Message]


class LineAnswer(msgspec.Struct, frozen=True, omit_defaults=True):
    """What became of a line of the body, counted from 1; `errors` where it could not be read."""

    line: int
    status: str
    sku: str | None = None
    node: str | None = None
    on_hand: int | None = None
    short: int = 0
    errors: list[FieldError] = []


class Read(msgspec.Struct, frozen=True):
    """Lines as they were read: messages by their line's number, and answers to all others."""

    rows: list[Numbered]
    refused: list[LineAnswer]


def read(lines: Sequence[bytes], first: int, at: datetime) -> Read:
    """Read lines strictly; `first` is the number of the first. Empty ones say nothing.

    What is plain is read at once: lines that fit, without an escape, with as many quotes as their
    members need, so that none can name a key twice. All others are looked at one by one.
    """
    whole = b"\n".join(lines)
    plain = _at_once(whole, len(lines))
    if plain and whole.count(b'"') == sum(map(_quotes, plain)):
        said = [line.when for line in plain]
        if min(said) >= EARLIEST and max(said) <= at:
            return Read(list(enumerate(map(_as_it_is, plain), start=first)), [])
    rows: list[Numbered] = []
    refused: list[LineAnswer] = []
    for number, line in enumerate(lines, start=first):
        try:
            told = None if plain is None else plain[number - first]
            if told is None or line.count(b'"') != _quotes(told):
                if not line or line.isspace():
                    continue
                told = _one(line)
            rows.append((number, _message(told, at)))
        except Problem as wrong:
            errors = wrong.errors or [FieldError(wrong.detail)]
            refused.append(LineAnswer(number, "invalid", errors=errors))
    return Read(rows, refused)


def _at_once(whole: bytes, many: int) -> list[Line] | None:
    """Decode lines that are all well; None: some are not, or cannot be judged so."""
    if b"\\" in whole:
        return None
    try:
        found = _decoder.decode_lines(whole)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return None
    return found if len(found) == many else None


def _quotes(line: Line) -> int:
    """Count the quotes of a line without escapes: two for each key and for each text.

    One that names lots or serial numbers has more, and is looked at by itself.
    """
    if isinstance(line, CountLine):
        return 24
    if isinstance(line, SetAsideLine):
        return 28 if line.reference is None else 32
    return 28 + 4 * (line.reference is not None) + 4 * (line.set_aside is not None)


def _one(line: bytes) -> Line:
    """Read a line; raises Problem naming what is wrong."""
    if len(line) > LINE_BYTES_MAX:
        raise Problem(Code.INVALID, f"a row has at most {LINE_BYTES_MAX} bytes")
    row: Line = strict.decode(Line, line)  # type: ignore[arg-type] # a union of structs
    return row


def _message(row: Line, at: datetime) -> Message:
    """Give what a line says; raises Problem for a moment or for lots that cannot be meant."""
    if isinstance(row, CountLine):
        when = moment(row.when, at, "/counted_at")
        return _as_it_is(row, when, lots_of(row.lots, row.serials, row.on_hand, ""))
    when = moment(row.when, at, "/occurred_at")
    return _as_it_is(row, when, lots_of(row.lots, row.serials, abs(row.quantity), ""))


def _as_it_is(row: Line, when: datetime | None = None, lots: tuple[LotUnits, ...] = ()) -> Message:
    """Give what a line says, of the moment and the lots it names where no others are given."""
    if isinstance(row, CountLine):
        return Count(
            Sku(row.sku), NodeId(row.node), row.on_hand, row.source, row.sequence,
            when or row.when, lots,
        )  # fmt: skip
    if isinstance(row, SetAsideLine):
        return SetAside(
            Sku(row.sku), NodeId(row.node), row.reason, row.quantity, row.reference, row.source,
            row.sequence, when or row.when, lots,
        )  # fmt: skip
    return Delta(
        row.kind, Sku(row.sku), NodeId(row.node), row.quantity, row.reference, row.source,
        row.sequence, when or row.when, row.set_aside, lots,
    )  # fmt: skip


def told(number: int, result: RowResult) -> LineAnswer:
    """Answer a line that was applied, or was not."""
    return LineAnswer(
        number, result.status, result.sku, result.node_id, result.on_hand, result.short
    )


def broken_off(line: int, why: str) -> LineAnswer:
    """Answer the first line that nobody will answer."""
    detail = f"{why}: send this line again, and all after it"
    return LineAnswer(line, "unavailable", errors=[FieldError(detail)])


def encode(answers: Sequence[LineAnswer]) -> bytes:
    """Print answers, one on each line."""
    return _encoder.encode_lines(answers)


_decoder: msgspec.json.Decoder[Line] = msgspec.json.Decoder(Line)
_encoder = msgspec.json.Encoder()
