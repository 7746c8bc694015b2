"""Passwords: argon2id, in one thread of low priority: no flood of sign-ins delays orders."""

import asyncio
import contextlib
import os
import threading
import unicodedata
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property
from typing import TypeVar

import argon2
from argon2.exceptions import InvalidHashError, VerificationError

R = TypeVar("R")

TIME_COST, MEMORY_KIB, PARALLELISM = 3, 32_768, 1
"""Three passes over 32 MiB in one lane, some 50 ms of one core: more than twice the least that
OWASP names (two passes over 19 MiB), and twenty people a second get in of a morning. Where these
are raised, each password is hashed anew when its owner signs in next."""

WAITING_MAX = 32
"""Who comes when so many wait is told to come again: those before take some two seconds."""

NICE = 10
"""The thread's priority, where the system has one for each: a tenth of what an order's has."""


class HashingFullError(Exception):
    """More wait to be verified than may."""


class Hashing:
    """Makes and verifies hashes, one at a time."""

    def __init__(
        self, *, time_cost: int = TIME_COST, memory_kib: int = MEMORY_KIB, most: int = WAITING_MAX
    ) -> None:
        self._hasher = argon2.PasswordHasher(
            time_cost=time_cost, memory_cost=memory_kib, parallelism=PARALLELISM
        )
        self._most = most
        self._waiting = 0

    @cached_property
    def _thread(self) -> ThreadPoolExecutor:
        return ThreadPoolExecutor(1, thread_name_prefix="passwords", initializer=_step_back)

    @cached_property
    def _nobodys(self) -> str:
        """Give a hash nobody knows the password of: what an unknown login is verified against."""
        return self._hasher.hash(os.urandom(16))

    async def make(self, password: str) -> str:
        """Hash a password; raises HashingFullError."""
        return await self._alone(lambda: self._hasher.hash(plain(password)))

    async def verify(self, kept: str | None, password: str) -> bool:
        """Say whether it is the password; raises HashingFullError.

        `kept` None, of a login that is not known, takes as long and is never right.
        """
        return await self._alone(lambda: self._is(kept, password))

    def is_weak(self, kept: str) -> bool:
        """Say whether a hash was made with other parameters than are used now."""
        return self._hasher.check_needs_rehash(kept)

    def _is(self, kept: str | None, password: str) -> bool:
        try:
            self._hasher.verify(kept or self._nobodys, plain(password))
        except (VerificationError, InvalidHashError):
            return False
        return kept is not None

    async def _alone(self, work: Callable[[], R]) -> R:
        if self._waiting >= self._most:
            raise HashingFullError
        self._waiting += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(self._thread, work)
        finally:
            self._waiting -= 1


def plain(password: str) -> bytes:
    """Give a password's bytes: however a keyboard puts its letters together, it is the same."""
    return unicodedata.normalize("NFC", password).encode("utf-8", "surrogatepass")


def _step_back() -> None:
    with contextlib.suppress(AttributeError, OSError):
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), NICE)
