"""Graphs, picks and verdicts on pools of tens of thousands, beside the usual way to have them.

The pools are unit rows of Gaussian blobs, one for each of 100 classes, dense ones and sparse ones,
with half of the labels wrong; the radius of a ball is such that it holds 250 samples on average. A
round begins from nothing unless the row says otherwise. Both sides break ties by the lowest index,
and what they choose is compared where there is no chance in it.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from benchmarks.pools import Pool, made
from benchmarks.report import Row, times
from benchmarks.sides import Side, room, speed, take_turns
from benchmarks.worker import Worker

CLASSES = 100
DEGREE = 250
PRODUCT = 2048  # rows and columns of the product that a graph's speed is held against
PRODUCTS = 10  # in a round
LEAST_OF_PEAK = 90  # per cent


@dataclass(frozen=True)
class Peer:
    """Who does the same work."""

    name: str
    worker: str
    least: float | None  # times as fast as it
    rounds: int | None = None  # at most: one that takes minutes does fewer


@dataclass(frozen=True)
class Work:
    """A work, its size, and what is expected of it."""

    name: str
    title: str  # with the size of the pool at {size}, of the budget at {picks}
    peers: tuple[Peer, ...]
    size: int = 50_000
    dimensions: int = 512
    picks: int = 500
    radius: float | None = None  # None: by the mean degree
    megabytes: int | None = None
    judge: Callable[[Trial], list[Row]] | None = None  # rows about what came out
    also: tuple[str, ...] = ()  # works of ours that take turns with it, each done in no time
    same_as: str | None = None  # the work's name for both sides, where it is not its own
    ours: str | None = None  # and for ours alone
    kernels: str | None = None  # those of ours; None: the best that the machine has


@dataclass(frozen=True)
class Trial:
    """A work that was done."""

    work: Work
    pool: Pool
    picks: int
    radius: float
    sides: dict[str, Side]

    @property
    def title(self) -> str:
        """The work with its size."""
        return self.work.title.format(size=f"{self.pool.size:,} × {self.pool.dimensions}",
                                      picks=self.picks)

    def answers(self, side: str) -> list[int]:
        """What came out on a side."""
        return self.sides[side].answers


def same_edges(trial: Trial) -> list[Row]:
    """Edges at the very radius fall to either side by rounding; all others are the same."""
    rows = []
    ours = trial.answers("ours")[0]
    for peer in trial.work.peers:
        theirs = trial.answers(peer.name)[0]
        rows.append(Row(
            f"{trial.title}, edges beside {peer.name}", f"{ours:,}", f"{theirs:,}",
            f"{abs(ours - theirs)} apart", "1e-5 of them", abs(ours - theirs) <= 1e-5 * ours,
        ))
    return rows


def of_peak(trial: Trial) -> list[Row]:
    """A graph needs the distances of half of all pairs, each of two operations a dimension."""
    pairs = trial.pool.size**2 / 2
    ours = 2 * pairs * trial.pool.dimensions / trial.sides["ours"].sample.median / 1e9
    best = 2 * PRODUCT**3 / trial.sides["product"].sample.median / 1e9
    share = 100 * ours / best
    return [Row(
        f"{trial.title}, beside OpenBLAS's product of {PRODUCT}³", f"{ours:.0f} GFLOP/s",
        f"{best:.0f} GFLOP/s", f"{share:.0f} %", f"at least {LEAST_OF_PEAK} %",
        share >= LEAST_OF_PEAK,
    )]


def beside_anew(trial: Trial) -> list[Row]:
    """The schedules that only shrink a radius make graph after graph so."""
    ours, anew = trial.sides["ours"], trial.sides["graph"]
    kept, of = ours.answers
    return [
        Row(f"{trial.title}, beside the graph made anew", f"{ours.sample.median:.2f} s",
            f"{anew.sample.median:.2f} s", times(anew.sample.median / ours.sample.median), "", True),
        Row(f"{trial.title}, edges kept", f"{kept:,} of {of:,}", f"{anew.answers[0]:,}", "",
            "the same", kept == anew.answers[0]),
    ]


def same(trial: Trial) -> tuple[int, int]:
    """How many answers are the same on both sides, and of how many that the other side gave."""
    ours, theirs = trial.answers("ours"), trial.answers(trial.work.peers[0].name)
    return sum(one == other for one, other in zip(ours, theirs)), len(theirs)


def same_picks(trial: Trial) -> list[Row]:
    """All picks in the same order."""
    equal, count = same(trial)
    return [Row(f"{trial.title}, picks in order", "", "", f"{equal} of {count} the same",
                "all", equal == count == trial.picks)]


def same_verdicts(trial: Trial) -> list[Row]:
    """All labels judged alike."""
    equal, count = same(trial)
    suspected = [f"{side.answers.count(0)} suspected" for side in trial.sides.values()]
    return [Row(f"{trial.title}, verdicts", *suspected, f"{equal} of {count} the same", "all",
                equal == count == trial.picks)]


def same_coverage(trial: Trial) -> list[Row]:
    """An edge that rounding moves changes picks; how much they cover stays.

    The picks of the other side end where it has covered everything.
    """
    equal, count = same(trial)
    ours, theirs = (
        trial.pool.coverage(side.answers, trial.radius) for side in trial.sides.values()
    )
    return [Row(f"{trial.title}, coverage", f"{ours:.5f}", f"{theirs:.5f}",
                f"{equal} of {count} picks the same", "within 0.001", abs(ours - theirs) <= 1e-3)]


def counted(trial: Trial) -> list[Row]:
    """Nothing is compared: what is drawn at random differs. All picks are distinct."""
    ours = len(set(trial.answers("ours")))
    theirs = len(set(trial.answers(trial.work.peers[0].name)))
    return [Row(f"{trial.title}, distinct picks", str(ours), str(theirs), "", str(trial.picks),
                ours == trial.picks)]


TORCH = "torch_selection_worker.py"
WORKS = (
    Work("graph", "graph of {size}",
         (Peer("PyTorch", TORCH, 8), Peer("faiss", "faiss_worker.py", 4, rounds=3)),
         megabytes=300, judge=same_edges),
    # The kernels for AVX2 know no bfloat16; the products of floats are OpenBLAS's, and the same.
    Work("graph-f32", "graph of {size} in f32",
         (Peer("PyTorch", TORCH, 5), Peer("faiss", "faiss_worker.py", 2.4, rounds=3)),
         megabytes=300, judge=lambda trial: of_peak(trial) + same_edges(trial),
         also=("product",), same_as="graph", kernels="avx2"),
    Work("narrower", "graph of {size} from one of 1.1 times its radius",
         (Peer("faiss", "faiss_worker.py", None, rounds=1),), judge=beside_anew, also=("graph",),
         same_as="graph", ours="narrower"),
    Work("cover", "{picks} greedy picks of {size}, the graph is there",
         (Peer("pandas", "pandas_worker.py", 500, rounds=3),), judge=same_coverage),
    Work("npc", "npc round, {picks} picks of {size}",
         (Peer("PyTorch and pandas", TORCH, 5, rounds=3),), picks=100, judge=same_coverage),
    Work("aum", "aum filter of that round, {picks} labels", (Peer("PyTorch", TORCH, 10),),
         picks=100),
    Work("maxherding", "maxherding, {picks} picks of {size}",
         (Peer("PyTorch, dense", TORCH, 100, rounds=1),), size=10_000, radius=1, megabytes=450,
         judge=same_picks),
    Work("coreset", "coreset, {picks} picks of {size}", (Peer("PyTorch", TORCH, 5),), radius=1,
         megabytes=1000, judge=same_picks),
    Work("typiclust", "typiclust, {picks} picks of {size}",
         (Peer("scikit-learn", "sklearn_worker.py", 5, rounds=3),), radius=1, megabytes=1000,
         judge=counted),
    Work("badge", "badge, {picks} picks of {size}", (Peer("PyTorch", TORCH, 5),), radius=1,
         megabytes=1000, judge=counted),
    Work("cv", "cv filter of {picks} labels", (Peer("scikit-learn", "sklearn_worker.py", 3),),
         radius=1, judge=same_verdicts),
)


def arguments(options: argparse.Namespace, work: str, pool: Pool, radius: float,
              picks: int) -> list[str]:
    """What both sides of a work are told."""
    return [
        "--work", work, "--points", str(pool.file("points")), "--labels",
        str(pool.file("labels")), "--classes", str(pool.classes), "--radius", repr(radius),
        "--picks", str(picks), "--threads", str(options.threads),
    ]


def done(options: argparse.Namespace, work: Work) -> Trial:
    """The work on all sides, by turns."""
    size = min(options.points or work.size, work.size)
    options.say(f"{work.name}: making a pool of {size:,} × {work.dimensions}")
    pool = made(options.folder, size, work.dimensions, CLASSES)
    radius = work.radius or pool.radius(DEGREE)
    picks = min(work.picks, size // 4)
    told = arguments(options, work.same_as or work.name, pool, radius, picks)
    judge = [str(options.judge), "benchmark", "selection"]
    if work.kernels:
        judge = ["env", f"WINNOW_KERNELS={work.kernels}", *judge]
    own = ["--work", work.ours] if work.ours else []
    sides = {"ours": Side(Worker([*judge, *told, *own]))}
    for other in work.also:
        sides[other] = Side(Worker([*judge, *told, "--work", other]), repeats=PRODUCTS)
    for peer in work.peers:
        script = str(Path(__file__).with_name(peer.worker))
        sides[peer.name] = Side(Worker([sys.executable, script, *told]), rounds=peer.rounds)
    take_turns(options, work.name, sides)
    return Trial(work, pool, picks, radius, sides)


def rows(trial: Trial) -> list[Row]:
    """The table's rows of one work."""
    work, ours = trial.work, trial.sides["ours"]
    made = [
        speed(f"{trial.title}, beside {peer.name}", ours, trial.sides[peer.name], peer.least)
        for peer in work.peers
    ]
    leanest = min((trial.sides[peer.name] for peer in work.peers), key=lambda side: side.bytes)
    made.append(room(f"peak memory, {trial.title}", ours, leanest, work.megabytes))
    return made + (work.judge(trial) if work.judge else [])


def runner(work: Work) -> Callable[[argparse.Namespace], list[Row]]:
    """All rows of one work, without targets where the pool is smaller than they are about."""

    def run(options: argparse.Namespace) -> list[Row]:
        trial = done(options, work)
        found = rows(trial)
        return found if trial.pool.size == work.size else [row.untargeted() for row in found]

    return run
