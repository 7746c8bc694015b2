"""Finds the histories that can be read here, by the entry point group they announce."""

from importlib.metadata import entry_points

from entrepot.ports.history import History

HISTORIES = "entrepot.histories"


def history(name: str) -> History | None:
    """Give the history of that name; None when no installed distribution announces it.

    One whose import fails is a fault of the installation: its own exception passes through.
    """
    for entry in entry_points(group=HISTORIES, name=name):
        made: History = entry.load()()
        return made
    return None


def histories() -> list[str]:
    """List the names of the histories that can be read, sorted."""
    return sorted({entry.name for entry in entry_points(group=HISTORIES)})
