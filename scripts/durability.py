"""Takes a workspace through what can happen to it: kills, failing writes, a full disk, damage.

A cell is acknowledged once its line has come out of `winnow --interactive --mode jsonl`. From then on
it has to be there, whole and as it was said, whatever happens to the process or the disk. Each check
prints one row and whatever went wrong; the exit status is 1 where anything did.

Only Python's standard library is used; `strace` makes single writes fail, and `mount` a small disk.
"""

import argparse
import gzip
import json
import os
import random
import re
import select
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
FOLDER = os.path.join(ROOT, "Tests", "Fixtures", "workspaces")
CALLS = ("pwrite64", "fdatasync", "fsync", "ftruncate")
# 0 well, 1 a command failed, 2 no such session, 4 the workspace is at fault.
ENDINGS = (0, 1, 2, 4)


def work(seed):
    """Short commands with every kind of effect: rows, arrays, blobs, moves of the head, branches."""
    yield f"seed {seed}"
    yield f"load blobs samples=60 test=10 seed={seed}"
    while True:
        yield from (
            "noise sym 0.3", "query random 3", "query npc 6 delta=0.4 share=3",
            "filter aum epochs=3", "train linear on=all epochs=3", "undo", "redo",
            f"branch b{random.randrange(10**9)}", "show rounds", "reset",
        )


class Failures:
    """What went wrong, said once it is found."""

    def __init__(self):
        self.count = 0
        self.lock = threading.Lock()

    def add(self, text):
        with self.lock:
            self.count += 1
            if self.count <= 20:
                print(f"  FAILED: {text}", flush=True)

    def expect(self, holds, text):
        if not holds:
            self.add(text)
        return holds


class Winnow:
    """The program, started again and again in a folder of its own."""

    def __init__(self, binary, folder):
        self.binary, self.folder = binary, folder
        self.environment = {
            "PATH": os.environ["PATH"], "HOME": folder, "XDG_CACHE_HOME": folder + "/cache",
            "LANG": "C.UTF-8", "OPENBLAS_NUM_THREADS": "1",
        }

    def command(self, workspace, *arguments):
        return [self.binary, "--workspace", workspace, *arguments]

    def run(self, workspace, *arguments, prefix=(), text="", timeout=900):
        return subprocess.run(
            [*prefix, *self.command(workspace, *arguments)], input=text.encode(),
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=self.environment, cwd=self.folder,
            timeout=timeout)

    def start(self, workspace, *arguments):
        return subprocess.Popen(
            self.command(workspace, *arguments), stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            stderr=subprocess.PIPE, env=self.environment, cwd=self.folder)

    def rows(self, workspace, query):
        ending = self.run(
            workspace, "--read-only", "--mode", "jsonl", "-c", "sql '" + query.replace("'", "''") + "'")
        if ending.returncode != 0:
            raise RuntimeError(ending.stderr.decode())
        return json.loads(ending.stdout)["result"]["rows"]


def records(output):
    """The objects of the lines that came out whole."""
    return [json.loads(line) for line in output.split(b"\n")[:-1]]


def judge(winnow, workspace, known, failures, what):
    """Holds the workspace against what was acknowledged: {session: {cell: record}}.

    Returns how many acknowledged cells are not there as they were said."""
    lost = 0
    try:
        kept = {
            (row[0], row[1]): row[2:]
            for row in winnow.rows(workspace, "SELECT session, cell, command, status, result FROM cells")
        }
    except (RuntimeError, ValueError, KeyError) as error:
        failures.add(f"{what}: cannot be read: {error}")
        return sum(len(cells) for cells in known.values())
    for session, cells in known.items():
        for cell, record in cells.items():
            row = kept.get((session, cell))
            same = row and row[0] == record["command"] and row[1] == record["status"]
            if same and record["status"] == "ok":
                same = json.loads(row[2]) == record["result"]
            if not same:
                lost += 1
                failures.add(f"{what}: cell {cell} of session {session} was acknowledged: {row}")
    for row in winnow.rows(
            workspace,
            "SELECT c.session, c.cell, json_array_length(c.result, '$.selected') AS said, "
            "(SELECT count(*) FROM purchases p WHERE p.session = c.session AND p.cell = c.cell) AS kept "
            "FROM cells c WHERE c.status = 'ok' AND c.strategy IS NOT NULL AND said <> kept"):
        failures.add(f"{what}: a cell by halves: {row}")
    return lost


