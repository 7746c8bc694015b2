"""The built faces, read once into memory: each file as it is, and packed where that is smaller."""

import hashlib
import mimetypes
from dataclasses import dataclass
from pathlib import Path

BUILT = Path(__file__).parents[1] / "_console"
"""Where the build leaves them; it is part of the package, and not of its sources."""

_TYPES = {
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".svg": "image/svg+xml",
    ".json": "application/json",
    ".webmanifest": "application/manifest+json",
    ".wasm": "application/wasm",
    ".woff2": "font/woff2",
    ".png": "image/png",
}


@dataclass(frozen=True, slots=True)
class Packed:
    """A file. `packed` has its other forms by the name of their encoding, the smallest first."""

    body: bytes
    content_type: str
    tag: str
    packed: tuple[tuple[str, bytes], ...]

    def choose(self, accepted: str) -> tuple[bytes, str | None]:
        """Give the smallest form that is accepted, and its encoding; None: as it is."""
        names = accepts(accepted)
        for name, body in self.packed:
            if name in names:
                return body, name
        return self.body, None


def accepts(header: str) -> frozenset[str]:
    """Read Accept-Encoding: the names that are not refused by a quality of zero."""
    names = set()
    for part in header.lower().split(","):
        name, _, parameters = part.partition(";")
        quality = parameters.replace(" ", "").partition("q=")[2]
        if name.strip() and quality.rstrip("0") not in {"0.", "0"} and quality != "0":
            names.add(name.strip())
    return frozenset(names)


def read(folder: Path) -> dict[str, Packed]:
    """Read every file under the folder, by its path from there; none where it was not built."""
    if not (folder / "index.html").is_file():
        return {}
    found = {}
    for file in sorted(folder.rglob("*")):
        if file.is_file() and file.suffix not in {".br", ".gz"} and file.name[0] != ".":
            found[file.relative_to(folder).as_posix()] = _pack(file)
    return found


def _pack(file: Path) -> Packed:
    body = file.read_bytes()
    forms = []
    for ending, name in ((".br", "br"), (".gz", "gzip")):
        other = file.with_name(file.name + ending)
        if other.is_file() and other.stat().st_size < len(body):
            forms.append((name, other.read_bytes()))
    guessed = mimetypes.guess_type(file.name)[0] or "application/octet-stream"
    return Packed(
        body,
        _TYPES.get(file.suffix, guessed),
        f'"{hashlib.sha256(body).hexdigest()[:20]}"',
        tuple(forms),
    )
