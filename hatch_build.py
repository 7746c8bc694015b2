"""The hook that builds the faces into the package: see src/entrepot/cli/console_build.py.

A wheel or an sdist that has no console is no release: it fails. An editable install goes on
without one, and `/` says how to build it. An sdist carries what was built and needs no Node.
"""

import importlib.util
import os
from pathlib import Path
from types import ModuleType
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


def _building(root: str) -> ModuleType:
    file = Path(root) / "src" / "entrepot" / "cli" / "console_build.py"
    spec = importlib.util.spec_from_file_location("console_build", file)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


class CustomBuildHook(BuildHookInterface):  # type: ignore[type-arg]  # the hook takes any builder
    """Builds the console before the package is made."""

    def dependencies(self) -> list[str]:
        """Ask for Node only where there is none: the front end fetches it for the build alone."""
        building = _building(self.root)
        if not self._wanted() or building.system_npm():
            return []
        return [building.NODE_WHEEL]

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:  # noqa: ARG002 - the hook's interface
        """Build, where the sources are here and have changed."""
        if not self._wanted():
            return
        building = _building(self.root)
        try:
            building.build(Path(self.root), self.app.display_info)
        except (OSError, RuntimeError) as fault:
            if version != "editable":
                raise
            self.app.display_warning(f"the console was not built: {fault}")

    def _wanted(self) -> bool:
        here = (Path(self.root) / "console" / "package.json").is_file()
        return here and os.environ.get("ENTREPOT_CONSOLE") != "skip"
