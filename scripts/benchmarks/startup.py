"""How soon the program is there: one command, and the prompt of a workspace with many cells."""

from __future__ import annotations

import argparse
import os
import pty
import select
import shutil
import signal
import subprocess
import tempfile
import time
from pathlib import Path

from benchmarks import program
from benchmarks.report import Row, Sample
from benchmarks.studies import alone
from benchmarks.worker import WorkerFailed

TIMES = 21
CELLS = 10_000
HELP_MILLISECONDS, OPEN_MILLISECONDS = 50, 200
PATIENCE = 60  # seconds for a prompt
MEMORY = Path("/dev/shm")  # a folder that is in memory alone


def helped(options: argparse.Namespace, folder: Path) -> Sample:
    """Milliseconds of a process that says what there is."""
    found = []
    for _ in range(TIMES):
        start = time.perf_counter()
        subprocess.run([options.winnow, "-c", "help"], cwd=folder, check=True,
                       stdout=subprocess.DEVNULL, env=program.environment(folder))
        found.append(1000 * (time.perf_counter() - start))
    return Sample(found, "ms")


def fill(options: argparse.Namespace, folder: Path, cells: int) -> None:
    """Makes a workspace of so many cells by typing them, where nobody waits for a disk."""
    shared = MEMORY if os.access(MEMORY, os.W_OK) else folder
    with tempfile.TemporaryDirectory(prefix="cells-", dir=shared) as name:
        typed = Path(name)
        (typed / "cells.winnow").write_text(f"for i in 1..{cells} {{ seed $i }}\n")
        subprocess.run(
            [options.winnow, "-f", "cells.winnow", "--quiet", "--progress", "never"], cwd=typed,
            check=True, stdout=subprocess.DEVNULL, env=program.environment(typed),
        )
        shutil.copy(typed / "w.sqlite", folder)


def opened(options: argparse.Namespace, folder: Path, cells: int) -> tuple[float, int]:
    """Milliseconds to the prompt behind these cells, and the bytes in memory there."""
    start = time.perf_counter()
    process, terminal = pty.fork()
    if process == 0:
        os.chdir(folder)
        os.execve(options.winnow, ["winnow", "--color", "never"],
                  {**program.environment(folder), "TERM": "dumb"})
    try:
        read_until(terminal, f"[{cells + 1}]>".encode())
        milliseconds = 1000 * (time.perf_counter() - start)
        return milliseconds, resident(process)
    finally:
        os.kill(process, signal.SIGKILL)
        os.waitpid(process, 0)
        os.close(terminal)


def read_until(terminal: int, wanted: bytes) -> None:
    """Reads what the program writes until it has written this."""
    said, last = b"", time.monotonic() + PATIENCE
    while wanted not in said:
        ready, _, _ = select.select([terminal], [], [], max(0, last - time.monotonic()))
        part = os.read(terminal, 4096) if ready else b""
        if not part:
            raise WorkerFailed(f"no prompt {wanted.decode()} in {said.decode(errors='replace')}")
        said += part


def resident(process: int) -> int:
    """The bytes of a process that are in memory now."""
    lines = Path(f"/proc/{process}/status").read_text().splitlines()
    return 1024 * int(next(line for line in lines if line.startswith("VmRSS:")).split()[1])


def run(options: argparse.Namespace) -> list[Row]:
    """All rows."""
    cells = min(options.points or CELLS, CELLS)
    with tempfile.TemporaryDirectory(prefix="start-", dir=options.folder) as name:
        folder = Path(name)
        (folder / "help").mkdir()
        said = helped(options, folder / "help")
        options.say(f"startup: typing {cells:,} cells")
        fill(options, folder, cells)
        tries = [opened(options, folder, cells) for _ in range(TIMES)]
    there = Sample([milliseconds for milliseconds, _ in tries], "ms")
    taken = Sample([taken / 1e6 for _, taken in tries], "MB")
    rows = [
        alone("winnow -c help", str(said), f"at most {HELP_MILLISECONDS} ms",
              said.median <= HELP_MILLISECONDS),
        alone(f"prompt of a workspace of {cells:,} cells", str(there),
              f"at most {OPEN_MILLISECONDS} ms", there.median <= OPEN_MILLISECONDS),
        alone("memory at that prompt", str(taken), "", True),
        alone("the program's file", f"{options.winnow.stat().st_size / 1e6:.1f} MB", "", True),
    ]
    return rows if cells == CELLS else [row.untargeted() for row in rows]
