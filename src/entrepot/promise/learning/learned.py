"""A trained version and what had happened by a moment: one immutable value that promises. Pure."""

import io
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

import msgspec
import numpy as np

from entrepot.promise.learning import blend, gate, measured
from entrepot.promise.learning.blend import Choir, Voices
from entrepot.promise.learning.calibrate import Tails
from entrepot.promise.learning.censored import RESIDUALS_MAX, given_age
from entrepot.promise.learning.features import Asked, Memory
from entrepot.promise.learning.forest import HIGH, LOW, MIDDLE, QUANTILES, Forest
from entrepot.promise.learning.gate import Scores
from entrepot.promise.learning.habit import Habit, Habits
from entrepot.promise.learning.measured import Tables
from entrepot.promise.learning.questions import Question, thought
from entrepot.promise.learning.table import FACTS, Bools, Floats, Parcels, Strings, reaches
from entrepot.promise.learning.walk import Calibration

FORMAT: Final = 2
"""The shape of the bytes below; a version says by which it was written, and answers by it: those of
the first hear voices in another manner and set no estimate to the habits of what ends."""

FORMATS: Final = (1, FORMAT)

MAY_BE_UNKNOWN: Final = frozenset({"capacity", "backlog"})
"""Facts that mean something where they are missing: nothing limits the node."""


class Packed(msgspec.Struct, frozen=True):
    """Forests as bytes: per stage the features' names and the boosters' texts."""

    format: int
    confidence: float
    holidays: tuple[int, ...]
    forests: dict[str, tuple[tuple[str, ...], tuple[tuple[str, ...], ...]]]


@dataclass(frozen=True, slots=True)
class Trained:
    """What training has made: a forest for each stage that had enough to learn from."""

    forests: Mapping[str, Forest]
    confidence: float = 0.9
    holidays: tuple[int, ...] = ()
    format: int = FORMAT


@dataclass(frozen=True, slots=True)
class History:
    """Parcels and what had been said of each, per stage, in log(1 + days); NaN for nothing.

    `ids` name them, in order. `made` is float64[N, 4], the forests' quantiles; `thought` and
    `rules` are float64[N], the estimate they are offsets from and that of the rules' engine.
    """

    ids: Strings
    parcels: Parcels
    made: Mapping[str, Floats]
    thought: Mapping[str, Floats]
    rules: Mapping[str, Floats]


@dataclass(frozen=True, slots=True)
class Answers:
    """What is said of N parcels: days since they began, float64[N]; NaN where nothing can be said.

    `by_model` says who answered, else the rules did. `features` is what the model was asked with.
    """

    low: Floats
    middle: Floats
    high: Floats
    by_model: Bools
    features: Floats


_UNKNOWN: Final = Tails(np.nan, np.nan)


@dataclass(frozen=True, slots=True)
class _Stage:
    """How one stage is answered now: who is heard, windows' moves, scores.

    `residuals` are how far the newest outcomes lay from what had been said; `habit` is what the
    model's estimates are set to, None where to nothing.
    """

    voices: Voices
    habit: Habit | None
    tails: Tails | None
    ruled: Tails | None
    scores: Scores
    residuals: Floats


