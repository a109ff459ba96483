"""Pools of points that every side of a work reads from the same files."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np

NOISE = 0.5  # the share of labels that are wrong
LENGTHS = (0.6, 1.8)  # of what is added to a blob's centre, which has length 1: dense and sparse
BLOCK = 20_000  # rows that are made at a time
PAIRS = 64_000_000  # distances that a radius is read from


@dataclass(frozen=True)
class Pool:
    """Files of unit rows, of true labels, and of what an annotator says, who is often wrong."""

    folder: Path
    size: int
    dimensions: int
    classes: int

    def file(self, what: str) -> Path:
        """Where an array is."""
        return self.folder / f"{what}-{self.size}x{self.dimensions}-{self.classes}.npy"

    @cached_property
    def points(self) -> np.ndarray:
        """The rows, mapped and not read."""
        return np.load(self.file("points"), mmap_mode="r")

    def remove(self) -> None:
        """Frees the room that the files take."""
        self.__dict__.pop("points", None)
        for what in ("points", "true", "labels"):
            self.file(what).unlink()

    def radius(self, degree: float) -> float:
        """Such that a ball holds about `degree` samples on average, by many pairs at random."""
        random = np.random.default_rng(1)
        count = max(1, min(self.size, PAIRS // self.size))
        chosen = np.sort(random.choice(self.size, count, replace=False))
        squares = 2 - 2 * (np.asarray(self.points[chosen]) @ self.points.T).ravel()
        place = min(len(squares) - 1, round(count * degree))
        return float(np.sqrt(np.partition(squares, place)[place]))

    def coverage(self, picks: list[int], radius: float) -> float:
        """The share of the samples that are in a ball around a pick."""
        covered = np.zeros(self.size, bool)
        for first in range(0, self.size, BLOCK):
            part = np.asarray(self.points[first:first + BLOCK])
            nearest = (part @ self.points[picks].T).max(1)
            covered[first:first + BLOCK] = 2 - 2 * nearest < radius**2
        return float(covered.mean())


def made(folder: Path, size: int, dimensions: int, classes: int, seed: int = 0) -> Pool:
    """A pool of Gaussian blobs, one for each class, dense ones and sparse ones.

    Made once for each size. Directions vary less and less, as those of real embeddings do. The
    blobs do not depend on `seed`, so that another seed gives a test split.
    """
    pool = Pool(folder, size, dimensions, classes)
    if pool.file("points").exists():
        return pool
    folder.mkdir(parents=True, exist_ok=True)
    blobs = np.random.default_rng(0)
    centres = unit(blobs.standard_normal((classes, dimensions)))
    lengths = blobs.uniform(*LENGTHS, (classes, 1))
    spread = lengths * unit(1 / np.sqrt(1 + np.arange(dimensions))[None])
    random = np.random.default_rng((seed, size))
    true = random.integers(classes, size=size)
    rows = np.lib.format.open_memmap(
        pool.file("points"), "w+", np.float32, (size, dimensions)
    )
    for first in range(0, size, BLOCK):
        part = true[first:first + BLOCK]
        drawn = random.standard_normal((len(part), dimensions))
        rows[first:first + BLOCK] = unit(centres[part] + drawn * spread[part])
    rows.flush()
    np.save(pool.file("true"), true)
    np.save(pool.file("labels"), corrupted(true, classes, random))
    return pool


def corrupted(labels: np.ndarray, classes: int, random: np.random.Generator) -> np.ndarray:
    """Half of the labels, drawn at random, each changed to one of the others."""
    shift = random.integers(1, classes, size=len(labels))
    return np.where(random.random(len(labels)) < NOISE, (labels + shift) % classes, labels)


def unit(rows: np.ndarray) -> np.ndarray:
    """Each row by its length."""
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)
