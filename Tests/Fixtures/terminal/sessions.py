"""Sessions on a pseudo-terminal, as a person would have them: `sessions.py PROGRAM NAME`.

Each function whose name is given runs one; it ends with exit code 0, or 1 and what stood on the
screen. Every session has a home and a workspace of its own.
"""

import os
import pathlib
import signal
import sys
import tempfile
import termios
import time

import session
from display import *
from editing import *
from pipes import *
from screen import Failure
from session import LONG, Session, check, mode


def types_and_leaves(folder):
    session = Session(folder)
    session.at_prompt()
    session.enter("greeting = 'grüße, Ω, 漢字, 🙂'")
    session.at_prompt()
    session.enter("show vars")
    session.expect("grüße, Ω, 漢字, 🙂")
    session.leave()
    cooked = termios.ICANON | termios.ECHO | termios.ISIG
    check(mode(session) == cooked, "the terminal was left in another mode")


def interrupt_clears_the_line(folder):
    session = Session(folder)
    session.at_prompt()
    session.send("half typed")
    session.at_prompt("half typed")
    session.send("\x03")
    session.at_prompt()
    session.send("\x03\x03\x03")
    session.settle()
    session.at_prompt()
    session.enter("a = 1")
    session.leave()


def interrupt_stops_a_command(folder):
    session = Session(folder)
    session.at_prompt()
    session.start_long_command()
    session.send("\x03")
    session.at_prompt()
    session.enter("again = 7")
    session.at_prompt()
    session.enter("show vars")
    session.at_prompt()
    session.expect("again")
    session.start(LONG)
    session.send("\x03\x03\x03")
    session.at_prompt()
    session.leave()


def survives_resizing(folder):
    session = Session(folder)
    session.at_prompt()
    session.send("text = 'kept while the window changes its size'")
    session.at_prompt("text = 'kept while the window changes its size'")
    for columns, rows in ((30, 8), (2, 1), (200, 50), (80, 24)):
        session.resize(columns, rows)
        session.settle()
    session.send("\r")
    session.at_prompt()
    session.enter("show vars")
    session.expect("kept while the window changes its size")
    session.leave()


def keeps_type_ahead(folder):
    session = Session(folder)
    session.at_prompt()
    session.enter("load digits")
    session.send("repeat 3 { query probcover 10 }\rlater = 'ahead'\rshow vars\rhalf")
    session.expect("ahead")
    session.at_prompt("half")
    session.close()


def terminates(folder):
    code = 143
    for number in (signal.SIGTERM, signal.SIGHUP):
        session = Session(folder)
        session.at_prompt()
        session.send("half")
        session.at_prompt("half")
        session.signal(number)
        check(session.exit_code() == code, f"exit code {session.status}, not {code}")
        check(session.raw.rstrip().endswith(b"\x1b[?2004l"), "pasting was left switched on")
        session = Session(folder)
        session.at_prompt()
        session.start_long_command()
        session.signal(number)
        check(session.exit_code() == code, f"exit code {session.status}, not {code}")


def ends_with_its_terminal(folder):
    session = Session(folder)
    session.at_prompt()
    os.close(session.master)
    for _ in range(600):
        pid, status = os.waitpid(session.pid, os.WNOHANG)
        if pid:
            code = os.waitstatus_to_exitcode(status)
            check(code in (0, 143), f"exit code {code}")
            return
        time.sleep(0.1)
    os.kill(session.pid, signal.SIGKILL)
    raise Failure("goes on without a terminal")


def goes_on_after_a_stop(folder):
    session = Session(folder)
    session.at_prompt()
    session.send("a = 1")
    session.at_prompt("a = 1")
    session.signal(signal.SIGSTOP)
    modes = termios.tcgetattr(session.master)  # what a shell does meanwhile
    modes[3] |= termios.ICANON | termios.ECHO
    termios.tcsetattr(session.master, termios.TCSANOW, modes)
    session.signal(signal.SIGCONT)
    session.wait("editing", lambda: not mode(session) & termios.ICANON)
    session.at_prompt("a = 1")
    session.send("2\r")
    session.at_prompt()
    session.enter("show vars")
    session.expect("12")
    session.leave()


def settings_file(folder):
    place = folder / ".config" / "winnow"
    place.mkdir(parents=True)
    (place / "rc.winnow").write_text("# mine\nset timing on\n")
    session = Session(folder)
    session.at_prompt()
    session.enter("show vars")
    session.expect("cell 1: ")
    session.leave()
    (place / "rc.winnow").write_text("set timing on\nload digits\n")
    session = Session(folder)
    session.at_prompt()
    session.expect("a file of settings holds set lines only")
    session.leave()


if __name__ == "__main__":
    session.PROGRAM, name = sys.argv[1:]
    os.closerange(3, 1024)  # pipes of tests that run beside this one
    with tempfile.TemporaryDirectory() as place:
        try:
            globals()[name](pathlib.Path(place))
        except Failure as failure:
            sys.exit(f"{name}: {failure}")
