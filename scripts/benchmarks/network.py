"""Training and evaluation of ResNet-18 (3 × 3 stem, images of 32 × 32), beside PyTorch.

A step is dropout, forward, loss, backward and descent with Nesterov's momentum and weight decay on
100 images that lie in memory; an evaluation is the logits of 10,000 such images.
"""

from __future__ import annotations

import argparse
import sys
from collections import defaultdict
from pathlib import Path
from statistics import median

from benchmarks.report import Row, times
from benchmarks.sides import Side, speed
from benchmarks.worker import Worker, WorkerFailed

FORMATS = ("f32", "bf16")
WORKS = ("step", "evaluation")
LEAST = 1.3  # times as fast as PyTorch in the same format
LEAST_BRAIN = 2.0  # a bf16 step against an f32 step of PyTorch
MOST_MEMORY = 0.5  # of PyTorch's


def commands(options: argparse.Namespace, work: str, form: str) -> dict[str, list[str]]:
    """How each side is started."""
    common = ["--work", work, "--format", form, "--threads", str(options.threads)]
    common += ["--images", str(options.images)]
    torch = [sys.executable, str(Path(__file__).with_name("torch_worker.py")), *common]
    started = {
        "ours": [str(options.judge), "benchmark", "network", *common],
        "theirs": torch,
    }
    if options.compile:
        started["compiled"] = [*torch, "--compile"]
    return started


def started(options: argparse.Namespace, work: str) -> dict[tuple[str, str], Side]:
    """All processes of a work, by format and side; a format that is not here is left out."""
    sides: dict[tuple[str, str], Side] = {}
    for form in FORMATS:
        for side, command in commands(options, work, form).items():
            try:
                sides[form, side] = Side(Worker(command))
            except WorkerFailed as failure:
                if f"has no {form}" not in str(failure):
                    raise
                options.say(f"this processor has no {form}: left out")
                break
    return sides


def measured(options: argparse.Namespace, work: str) -> dict[tuple[str, str], Side]:
    """Rounds by turns: ours, theirs, in one format, then in the other, and again."""
    sides = started(options, work)
    repeats = options.steps if work == "step" else 1
    try:
        for number in range(options.rounds):
            for (form, side), one in sides.items():
                one.seconds.append(one.worker.round(repeats))
                options.say(f"{work} {form} {side}, round {number + 1}: {one.seconds[-1]:.3f} s")
        for one in sides.values():
            one.bytes = one.worker.peak()
    finally:
        for one in sides.values():
            one.worker.stop()
    return sides


def theirs(sides: dict[tuple[str, str], Side], form: str) -> list[Side]:
    """PyTorch as it is and, if asked for, compiled."""
    return [one for (other, side), one in sides.items() if other == form and side != "ours"]


def fastest(sides: dict[tuple[str, str], Side], form: str) -> Side:
    """PyTorch in whatever form is faster."""
    return min(theirs(sides, form), key=lambda one: median(one.seconds))


def leanest(sides: dict[tuple[str, str], Side], form: str) -> Side:
    """PyTorch in whatever form takes less memory."""
    return min(theirs(sides, form), key=lambda one: one.bytes)


def memory(what: str, ours: Side, theirs: Side) -> Row:
    """What share of PyTorch's peak."""
    ratio = ours.bytes / theirs.bytes
    return Row(
        what, f"{ours.bytes >> 20} MiB", f"{theirs.bytes >> 20} MiB", times(ratio),
        f"at most {MOST_MEMORY:g} ×", ratio <= MOST_MEMORY,
    )


def rows(work: str, title: str, sides: dict[tuple[str, str], Side]) -> list[Row]:
    """The table's rows of one work."""
    made = []
    present = [form for form in FORMATS if (form, "ours") in sides]
    for form in present:
        least = None if (work, form) == ("evaluation", "bf16") else LEAST
        made.append(speed(f"{title}, {form}", sides[form, "ours"], fastest(sides, form), least))
    if "bf16" in present:
        least = LEAST_BRAIN if work == "step" else None
        what = f"{title}, bf16 against f32"
        made.append(speed(what, sides["bf16", "ours"], fastest(sides, "f32"), least))
    for form in present:
        made.append(
            memory(f"peak memory, {work}, {form}", sides[form, "ours"], leanest(sides, form))
        )
    return made


def run(options: argparse.Namespace) -> list[Row]:
    """All rows."""
    made = []
    titles = ("step of 100 images", f"evaluation of {options.images:,} images")
    for work, title in zip(WORKS, titles, strict=True):
        made += rows(work, title, measured(options, work))
    return made


def profile(options: argparse.Namespace) -> list[list[str]]:
    """Where the time of a step goes, in ms, as oneDNN tells of its layers on both sides."""
    parts: dict[tuple[str, str], dict[str, float]] = defaultdict(dict)
    for form in FORMATS:
        for side, command in commands(options, "step", form).items():
            try:
                told = told_parts(command, options.steps)
            except WorkerFailed as failure:
                if f"has no {form}" not in str(failure):
                    raise
                break
            for part, milliseconds in told.items():
                parts[form, part][side] = milliseconds
    return [
        [form, part, *(f"{found.get(side, 0):.1f}" for side in ("ours", "theirs"))]
        for (form, part), found in parts.items()
    ]


def told_parts(command: list[str], steps: int) -> dict[str, float]:
    """Milliseconds of a step, by kind of layer; what oneDNN does not tell of is the rest."""
    worker = Worker(command, {"DNNL_VERBOSE": "1", "ONEDNN_VERBOSE": "1"})
    try:
        worker.others.clear()
        whole = 1000 * worker.round(steps)
    finally:
        worker.stop()
    sums: dict[str, float] = defaultdict(float)
    for line in worker.others:
        words = line.split(",")
        if "verbose" in words[0] and "exec" in words:
            kind, way = (words[words.index("exec") + offset] for offset in (2, 4))
            name = kind if way == "undef" else f"{kind}, {way.replace('_', ' ')}"
            sums[name] += float(words[-1]) / steps
    ordered = dict(sorted(sums.items(), key=lambda item: -item[1]))
    return {**ordered, "the rest": whole - sum(ordered.values()), "all": whole}
