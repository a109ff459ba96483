"""A program on a pseudo-terminal, and the screen that a person would see.

Reads what the program writes into a screen emulator and waits for what is expected to stand there;
nothing sleeps for a fixed time, so that a busy machine is slow here and not wrong.
"""

import fcntl
import os
import pty
import select
import signal
import struct
import termios
import time

import pyte

PATIENCE = 240.0  # seconds until what was expected is given up
QUESTION = b"\x1b[c"  # asks a terminal for its device attributes


class Failure(Exception):
    """What was expected did not come; says what stands on the screen instead."""


def expect_signals():
    """Gives a child signals as a login shell would, whatever started these tests had them do."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT, signal.SIGPIPE):
        signal.signal(number, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_SETMASK, ())


class Terminal:
    def __init__(self, command, columns=80, rows=24, environment=None, cwd=None, answer=b""):
        """`answer` is typed whenever the program asks for device attributes."""
        self.answer = answer
        self.screen = pyte.HistoryScreen(columns, rows, history=2000)
        self.stream = pyte.ByteStream(self.screen)
        self.raw = b""
        self.status = None
        variables = {"TERM": "xterm-256color", "LANG": "C.UTF-8", "PATH": os.environ["PATH"]}
        variables.update(environment or {})
        self.pid, self.master = pty.fork()
        if self.pid == 0:
            try:
                expect_signals()
                if cwd:
                    os.chdir(cwd)
                self._set_size(0, columns, rows)
                os.execve(command[0], command, variables)
            finally:
                os._exit(127)

    @staticmethod
    def _set_size(descriptor, columns, rows):
        fcntl.ioctl(descriptor, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def resize(self, columns, rows):
        """As terminals do it: what no longer fits above the cursor scrolls away. pyte alone would
        clip at the top whatever stands there, and leave the cursor outside."""
        screen = self.screen
        x, y, fewer = screen.cursor.x, screen.cursor.y, screen.lines - rows
        if fewer > 0:
            screen.cursor.y = screen.lines - 1
            for _ in range(y - (rows - 1)):
                screen.index()
            screen.cursor.y = 0
            screen.insert_lines(fewer)
        screen.resize(rows, columns)
        screen.cursor.x, screen.cursor.y = min(x, columns - 1), min(y, rows - 1)
        self._set_size(self.master, columns, rows)

    def send(self, text):
        """Types; reads meanwhile, so that neither side waits for the other."""
        data = text.encode() if isinstance(text, str) else text
        while data:
            readable, writable, _ = select.select([self.master], [self.master], [], PATIENCE)
            if readable and not self._read():
                raise Failure("the program ended\n" + self.show())
            elif readable:
                continue
            elif writable:
                data = data[os.write(self.master, data[:256]):]
            else:
                raise Failure("the program does not read\n" + self.show())

    def signal(self, number):
        os.kill(self.pid, number)

    def _read(self):
        try:
            data = os.read(self.master, 65536)
        except OSError:
            data = b""
        if data:
            # With what came before, since a question may come in two parts.
            asked = (self.raw[-len(QUESTION) + 1:] + data).count(QUESTION)
            self.raw += data
            for _ in range(asked if self.answer else 0):
                os.write(self.master, self.answer)
            self.stream.feed(data)
        return bool(data)

    def hint(self):
        """What stands behind the cursor in grey."""
        cells = self.screen.buffer[self.screen.cursor.y]
        text = ""
        for x in range(self.screen.cursor.x, self.screen.columns):
            if cells[x].fg not in ("black", "brightblack"):  # pyte 0.8 tells no bright black
                break
            text += cells[x].data
        return text

    def lines(self):
        """What stands on the screen, without the hint: nobody typed that."""
        lines = [line.rstrip() for line in self.screen.display]
        y, hint = self.screen.cursor.y, self.hint().rstrip()
        if hint and lines[y].endswith(hint):
            lines[y] = lines[y][:-len(hint)].rstrip()
        return lines

    def text(self):
        """All that was ever shown, above the screen and on it."""
        above = ["".join(line[x].data for x in range(self.screen.columns)).rstrip()
                 for line in self.screen.history.top]
        return "\n".join(above + self.lines())

    def cursor_line(self):
        return self.lines()[self.screen.cursor.y]

    def show(self):
        rule = "-" * self.screen.columns
        return "\n".join([rule, "\n".join(self.lines()).rstrip(), rule])

    def wait(self, what, condition):
        """Waits until `condition()` holds."""
        deadline = time.monotonic() + PATIENCE
        while not condition():
            left = deadline - time.monotonic()
            if left <= 0:
                raise Failure(f"waited in vain for {what}\n{self.show()}")
            if select.select([self.master], [], [], min(left, 0.5))[0] and not self._read():
                if condition():
                    return
                raise Failure(f"the program ended before {what}\n{self.show()}")

    def expect(self, text):
        self.wait(repr(text), lambda: text in self.text())

    def expect_line(self, line):
        """Waits until the cursor stands in exactly this line."""
        self.wait(f"the line {line!r}", lambda: self.cursor_line() == line)

    def settle(self, seconds=0.3):
        """Reads until nothing has come for a while: for saying what did not happen."""
        while select.select([self.master], [], [], seconds)[0] and self._read():
            pass

    def exit_code(self):
        """Waits for the end: the exit code, or minus the signal."""
        deadline = time.monotonic() + PATIENCE
        while self.status is None:
            if select.select([self.master], [], [], 0.05)[0]:
                self._read()
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            if pid:
                self.status = os.waitstatus_to_exitcode(status)
            elif time.monotonic() > deadline:
                raise Failure("the program does not end\n" + self.show())
        return self.status

    def close(self):
        if self.status is None:
            os.kill(self.pid, signal.SIGKILL)
            os.waitpid(self.pid, 0)
        os.close(self.master)
