"""A process that stays ready and works when it is told to, so that set-up is never timed."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Sequence

PAUSE = 0.3  # seconds before a round: threads of whoever worked before spin for a while


class WorkerFailed(Exception):
    """A process ended or said something else; the text says what."""


class Worker:
    """One side of a benchmark. Waits in a read, and so costs nothing, while the other works."""

    def __init__(self, command: Sequence[str], environment: dict[str, str] | None = None) -> None:
        self.command = command
        self.others: list[str] = []  # lines that are no answers
        self.process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            text=True, env={**os.environ, **(environment or {})},
        )
        self._answer("ready")

    def _answer(self, word: str) -> str:
        """The rest of the next line that begins with `word`."""
        assert self.process.stdout is not None and self.process.stderr is not None
        for line in self.process.stdout:
            if line.split()[:1] == [word]:
                return line.removeprefix(word).strip()
            self.others.append(line.rstrip())
        said = self.process.stderr.read().strip()
        raise WorkerFailed(f"{' '.join(self.command)}\n{said or 'ended'}")

    def _ask(self, request: str, word: str) -> str:
        assert self.process.stdin is not None
        self.process.stdin.write(request + "\n")
        self.process.stdin.flush()
        return self._answer(word)

    def round(self, times: int) -> float:
        """Does the work; the seconds that each of `times` took."""
        time.sleep(PAUSE)
        return float(self._ask(f"round {times}", "seconds"))

    def peak(self) -> int:
        """The most bytes that the process had in memory so far."""
        return int(self._ask("peak", "bytes"))

    def answers(self) -> list[int]:
        """What came out last, as the work has it."""
        return [int(word) for word in self._ask("answers", "answers").split()]

    def stop(self) -> None:
        """Ends the process."""
        self.process.communicate()
