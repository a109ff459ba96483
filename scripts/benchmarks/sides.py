"""The sides of a work: processes that do it by turns, and what was measured of them."""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from dataclasses import dataclass, field

from benchmarks.report import Row, Sample, times
from benchmarks.worker import Worker


@dataclass
class Side:
    """A process and what it measured."""

    worker: Worker
    seconds: list[float] = field(default_factory=list)
    bytes: int = 0
    rounds: int | None = None  # at most; one that takes minutes does fewer
    repeats: int = 1  # times that a round does the work, where it is done in no time
    is_short: bool = False  # whether it did fewer than was asked for
    answers: list[int] = field(default_factory=list)

    @property
    def sample(self) -> Sample:
        """The seconds of all rounds."""
        return Sample(self.seconds, "s")

    @property
    def text(self) -> str:
        """The seconds, and how many rounds they are from where that is fewer than was asked for."""
        rounds = "1 round" if len(self.seconds) == 1 else f"{len(self.seconds)} rounds"
        return f"{self.sample}, {rounds}" if self.is_short else str(self.sample)


def take_turns(options: argparse.Namespace, work: str, sides: Mapping[str, Side]) -> None:
    """Rounds of one side after the other, and again; then peaks and answers. Ends the processes."""
    try:
        for number in range(options.rounds):
            for name, side in sides.items():
                if side.rounds is None or number < side.rounds:
                    side.seconds.append(side.worker.round(side.repeats))
                    options.say(f"{work}, {name}, round {number + 1}: {side.seconds[-1]:.3f} s")
        for side in sides.values():
            side.is_short = len(side.seconds) < options.rounds
            side.bytes = side.worker.peak()
            side.answers = side.worker.answers()
    finally:
        for side in sides.values():
            side.worker.stop()


def speed(what: str, ours: Side, theirs: Side, least: float | None) -> Row:
    """How many times as fast as the other side."""
    ratio = theirs.sample.median / ours.sample.median
    target = "" if least is None else f"at least {least:g} ×"
    return Row(what, ours.text, theirs.text, times(ratio), target,
               least is None or ratio >= least)


def room(what: str, ours: Side, theirs: Side | None, most: int | None) -> Row:
    """The peak of memory, beside that of the other side, below `most` MB."""
    taken = f"{theirs.bytes / 1e6:.0f} MB" if theirs else "none"
    ratio = times(ours.bytes / theirs.bytes) if theirs else ""
    target = "" if most is None else f"under {most} MB"
    return Row(what, f"{ours.bytes / 1e6:.0f} MB", taken, ratio, target,
               most is None or ours.bytes < most * 1e6)
