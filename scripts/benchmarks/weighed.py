"""Runs a program and writes the peak of its memory, in bytes: `weighed.py FILE PROGRAM …`.

A process of its own because the system counts what a program was started from towards its peak, and
whoever times something may be large.
"""

import os
import sys


def main() -> int:
    """The program's exit code, as a shell has it."""
    process = os.spawnv(os.P_NOWAIT, sys.argv[2], sys.argv[2:])
    _, status, usage = os.wait4(process, 0)
    with open(sys.argv[1], "w") as file:
        file.write(str(1024 * usage.ru_maxrss))
    code = os.waitstatus_to_exitcode(status)
    return code if code >= 0 else 128 - code


if __name__ == "__main__":
    sys.exit(main())
