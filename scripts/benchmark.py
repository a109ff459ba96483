"""Times Winnow beside others on this machine, by turns, and prints a table.

Both sides of a work are processes that stay ready and are told when to do a round, so that set-up
is not timed and the two never work at once. The table has the median of the rounds, the least and
the largest, how many times as fast Winnow is (or what share of the memory it takes), and the
target. PyTorch runs channels_last, bfloat16 by autocast, evaluation in inference mode with the
fastest of a few sizes of batch. What the real program does alone has nobody beside it. A missed
target is no failure: the exit code is 0 all the same.
"""

from __future__ import annotations

import argparse
import os
import shutil
import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks import network, selection, startup, studies, versions
from benchmarks.report import HEADINGS, Row, table
from benchmarks.worker import WorkerFailed


@dataclass(frozen=True)
class Benchmark:
    """A row of the table of all benchmarks."""

    name: str
    summary: str
    run: Callable[[argparse.Namespace], list[Row]]
    group: str = ""  # a name for several
    is_long: bool = False  # minutes alone: left out unless asked for


def beside(work: selection.Work) -> Benchmark:
    """A work on a pool, with whom it is timed beside."""
    title = work.title.format(size=f"{work.size:,} × {work.dimensions}", picks=work.picks)
    peers = " and ".join(peer.name for peer in work.peers)
    return Benchmark(work.name, f"{title}, beside {peers}", selection.runner(work), "selection")


BENCHMARKS = (
    Benchmark("network", "training and evaluation of ResNet-18 beside PyTorch", network.run),
    *map(beside, selection.WORKS),
    Benchmark("maxherding-large", "500 picks of 35,000 × 512 with 5 and with 1 GiB allowed",
              studies.large_herding, "selection"),
    Benchmark("startup", "time to one command and to a prompt behind 10,000 cells", startup.run),
    Benchmark("study", "50,000 × 512, six strategies, ten seeds, five rounds of 100, as a script",
              studies.study, is_long=True),
    Benchmark("scaling", "npc on pools of 10,000 to 1,000,000 × 384 (--largest)",
              studies.scaling, is_long=True),
)
NAMES = sorted({one.group for one in BENCHMARKS} - {""}) + [one.name for one in BENCHMARKS]
PACKAGES = ("faiss-cpu", "pandas", "scikit-learn")


def chosen(names: Sequence[str]) -> list[Benchmark]:
    """Those of these names and groups; without a name, all that are not long."""
    if not names:
        return [one for one in BENCHMARKS if not one.is_long]
    return [one for one in BENCHMARKS if one.name in names or (one.group and one.group in names)]


def summaries() -> str:
    """All benchmarks, a line each."""
    lines = [
        f"  {one.name:<17} {one.summary}{' (long: only if asked for)' if one.is_long else ''}"
        for one in BENCHMARKS
    ]
    return "benchmarks (selection is a name for those from graph to maxherding-large):\n" + (
        "\n".join(lines)
    )


def say(text: str) -> None:
    """Talk, beside the table."""
    print(f"benchmark: {text}", file=sys.stderr, flush=True)


def parsed(words: Sequence[str] | None = None) -> argparse.Namespace:
    """The command line; leaves with code 2 where it makes no sense."""
    parser = argparse.ArgumentParser(
        prog="scripts/benchmark", description=__doc__,
        epilog=summaries(),
        formatter_class=argparse.RawDescriptionHelpFormatter, allow_abbrev=False,
    )
    cores = len(os.sched_getaffinity(0))
    number = {"type": int, "metavar": "N"}
    parser.add_argument("--judge", type=Path, metavar="BINARY", help="a winnow-judge; else built")
    parser.add_argument("--winnow", type=Path, metavar="BINARY", help="else beside the judge")
    parser.add_argument(
        "--only", action="append", default=[], metavar="NAME", help="this one; may be repeated",
        choices=NAMES,
    )
    parser.add_argument("--rounds", default=5, help="rounds, at least 3 (5)", **number)
    parser.add_argument("--steps", default=10, help="steps of training in a round (10)", **number)
    parser.add_argument("--images", default=10_000, help="of an evaluation (10000)", **number)
    parser.add_argument(
        "--points", help="a trial with pools of at most so many; targets are left out", **number
    )
    parser.add_argument(
        "--largest", default=1_000_000, help="pool of scaling (1000000)", **number
    )
    parser.add_argument("--threads", default=cores, help=f"of both sides ({cores})", **number)
    parser.add_argument(
        "--compile", action="store_true",
        help="also torch.compile, which needs a C++ compiler; the faster of the two is theirs",
    )
    parser.add_argument(
        "--profile", action="store_true", help="only where the time of a step goes, by layer"
    )
    parser.add_argument("--markdown", action="store_true", help="tables as Markdown")
    options = parser.parse_args(words)
    if options.rounds < 3 or min(options.steps, options.images, options.threads) < 1:
        parser.error("--rounds is at least 3, --steps, --images and --threads at least 1")
    if (options.points or 400) < 400:
        parser.error("--points is at least 400")
    if options.judge is None or not options.judge.is_file():
        parser.error(f"no winnow-judge at {options.judge}")
    options.winnow = options.winnow or options.judge.with_name("winnow")
    if not options.winnow.is_file():
        parser.error(f"no winnow at {options.winnow}")
    compiler = os.environ.get("CXX", "g++")
    if options.compile and shutil.which(compiler) is None:
        parser.error(f"--compile needs a C++ compiler, and there is no {compiler}")
    options.judge, options.winnow = options.judge.resolve(), options.winnow.resolve()
    options.say = say
    return options


def main() -> int:
    """Runs what is asked for and prints it."""
    options = parsed()
    if options.profile:
        headings = ["format", "part of a step", "ours, ms", "theirs, ms"]
        print(table(network.profile(options), headings, options.markdown))
    else:
        with tempfile.TemporaryDirectory(prefix="benchmark-") as folder:
            options.folder = Path(folder)
            rows = [row.cells() for one in chosen(options.only) for row in one.run(options)]
        print(table(rows, HEADINGS, options.markdown))
    print(f"\n{versions.ours(options.judge)}; {versions.theirs()}, "
          f"{versions.packages(PACKAGES)}; {versions.processor()}, "
          f"{os.cpu_count()} cores, {options.threads} threads; "
          + (f"{options.steps} steps" if options.profile else
             f"median (least to largest) of {options.rounds} rounds"
             + ("" if options.compile else ", without torch.compile"))
          + (f"; a trial with at most {options.points:,} points, not the full size"
             if options.points else ""))
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except WorkerFailed as failure:
        say(str(failure))
        sys.exit(1)
    except KeyboardInterrupt:
        sys.exit(130)
