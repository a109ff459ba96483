"""The conversation that a worker in Python has with the benchmark, as `winnow-judge benchmark`."""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

Once = Callable[[], Sequence[int] | None]  # does the work and returns what came out, if anything


def peak() -> int:
    """The most bytes that this process had in memory."""
    status = Path("/proc/self/status").read_text()
    line = next(line for line in status.splitlines() if line.startswith("VmHWM:"))
    return 1024 * int(line.split()[1])


def serve(once: Once) -> None:
    """Prints `ready`, then answers commands until the input ends.

    `round N` does the work N times and says the seconds of one, `peak` the most bytes in memory so
    far, `answers` what came out last.
    """
    found: Sequence[int] = ()
    print("ready", flush=True)
    for line in sys.stdin:
        match line.split():
            case ["round", times]:
                start = time.perf_counter()
                for _ in range(int(times)):
                    found = once() or ()
                print(f"seconds {(time.perf_counter() - start) / int(times)}", flush=True)
            case ["peak"]:
                print(f"bytes {peak()}", flush=True)
            case ["answers"]:
                print("answers", *map(int, found), flush=True)


def selection(description: str | None, works: Sequence[str]) -> argparse.Namespace:
    """The command line of a worker that chooses samples, as that of our side."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--work", choices=works, required=True)
    parser.add_argument("--points", required=True)
    parser.add_argument("--labels", required=True)
    parser.add_argument("--classes", type=int, required=True)
    parser.add_argument("--radius", type=float, required=True)
    parser.add_argument("--picks", type=int, required=True)
    parser.add_argument("--threads", type=int, required=True)
    return parser.parse_args()


def spread(count: int, size: int) -> list[int]:
    """The samples that are labeled beforehand: evenly over the pool."""
    return [place * size // count for place in range(count)]
