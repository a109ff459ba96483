"""Holds Winnow against scikit-learn, scikit-activeml, cleanlab and SciPy on problems at random.

Each problem is given to both sides: to Winnow as arrays and a script, through its command line,
and to the other implementation as the same arrays. A table says what was compared, on how many
problems the two agree, how far apart they were at most, and which difference is promised never to
be exceeded.

A strategy is followed pick by pick: after the same labels each pick has to have the largest utility
that the other implementation computes, and that utility as its score, so that ties may fall either
way. Where something is decided by less than rounding, the problem is called close and counts for
neither side. Where two disagree, the problem's folder is kept and named, and the exit code is 1.
"""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from importlib.metadata import version
from pathlib import Path

from crosschecks import annotators, coverage, draws, filters, models, selection, statistics
from crosschecks.bench import Problem
from crosschecks.program import WinnowFailed
from crosschecks.report import Check, Finding, Row, parted, table

MODULES = (selection, models, coverage, filters, draws, annotators, statistics)
CHECKS: list[Check] = [check for module in MODULES for check in module.CHECKS]
PACKAGES = ("numpy", "scipy", "scikit-learn", "scikit-activeml", "cleanlab")
LEFT_OUT = (
    ("network-family, network-exchange, network-steps, network-accuracy",
     "need PyTorch: ask with --only NAME"),
    ("random, badge, bald, dbal, ensemble_var_r, direct", "what they draw is Winnow's own"),
    ("dcom after the first labels", "nobody else's judges radii by the labels that were bought"),
    ("centroids, disagreenet, map", "rest on drawn subsets or initial weights"),
    ("compare sequential=true", "no other implementation; scripts/comparisons counts its errors"),
    ("small-text's greedy_coreset and ProbCover", "mixes positions and ids; another algorithm"),
    ("scikit-activeml's TypiClust", "five neighbours, skips labeled clusters"),
)


def parsed(words: Sequence[str] | None = None) -> argparse.Namespace:
    """The command line; leaves with code 2 where it makes no sense."""
    parser = argparse.ArgumentParser(
        prog="scripts/crosscheck", description=__doc__,
        epilog="checks: " + "; ".join(check.name for check in CHECKS)
        + "\nagainst PyTorch, only if asked for: network-family; network-exchange; "
        + "network-steps; network-accuracy"
        + " (--only network-steps --help)",
        formatter_class=argparse.RawDescriptionHelpFormatter, allow_abbrev=False,
    )
    parser.add_argument(
        "--winnow", type=Path, metavar="BINARY", help="a winnow that is built; else one is built"
    )
    parser.add_argument(
        "--problems", type=int, default=20, metavar="N", help="problems per check (20)"
    )
    parser.add_argument("--seed", type=int, default=0, metavar="S", help="which problems (0)")
    parser.add_argument(
        "--only", action="append", default=[], metavar="NAME",
        help="this check alone; may be given several times",
    )
    options = parser.parse_args(words)
    unknown = set(options.only) - {check.name for check in CHECKS}
    if unknown:
        parser.error(f"no check {', '.join(sorted(unknown))} (--help lists them)")
    if options.problems < 1 or options.seed < 0:
        parser.error("--problems has to be at least 1, --seed at least 0")
    if options.winnow is None or not options.winnow.is_file():
        parser.error(f"no winnow at {options.winnow}")
    options.winnow = options.winnow.resolve()
    return options


def examined(check: Check, winnow: Path, seed: int, number: int) -> Finding:
    """One problem in a folder of its own, which stays where the two disagree."""
    folder = Path(tempfile.mkdtemp(prefix="crosscheck-"))
    try:
        finding = check.examine(Problem(winnow, folder, seed, check.name, number))
    except WinnowFailed as failure:
        finding = parted(str(failure))
    if finding.agreed or finding.close:
        shutil.rmtree(folder)
    else:
        say(f"{check.name}, problem {number}: {finding.note}\n  kept: {folder}")
    return finding


def say(text: str) -> None:
    """Talk, beside the table."""
    print(f"crosscheck: {text}", file=sys.stderr, flush=True)


def main() -> int:
    """Runs the checks, prints the table; 1 where a promised agreement is not there."""
    options = parsed()
    chosen = [check for check in CHECKS if not options.only or check.name in options.only]
    rows = []
    with ProcessPoolExecutor() as pool:
        for check in chosen:
            say(check.name)
            examine = partial(examined, check, options.winnow, options.seed)
            rows.append(Row(check, list(pool.map(examine, range(options.problems)))))
    print(table([row.cells() for row in rows]))
    if not options.only:
        print("\n" + table(LEFT_OUT, ["not compared", "why"]))
    print("\n" + ", ".join(f"{name} {version(name)}" for name in PACKAGES), end="; ")
    print(f"{options.problems} problems each, seed {options.seed}")
    return 1 if any(row.failed for row in rows) else 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)
