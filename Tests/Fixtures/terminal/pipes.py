"""Programs that drive ours through pipes instead of a terminal."""

import os
import select
import signal
import subprocess
import time

import session
from screen import PATIENCE, expect_signals
from session import check


def start_piped(folder):
    variables = {"PATH": os.environ["PATH"], "HOME": str(folder),
                 "WINNOW_WORKSPACE": str(folder / "w.sqlite")}
    return subprocess.Popen([session.PROGRAM, "--interactive"], stdin=subprocess.PIPE,
                            stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=variables,
                            cwd=folder, preexec_fn=expect_signals)


def read_until(stream, wanted):
    """Reads until `wanted` has come."""
    seen = b""
    deadline = time.monotonic() + PATIENCE
    while wanted not in seen:
        ready, _, _ = select.select([stream], [], [], max(0, deadline - time.monotonic()))
        data = os.read(stream.fileno(), 65536) if ready else b""
        check(data, f"waited in vain for {wanted!r} after {seen!r}")
        seen += data
    return seen


def driven_through_a_pipe(folder):
    program = start_piped(folder)
    program.stdin.write(b"a = 41\nshow vars\n")
    program.stdin.flush()
    read_until(program.stdout, b"41")
    program.stdin.write(b"bad \xff\xfe byte\nzero \x00 byte\nb = 42\nshow vars")
    program.stdin.close()
    read_until(program.stdout, b"42")
    program.wait(PATIENCE)
    check(program.returncode in (0, 1, 2), f"exit code {program.returncode}")


def signals_end_the_wait_for_a_pipe(folder):
    for number, code in ((signal.SIGINT, 130), (signal.SIGTERM, 143)):
        program = start_piped(folder)
        program.stdin.write(b"a = 41\nshow vars\n")
        program.stdin.flush()
        read_until(program.stdout, b"41")
        program.send_signal(number)
        check(program.wait(PATIENCE) == code, f"exit code {program.returncode}, not {code}")
