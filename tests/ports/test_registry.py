import importlib
import sys
from importlib.metadata import PackageNotFoundError, distribution

import pytest

from entrepot.ports import registry

MODULE = """
class Till:
    made = 0

    def __init__(self):
        type(self).made += 1

    name = "till"
"""


@pytest.fixture(autouse=True)
def fresh():
    registry.forget()
    yield
    registry.forget()


def install(folder, *, announcement: str) -> None:
    """Lay down what an installer leaves behind: a module, and metadata that announces it."""
    (folder / "till_plugin.py").write_text(MODULE)
    info = folder / "till_channel-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: till-channel\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text(f"[entrepot.channels]\n{announcement}\n")


@pytest.fixture
def site(tmp_path, monkeypatch):
    monkeypatch.syspath_prepend(str(tmp_path))
    importlib.invalidate_caches()
    yield tmp_path
    sys.modules.pop("till_plugin", None)


def test_a_connector_that_announces_itself_is_found_and_made_once(site):
    install(site, announcement="till = till_plugin:Till")

    first, again = registry.channel_connector("till"), registry.channel_connector("till")

    assert first is not None
    assert first is again
    assert (first.name, type(first).made) == ("till", 1)
    assert "till" in registry.channel_connectors()


def test_an_unknown_name_is_no_connector(site):
    install(site, announcement="till = till_plugin:Till")

    assert registry.channel_connector("carrier-pigeon") is None
    assert registry.channel_connector("") is None


def test_the_answer_is_kept_until_told_to_look_again(site):
    assert registry.channel_connector("till") is None

    install(site, announcement="till = till_plugin:Till")
    assert registry.channel_connector("till") is None

    registry.forget()
    assert registry.channel_connector("till") is not None


def test_a_connector_that_cannot_be_imported_is_a_fault_and_not_an_absence(site):
    install(site, announcement="till = till_plugin_that_is_not_there:Till")

    with pytest.raises(ModuleNotFoundError, match="till_plugin_that_is_not_there"):
        registry.channel_connector("till")


def test_shopify_is_found_where_it_is_installed():
    try:
        distribution("entrepot-shopify")
    except PackageNotFoundError:
        pytest.skip("entrepot-shopify is not installed in this environment")

    connector = registry.channel_connector("shopify")
    assert connector is not None
    assert connector.name == "shopify"
    assert "shopify" in registry.channel_connectors()
