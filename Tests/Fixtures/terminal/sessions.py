"""Sessions on a pseudo-terminal, as a person would have them: `sessions.py PROGRAM NAME`.

Each function whose name is given runs one; it ends with exit code 0, or 1 and what stood on the
screen. Every session has a home and a workspace of its own.
"""

import os
import pathlib
import re
import select
import signal
import subprocess
import sys
import tempfile
import termios
import time

from screen import PATIENCE, Failure, Terminal, expect_signals

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


def completes(folder):
    session = Session(folder)
    session.at_prompt()
    session.send("loa\t")
    session.at_prompt("load")
    session.send("dig\t")
    session.at_prompt("load digits")
    session.send("\x15re\t\t")
    for name in ("redo", "repeat", "reset", "resume"):
        session.expect(name)
    session.at_prompt("re")
    session.send("se\t")
    session.at_prompt("reset")
    session.send("\x15query probcover 10 del\t0.5")
    session.at_prompt("query probcover 10 delta=0.5")
    session.send("\x03")
    session.leave()


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


def interrupt_in_search_stays(folder):
    session = Session(folder)
    session.at_prompt()
    session.enter("found = 5")
    session.at_prompt()
    session.send("\x12fou")
    session.expect("bck:fou")
    session.send("\x03")
    session.at_prompt()
    session.send("\x12fou")
    session.wait("the search", lambda: "bck:fou" in session.lines()[session.screen.cursor.y + 1])
    session.send("\r")
    session.at_prompt()
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


def pastes_several_lines(folder):
    session = Session(folder)
    session.at_prompt()
    session.send("\x1b[200~one = 'first'\rtwo = 'cafe\u0301'\r\nthree = 'third'\n\x1b[201~")
    session.wait("the last line", lambda: session.cursor_line() == "three = 'third'")
    session.settle()
    check("winnow" not in session.cursor_line(), "the paste ran before Enter")
    session.send("\r")
    session.at_prompt()
    session.enter("show vars")
    for value in ("first", "caf\u00e9", "third"):
        session.expect(value)
    session.leave()


def edits_a_text_longer_than_the_window(folder):
    session = Session(folder, rows=10)
    session.at_prompt()
    text = "\r".join(f"value{i} = {i + 1000}" for i in range(60))
    session.send(f"\x1b[200~{text}\x1b[201~")
    session.wait("the last line", lambda: session.cursor_line() == "value59 = 1059")
    for keys in ("\x01", "\x05", "\x1b[A" * 12, "\x05", "\x1b[B" * 12, "\x05", "7"):
        session.send(keys)
        session.settle(0.1)
    session.send("\r")
    session.at_prompt()
    session.enter("show vars")
    session.expect("10597")
    session.at_prompt()
    session.send("\x12" + "x" * 1500)  # more than libedit has room for
    session.settle()
    session.send("\x03")
    session.leave()


def takes_a_paste_without_brackets(folder):
    session = Session(folder)
    session.at_prompt()
    session.send("".join(f"v{i} = {i + 100}\r" for i in range(20)) + "show vars\rhalf")
    session.expect("119")
    session.at_prompt("half")
    session.close()


def keeps_type_ahead(folder):
    session = Session(folder)
    session.at_prompt()
    session.enter("load digits")
    session.send("repeat 3 { query probcover 10 }\rlater = 'ahead'\rshow vars\rhalf")
    session.expect("ahead")
    session.at_prompt("half")
    session.close()


def keeps_a_line_when_going_down(folder):
    session = Session(folder)
    session.at_prompt()
    session.enter("old = 1")
    session.at_prompt()
    long_line = "x" * 1500
    session.send(long_line + "\x1b[B")
    session.settle()
    session.send("\x1b[A")
    session.at_prompt("old = 1")
    session.send("\x1b[B\x01y = '\x05'\r")
    session.at_prompt()
    session.send("show vars\r")
    session.wait("the long value", lambda: session.text().count("x") >= 3000 - 80)
    session.close()


