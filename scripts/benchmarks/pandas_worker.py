"""pandas at work on command: picks by a graph that is there, one edge a row of a data frame."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pandas as pd
from threadpoolctl import threadpool_limits

sys.path.append(str(Path(__file__).resolve().parent.parent))
from benchmarks.reference_cover import cover  # noqa: E402
from benchmarks.serving import selection, serve  # noqa: E402

BLOCK = 1000  # rows of distances at a time


def edges(points: np.ndarray, radius: float) -> pd.DataFrame:
    """Each sample x with each sample y in its ball; rows of `points` are unit rows."""
    starts, ends = [], []
    for first in range(0, len(points), BLOCK):
        squares = 2 - 2 * (points[first:first + BLOCK] @ points.T)
        x, y = np.nonzero(squares < radius**2)
        starts.append((x + first).astype(np.int32))
        ends.append(y.astype(np.int32))
    return pd.DataFrame({"x": np.concatenate(starts), "y": np.concatenate(ends)})


def main() -> None:
    """Answers commands until the input ends."""
    options = selection(__doc__, ("cover",))
    with threadpool_limits(options.threads):
        points = np.load(options.points)
        graph = edges(points, options.radius)
        serve(lambda: cover(graph, len(points), options.picks))


if __name__ == "__main__":
    main()
