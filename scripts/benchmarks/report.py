"""The table of a benchmark."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from statistics import median

HEADINGS = ["work", "ours", "theirs", "ratio", "target", "verdict"]


@dataclass(frozen=True)
class Sample:
    """What several rounds measured."""

    values: list[float]
    unit: str

    @property
    def median(self) -> float:
        """The middle one."""
        return median(self.values)

    def __str__(self) -> str:
        low, high = min(self.values), max(self.values)
        if len(self.values) == 1:
            return f"{low:.3g} {self.unit}"
        return f"{self.median:.3g} {self.unit} ({low:.3g} to {high:.3g})"


@dataclass(frozen=True)
class Row:
    """One work on both sides."""

    what: str
    ours: str
    theirs: str
    ratio: str
    target: str  # empty: none
    holds: bool

    def untargeted(self) -> Row:
        """The row of a smaller trial, which the target is not about."""
        return replace(self, target="", holds=True)

    def cells(self) -> list[str]:
        """The row's text."""
        verdict = ("met" if self.holds else "MISSED") if self.target else ""
        return [self.what, self.ours, self.theirs, self.ratio, self.target or "none", verdict]


def times(ratio: float) -> str:
    """A ratio in words."""
    return f"{ratio:.2f} ×"


def table(rows: Sequence[Sequence[str]], headings: Sequence[str], markdown: bool) -> str:
    """A table whose columns line up, for a terminal or as Markdown."""
    lines = [list(headings), *(list(row) for row in rows)]
    widths = [max(len(line[column]) for line in lines) for column in range(len(headings))]
    padded = [[cell.ljust(width) for cell, width in zip(line, widths)] for line in lines]
    padded.insert(1, ["-" * width for width in widths])
    if markdown:
        return "\n".join(f"| {' | '.join(line)} |" for line in padded)
    return "\n".join("  ".join(line).rstrip() for line in padded)