def remembers_after_restart(folder):
    session = Session(folder)
    session.at_prompt()
    session.enter("first = 1")
    session.at_prompt()
    session.enter("second = 2")
    session.leave()
    session = Session(folder)
    session.at_prompt()
    session.send("\x1b[A")
    session.at_prompt("second = 2")
    session.send("\x1bOA")
    session.at_prompt("first = 1")
    session.send("\x10\x0e\x0e\x0e")
    session.at_prompt()
    session.leave()


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


def unknown_keys_type_nothing(folder):
    session = Session(folder)
    session.at_prompt()
    session.send("ab cd\x1b[1;5DX\x1b[15~\x1b[5~\x1b[Z\x1bOP\x1b[1;3CY\x1b[4~Z\x1b[1~A\x1b[3~")
    session.at_prompt("Ab XcdYZ")
    session.send("\x03")
    session.leave()


def vi_keys(folder):
    (folder / ".editrc").write_text("bind -v\n")
    session = Session(folder)
    session.at_prompt()
    session.send("abc def")
    session.at_prompt("abc def")
    session.send("\x1b")
    session.settle(0.2)  # a person lets ESC go before the next key
    session.send("bx")
    session.at_prompt("abc ef")
    session.send("A\x1b[D!\x1b[H<\x1b[F>\x1b[200~P\x1b[201~\x1b[5~")
    session.at_prompt("<abc e!f>P")
    session.send("\x03")
    session.at_prompt()
    session.send("loa\t")
    session.at_prompt("load")
    session.send("\x03")
    session.leave()


def edits_a_half_typed_block(folder):
    session = Session(folder, columns=40)
    session.at_prompt()
    block = "repeat 2 { # with a remark that wraps around"
    session.send(block + "\r")
    session.expect_line("...")
    session.send("  seed 1\r")
    session.expect_line("...")
    session.send("  seed 2\x1b[A")
    session.expect_line("  seed 1")
    shown = "\n".join(session.lines())
    check("..." not in shown and shown.count("repeat 2") == 1, f"left behind:\n{shown}")
    check(session.lines()[session.screen.cursor.y + 1] == "  seed 2", "the last line is lost")
    check(session.screen.cursor.x == len("  seed 1"), "the cursor is not behind the line")
    session.send("\x7f7\x1b[A")
    session.wait("the first line", lambda: "> repeat 2 {" in session.cursor_line())
    session.send("\r")
    session.expect_line("...")
    session.send("\x1b[A")  # an empty line leaves no empty row
    session.expect_line("  seed 2")
    session.send("\x0f  seed 3")
    session.expect_line("  seed 3")
    session.send("\r")
    session.expect_line("...")
    session.send("}\r")
    session.at_prompt()
    session.wait("two rounds", lambda: session.text().count("seed 3\n") >= 2)
    for line in ("seed 7", "seed 2", "seed 3"):
        check(f"\n{line}\n{line}" not in session.text(), "run twice in a row")
    session.send("\x1b[A")
    session.expect_line("}")
    session.send("\x1b[A\x1b[A\x1b[A")
    session.expect_line("  seed 7")
    session.send("\x03")
    session.at_prompt()
    session.send("repeat 2 {\r")
    session.expect_line("...")
    session.send("\x03")  # nothing of it is left
    session.at_prompt()
    session.send("x = [1,\r")
    session.expect_line("...")
    session.resize(30, 24)
    session.settle()
    session.send("\x1b[A")
    session.wait("the block", lambda: session.cursor_line().endswith("> x = [1,"))
    session.send("2]\r")
    session.at_prompt()
    session.leave()