class Learned:
    """A version at a moment `as_of` (days since 1970). It answers the same whenever it is asked."""

    def __init__(self, trained: Trained, past: History, as_of: float) -> None:
        self.trained, self.as_of = trained, as_of
        known = past.parcels.known_at(as_of)
        self._known = known
        self._memory = Memory(known, trained.holidays)
        self._tables: Tables | None = measured.tables(known, as_of)
        self._stages = {stage: _stage(stage, past, trained, as_of) for stage in past.made}

    @property
    def confidence(self) -> float:
        """The share of windows that are to hold."""
        return self.trained.confidence

    def answer(self, stage: str, parcels: Parcels, now: float, *, model: bool = True) -> Answers:
        """Say how long a stage of these parcels will have taken, given that they are still in it.

        A parcel that is asked about as it begins has an age of nothing. What is not known of a
        parcel is taken as it usually is. `model` False: the rules answer.
        """
        parcels = usual(parcels, self._known)
        left = stage == "transit"
        begins = parcels.handed if left else parcels.placed
        times = np.full(len(parcels), min(now, self.as_of))
        asked = self._memory.asked(parcels, times, left=left)
        how, rules = self._stages.get(stage), self._ruled(stage, parcels)
        if how is None:
            nothing = np.full(len(parcels), np.nan)
            return Answers(nothing, nothing, nothing, np.zeros(len(rules), np.bool_), asked.matrix)
        made = self._made(stage, how.voices, asked)
        by_model = how.scores.prefers_model(parcels.keys["lane"]) & np.isfinite(made[:, MIDDLE])
        by_model &= model and how.tails is not None
        tails, ruled = how.tails or _UNKNOWN, how.ruled or _UNKNOWN
        said = made[:, MIDDLE]
        if how.habit is not None:
            said = how.habit.set_to(said, begins, parcels.clock)
        middle = np.where(by_model, said, rules)
        low = np.where(by_model, made[:, LOW] - tails.low, rules - ruled.low)
        high = np.where(by_model, made[:, HIGH] + tails.high, rules + ruled.high)
        ends = _still_open(
            np.minimum(low, middle), middle, np.maximum(high, middle),
            np.maximum(now - begins, 0), how.residuals,
        )  # fmt: skip
        low, middle, high = (np.expm1(np.maximum(each, 0)) for each in ends)
        return Answers(low, middle, high, by_model, asked.matrix)

    def _made(self, stage: str, voices: Voices, asked: Asked) -> Floats:
        forest, base = self.trained.forests.get(stage), thought(stage, asked)
        if forest is None:
            return np.full((len(base), len(QUANTILES)), np.nan)
        made = base[:, None] + forest.offsets(asked.of(forest.names))
        moved: Floats = made + (voices.heard(made[:, MIDDLE], base) - made[:, MIDDLE])[:, None]
        return moved

    def _ruled(self, stage: str, parcels: Parcels) -> Floats:
        if self._tables is None:
            return np.full(len(parcels), np.nan)
        slow, late = self._tables.estimate(parcels)
        said: Floats = np.log1p({"whole": slow + late, "handling": slow, "transit": late}[stage])
        return said


def usual(parcels: Parcels, known: Parcels) -> Parcels:
    """Fill in what is not known of parcels: the middle of what is, the most frequent payment."""
    facts = {}
    for name, values in parcels.facts.items():
        missing = np.isnan(values) & (name not in MAY_BE_UNKNOWN)
        seen = known.facts[name][np.isfinite(known.facts[name])] if missing.any() else values
        facts[name] = np.where(missing, np.median(seen), values) if len(seen) else values
    keys = dict(parcels.keys)
    if len(known) and (keys["payment"] == "").any():
        names, counts = np.unique(known.keys["payment"], return_counts=True)
        most = names[np.argmax(counts)]
        keys["payment"] = np.where(keys["payment"] == "", most, keys["payment"])
    return replace(parcels, keys=keys, facts=facts)


def _still_open(
    low: Floats, middle: Floats, high: Floats, age: Floats, residuals: Floats
) -> tuple[Floats, Floats, Floats]:
    """Move what is said of parcels older than the window's begin: they are not the fast ones."""
    old = np.log1p(age) > low
    if not old.any():
        return low, middle, high
    ends = [given_age(middle, age, residuals, quantile) for quantile in (0.05, 0.5, 0.95)]
    return (
        np.where(old, np.maximum(low, ends[0]), low),
        np.where(old, np.maximum(middle, ends[1]), middle),
        np.where(old, np.maximum(high, ends[2]), high),
    )


