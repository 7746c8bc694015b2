"""How many random cases are tried, and how often each kind of them is met at least."""

import os

ALL = os.environ.get("ENTREPOT_PROOF") == "all"
PART = 4


def drawn(count):
    """Give the seeds of so many random cases: of a part of them unless ENTREPOT_PROOF is `all`."""
    return range(count if ALL else count // PART)


def often(count):
    """Give how often a kind of case is met at least; with a part of the cases in due proportion."""
    return count if ALL else count // PART
