"""Sessions about what the prompt shows beside the text: colours, lists, long results."""

import re
import signal
from pathlib import Path

from session import Session, check

PLOTS = Path(__file__).parents[3] / "workspaces" / "plots" / "session.winnow"


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
        session.settle(0.1)
        prompt = max(i for i, line in enumerate(session.lines()) if line.startswith("[1]>"))
        rows = "\n".join(session.lines()[prompt:]).rstrip().split("\n")
        screens.append((rows, session.screen.cursor.x, session.screen.cursor.y - prompt))
    session.close()
    return screens


def colours_move_nothing(folder):
    long_line = "text = 'grüße 漢字漢字漢字' # 漢a字b漢c字d漢e字f"
    keys = [*re.findall(".{1,5}", long_line), "\x01", "xy ", "\x06" * 9, "漢", "\x02", "Ω", "\x7f", "\x04", "\x0b",
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
    check({"reset", "redo", "resume", "repeat"} <= set(listed), f"listed {listed}")
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
    more = "-- more (space), Enter, q --"
    session.expect_line(more)
    before = len(session.raw)
    session.resize(60, 10)
    session.wait("the question, again", lambda: more.encode() in session.raw[before:])
    session.expect_line(more)
    session.send(" ")
    session.expect("typiclust")
    session.send("q")
    session.at_prompt("query")
    check("vaal" not in session.text(), "goes on after q")
    session.send("\x03")
    session.leave()


def pages_long_results(folder):
    session = Session(folder, {"PAGER": "less -K"}, rows=12)
    for key in ("q", " q", "\x03"):
        session.at_prompt()
        session.enter("help")
        session.wait("the pager", lambda: session.lines()[-1] == ":")
        session.settle()  # less loses an interrupt that comes before it waits for a key
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


def pages_in_any_locale(folder):
    session = Session(folder, {"PAGER": "less", "LANG": "C"}, rows=12)
    session.at_prompt()
    session.enter("help")
    session.wait("the pager", lambda: session.lines()[-1] == ":")
    check("│" in session.text() and "<E2>" not in session.text(), "frames are not readable")
    session.send("q")
    session.leave()


def ends_beside_a_pager(folder):
    session = Session(folder, {"PAGER": "less"}, rows=12)
    session.at_prompt()
    session.enter("help")
    session.wait("the pager", lambda: session.lines()[-1] == ":")
    session.signal(signal.SIGTERM)
    check(session.exit_code() == 143, f"exit code {session.status}, not 143")


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


def dumb_terminal(folder):
    session = Session(folder, environment={"TERM": "dumb"})
    session.at_prompt()
    session.send("a = 41\rshow vars\r")
    session.expect("41")
    session.send("half\x03")
    session.expect("^C")
    session.send("b = 42\rshow vars\r")
    session.expect("42")
    # Everything that a session of many commands has to say, and what goes wrong.
    session.send(f"source {PLOTS}\r")
    session.wait("the end of the session", lambda: re.search(r"\[\d\d+\]> ?$", session.cursor_line()))
    session.send("qurey\rhelp npc\rplot coverage\r")
    session.expect("did you mean")
    session.leave()
    check(b"\x1b" not in session.raw, "an escape was written")


def draws_pictures(folder):
    session = Session(folder, {"NO_COLOR": "1", "LC_ALL": "C.UTF-8"})
    session.at_prompt()
    session.enter("load digits subset=200; query npc 12; filter aum")
    session.at_prompt()
    for columns in (80, 60):
        session.resize(columns, 24)
        session.settle()
        for subject in ("coverage", "embedding", "filter", "noise"):
            before = len(session.raw)
            session.enter(f"plot {subject}")
            session.at_prompt()
            session.settle()
            # Between the codes that end and begin the editing of a line.
            shown = session.raw[before:].decode().split("\x1b[?2004l", 1)[1]
            drawing = shown.split("\x1b[?2004h", 1)[0]
            check("\x1b" not in drawing, f"an escape in plot {subject}")
            if subject != "noise":
                check(re.search("[\u2801-\u28ff]", drawing), f"no dots in plot {subject}")
            rows = [line.rstrip("\r") for line in drawing.split("\n")]
            check(10 < max(map(len, rows)) < columns, f"plot {subject} is wider than {columns}")
    session.leave()


def plot_filter(session):
    """What comes between the line and the next prompt."""
    session.at_prompt()
    before = len(session.raw)
    session.send("plot filter\r")
    session.wait("the prompt after the plot",
                 lambda: session.raw[before:].rfind(b"\x1b[?2004h") > session.raw[before:].find(b"\x1b[?2004l") >= 0)
    return session.raw[before:]


def asks_what_the_terminal_knows(folder):
    pixels, attributes = b"\x1b_Gi=31,", b"\x1b[c"
    ok = b"\x1b_Gi=31;OK\x1b\\"
    shapes = {"kitty": "\x1b_Ga=T", "sixel": "\x1bP", "text": "[\u2801-\u28ff]"}
    for name, answer, expected in (
            ("xterm-256color", ok + b"\x1b[?62;c", "kitty"), ("xterm", b"\x1b[?64;1;4;22c", "sixel"),
            ("xterm", ok + b"\x1b[?62;4;22c", "kitty"), ("xterm-256color", b"\x1b[?1;2c", "text"),
            ("xterm", b"\x1b_Gi=31;ENOTSUPPORTED:no\x1b\\\x1b[?4;6c", "text"),
            ("tmux-256color", b"\x1b[?1;2;4c", "sixel"), ("xterm", b"", "text")):
        session = Session(folder, {"LC_ALL": "C.UTF-8", "TERM": name}, answer=answer)
        session.at_prompt()
        session.enter("load digits subset=200; query npc 12; filter aum")
        session.at_prompt()
        check(attributes not in session.raw, "asked before there was anything to draw")
        for count in (1, 2):
            drawn = plot_filter(session)
            for kind, shape in shapes.items():
                found = re.search(shape, drawn.decode()) is not None
                check(found == (kind == expected), f"{kind} for {answer}, not {expected}")
            check(session.raw.count(attributes) == 1, "not asked once")
        check((pixels in session.raw) == (name[:4] != "tmux"), f"asked {name} for pixels, or not")
        session.at_prompt()
        if not answer:
            session.send(ok + b"\x1b[?62;4;6;22c")  # too late
            session.settle()
            session.enter("set editor vi")
            session.at_prompt()
            session.send(b"\x1b[?62;4;6;22c" + ok + b"i")
            session.settle()
            session.at_prompt("i")
            session.send("\x15")
        session.leave()


def keeps_what_is_typed_while_it_asks(folder):
    session = Session(folder, {"LC_ALL": "C.UTF-8"}, answer=b"x\x1b[D= \x1b[?62;4cgr\xc3\xbc")
    session.at_prompt()
    session.enter("load digits subset=200; query npc 12; filter aum")
    check(b"\x1bP" in plot_filter(session), "no picture by sixels")
    session.at_prompt("= gr\u00fcx")
    session.send("\x15")
    session.leave()


def never_asks_who_was_told(folder):
    for variables, command in (({}, "set graphics text; "), ({"NO_COLOR": "1"}, ""), ({}, "set graphics sixel; ")):
        session = Session(folder, {"LC_ALL": "C.UTF-8", **variables}, answer=b"\x1b[?62;4c")
        session.at_prompt()
        session.enter(command + "load digits subset=200; query npc 12; filter aum")
        drawn = plot_filter(session)
        check(b"\x1b[c" not in session.raw, f"asked in spite of {variables} {command}")
        check((b"\x1bP" in drawn) == ("sixel" in command), "another picture")
        session.leave()


def draws_in_pixels(folder):
    session = Session(folder, {"LC_ALL": "C.UTF-8"})
    session.at_prompt()
    session.enter("load digits subset=200; query npc 12; filter aum")
    for kind, start in (("sixel", b"\x1bP"), ("kitty", b"\x1b_G")):
        session.at_prompt()
        session.enter(f"set graphics {kind}")
        for subject in ("filter", "noise"):
            before = len(session.raw)
            session.send(f"plot {subject}\r")
            session.wait("the graphic", lambda: b"\x1b\\" in session.raw[before:])
            session.settle()
            drawn = session.raw[before:]
            check(start in drawn, f"no {kind} in plot {subject}")
            check(drawn.count(b"\x1b\\") == drawn.count(start), "a code that is not closed")
    session.leave()
    for variables in ({"NO_COLOR": "1"}, {"TERM": "dumb"}):
        session = Session(folder, variables)
        session.send("set graphics sixel; load blobs; query random 9; filter knn; plot filter\r")
        session.expect("suspected")
        check(b"\x1bP" not in session.raw, f"codes in spite of {variables}")
        session.send("quit\r")
        check(session.exit_code() == 0, "an exit code")
