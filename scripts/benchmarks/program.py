"""Works that the real program does, typed as anyone would: from a script to its records.

Each run has a workspace and a cache of its own, so that nothing is there already.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.worker import WorkerFailed


@dataclass(frozen=True)
class Run:
    """What became of a script."""

    records: list[dict[str, Any]]  # one for each command, as `--mode jsonl` has them
    seconds: float  # of all commands together
    bytes: int  # the peak of memory

    def of(self, verb: str) -> list[dict[str, Any]]:
        """The records of the commands with a verb."""
        return [one for one in self.records if one["command"].split()[0] == verb]


def environment(folder: Path) -> dict[str, str]:
    """That of the shell, but with a cache and a workspace in `folder`, and no settings."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("WINNOW_")}
    return {
        **kept, "XDG_CACHE_HOME": str(folder / "cache"), "XDG_DATA_HOME": str(folder / "data"),
        "WINNOW_WORKSPACE": str(folder / "w.sqlite"),
    }


def run(options: argparse.Namespace, script: str) -> Run:
    """Runs a script in a new process to its end."""
    with tempfile.TemporaryDirectory(prefix="run-", dir=options.folder) as name:
        folder = Path(name)
        (folder / "work.winnow").write_text(script)
        command = [str(options.winnow), "run", "work.winnow", "--mode", "jsonl", "--quiet",
                   "--progress", "never", "--threads", str(options.threads)]
        weighed = [sys.executable, "-I", str(Path(__file__).with_name("weighed.py")), "peak"]
        with (folder / "out").open("w") as out, (folder / "complaints").open("w") as complaints:
            status = subprocess.call([*weighed, *command], cwd=folder, stdout=out,
                                     stdin=subprocess.DEVNULL, stderr=complaints,
                                     env=environment(folder))
        if status != 0:
            said = (folder / "complaints").read_text().strip()
            raise WorkerFailed(f"{' '.join(command)}\n{said or 'ended'}")
        records = [json.loads(line) for line in (folder / "out").read_text().splitlines()]
        peak = int((folder / "peak").read_text())
    return Run(records, sum(one["seconds"] for one in records), peak)
