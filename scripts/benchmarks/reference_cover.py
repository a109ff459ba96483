"""Greedy cover by balls as the reference does it: on a data frame that has a row for each edge."""

from __future__ import annotations

import numpy as np
import pandas as pd


def cover(edges: pd.DataFrame, size: int, count: int) -> list[int]:
    """Picks `count` of `size` samples, the lowest of equal ones; `edges` has columns x and y.

    Before each pick the edges that are left are counted; after it those into covered samples go.
    Ends early where all samples are covered.
    """
    picks: list[int] = []
    while len(picks) < count and len(edges):
        pick = int(np.bincount(edges.x, minlength=size).argmax())
        covered = np.zeros(size, bool)
        covered[edges.y[edges.x == pick]] = True
        edges = edges[~covered[edges.y]]
        picks.append(pick)
    return picks
