"""scikit-learn at work on command: picks by clusters, and the cross-validation filter."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
from sklearn.cluster import MiniBatchKMeans
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import euclidean_distances
from threadpoolctl import threadpool_limits

sys.path.append(str(Path(__file__).resolve().parent.parent))
from benchmarks.serving import Once, selection, serve, spread  # noqa: E402

FOLDS = 3
NORM = 2.5  # of the rows that a filter sees
NEIGHBOURS = 20
LEAST = 5  # clusters of as many members or fewer come last
MOST = 500  # clusters


def most_typical(rows: np.ndarray) -> int:
    """The place of the row that is nearest to its neighbours."""
    near = min(NEIGHBOURS, len(rows) // 2)
    if near == 0:
        return 0
    distances = np.partition(euclidean_distances(rows), near, axis=1)[:, :near + 1]
    return int((1 / (distances.sum(axis=1) / near + 1e-5)).argmax())


def typiclust(points: np.ndarray, count: int) -> Once:
    """The most typical sample of each cluster, the largest first, until there are enough."""

    def once() -> list[int]:
        clusters = MiniBatchKMeans(min(count, MOST), batch_size=5000, random_state=0)
        found = clusters.fit_predict(points)
        members = [np.flatnonzero(found == one) for one in range(clusters.n_clusters)]
        members.sort(key=len, reverse=True)
        kept = [one for one in members if len(one) > LEAST] or members
        picks: list[int] = []
        while len(picks) < count:
            place = len(picks) % len(kept)
            chosen = most_typical(points[kept[place]])
            picks.append(int(kept[place][chosen]))
            kept[place] = np.delete(kept[place], chosen)
        return picks

    return once


def crossed(points: np.ndarray, labels: np.ndarray, count: int) -> Once:
    """A label is clean where half of the models or more, each of one fold, would have given it.

    The models are fitted to where our side's are: looser ones now and then judge a label otherwise.
    """
    places = spread(count, len(points))
    rows, labels = points[places] * np.float32(NORM), labels[places]
    folds = np.arange(count) % FOLDS

    def once() -> list[int]:
        agreeing = np.zeros(count, int)
        for fold in range(FOLDS):
            model = LogisticRegression(C=1.0, tol=1e-6, max_iter=500)
            model.fit(rows[folds == fold], labels[folds == fold])
            agreeing += model.predict(rows) == labels
        return list(2 * agreeing >= FOLDS)

    return once


def main() -> None:
    """Answers commands until the input ends."""
    options = selection(__doc__, ("typiclust", "cv"))
    points = np.load(options.points)
    with threadpool_limits(options.threads):
        if options.work == "cv":
            serve(crossed(points, np.load(options.labels), options.picks))
        else:
            serve(typiclust(points, options.picks))


if __name__ == "__main__":
    main()
