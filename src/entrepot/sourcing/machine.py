"""The kernel, loaded when the first batch comes: importing its compiler takes most of a second.

Where the compiler is missing there is none, and `choose` decides everything, to the same answers.
"""

import importlib
from functools import cache
from types import ModuleType


@cache
def machine() -> ModuleType | None:
    """Give the module of machine code; None where there is no compiler."""
    try:
        return importlib.import_module("entrepot.sourcing.kernel")
    except ImportError:
        return None
