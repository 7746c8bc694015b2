"""What a verb answers to one request: done, or refused for a reason its caller can act on."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Generic, TypeVar

D_co = TypeVar("D_co", covariant=True)
W_co = TypeVar("W_co", bound=StrEnum, covariant=True)


@dataclass(frozen=True, slots=True)
class Done(Generic[D_co]):
    value: D_co


@dataclass(frozen=True, slots=True)
class Refused(Generic[W_co]):
    """`why` is one of an enumerated list; `detail` says it of this very case."""

    why: W_co
    detail: str = ""


Outcome = Done[D_co] | Refused[W_co]
