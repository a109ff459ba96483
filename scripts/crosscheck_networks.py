"""Holds Winnow's networks against PyTorch; asked for with --only, one or several of:

network-family    logits of every network, at 32 × 32 and some at 224 × 224
network-exchange  logits of ResNet-18 with the same weights, carried by files both ways
network-steps     20 steps of training from the same weights on the same batches
network-accuracy  test accuracy on Fashion-MNIST with 500 labels, five seeds: the long one

Prints a table; exits with 1 where a promised agreement is not there. The accuracies carry no
promise: means of five seeds lie within one standard error two times in three even if both are
drawn from the same.
"""

from __future__ import annotations

import argparse
import platform
import shutil
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

import numpy
import torch

from crosschecks.networks import CHECKS, HEADINGS, Bench
from crosschecks.program import WinnowFailed
from crosschecks.report import table


def say(text: str) -> None:
    """Talk, beside the table."""
    print(f"crosscheck: {text}", file=sys.stderr, flush=True)


def parsed(words: Sequence[str] | None = None) -> argparse.Namespace:
    """The command line; leaves with code 2 where it makes no sense."""
    parser = argparse.ArgumentParser(
        prog="scripts/crosscheck", description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter, allow_abbrev=False,
    )
    number = {"type": int, "metavar": "N"}
    parser.add_argument("--winnow", type=Path, metavar="BINARY", help="a winnow; else one is built")
    parser.add_argument("--judge", type=Path, metavar="BINARY", help="a winnow-judge; else built")
    parser.add_argument("--only", action="append", default=[], choices=list(CHECKS))
    parser.add_argument("--seed", type=int, default=0, metavar="S", help="the first seed (0)")
    parser.add_argument("--seeds", default=5, help="seeds of network-accuracy (5)", **number)
    parser.add_argument("--epochs", default=30, help="epochs of network-accuracy (30)", **number)
    parser.add_argument("--labels", default=500, help="labels of network-accuracy (500)", **number)
    options = parser.parse_args(words)
    if min(options.seeds, options.epochs, options.labels) < 1 or options.seed < 0:
        parser.error("--seeds, --epochs and --labels have to be at least 1, --seed at least 0")
    for name in ("winnow", "judge"):
        file = getattr(options, name)
        if file is None or not file.is_file():
            parser.error(f"--{name}: no program at {file}")
    return options


def main() -> int:
    """Runs the checks, prints the table; 1 where a promised agreement is not there."""
    options = parsed()
    torch.manual_seed(options.seed)
    folder = Path(tempfile.mkdtemp(prefix="crosscheck-"))
    bench = Bench(
        options.winnow.resolve(), options.judge.resolve(), folder, options.seed, options.seeds,
        options.epochs, options.labels, say,
    )
    rows = []
    try:
        for name in dict.fromkeys(options.only):
            say(name)
            rows += CHECKS[name](bench)
    except WinnowFailed as failure:
        say(f"{failure}\n  kept: {folder}")
        return 1
    print(table([row.cells() for row in rows], HEADINGS))
    print(f"\nPyTorch {torch.__version__}, numpy {numpy.__version__}, "
          f"Python {platform.python_version()}; seed {options.seed}")
    if any(row.failed for row in rows):
        say(f"kept: {folder}")
        return 1
    shutil.rmtree(folder)
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)
