"""The kernel, loaded when the first batch comes: importing its compiler takes a while.

Where the compiler is missing there is none, and `choose` decides everything, to the same answers.
What is compiled is kept in a directory named by the sources' digest: beside them where that can be
written, else in the user's cache.
"""

import hashlib
import importlib
import os
import tempfile
from functools import cache
from pathlib import Path
from types import ModuleType

SOURCES = ("kernel.py", "kernel_freight.py", "kernel_share.py", "board.py", "cost.py")
"""All that is compiled into the kernel, or whose constants are."""


@cache
def machine() -> ModuleType | None:
    """Give the module of machine code; None where there is no compiler."""
    try:
        config = importlib.import_module("numba").config
    except ImportError:
        return None
    before = config.CACHE_DIR
    config.CACHE_DIR = before or str(kept_in(Path(__file__).parent))
    try:
        return importlib.import_module("entrepot.sourcing.kernel")
    finally:
        config.CACHE_DIR = before


def kept_in(sources: Path) -> Path:
    """Say where what is compiled of these sources is kept; a fresh directory where nothing else is.

    Only one that is this user's alone: what lies there is run.
    """
    digest = hashlib.sha256(b"".join((sources / name).read_bytes() for name in SOURCES))
    home = os.environ.get("XDG_CACHE_HOME") or str(Path("~/.cache").expanduser())
    for base in (sources / "__pycache__", Path(home) / "entrepot"):
        place = base / f"kernel-{digest.hexdigest()[:16]}"
        if _is_ours(place):
            return place
    return Path(tempfile.mkdtemp(prefix="entrepot-kernel-"))


def _is_ours(place: Path) -> bool:
    """Make a directory if need be; say whether it can be written, and by nobody else."""
    try:
        place.mkdir(mode=0o700, parents=True, exist_ok=True)
        found = place.stat()
    except OSError:
        return False
    return found.st_uid == os.getuid() and not found.st_mode & 0o022 and os.access(place, os.W_OK)
