"""What an import could not take: listed on the terminal, and written beside the file."""

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

from entrepot.imports.model import Reject

LISTED_MAX = 20
"""Bad rows shown on the terminal; all of them are in the reject file."""

WRITTEN_AT_ONCE = 1_000


@dataclass(slots=True)
class Summary:
    """What became of a file's rows. `rejects` is the file of those rejected, if there are any."""

    path: Path
    counts: dict[str, int] = field(default_factory=dict)
    rejected: int = 0
    listed: list[Reject] = field(default_factory=list)
    rejects: Path | None = None

    def line(self) -> str:
        """Say it in one line."""
        words = [f"{many:,} {status}" for status, many in sorted(self.counts.items()) if many]
        if self.rejects is not None:
            words.append(f"{self.rejected:,} rejected ({self.rejects.name})")
        return f"{self.path.name}: {', '.join(words) or 'no rows'}"


class Rejects:
    """The reject file beside a file, made with its first row; an older one is taken away."""

    def __init__(self, summary: Summary) -> None:
        self._summary = summary
        self._path = summary.path.with_name(summary.path.name + ".rejects.jsonl")
        self._lines: list[str] = []

    def __enter__(self) -> Self:
        self._path.unlink(missing_ok=True)
        return self

    def __exit__(self, *_: object) -> None:
        self._flush()

    def add(self, reject: Reject) -> None:
        """Write down a row that was not taken."""
        line = {
            "row": reject.row, "field": reject.field, "reason": reject.reason, "data": reject.data,
        }  # fmt: skip
        self._lines.append(json.dumps(line, default=str))
        self._summary.rejected += 1
        self._summary.rejects = self._path
        if len(self._summary.listed) < LISTED_MAX:
            self._summary.listed.append(reject)
        if len(self._lines) >= WRITTEN_AT_ONCE:
            self._flush()

    def _flush(self) -> None:
        if self._lines:
            with self._path.open("a", encoding="utf-8") as file:
                file.write("\n".join(self._lines) + "\n")
            self._lines.clear()
