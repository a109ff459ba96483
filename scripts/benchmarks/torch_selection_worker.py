"""PyTorch at work on command: the other side of `winnow-judge benchmark selection`.

Distances come from `cdist` in blocks of the size, of a few, that is fastest on a part of the pool;
kernels and gradients are done in place where that saves memory. Rows have to be unit rows.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path

import numpy as np
import pandas as pd
import torch
from torch import Tensor
from torch.nn.functional import cross_entropy, one_hot

sys.path.append(str(Path(__file__).resolve().parent.parent))
from benchmarks.reference_cover import cover  # noqa: E402
from benchmarks.serving import Once, selection, serve, spread  # noqa: E402

BLOCKS = (250, 1000, 4000)  # rows of distances at a time
NORM = 2.5  # of the rows that a filter sees
EPOCHS, BATCH, PERCENTILE = 40, 64, 0.8


def edges(points: Tensor, radius: float, block: int, most: int | None = None) -> list[Tensor]:
    """Each sample with each sample in its ball, for the first `most` samples."""
    starts, ends = [], []
    for first in range(0, most or len(points), block):
        near = torch.cdist(points[first:first + block], points) < radius
        x, y = near.nonzero(as_tuple=True)
        starts.append((x + first).int())
        ends.append(y.int())
    return [torch.cat(starts), torch.cat(ends)]


def best_block(points: Tensor, radius: float) -> int:
    """The size of a block that is fastest on the first samples."""
    times = {}
    for block in BLOCKS:
        start = time.perf_counter()
        edges(points, radius, block, min(len(points), max(BLOCKS)))
        times[block] = time.perf_counter() - start
    return min(times, key=times.__getitem__)


def graph(points: Tensor, radius: float) -> Once:
    """All edges; the answer is how many there are."""
    block = best_block(points, radius)
    return lambda: [len(edges(points, radius, block)[0])]


def areas(rows: Tensor, labels: Tensor, classes: int) -> Tensor:
    """The mean margin of each row's label while a linear head learns the labels."""
    head = torch.nn.Linear(rows.shape[1], classes)
    descent = torch.optim.SGD(
        head.parameters(), lr=0.1, momentum=0.9, nesterov=True, weight_decay=1e-4
    )
    order = torch.arange(len(rows))
    while len(order) < BATCH:
        order = torch.cat([order, order])
    sums, visits = torch.zeros(len(rows)), torch.zeros(len(rows))
    for _ in range(EPOCHS):
        order = order[torch.randperm(len(order))]
        for batch in order[:len(order) // BATCH * BATCH].split(BATCH):
            logits, wanted = head(rows[batch]), labels[batch]
            with torch.no_grad():
                own = logits.gather(1, wanted[:, None])[:, 0]
                others = logits.scatter(1, wanted[:, None], -torch.inf).amax(1)
                sums.index_add_(0, batch, own - others)
                visits.index_add_(0, batch, torch.ones(len(batch)))
            descent.zero_grad(set_to_none=True)
            cross_entropy(logits, wanted).backward()
            descent.step()
    return sums / visits.clamp(min=1)


def margins(points: Tensor, picks: list[int], labels: Tensor, classes: int) -> list[int]:
    """Which of the picks' labels are clean, by areas under the margin."""
    unlabeled = torch.ones(len(points), dtype=torch.bool)
    unlabeled[picks] = False
    candidates = unlabeled.nonzero()[:, 0]
    thresholds = candidates[torch.randperm(len(candidates))[:-(-len(picks) // classes)]]
    rows = points[torch.cat([torch.tensor(picks), thresholds])] * NORM
    given = torch.cat([labels[picks], torch.full((len(thresholds),), classes)])
    found = areas(rows, given, classes + 1)
    threshold = torch.quantile(found[len(picks):], PERCENTILE)
    return (found[:len(picks)] >= threshold).int().tolist()


def npc(points: Tensor, labels: Tensor, classes: int, radius: float, count: int) -> Once:
    """Graph, picks, and after each share of as many picks as there are classes the filter.

    All labels count as clean for the picks: one share, which is what is timed, needs no more.
    """
    if count > classes:
        raise SystemExit(f"one share is {classes} picks")
    block = best_block(points, radius)

    def once() -> list[int]:
        x, y = edges(points, radius, block)
        picks = cover(pd.DataFrame({"x": x.numpy(), "y": y.numpy()}), len(points), count)
        margins(points, picks, labels, classes)
        return picks

    return once


def maxherding(points: Tensor, width: float, count: int) -> Once:
    """Greedy kernel cover with all kernel values in memory and one buffer as large."""

    def once() -> list[int]:
        values = torch.cdist(points, points).square_().div_(-width**2).exp_()
        covered = torch.zeros(len(points))
        buffer = torch.empty_like(values)
        picks: list[int] = []
        for _ in range(count):
            gains = torch.sub(values, covered, out=buffer).clamp_(min=0).mean(1)
            gains[picks] = -torch.inf
            picks.append(int(gains.argmax()))
            torch.maximum(covered, values[picks[-1]], out=covered)
        return picks

    return once


def coreset(points: Tensor, classes: int, count: int) -> Once:
    """Farthest first, the least distance of each sample kept."""

    def squares(sample: int) -> Tensor:
        return (norms + norms[sample]).sub_(points @ points[sample], alpha=2)

    norms = points.square().sum(1)

    def once() -> list[int]:
        labeled = spread(classes, len(points))
        least = torch.full((len(points),), torch.inf)
        for sample in labeled:
            torch.minimum(least, squares(sample), out=least)
        picks: list[int] = []
        for _ in range(count):
            least[labeled if not picks else picks[-1]] = -torch.inf
            picks.append(int(least.argmax()))
            torch.minimum(least, squares(picks[-1]), out=least)
        return picks

    return once


def badge(points: Tensor, classes: int, count: int) -> Once:
    """k-means++ on the gradients of a linear head, which are kept as their two factors."""
    head = torch.nn.Linear(points.shape[1], classes)
    labeled = spread(classes, len(points))

    @torch.inference_mode()
    def once() -> list[int]:
        rows = points * NORM
        shares = head(rows).softmax(1)
        errors = one_hot(shares.argmax(1), classes) - shares
        norms = errors.square().sum(1) * rows.square().sum(1)
        least = torch.full_like(norms, torch.inf)
        chances = norms.clone()
        chances[labeled] = -1
        picks = [int(chances.argmax())]
        while len(picks) < count:
            last = picks[-1]
            products = (errors @ errors[last]) * (rows @ rows[last])
            torch.minimum(least, (norms + norms[last]).sub_(products, alpha=2), out=least)
            chances = least.clamp(min=0)
            chances[labeled + picks] = 0
            picks.append(int(torch.multinomial(chances, 1)))
        return picks

    return once


def prepared(work: str, points: Tensor, labels: Tensor, classes: int, radius: float,
             count: int) -> Once:
    """The work, ready to be done as often as is wanted."""
    match work:
        case "graph":
            return graph(points, radius)
        case "npc":
            return npc(points, labels, classes, radius, count)
        case "aum":
            places = spread(count, len(points))
            return lambda: margins(points, places, labels, classes)
        case "maxherding":
            return maxherding(points, radius, count)
        case "coreset":
            return coreset(points, classes, count)
    return badge(points, classes, count)


def main() -> None:
    """Answers commands until the input ends."""
    works = ("graph", "npc", "aum", "maxherding", "coreset", "badge")
    options = selection(__doc__, works)
    torch.set_num_threads(options.threads)
    torch.manual_seed(0)
    points = torch.from_numpy(np.load(options.points))
    labels = torch.from_numpy(np.load(options.labels))
    serve(prepared(
        options.work, points, labels, options.classes, options.radius, options.picks
    ))


if __name__ == "__main__":
    main()