def examine(winnow, workspace, failures, what):
    ending = winnow.run(workspace, "--mode", "jsonl", "doctor")
    failures.expect(
        ending.returncode == 0, f"{what}: the doctor ends with {ending.returncode}: {ending.stdout[:600]}")


# Kills


class Writer:
    """A process that works in a session of a workspace until it is killed."""

    def __init__(self, winnow, workspace, seed, session=None):
        choice = ("--session", str(session)) if session else ()
        self.process = winnow.start(workspace, *choice, "--interactive", "--mode", "jsonl")
        self.output = b""
        self.work = work(seed)
        self.thread = threading.Thread(target=self.read)
        self.thread.start()
        self.feed(40)

    def feed(self, count):
        text = "".join(next(self.work) + "\n" for _ in range(count))
        try:
            self.process.stdin.write(text.encode())
            self.process.stdin.flush()
        except BrokenPipeError:
            pass

    def read(self):
        while chunk := os.read(self.process.stdout.fileno(), 1 << 16):
            self.output += chunk

    def kill(self):
        self.process.send_signal(signal.SIGKILL)
        return self.end()

    def end(self):
        code = self.process.wait()
        self.thread.join()
        self.complaints = self.process.stderr.read().decode()
        for pipe in (self.process.stdin, self.process.stdout, self.process.stderr):
            try:
                pipe.close()
            except BrokenPipeError:
                pass
        return code


def kills(winnow, failures, options):
    """Two processes at one workspace, each killed at a moment of its own, again and again."""
    workspace = os.path.join(winnow.folder, "kills.sqlite")
    script = os.path.join(winnow.folder, "first.winnow")
    with open(script, "w") as file:
        file.write("seed 1\n")
    for _ in range(2):
        made = winnow.run(workspace, "run", script)
        failures.expect(made.returncode == 0, f"no session made: {made.stderr}")
    known = {1: {}, 2: {}}
    lost = 0
    for index in range(options.rounds):
        writers = [Writer(winnow, workspace, random.randrange(10**6), session) for session in (1, 2)]
        moments = sorted((random.uniform(0, 0.35), writer) for writer in (0, 1))
        began = time.monotonic()
        for moment, which in moments:
            time.sleep(max(0, began + moment - time.monotonic()))
            writers[which].kill()
        fresh = {1: {}, 2: {}}
        for session, writer in zip((1, 2), writers):
            for record in records(writer.output):
                failures.expect(
                    record["cell"] not in known[session], f"cell {record['cell']} was there before")
                fresh[session][record["cell"]] = record
            known[session].update(fresh[session])
            failures.expect("error" not in writer.complaints, f"kill {index}: {writer.complaints}")
        lost += judge(winnow, workspace, fresh, failures, f"kill {index}")
    judge(winnow, workspace, known, failures, "after all kills")
    examine(winnow, workspace, failures, "after all kills")
    acknowledged = sum(len(cells) for cells in known.values())
    failures.expect(acknowledged > options.rounds, f"only {acknowledged} cells in all rounds")
    return f"{2 * options.rounds} kills in {options.rounds} rounds, {acknowledged} cells acknowledged, {lost} lost"


# Single system calls that fail


SCRIPT = """load digits
noise sym 0.3
query npc 6 share=3
filter aum
undo
branch b
query random 3
"""


