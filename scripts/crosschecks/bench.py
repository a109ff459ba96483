"""Problems drawn at random, and Winnow's answers to them."""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.cluster import KMeans
from sklearn.metrics import pairwise_distances
from sklearn.preprocessing import normalize

from crosschecks.program import Record, run

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

MEAN_NORM = 2.5  # of the rows that filters and linear models see


@dataclass(frozen=True)
class Cloud:
    """Gaussian clusters, one per class: what both sides are given."""

    features: NDArray[np.float32]
    labels: Integers
    classes: int

    @property
    def rows(self) -> Floats:
        """The features as Winnow was given them, in double precision."""
        return self.features.astype(np.float64)

    @property
    def scaled(self) -> Floats:
        """Rows of the mean norm that filters and linear models see."""
        return scaled(self.rows, self.rows)


def scaled(rows: Floats, pool: Floats, mean: float = MEAN_NORM) -> Floats:
    """`rows` times the factor that gives the pool's rows this mean norm."""
    return rows * (mean / np.linalg.norm(pool, axis=1).mean())


class Problem:
    """One problem: its numbers, its folder, and Winnow run in that folder.

    The numbers depend on the seed, the name of the check and the problem's number alone, so that
    one check by itself meets the same problems as all of them together.
    """

    def __init__(self, winnow: Path, folder: Path, seed: int, check: str, number: int) -> None:
        self.winnow = winnow
        self.folder = folder
        self.rng = np.random.default_rng([seed, zlib.crc32(check.encode()), number])

    def whole(self, low: int, high: int) -> int:
        """A whole number from `low` to `high`, both included."""
        return int(self.rng.integers(low, high + 1))

    def one_of(self, *values: Any) -> Any:
        """One of the values, each equally likely."""
        return values[int(self.rng.integers(len(values)))]

    def cloud(self, size: int, classes: int, columns: int, spread: float = 1.0) -> Cloud:
        """Clusters around centres whose coordinates have the deviation `spread`."""
        labels = self.rng.permutation(np.arange(size) % classes)
        centres = self.rng.normal(scale=spread, size=(classes, columns))
        rows = centres[labels] + self.rng.normal(size=(size, columns))
        return Cloud(rows.astype(np.float32), labels.astype(np.int64), classes)

    def any_cloud(self, low: int = 120, high: int = 300) -> Cloud:
        """Clusters of any size, dimension and number of classes."""
        return self.cloud(
            self.whole(low, high), self.whole(3, 8), self.whole(3, 32), self.rng.uniform(0.5, 1.5)
        )

    def mistaken(self, cloud: Cloud, rate: float) -> Integers:
        """The labels, about `rate` of them replaced by another class."""
        wrong = self.rng.random(len(cloud.labels)) < rate
        shift = self.rng.integers(1, cloud.classes, len(cloud.labels))
        return np.where(wrong, (cloud.labels + shift) % cloud.classes, cloud.labels)

    def save(self, name: str, array: NDArray[Any]) -> str:
        """Writes an array for Winnow to read; the name of its file."""
        np.save(self.folder / f"{name}.npy", array)
        return f"{name}.npy"

    def load(self, cloud: Cloud, options: str = "", observed: Integers | None = None) -> list[str]:
        """The commands that open a cloud, where given with an annotator who answers `observed`."""
        features = self.save("features", cloud.features)
        labels = self.save("labels", cloud.labels)
        commands = [f"load arrays features={features} labels={labels} {options}".strip()]
        if observed is not None:
            commands.append(f"noise file {self.save('observed', observed)}")
        return commands

    def run(self, commands: list[str]) -> list[Record]:
        """The result of each command, in order; `WinnowFailed` where one fails."""
        return run(self.winnow, self.folder, commands, seed=self.whole(0, 999_999))


def unit(rows: Floats) -> Floats:
    """Rows of norm one."""
    return normalize(rows)


def viewed(rows: Floats, normalization: str) -> Floats:
    """Rows as balls and neighbours see them under `load … normalization=`."""
    if normalization == "unit":
        return unit(rows)
    return rows / np.linalg.norm(rows, axis=1).max() if normalization == "max" else rows


def distances(rows: Floats, metric: str = "l2") -> Floats:
    """All distances, by scikit-learn."""
    return pairwise_distances(rows, metric={"l2": "euclidean", "cosine": "cosine"}[metric])


def apart(between: Floats, share: float) -> float:
    """A radius in the widest gap near the distance that `share` of all pairs stay below.

    Single and double precision, < and ≤ give the same balls with it.
    """
    ordered = np.unique(between[np.triu_indices_from(between, 1)])
    middle = int(share * (len(ordered) - 1))
    near = ordered[max(0, middle - 100) : middle + 101]
    widest = int(np.diff(near).argmax())
    return float((near[widest] + near[widest + 1]) / 2)


def plain_clusters(rows: Floats, count: int) -> Integers | None:
    """The clusters of k-means, if 200 of scikit-learn's single starts all end in the same ones.

    Then a single start of Winnow's may be expected to. Even where clusters are plain to see, one
    start in forty may end elsewhere, with either.
    """
    ends = [KMeans(count, n_init=1, random_state=start).fit(rows) for start in range(200)]
    inertias = np.array([end.inertia_ for end in ends])
    return ends[0].labels_ if np.ptp(inertias) < 1e-6 * inertias.max() else None
