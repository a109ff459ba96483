"""Queries and studies that the real program does; there is nobody beside it.

Peaks of memory are those of whole processes, with the features and everything else in them.
"""

from __future__ import annotations

import argparse
import numpy as np

from benchmarks import program
from benchmarks.pools import Pool, made
from benchmarks.report import Row, Sample
from benchmarks.selection import CLASSES, DEGREE

LARGE = 35_000
LARGE_SECONDS = 10
STUDY_MINUTES, STUDY_GIGABYTES = 15, 4
STRATEGIES = "random margin coreset typiclust probcover(delta={0}) npc(delta={0})"
SEEDS, ROUNDS, BUDGET, TESTED = 10, 5, 100, 10_000
SIZES = (10_000, 31_623, 100_000, 316_228, 1_000_000)
LARGEST_MINUTES, LARGEST_GIBIBYTES = 45, 8


def loaded(pool: Pool, test: Pool | None = None) -> str:
    """The command that opens a pool, with true labels, from which the annotator's are made."""
    words = f'load arrays features="{pool.file("points")}" labels="{pool.file("true")}"'
    if test is not None:
        words += f' test_features="{test.file("points")}" test_labels="{test.file("true")}"'
    return words


def alone(what: str, ours: str, target: str, holds: bool) -> Row:
    """A row about the program alone."""
    return Row(what, ours, "none", "", target, holds)


def large_herding(options: argparse.Namespace) -> list[Row]:
    """MaxHerding on more points than a matrix of their kernel has room for."""
    size = min(options.points or LARGE, LARGE)
    pool = made(options.folder, size, 512, CLASSES)
    picks = min(500, size // 4)
    found = {}
    for memory in ("5G", "1G"):
        runs = []
        for number in range(options.rounds if memory == "5G" else 1):
            runs.append(program.run(options, f"set memory {memory}\n{loaded(pool)}\n"
                                    f"query maxherding {picks} sigma=1\n"))
            options.say(f"maxherding-large, {memory}, round {number + 1}: "
                        f"{runs[-1].of('query')[0]['seconds']:.3f} s")
        found[memory] = runs
    rows = herding_rows(f"maxherding, {picks} picks of {size:,} × 512", found)
    return rows if size == LARGE else [row.untargeted() for row in rows]


def herding_rows(title: str, found: dict[str, list[program.Run]]) -> list[Row]:
    """Time and memory with much room, and whether little gives the same picks."""
    queries = {memory: [run.of("query")[0] for run in runs] for memory, runs in found.items()}
    much = Sample([one["seconds"] for one in queries["5G"]], "s")
    little = Sample([one["seconds"] for one in queries["1G"]], "s")
    picks = [queries[memory][0]["result"]["selected"] for memory in ("5G", "1G")]
    peaks = {memory: max(run.bytes for run in runs) / 1e9 for memory, runs in found.items()}
    return [
        alone(f"{title}, memory 5G", str(much), f"at most {LARGE_SECONDS} s",
              much.median <= LARGE_SECONDS),
        alone(f"peak memory, {title}, memory 5G", f"{peaks['5G']:.2f} GB", "under 5.4 GB",
              peaks["5G"] < 5 * 2**30 / 1e9),
        alone(f"{title}, memory 1G", f"{little}, {peaks['1G']:.2f} GB", "the same picks",
              picks[0] == picks[1]),
    ]


def study(options: argparse.Namespace) -> list[Row]:
    """A comparison of strategies under ten seeds, as one script."""
    size = min(options.points or 50_000, 50_000)
    pool = made(options.folder, size, 512, CLASSES)
    test = made(options.folder / "test", min(TESTED, size), 512, CLASSES, seed=1)
    strategies = STRATEGIES.format(f"{pool.radius(DEGREE):.4f}")
    options.say("study: one run, which takes minutes")
    run = program.run(options, "\n".join([
        loaded(pool, test), "noise sym 0.5", "filter aum", f"for s in 1..{SEEDS} {{",
        "  seed $s", f"  for q in {strategies} {{", "    reset",
        f"    repeat {ROUNDS} {{ query $q {BUDGET}; filter aum; train linear }}", "  }", "}\n",
    ]))
    title = (f"study of {size:,} × 512: 6 strategies, {SEEDS} seeds, {ROUNDS} rounds of "
             f"{BUDGET}, {len(run.of('train'))} trainings")
    minutes = run.seconds / 60
    rows = [
        alone(title, f"{minutes:.1f} min ({parts(run)})", f"under {STUDY_MINUTES} min",
              minutes < STUDY_MINUTES),
        alone("peak memory, study", f"{run.bytes / 1e9:.2f} GB",
              f"under {STUDY_GIGABYTES} GB", run.bytes < STUDY_GIGABYTES * 1e9),
    ]
    return rows if size == 50_000 else [row.untargeted() for row in rows]


def parts(run: program.Run) -> str:
    """Where the time went, by command."""
    verbs = ("query", "filter", "train")
    return ", ".join(
        f"{verb} {sum(one['seconds'] for one in run.of(verb)):.0f} s" for verb in verbs
    )


def scaling(options: argparse.Namespace) -> list[Row]:
    """NPC on larger and larger pools, and how its time grows."""
    rows, sizes, times = [], [size for size in SIZES if size <= options.largest], []
    for size in sizes:
        pool = made(options.folder, size, 384, CLASSES)
        delta = f"{pool.radius(DEGREE):.4f}"
        run = program.run(options, f"set memory 4G\n{loaded(pool)}\nnoise sym 0.5\n"
                          f"query npc 500 delta={delta} filter=aum\n")
        times.append(run.of("query")[0]["seconds"])
        options.say(f"scaling, {size:,}: {times[-1]:.1f} s, {run.bytes / 2**30:.2f} GiB")
        holds = times[-1] < 60 * LARGEST_MINUTES and run.bytes < LARGEST_GIBIBYTES * 2**30
        target = f"under {LARGEST_MINUTES} min and {LARGEST_GIBIBYTES} GiB"
        rows.append(alone(
            f"npc, 500 picks of {size:,} × 384",
            f"{times[-1]:.1f} s, peak {run.bytes / 2**30:.2f} GiB",
            target if size == SIZES[-1] else "", holds or size != SIZES[-1],
        ))
        pool.remove()
    if len(sizes) > 1:
        exponent = np.polyfit(np.log(sizes), np.log(times), 1)[0]
        rows.append(alone(f"npc, exponent of its time from {sizes[0]:,} to {sizes[-1]:,}",
                          f"{exponent:.2f}", "", True))
    return rows