def faults(winnow, failures, options):
    """Every write, sync and change of length of the workspace's files in turn fails once, fails from
    then on, or is the last thing the process does."""
    trace = os.path.join(winnow.folder, "trace")
    if not strace_works():
        return "left out: strace cannot trace here"

    def run(workspace, *injection):
        files = [workspace + end for end in ("", "-wal", "-shm", "-lock")]
        prefix = ["strace", "-f", "-o", trace, "-e", "trace=" + ",".join(CALLS), *injection]
        for file in files:
            prefix += ["-P", file]
        return winnow.run(workspace, "--interactive", "--mode", "jsonl", prefix=prefix, text=SCRIPT)

    def count(call):
        with open(trace) as file:
            return sum(f" {call}(" in line for line in file)

    whole = os.path.join(winnow.folder, "whole.sqlite")
    failures.expect(run(whole).returncode == 0, "does not run under strace")
    counts = {call: count(call) for call in CALLS}
    cases = []
    for call, number in counts.items():
        kinds = ["error=EIO", "signal=KILL"] + (["error=ENOSPC"] if call != "fdatasync" else [])
        cases += [(call, kind, place) for kind in kinds for place in range(1, number + 1)]
    chosen = cases if options.every == 1 else sorted(random.sample(cases, len(cases) // options.every))
    acknowledged = lost = 0
    workspace = os.path.join(winnow.folder, "fault.sqlite")
    for index, (call, kind, place) in enumerate(chosen):
        remove(workspace)
        when = f"{place}+" if "error" in kind and random.random() < 0.5 else str(place)
        what = f"{call} {kind} at {when}"
        ending = run(workspace, "-e", f"inject={call}:{kind}:when={when}")
        # strace ends as its child did.
        allowed = (-signal.SIGKILL, 128 + signal.SIGKILL) if "KILL" in kind else ENDINGS
        failures.expect(ending.returncode in allowed, f"{what}: ended with {ending.returncode}")
        failures.expect(b"Fatal" not in ending.stderr, f"{what}: {ending.stderr[-300:]}")
        answers = records(ending.stdout)
        fine = {1: {r["cell"]: r for r in answers if r["status"] == "ok"}}
        for record in answers:
            failures.expect(
                record["status"] == "ok" or record["error"]["code"] in ("disk-full", "workspace-corrupt"),
                f"{what}: {record}")
        acknowledged += len(fine[1])
        if fine[1]:
            lost += judge(winnow, workspace, fine, failures, what)
        after = winnow.run(
            workspace, "-c", "seed 3; load blobs samples=20 test=0; query random 2; show rounds")
        failures.expect(after.returncode == 0, f"{what}: afterwards {after.stderr[-300:]}")
        if index % 10 == 0:
            examine(winnow, workspace, failures, what)
    total = sum(counts.values())
    return (
        f"{len(chosen)} runs in which one of {total} writes and syncs failed or was the last, "
        f"{acknowledged} cells acknowledged, {lost} lost")


def strace_works():
    try:
        return subprocess.run(
            ["strace", "-o", "/dev/null", "-e", "inject=getpid:error=EPERM", "true"],
            stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL).returncode == 0
    except FileNotFoundError:
        return False


def remove(workspace):
    for end in ("", "-wal", "-shm", "-lock"):
        if os.path.exists(workspace + end):
            os.unlink(workspace + end)


# A full disk


def full(winnow, failures, options):
    """A disk fills up while a session works; when there is room again it goes on."""
    disk = os.path.join(winnow.folder, "disk")
    os.makedirs(disk, exist_ok=True)
    acknowledged = refused = 0
    for size in (700, 1000, 2000, 4000)[: 2 if options.short else 4]:
        mounted = subprocess.run(
            ["mount", "-t", "tmpfs", "-o", f"size={size}k", "none", disk], stderr=subprocess.DEVNULL)
        if mounted.returncode != 0:
            return "left out: no disk can be mounted here"
        try:
            workspace = disk + "/w.sqlite"
            with open(disk + "/ballast", "wb") as file:
                file.write(bytes(600 * size))
            process = winnow.start(workspace, "--interactive", "--mode", "jsonl")
            known, state = {1: {}}, work(3)

            def ask(line):
                process.stdin.write((line + "\n").encode())
                process.stdin.flush()
                if not select.select([process.stdout], [], [], 60)[0]:
                    failures.add(f"full disk of {size}k: no answer to {line}")
                    return None
                text = process.stdout.readline()
                return json.loads(text) if text else None

            answer = None
            for _ in range(4000):
                answer = ask(next(state))
                if answer is None or answer["status"] != "ok":
                    break
                known[1][answer["cell"]] = answer
            failures.expect(process.wait() == 4, f"full disk of {size}k: {process.returncode}")
            said = process.stderr.read()
            refused += failures.expect(b"disk-full" in said, f"full disk of {size}k: {said}")
            os.unlink(disk + "/ballast")
            again = winnow.run(workspace, "-c", "seed 5; load blobs samples=20 test=0; query random 2")
            failures.expect(again.returncode == 0, f"full disk of {size}k, then room: {again.stderr}")
            acknowledged += len(known[1])
            if known[1]:
                judge(winnow, workspace, known, failures, f"full disk of {size}k")
        finally:
            process.kill()
            process.wait()
            subprocess.run(["umount", "-l", disk])
    return f"{refused} disks filled up, {acknowledged} cells acknowledged before, none lost; went on with room"


# A session that somebody holds


def held(winnow, failures, options):
    """A session is one writer's, and free in the moment in which he is killed."""
    workspace = os.path.join(winnow.folder, "held.sqlite")
    for index in range(options.rounds // 10 + 1):
        writer = Writer(winnow, workspace, index)
        while b"\n" not in writer.output and writer.process.poll() is None:
            time.sleep(0.002)
        second = winnow.run(workspace, "--session", "1", "-c", "show rounds")
        failures.expect(
            second.returncode == 4 and f"process {writer.process.pid} ".encode() in second.stderr,
            f"a held session: {second.returncode}, {second.stderr}")
        writer.kill()
        third = winnow.run(workspace, "--session", "1", "-c", "seed 9")
        failures.expect(third.returncode == 0, f"after its holder was killed: {third.stderr}")
    return f"{options.rounds // 10 + 1} times refused with the holder's number, and free after a kill"


# Damage


def worked(winnow, failures, lines):
    """The path of a workspace in which so many lines were typed."""
    path = os.path.join(winnow.folder, "well.sqlite")
    script = "".join(line + "\n" for line, _ in zip(work(4), range(lines)))
    failures.expect(
        winnow.run(path, "--interactive", text=script).returncode == 0, "the sound workspace")
    return path


def damage(winnow, failures, options):
    """Pages, the header, arrays and the end of a file are spoilt: nothing traps, hangs or is taken for well."""
    path = worked(winnow, failures, 22)
    with open(path, "rb") as file:
        sound = file.read()
    database = sqlite3.connect(path)
    arrays = [bytes(row[0]) for row in database.execute("SELECT bytes FROM blob_rows")]
    database.close()
    pages = len(sound) // 4096
    cases = []
    for page in range(0, pages, options.every):
        other = sound[4096 * ((page + 7) % pages):][:4096]
        for filling in (bytes(4096), b"\xff" * 4096, other):
            cases.append((f"page {page}", sound[:4096 * page] + filling + sound[4096 * (page + 1):]))
    for place in range(0, 100, 4 if options.short else 1):
        for value in (0, 255, sound[place] ^ 1):
            cases.append((f"header byte {place}", sound[:place] + bytes([value]) + sound[place + 1:]))
    for length in range(1, len(sound), len(sound) // (5 if options.short else 40)):
        cases.append((f"cut to {length}", sound[:length]))
    for index in range(options.rounds):
        spoilt = bytearray(sound)
        for _ in range(8):
            spoilt[random.randrange(len(sound))] ^= 1 << random.randrange(8)
        cases.append((f"bits {index}", bytes(spoilt)))
    spoilt_arrays = 0
    for number, array in enumerate(arrays):
        place = sound.find(array[:512])
        if place >= 0 and len(array) >= 64:
            spoilt_arrays += 1
            middle = place + min(len(array), 512) // 2
            cases.append((f"array {number}", sound[:middle] + bytes([sound[middle] ^ 4]) + sound[middle + 1:]))
    found = 0
    copy = os.path.join(winnow.folder, "spoilt.sqlite")
    for what, data in cases:
        if data == sound:
            continue
        remove(copy)
        with open(copy, "wb") as file:
            file.write(data)
        examined = winnow.run(copy, "doctor")
        endings = [("doctor", examined)]
        for text in ("show rounds; show cells; show labeled; query random 1; train linear on=all epochs=2",):
            endings.append((text, winnow.run(copy, "-c", text)))
        for text, ending in endings:
            failures.expect(
                ending.returncode in ENDINGS and b"Fatal" not in ending.stderr,
                f"{what}, {text}: ends with {ending.returncode}: {ending.stderr[-200:]}")
        if any(ending.returncode != 0 for _, ending in endings):
            found += 1
        elif what.startswith("array"):
            failures.add(f"{what}: nobody has seen that it is spoilt")
    failures.expect(spoilt_arrays > 0, "no array was spoilt")
    return f"{len(cases)} spoilt files, of which {found} were refused or found ill by the doctor; {spoilt_arrays} of {spoilt_arrays} spoilt arrays"


# What nobody wrote

LOOK = "".join(line + "\n" for line in (
    "show rounds", "show labeled", "show tree", "show cells", "show cell 3", "history", "undo", "redo", "redo",
    "query random 1", "filter aum epochs=2", "plan query npc 5 delta=0.4",
    "train linear on=all epochs=2", "branch other", "query npc 2 delta=0.4"))


def foreign(value):
    """What may stand in the place of a value, sound SQLite every time."""
    extremes = [None, 0, 1, -1, 2**31, 2**63 - 1, -2**63, 1e300, -1e300, 0.5, "", "x", "NaN", "\0", b"", b"\xff"]
    if not isinstance(value, str):
        return extremes
    try:
        tree = json.loads(value)
    except ValueError:
        tree = None
    if not isinstance(tree, (dict, list)):
        return extremes
    return extremes + ["{}", "[]", "[" * 400 + "]" * 400] + [json.dumps(other) for other in others(tree)]


def others(tree):
    """The tree again and again, with one of its leaves or branches another each time."""
    for place in (range(len(tree)) if isinstance(tree, list) else list(tree)):
        if isinstance(tree, list) and place > 2:
            break
        child = tree[place]

        def with_child(other):
            changed = tree.copy()
            changed[place] = other
            return changed

        for other in (None, -1, 2**63 - 1, 2**70, 1e300, 0.5, "x", [], {}):
            yield with_child(other)
        if isinstance(child, (dict, list)):
            for other in others(child):
                yield with_child(other)


def trapped(complaint):
    """Where in the sources a program has ended, as Swift's own report says."""
    places = re.findall(r" in (.*?) at \S*/Sources/(\S+)", complaint.decode(errors="replace"))
    return "; ".join(f"{name} at {place}" for name, place in places[:2]) or complaint[-300:]


def values(winnow, failures, options):
    """Each column of each table holds what nobody wrote: nothing traps or hangs."""
    path = worked(winnow, failures, 19)
    database = sqlite3.connect(path)
    names = [row[0] for row in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
    cases = []
    for table in names:
        columns = [row[1] for row in database.execute(f"PRAGMA table_info({table})")]
        for column in columns:
            kinds = database.execute(
                f"SELECT {column}, count(*) FROM {table} WHERE {column} IS NOT NULL "
                f"GROUP BY {'substr(' + column + ', 1, 12)'} ORDER BY 1").fetchall()
            for value, _ in kinds:
                cases += [(table, column, value, other) for other in foreign(value)]
    database.close()
    random.shuffle(cases)
    copy = os.path.join(winnow.folder, "foreign.sqlite")
    written = 0
    found = 0
    for table, column, value, other in cases[:options.rounds * 10]:
        remove(copy)
        shutil.copy(path, copy)
        database = sqlite3.connect(copy)
        try:
            database.executescript("PRAGMA ignore_check_constraints = 1; PRAGMA foreign_keys = 0")
            database.execute(f"UPDATE OR REPLACE {table} SET {column} = ? WHERE {column} = ?", (other, value))
            database.commit()
        except (sqlite3.Error, OverflowError):
            continue  # another type than the table takes
        finally:
            database.close()
        written += 1
        codes = []
        for argument, text in (("doctor", ""), ("--interactive", LOOK), ("sessions", "")):
            what = f"{table}.{column} = {str(other)[:200]!r} for {str(value)[:60]!r}, {argument}"
            try:
                ending = winnow.run(copy, argument, text=text, timeout=60)
            except subprocess.TimeoutExpired:
                failures.add(f"{what}: hangs")
                continue
            codes.append(ending.returncode)
            failures.expect(
                ending.returncode in ENDINGS and b"Fatal" not in ending.stderr,
                f"{what}: ends with {ending.returncode}: {trapped(ending.stderr)}")
        found += codes[:1] != [0]
    return f"{written} workspaces with a value that nobody wrote, {found} of them found ill by the doctor"


# Other versions


def versions(winnow, failures, options):
    """A newer file is read and nothing else; every older one is brought to this version, after a copy."""
    names = sorted(os.listdir(FOLDER))
    for name in names:
        with gzip.open(os.path.join(FOLDER, name)) as file:
            old = file.read()
        version = int.from_bytes(old[60:64], "big")
        workspace = os.path.join(winnow.folder, f"old{version}.sqlite")
        with open(workspace, "wb") as file:
            file.write(old)
        query = "SELECT cell, command, status, result FROM cells WHERE command NOT LIKE 'sql%'"
        before = winnow.rows(workspace, query)
        with open(workspace, "rb") as file:
            failures.expect(file.read() == old, f"{name}: reading has changed it")
        ending = winnow.run(workspace, "-c", "query random 1; branch another; undo")
        failures.expect(ending.returncode == 0, f"{name}: {ending.stderr}")
        after = winnow.rows(workspace, query)
        failures.expect(after[:len(before)] == before and len(before) > 5, f"{name}: cells differ")
        copy = sqlite3.connect(f"file:{workspace}-version{version}?mode=ro", uri=True)
        same = copy.execute("PRAGMA user_version").fetchone()[0] == version
        count = copy.execute("SELECT count(*) FROM cell_rows").fetchone()[0]
        failures.expect(same and count == len(before), f"{name}: the copy of before is another")
        copy.close()
        examine(winnow, workspace, failures, name)
    newer = bytearray(open(workspace, "rb").read())
    newer[60:64] = (99).to_bytes(4, "big")
    path = os.path.join(winnow.folder, "newer.sqlite")
    with open(path, "wb") as file:
        file.write(newer)
    reading = winnow.run(path, "-c", "show rounds")
    writing = winnow.run(path, "-c", "query random 1")
    failures.expect(reading.returncode == 0, f"a newer file is not read: {reading.stderr}")
    failures.expect(
        writing.returncode == 4 and b"workspace-newer" in writing.stderr, f"a newer file: {writing.stderr}")
    with open(path, "rb") as file:
        failures.expect(file.read() == bytes(newer), "a newer file was changed")
    return f"{len(names)} older versions brought to this one with a copy of before, a newer one only read"


# What a kill costs


def training(winnow, failures, options):
    """A training is killed at some moment and goes on from the last epoch that was kept, to the same end."""
    epochs = 3
    script = f"load digits\nquery random 500\ntrain resnet18 epochs={epochs} batch=16 on=all\n"
    straight = records(winnow.run(
        os.path.join(winnow.folder, "straight.sqlite"), "--interactive", "--mode", "jsonl", text=script
    ).stdout)[-1]
    # The look at the test split takes time, too, so an epoch is a little less.
    epoch = straight["seconds"] / epochs
    most = 0.0
    done = 0
    for index in range(max(2, options.rounds // 20)):
        workspace = os.path.join(winnow.folder, f"training{index}.sqlite")
        process = winnow.start(workspace, "--interactive", "--mode", "jsonl")
        process.stdin.write(script.encode())
        process.stdin.flush()
        for _ in range(2):
            process.stdout.readline()
        began = time.monotonic()
        # When the newest epoch was seen to be kept; the kill comes a part of an epoch after another.
        kept = (0, began)
        after, part = random.randrange(epochs - 1), random.random()
        deadline = began + 0.3 * epoch if after == 0 else None
        while (deadline is None or time.monotonic() < deadline) and process.poll() is None:
            step = newest_step(workspace)
            if step > kept[0]:
                kept = (step, time.monotonic())
            if deadline is None and kept[0] >= after:
                epoch = (kept[1] - began) / kept[0]
                deadline = kept[1] + part * epoch
            if select.select([process.stdout], [], [], 0.005)[0]:
                break  # The training is over.
        process.kill()
        moment = time.monotonic()
        process.wait()
        if process.stdout.read():
            continue  # It was over before.
        step = newest_step(workspace)
        if step > kept[0]:
            kept = (step, moment)
        most = max(most, (moment - kept[1]) / epoch)
        resumed = winnow.run(workspace, "--mode", "jsonl", "-c", "resume")
        failures.expect(resumed.returncode == 0, f"resume: {resumed.stderr}")
        answers = [r for r in records(resumed.stdout) if r["command"].startswith("train")]
        if failures.expect(len(answers) == 1, f"resume: {resumed.stdout[:300]}"):
            done += 1
            same = answers[0]["result"]["evaluation"] == straight["result"]["evaluation"]
            failures.expect(
                same and answers[0]["result"]["train_loss"] == straight["result"]["train_loss"],
                f"a resumed training ends elsewhere: {answers[0]['result']['evaluation']}")
    failures.expect(most < 1.5, f"a kill lost {most:.1f} epochs")
    return f"{done} trainings killed and resumed to the same weights; the most that one lost: {most:.2f} epochs of {epoch:.2f} s"


def newest_step(workspace):
    try:
        database = sqlite3.connect(f"file:{workspace}?mode=ro", uri=True, timeout=1)
        row = database.execute("SELECT max(step) FROM checkpoint_rows").fetchone()
        database.close()
        return row[0] or 0
    except sqlite3.Error:
        return 0


CHECKS = {check.__name__: check for check in (kills, faults, full, held, damage, values, versions, training)}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--winnow", required=True, help="the program")
    parser.add_argument("--only", action="append", choices=CHECKS, help="which checks; all without it")
    parser.add_argument("--rounds", type=int, default=200, help="kills, damaged files (200)")
    parser.add_argument("--every", type=int, default=1, help="one in so many calls fails (1: each in turn)")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--short", action="store_true", help="a few of each, without the training: a minute")
    options = parser.parse_args()
    if options.short:
        options.rounds, options.every = 8, 40
    names = options.only or [name for name in CHECKS if name != "training" or not options.short]
    random.seed(options.seed)
    failures = Failures()
    folder = tempfile.mkdtemp(prefix="winnow-durability-")
    try:
        for name in names:
            place = os.path.join(folder, name)
            os.makedirs(place)
            began = time.monotonic()
            found = CHECKS[name](Winnow(os.path.abspath(options.winnow), place), failures, options)
            print(f"{name}: {found} ({time.monotonic() - began:.0f} s)", flush=True)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    print(f"{failures.count} failures" if failures.count else "all as it should be")
    sys.exit(1 if failures.count else 0)


if __name__ == "__main__":
    main()