def _stage(stage: str, past: History, trained: Trained, as_of: float) -> _Stage:
    rows = past.parcels.placed < as_of
    parcels = past.parcels.known_at(as_of)
    begins = parcels.handed if stage == "transit" else parcels.placed
    ends = parcels.handed if stage == "handling" else parcels.delivered
    made, rules = past.made[stage][rows], past.rules[stage][rows]
    nothing, clock = np.empty((len(begins), 0)), parcels.clock
    asked = Question(stage, (), nothing, past.thought[stage][rows], begins, ends, clock)
    points = np.repeat(rules[:, None], len(QUANTILES), axis=1)
    choir = Choir(asked, made, blend.FIRST if trained.format == 1 else blend.NOW)
    blended = choir.blended()
    habit, confidence = None, trained.confidence
    if trained.format > 1:
        habits = Habits(asked, blended)
        blended, habit = habits.kept(blended), habits.at(int(np.floor(as_of)))
    said = np.where(np.isfinite(made[:, MIDDLE]), blended[:, MIDDLE], rules)
    done = np.flatnonzero(np.isfinite(ends) & np.isfinite(said))
    newest = done[np.argsort(ends[done], kind="stable")[-RESIDUALS_MAX:]]
    return _Stage(
        choir.at(int(np.floor(as_of))),
        habit,
        _now(Calibration(asked, blended, confidence), as_of),
        _now(Calibration(asked, points, confidence), as_of),
        gate.scored(asked, blended[:, MIDDLE], rules, parcels.keys["lane"], as_of),
        asked.outcome[newest] - said[newest],
    )


def _now(calibration: Calibration, as_of: float) -> Tails | None:
    calibration.windows()
    return calibration.at(int(np.floor(as_of)))


def pack(trained: Trained) -> bytes:
    """Write a version's forests."""
    packed = Packed(
        trained.format,
        trained.confidence,
        trained.holidays,
        {stage: (each.names, each.texts) for stage, each in trained.forests.items()},
    )
    return zlib.compress(msgspec.msgpack.encode(packed), 6)


def unpack(data: bytes) -> Trained:
    """Read what `pack` wrote. ValueError where it was written in a shape that is not known."""
    packed = msgspec.msgpack.decode(zlib.decompress(data), type=Packed)
    if packed.format not in FORMATS:
        raise ValueError(f"a version in the shape {packed.format}; this one reads {FORMAT}")
    forests = {stage: Forest(names, texts) for stage, (names, texts) in packed.forests.items()}
    return Trained(forests, packed.confidence, packed.holidays, packed.format)


def pack_history(past: History) -> bytes:
    """Write what had happened."""
    parcels, file = past.parcels, io.BytesIO()
    arrays: dict[str, Any] = {"ids": past.ids}
    for name in _TIMES:
        arrays[f"of/{name}"] = getattr(parcels, name)
    for kind, columns in (
        ("key", parcels.keys), ("fact", parcels.facts), ("made", past.made),
        ("thought", past.thought), ("rules", past.rules),
    ):  # fmt: skip
        arrays |= {f"{kind}/{name}": values for name, values in columns.items()}
    np.savez_compressed(file, **arrays)
    return file.getvalue()


def unpack_history(data: bytes) -> History:
    """Read what `pack_history` wrote, now or before parcels had all that they have now."""
    with np.load(io.BytesIO(data), allow_pickle=False) as arrays:
        read = {name: arrays[name] for name in arrays.files}

    def columns(kind: str) -> dict[str, Any]:
        return {n.removeprefix(f"{kind}/"): v for n, v in read.items() if n.startswith(f"{kind}/")}

    times, keys, facts = columns("of"), columns("key"), columns("fact")
    if "reach" not in keys:
        keys["reach"] = reaches(keys["region"], keys["carrier"])
    for name in FACTS:
        facts.setdefault(name, np.full(len(times["placed"]), np.nan))
    parcels = Parcels(**{name: times[name] for name in _TIMES}, keys=keys, facts=facts)
    return History(read["ids"], parcels, columns("made"), columns("thought"), columns("rules"))


_TIMES: Final = ("placed", "handed", "delivered", "clock", "stated_handling", "stated_transit")
