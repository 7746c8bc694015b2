"""Finds the connectors that are installed, by the entry point group each announces itself in."""

from collections.abc import Mapping
from functools import cache
from importlib.metadata import EntryPoint, entry_points
from types import MappingProxyType

from entrepot.ports.channel import ChannelConnector

CHANNELS = "entrepot.channels"


def channel_connector(name: str) -> ChannelConnector | None:
    """Give the connector of that name; None when no installed distribution announces it.

    A connector whose import fails is a fault of the installation: its own exception passes through.
    """
    entry = _announced().get(name)
    return _loaded(entry) if entry else None


def channel_connectors() -> list[str]:
    """List the names of the installed channel connectors, sorted."""
    return sorted(_announced())


def forget() -> None:
    """Look again at the next call: for whoever installs a connector into a running process."""
    _announced.cache_clear()
    _loaded.cache_clear()


@cache
def _announced() -> Mapping[str, EntryPoint]:
    return MappingProxyType({entry.name: entry for entry in entry_points(group=CHANNELS)})


@cache
def _loaded(entry: EntryPoint) -> ChannelConnector:
    connector: ChannelConnector = entry.load()()
    return connector
