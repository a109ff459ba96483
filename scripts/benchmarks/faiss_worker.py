"""faiss at work on command: all pairs below a radius, by an exact range search."""

from __future__ import annotations

import sys
from pathlib import Path

import faiss
import numpy as np

sys.path.append(str(Path(__file__).resolve().parent.parent))
from benchmarks.serving import Once, selection, serve  # noqa: E402


def graph(points: np.ndarray, radius: float) -> Once:
    """The lists of neighbours of all samples; the answer is how many neighbours there are."""

    def once() -> list[int]:
        index = faiss.IndexFlatL2(points.shape[1])
        index.add(points)
        limits, _, _ = index.range_search(points, radius**2)
        return [int(limits[-1])]

    return once


def main() -> None:
    """Answers commands until the input ends."""
    options = selection(__doc__, ("graph",))
    faiss.omp_set_num_threads(options.threads)
    serve(graph(np.load(options.points), options.radius))


if __name__ == "__main__":
    main()
