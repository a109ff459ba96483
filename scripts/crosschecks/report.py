"""What a comparison found, and the table of all of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from crosschecks.bench import Problem


@dataclass(frozen=True)
class Finding:
    """What one problem showed."""

    agreed: bool
    difference: float = 0.0
    bound: float = 0.0  # the largest difference that counts as agreement
    note: str = ""  # where they part
    close: bool = False  # no agreement, but a call so close that rounding decides it


def within(difference: float, bound: float, what: str) -> Finding:
    """Agreement where a difference stays within a bound."""
    difference = float(difference)
    if difference <= bound:
        return Finding(True, difference, bound)
    return Finding(False, difference, bound, f"{what}: {difference:.3g} apart")


def parted(note: str, close: bool = False) -> Finding:
    """Disagreement, or a call too close to say."""
    return Finding(False, note=note, close=close)


def all_of(findings: Iterable[Finding]) -> Finding:
    """One finding of several: where any parts, the first that does; the largest difference."""
    found = list(findings)
    largest = max((one.difference for one in found), default=0.0)
    bound = max((one.bound for one in found), default=0.0)
    for one in sorted(found, key=lambda one: one.close):
        if not one.agreed:
            return Finding(False, largest, bound, one.note, one.close)
    return Finding(True, largest, bound)


@dataclass(frozen=True)
class Check:
    """A method of Winnow, whom it is held against, and what is compared on one problem."""

    name: str
    against: str
    compared: str
    examine: Callable[[Problem], Finding]
    promised: str = ""  # where it is no bound on a difference


@dataclass(frozen=True)
class Row:
    """A check after all of its problems."""

    check: Check
    findings: list[Finding]

    @property
    def failed(self) -> bool:
        """Whether an agreement that is promised is not there."""
        return any(not finding.agreed and not finding.close for finding in self.findings)

    def cells(self) -> list[str]:
        """The row's text."""
        close = sum(one.close for one in self.findings)
        agreed = sum(one.agreed for one in self.findings)
        largest = max((one.difference for one in self.findings), default=0.0)
        bound = max((one.bound for one in self.findings), default=0.0)
        return [
            self.check.name,
            self.check.against,
            self.check.compared,
            f"{agreed} of {len(self.findings) - close}" + (f" ({close} close)" if close else ""),
            f"{largest:.0e}" if largest else "0",
            self.check.promised or (f"{bound:g}" if bound else "exact"),
        ]


HEADINGS = ["method", "against", "compared", "agree", "largest difference", "promised"]


def table(rows: Sequence[Sequence[str]], headings: Sequence[str] = HEADINGS) -> str:
    """A Markdown table whose columns line up."""
    lines = [list(headings), *(list(row) for row in rows)]
    widths = [max(len(line[column]) for line in lines) for column in range(len(headings))]
    lines.insert(1, ["-" * width for width in widths])
    return "\n".join(f"| {' | '.join(padded(line, widths))} |" for line in lines)


def padded(cells: Sequence[str], widths: Sequence[int]) -> list[str]:
    """Cells as wide as their columns."""
    return [cell.ljust(width) for cell, width in zip(cells, widths, strict=True)]