def composes_accents(folder):
    session = Session(folder)
    session.at_prompt()
    for key in "cafe\u0301":
        session.send(key)
        session.settle(0.1)
    session.at_prompt("caf\u00e9")
    check(session.screen.cursor.x == len("[1]> caf\u00e9"), "the cursor is beside the text")
    session.send(" = 41\r")
    session.at_prompt()
    session.send("seed $cafe\u0301\r")
    session.expect("seed 41")
    session.at_prompt()
    session.send("\x1b[200~seed $cafe\u0301\x1b[201~")
    session.at_prompt("seed $caf\u00e9")
    session.send("\x15mot = 'e\u0323\u0302 \u1112\u1161\u11ab x\u0301 n\u0303'")
    session.at_prompt("mot = '\u1ec7 \ud55c x\u0301 \u00f1'")
    check(session.screen.cursor.x == len("[1]> mot = '. .. . .'"), "the cursor is beside the text")
    session.send("\r")
    session.at_prompt()
    session.send("show vars\r")
    session.expect("│ '\u1ec7 \ud55c x\u0301 \u00f1")
    session.at_prompt()
    check("│ caf\u00e9 │".encode() in session.raw, "not composed")
    check("│ mot  │ '\u1ec7 \ud55c x\u0301 \u00f1".encode() in session.raw, "not composed")
    session.leave()


def chosen_keys(folder):
    (folder / ".editrc").write_text("bind ^O ed-move-to-beg\n")
    session = Session(folder)
    session.at_prompt()
    session.enter("set editor vi")
    session.at_prompt()
    session.send("abc def")
    session.at_prompt("abc def")
    session.send("\x1b")
    session.settle(0.2)
    session.send("bx")
    session.at_prompt("abc ef")
    session.send("A\x0f<\x1b[F>")
    session.at_prompt("<abc ef>")
    session.send("\x03")
    session.at_prompt()
    session.send("\x12set ed")
    session.expect("bck:set ed")
    session.send("\r")
    session.at_prompt()
    session.enter("show settings")
    session.expect("│ vi")
    session.at_prompt()
    session.enter("set editor emacs")
    session.at_prompt()
    session.send("abc def\x01\x1bdX\x0f<\x05>")
    session.at_prompt("<X def>")
    session.send("\x03")
    session.leave()
    place = folder / ".config" / "winnow"
    place.mkdir(parents=True)
    (place / "rc.winnow").write_text("set editor vi\n")
    session = Session(folder)
    session.at_prompt()
    session.send("abc\x1b")
    session.settle(0.2)
    session.send("0x")
    session.at_prompt("bc")
    session.send("\x03")
    session.leave()


def pages_long_results(folder):
    session = Session(folder, {"PAGER": "less -K"}, rows=12)
    for key in ("q", " q", "\x03"):
        session.at_prompt()
        session.enter("help")
        session.wait("the pager", lambda: session.lines()[-1] == ":")
        session.send(key)
        session.at_prompt()
    check("vaal" not in session.text(), "not by screens")
    session.enter("seed 3")
    session.at_prompt()
    session.send("set paging off; help\r")
    session.expect("help NAME says more")
    session.at_prompt()
    session.expect("vaal")
    session.close()
    for pager, expected in (("sed s/vaal/paged/", "paged"), ("", "vaal"), ("no-such", "vaal"),
                            ("head -1", "help NAME says more")):
        session = Session(folder, {"PAGER": pager}, rows=12)
        session.at_prompt()
        session.send("repeat 1 { help filter }; help\r")
        session.expect(expected)
        session.at_prompt()
        check(("vaal" in session.text()) == (expected == "vaal"), f"with {pager!r}")
        session.leave()
    session = Session(folder, {"PAGER": "sed s/seed/paged/"})
    session.at_prompt()
    session.send("seed 4\r")
    session.at_prompt()
    check("paged" not in session.text(), "a short result is paged")
    session.close()
    session = Session(folder, {"PAGER": "sed s/vaal/paged/"}, arguments=("-c", "help"))
    check(session.exit_code() == 0, f"exit code {session.status}")
    check("paged" not in session.text(), "pages away from the prompt")


def ends_beside_a_pager(folder):
    session = Session(folder, {"PAGER": "less"}, rows=12)
    session.at_prompt()
    session.enter("help")
    session.wait("the pager", lambda: session.lines()[-1] == ":")
    session.signal(signal.SIGTERM)
    check(session.exit_code() == 143, f"exit code {session.status}, not 143")


def edit_off(folder):
    (folder / ".editrc").write_text("edit off\n")
    session = Session(folder)
    session.at_prompt()
    session.send("a = 41\rshow vars\r")
    session.expect("41")
    session.at_prompt()
    session.send("half\x03")
    session.send("b = 42\rshow vars\r")
    session.expect("42")
    session.leave()


