"""The cleansing report: what was taken over, what was mended or left out, and whether it adds up.

Counts and the first examples are kept in memory; every finding is written out as it comes.
"""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from io import TextIOWrapper
from pathlib import Path
from typing import Any, Self, TypeVar

from entrepot.ports.history import Effect, Finding

EXAMPLES_MAX = 5
"""Findings of each rule shown in the report; all of them are in the file beside it."""

REFUSED = "refused"

OUR_RULES: Mapping[str, str] = {
    REFUSED: "It is not what can be taken over here; the detail says why: left out.",
}

K = TypeVar("K", bound=tuple[Any, ...])

Seen = tuple[str, str, str]
"""Of an order: its status elsewhere, the phase that must follow, the phase it stands in."""


@dataclass(slots=True)
class Report:
    """What became of a history. `taken` counts by (what, status)."""

    source: str
    folder: Path
    rules: Mapping[str, str]
    taken: Counter[tuple[str, str]] = field(default_factory=Counter)
    phases: Counter[Seen] = field(default_factory=Counter)
    findings: Counter[tuple[str, Effect]] = field(default_factory=Counter)
    examples: dict[str, list[Finding]] = field(default_factory=dict)
    path: Path | None = None
    _file: TextIOWrapper | None = None

    def __enter__(self) -> Self:
        if self.path is not None:
            self._file = self.findings_path(self.path).open("w", encoding="utf-8")
        return self

    def __exit__(self, *_: object) -> None:
        if self._file is not None:
            self._file.close()

    @staticmethod
    def findings_path(path: Path) -> Path:
        """Say where every finding is written: beside the report."""
        return path.with_name(path.stem + ".findings.jsonl")

    def note(self, finding: Finding) -> None:
        """Count a finding, and write it down."""
        self.findings[finding.rule, finding.effect] += 1
        shown = self.examples.setdefault(finding.rule, [])
        if len(shown) < EXAMPLES_MAX:
            shown.append(finding)
        if self._file is not None:
            self._file.write(json.dumps(asdict(finding), ensure_ascii=False) + "\n")

    @property
    def rejected(self) -> int:
        """How many rows were left out."""
        return sum(n for (_, effect), n in self.findings.items() if effect is Effect.REJECTED)

    @property
    def astray(self) -> int:
        """How many orders stand in another phase than their history tells."""
        return sum(n for (_, wanted, got), n in self.phases.items() if wanted != got)

    def data(self) -> dict[str, object]:
        """Give the report as plain data, for JSON."""
        return {
            "source": self.source,
            "folder": str(self.folder),
            "taken": [{"what": w, "status": s, "count": n} for (w, s), n in _sorted(self.taken)],
            "phases": [
                {"status": status, "expected": wanted, "phase": got, "orders": n}
                for (status, wanted, got), n in _sorted(self.phases)
            ],
            "astray": self.astray,
            "findings": [
                {
                    "rule": rule,
                    "effect": effect,
                    "count": n,
                    "says": self._says(rule),
                    "examples": [asdict(each) for each in self.examples[rule]],
                }
                for (rule, effect), n in _sorted(self.findings)
            ],
            "rejected": self.rejected,
        }

    def markdown(self) -> str:
        """Write the report for people."""
        parts = [f"# What was taken over from {self.source}", f"Read from `{self.folder}`."]
        taken = [(what, status, f"{n:,}") for (what, status), n in _sorted(self.taken)]
        parts.append(_table(("what", "status", "count"), taken))
        parts += ["## Phases", self._phases(), "## Cleansing"]
        for effect in (Effect.REJECTED, Effect.REPAIRED, Effect.NOTED):
            parts.append(f"### {effect.value.capitalize()}")
            rows = [
                (f"`{rule}`", f"{n:,}", self._says(rule), self._shown(rule))
                for (rule, what), n in _sorted(self.findings)
                if what is effect
            ]
            parts.append(_table(("rule", "count", "what was done", "for example"), rows))
        return "\n\n".join(part for part in parts if part) + "\n"

    def write(self) -> None:
        """Write the report to its file, and the same as JSON beside it."""
        if self.path is not None:
            self.path.write_text(self.markdown(), encoding="utf-8")
            beside = self.path.with_suffix(".json")
            beside.write_text(json.dumps(self.data(), indent=1, ensure_ascii=False) + "\n", "utf-8")

    def _phases(self) -> str:
        rows = [
            (status, wanted, got, f"{n:,}", "" if wanted == got else "differs")
            for (status, wanted, got), n in _sorted(self.phases)
        ]
        said = "Every order stands in the phase its history tells."
        if self.astray:
            said = f"{self.astray:,} orders stand in another phase than their history tells."
        columns = (f"status in {self.source}", "phase that follows", "phase here", "orders", "")
        return f"{_table(columns, rows)}\n\n{said}" if rows else "There were no orders."

    def _says(self, rule: str) -> str:
        return self.rules.get(rule) or OUR_RULES.get(rule, "")

    def _shown(self, rule: str) -> str:
        return "; ".join(
            f"{each.file} row {each.row}" + (f": {each.detail}" if each.detail else "")
            for each in self.examples[rule][:2]
        )


def _sorted(counts: Counter[K]) -> list[tuple[K, int]]:
    return sorted(counts.items())


def _table(columns: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> str:
    if not rows:
        return "None."
    lines = [columns, tuple("---" for _ in columns), *rows]
    return "\n".join(f"| {' | '.join(_cell(each) for each in line)} |" for line in lines)


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")
