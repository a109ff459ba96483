"""The program at its prompt, on a pseudo-terminal: what every session begins with."""

import re
import termios

from screen import Failure, Terminal

PROGRAM = None  # its path; whoever runs a session says it

# Long enough to be interrupted; each round is one cell.
LONG = "repeat 1000000 { reset; query probcover 20 }"


class Session(Terminal):
    """The program at its prompt."""

    def __init__(self, folder, environment=None, arguments=(), **options):
        variables = {"HOME": str(folder), "WINNOW_WORKSPACE": str(folder / "w.sqlite"),
                     "PAGER": ""}
        variables.update(environment or {})
        super().__init__([PROGRAM, *arguments], environment=variables, cwd=folder, **options)

    def at_prompt(self, typed=""):
        """Waits for the prompt with exactly this text typed after it, and the cursor on it."""
        pattern = re.compile(r"\[\d+\]> ?" + re.escape(typed) + "$")
        self.wait(f"the prompt with {typed!r}", lambda: pattern.match(self.cursor_line()))

    def enter(self, text):
        self.send(text)
        self.at_prompt(text)
        self.send("\r")

    def start(self, command):
        """Enters a command and waits until it runs."""
        self.at_prompt()
        self.enter(command)
        self.wait("the command", lambda: mode(self) & termios.ICANON)

    def start_long_command(self):
        self.at_prompt()
        self.enter("load digits")
        self.expect("digits: ")  # over too soon to be seen running
        self.start(LONG)
        self.expect("by probcover")

    def leave(self):
        self.at_prompt()
        self.send("\x04")
        check(self.exit_code() == 0, f"exit code {self.status} after Ctrl-D")


def check(holds, complaint):
    if not holds:
        raise Failure(complaint)


def mode(session):
    return termios.tcgetattr(session.master)[3] & (termios.ICANON | termios.ECHO | termios.ISIG)