def dumb_terminal(folder):
    session = Session(folder, environment={"TERM": "dumb"})
    session.at_prompt()
    session.send("a = 41\rshow vars\r")
    session.expect("41")
    session.send("half\x03")
    session.expect("^C")
    session.send("b = 42\rshow vars\r")
    session.expect("42")
    session.leave()
    check(b"\x1b" not in session.raw, "an escape was written")


def shows_progress(folder):
    session = Session(folder, arguments=("--progress", "bar"))
    session.at_prompt()
    session.enter("load blobs samples=30000 dimensions=256")
    session.at_prompt()
    session.send("query probcover 10 delta=0.5\r")
    session.wait("a share", lambda: re.search(r"\d+ %", session.raw.decode(errors="replace")))
    session.at_prompt()
    check(" %" not in session.text(), "the progress line was left behind")
    session.leave()


def start_piped(folder):
    variables = {"PATH": os.environ["PATH"], "HOME": str(folder),
                 "WINNOW_WORKSPACE": str(folder / "w.sqlite")}
    return subprocess.Popen([PROGRAM, "--interactive"], stdin=subprocess.PIPE,
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


def hints(folder):
    session = Session(folder)
    session.at_prompt()
    session.enter("budget = 20")
    session.at_prompt()
    session.send("bu")
    session.wait("a hint of the history", lambda: session.hint() == "dget = 20")
    session.at_prompt("bu")
    session.send("\x1b[C")
    session.at_prompt("budget = 20")
    session.send("\x15que")
    session.wait("a hint of the vocabulary", lambda: session.hint() == "ry")
    session.send("\x05")
    session.at_prompt("query")
    session.send("\x03")
    session.at_prompt()
    session.send("bu")
    session.wait("the hint again", lambda: session.hint() == "dget = 20")
    session.send("\r")
    session.expect("error[")
    check("bu" in session.lines()[-1] or "budget = 20" not in session.lines()[-1], "hint left")
    session.leave()


def no_hints_without_colours(folder):
    session = Session(folder, {"NO_COLOR": "1"})
    session.at_prompt()
    session.enter("budget = 20")
    session.at_prompt()
    session.send("bu")
    session.at_prompt("bu")
    session.settle()
    session.at_prompt("bu")
    check("\x1b[90m" not in session.raw.decode(), "grey in spite of NO_COLOR")
    check(not re.search(rb"\x1b\[[0-9;]*m", session.raw), "colours in spite of NO_COLOR")
    session.send("\x15")
    session.leave()


def colours(session):
    """The words of the cursor's row that have a colour, or are bold, each with what it has."""
    words = []
    for x in range(session.screen.columns):
        cell = session.screen.buffer[session.screen.cursor.y][x]
        look = "underlined " * cell.underscore + "bold " * cell.bold + cell.fg
        if look == "default" or cell.data == " " and cell.fg == "default":
            words.append(None)
        elif words and words[-1] and words[-1][1] == look:
            words[-1] = (words[-1][0] + cell.data, look)
        else:
            words.append((cell.data, look))
    return [word for word in words if word]


def shows_colours(session, line, expected):
    session.send(line)
    session.wait(f"colours of {line!r}", lambda: colours(session) == expected)
    check(session.cursor_line().endswith("> " + line.rstrip()), "the text is another one")
    session.send("\x15")
    session.at_prompt()


def colours_while_typing(folder):
    session = Session(folder)
    session.at_prompt()
    query, npc = ("query", "bold blue"), ("npc", "bold default")
    shows_colours(session, "query npc 20 delta=0.5 # why", [
        query, npc, ("20", "brown"), ("delta", "cyan"), ("0.5", "brown"),
        ("# why", "bold black")])
    shows_colours(session, "plan query npc(share=4) 20", [
        ("plan", "bold blue"), query, npc, ("share", "cyan"), ("4", "brown"), ("20", "brown")])
    shows_colours(session, "text = '漢字'", [("text", "magenta"), ("'漢字'", "green")])
    shows_colours(session, "query npc 20 dela=0.5 ", [
        query, npc, ("20", "brown"), ("dela", "underlined red"), ("0.5", "brown")])
    shows_colours(session, "quey npc", [("quey", "underlined red")])
    shows_colours(session, "quer npc 2", [("quer", "underlined red"), ("2", "brown")])
    shows_colours(session, "seed $nope ", [("seed", "bold blue"), ("$nope", "underlined red")])
    shows_colours(session, "noise sym 5 ", [
        ("noise", "bold blue"), ("sym", "bold default"), ("5", "underlined red")])
    session.enter("repeat 2 {")
    session.expect_line("...")
    session.send("quey random 5")
    session.wait("colours in a block", lambda: colours(session) == [
        ("quey", "underlined red"), ("5", "brown")])
    session.send("\x03")
    session.leave()


def screen_after(folder, environment, keys):
    """What the same keys leave on a narrow screen, and where the cursor is, after each of them."""
    folder.mkdir()
    session = Session(folder, environment, columns=24, rows=12)
    session.at_prompt()
    screens = []
    for key in keys:
        session.send(key)
        session.settle(0.15)
        prompt = max(i for i, line in enumerate(session.lines()) if line.startswith("[1]>"))
        rows = "\n".join(session.lines()[prompt:]).rstrip().split("\n")
        screens.append((rows, session.screen.cursor.x, session.screen.cursor.y - prompt))
    session.close()
    return screens


def colours_move_nothing(folder):
    long_line = "text = 'grüße 漢字漢字漢字' # 漢a字b漢c字d漢e字f"
    keys = [*long_line, "\x01", "xy ", "\x06" * 9, "漢", "\x02", "Ω", "\x7f", "\x04", "\x0b",
            "\x19", "\x05", "!", "\x15", "\x1b[200~one = 'first\rsecond'; two = 2\x1b[201~",
            "\x1b[A", "x", "\x1b[B", "\x17", "\tA", "\x15", "a" * 18, "b", "\x1b[D", "c", "\x03"]
    plain = screen_after(folder / "a", {"NO_COLOR": "1"}, keys)
    coloured = screen_after(folder / "b", {}, keys)
    for key, one, other in zip(keys, plain, coloured):
        check(one == other, f"after {key!r}: {one} became {other}")
    rows = ["[1]> xy text = 'grüße 漢", "字漢字漢字' # 漢a字b漢c", "字d漢e字f"]
    at = keys.index("xy ")
    check(coloured[at][0] == rows, f"not {rows} but {coloured[at][0]}")


def lists_with_descriptions(folder):
    session = Session(folder, columns=60)
    session.at_prompt()
    session.send("re\t\t")
    session.expect("runs a block a number")
    session.at_prompt("re")
    listed = {line.split()[0]: line for line in session.lines() if line.startswith("re")}
    check(set(listed) == {"reset", "redo", "resume", "repeat"}, f"listed {listed}")
    check("empties the labeled set" in listed["reset"], listed["reset"])
    starts = {re.match(r"\w+ +", line).end() for line in listed.values()}
    check(len(starts) == 1, "descriptions are not aligned")
    check(any(line.endswith("…") for line in listed.values()), "nothing is cut")
    check(all(len(line) < 60 for line in listed.values()), "a row is too long")
    session.at_prompt("re")
    session.send("\x15query npc 20 \t")
    session.expect("delta=  ")
    session.at_prompt("query npc 20")
    session.resize(60, 8)
    session.send("\x15query \t")
    session.expect("-- more")
    session.send(" ")
    session.expect("typiclust")
    session.send("q")
    session.at_prompt("query")
    check("vaal" not in session.text(), "goes on after q")
    session.send("\x03")
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
    PROGRAM, name = sys.argv[1:]
    os.closerange(3, 1024)  # pipes of tests that run beside this one
    with tempfile.TemporaryDirectory() as place:
        try:
            globals()[name](pathlib.Path(place))
        except Failure as failure:
            sys.exit(f"{name}: {failure}")
