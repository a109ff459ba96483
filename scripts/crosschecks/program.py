"""Winnow run as anyone runs it: commands in, results out."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from typing import Any

Record = dict[str, Any]
SCRIPT = "problem.winnow"


class WinnowFailed(Exception):
    """A command of a problem failed: the text is Winnow's own message."""


def run(
    winnow: Path, folder: Path, commands: list[str], seed: int = 0, flags: tuple[str, ...] = ()
) -> list[Record]:
    """The result of each command, in order, run in a folder; `WinnowFailed` where one fails."""
    (folder / SCRIPT).write_text("\n".join(commands) + "\n")
    call = [
        str(winnow), "run", SCRIPT, "--mode", "jsonl", "--quiet",
        "--workspace", "problem.sqlite", "--seed", str(seed), *flags,
    ]
    kept = {name: value for name, value in os.environ.items() if "WINNOW" not in name}
    done = subprocess.run(
        call, cwd=folder, env=kept, capture_output=True, text=True, check=False
    )
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    if done.returncode != 0 or len(answers) < len(commands):
        raise WinnowFailed(done.stderr.strip() or f"exit code {done.returncode}")
    return [answer["result"] for answer in answers]
