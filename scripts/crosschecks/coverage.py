"""Coverage, degrees, radii: against scikit-learn's neighbours within a radius."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from scipy.stats import entropy
from sklearn.neighbors import radius_neighbors_graph

from crosschecks.bench import (
    Floats,
    Integers,
    Problem,
    Record,
    apart,
    distances,
    plain_clusters,
    unit,
    viewed,
)
from crosschecks.report import Check, Finding, all_of, parted, within

SUPPORT = np.arange(1, 56) / 50  # 0.02 … 1.10
CLOSE = 1e-6  # pairs nearer than this to a radius are not asked about


def covered(rows: Floats, centres: list[int], delta: float, metric: str) -> float:
    """Share of the pool in the balls of these samples."""
    named = {"l2": "euclidean", "cosine": "cosine"}[metric]
    graph = radius_neighbors_graph(rows, delta, metric=named, include_self=True)
    return float((graph[centres].sum(axis=0) > 0).mean()) if centres else 0.0


def coverage(problem: Problem) -> Finding:
    """coverage, presumed_coverage and clean_coverage of a noise-aware query."""
    cloud = problem.any_cloud()
    metric, view = problem.one_of("l2", "cosine"), problem.one_of("unit", "max", "none")
    rows = viewed(cloud.rows, view)
    delta = apart(distances(rows, metric), problem.rng.uniform(0.01, 0.1))
    observed = problem.mistaken(cloud, problem.rng.uniform(0.1, 0.5))
    commands = problem.load(cloud, f"metric={metric} normalization={view}", observed)
    judge = problem.one_of("aum", "cv")
    query = f"query npc {problem.whole(10, 60)} delta={delta!r} filter={judge}"
    *_, said = problem.run([*commands, query])
    suspected = set(said["verdicts"][-1]["suspected"]) if said["verdicts"] else set()
    bought = said["selected"]
    expected = {
        "coverage": bought,
        "presumed_coverage": [one for one in bought if one not in suspected],
        "clean_coverage": [one for one in bought if observed[one] == cloud.labels[one]],
    }
    found = {**said, **said["evaluation"]}
    return all_of([
        within(abs(found[name] - covered(rows, centres, delta, metric)), 1e-12, name)
        for name, centres in expected.items()
    ])


def curves(problem: Problem) -> Finding:
    """Every row of `show coverage` except purity, which rests on drawn clusters."""
    cloud = problem.any_cloud()
    count = problem.whole(1, 30)
    commands = [*problem.load(cloud), f"query random {count}", "show coverage"]
    *_, query, shown = problem.run(commands)
    names = [column["name"] for column in shown["columns"]]
    between = distances(unit(cloud.rows))
    rows = [dict(zip(names, row, strict=True)) for row in shown["rows"]]
    return all_of([
        same_balls(row, between < row["delta"], query["selected"])
        for row in rows if np.abs(between - row["delta"]).min() > CLOSE
    ])


def same_balls(row: Record, edges: NDArray[np.bool_], labeled: list[int]) -> Finding:
    """One radius: degrees and what the labeled set covers."""
    degrees = edges.sum(axis=1)
    expected = {
        "mean_degree": degrees.mean(), "max_degree": degrees.max(), "sd": degrees.std(),
        "entropy": bits(degrees), "coverage": edges[labeled].any(axis=0).mean(),
    }
    return all_of([
        within(abs(row[name] - value), 1e-9, f"{name} at {row['delta']}")
        for name, value in expected.items()
    ])


def bits(degrees: Integers) -> float:
    """Entropy of the histogram of degrees."""
    return float(entropy(np.unique(degrees, return_counts=True)[1], base=2))


def purity(problem: Problem) -> Finding:
    """Purity and delta=auto, where k-means does not miss the clusters."""
    groups = None
    while groups is None:
        size, classes = problem.whole(100, 250), problem.whole(3, 4)
        cloud = problem.cloud(size, classes, problem.whole(8, 16), 4)
        groups = plain_clusters(unit(cloud.rows), classes)
    between = distances(unit(cloud.rows))
    stranger = np.where(groups[:, None] != groups, between, np.inf).min(axis=1)
    if np.abs(stranger[:, None] - SUPPORT).min() < CLOSE:
        return parted("a distance close to a radius", close=True)
    pure = (stranger[:, None] >= SUPPORT).mean(axis=0)
    alpha = problem.one_of(0.95, 0.9, 1)
    *_, query, shown = problem.run([
        *problem.load(cloud), f"query probcover 3 delta=auto alpha={alpha}", "show coverage",
    ])
    choice = SUPPORT[pure >= alpha][-1]
    if abs(query["delta"] - choice) > 1e-9:
        return parted(f"delta {query['delta']}, by scikit-learn's clusters {choice}")
    found = {round(row[0], 4): row[1] for row in shown["rows"]}
    shares = dict(zip(np.round(SUPPORT, 4).tolist(), pure.tolist(), strict=True))
    if not shares.keys() <= found.keys():
        return parted(f"radii {sorted(found)}, expected {sorted(shares)}")
    return within(max(abs(found[one] - shares[one]) for one in shares), 1e-12, "purity")


def schedules(problem: Problem) -> Finding:
    """The radius that each schedule takes before the first pick."""
    cloud = problem.any_cloud()
    start = problem.whole(10, 50) / 50
    size, labeled = len(cloud.labels), cloud.classes * problem.whole(1, 4)
    rule = problem.one_of(*STATISTICS, "linear_descent", "exponential_descent")
    commands = [*problem.load(cloud), f"query random {labeled}"]
    *_, first, query = problem.run([*commands, f"query probcover 1 delta={start} schedule={rule}"])
    between = distances(unit(cloud.rows))
    if np.abs(between[:, :, None] - SUPPORT).min() < 1e-8:
        return parted("a distance close to a radius", close=True)
    expected = scheduled(rule, start, labeled / size, between, first["selected"])
    return within(abs(query["delta"] - expected), 1e-9, f"delta by {rule} from {start}")


STATISTICS: dict[str, Callable[[Integers], float]] = {
    "max_std": np.std, "max_entropy": bits, "max_std_smaller": np.std, "max_entropy_smaller": bits,
    "max_support_size_take_max": np.max, "max_support_size_take_min": np.max,
}


def scheduled(
    rule: str, start: float, done: float, between: Floats, labeled: list[int]
) -> float:
    """The radius by the definition of a schedule."""
    if rule == "linear_descent":
        return (1 - done) * start + done * 0.02
    if rule == "exponential_descent":
        share = (np.exp(-10) - np.exp(-10 * done)) / (np.exp(-10) - 1)
        return share * start + (1 - share) * 0.02
    support = SUPPORT[SUPPORT <= start + 1e-9] if rule.endswith("smaller") else SUPPORT
    values = np.array([
        STATISTICS[rule](left_degrees(between < delta, labeled)) for delta in support
    ])
    best = np.flatnonzero(values >= values.max() * (1 - 1e-9))
    return float(support[best[0] if rule.endswith("take_min") else best[-1]])


def left_degrees(edges: NDArray[np.bool_], labeled: list[int]) -> Integers:
    """Degrees into what the labeled do not cover; theirs are 0."""
    degrees = (edges & ~edges[labeled].any(axis=0)).sum(axis=1)
    degrees[labeled] = 0
    return degrees


CHECKS = [
    Check(
        "coverage", "scikit-learn radius_neighbors_graph",
        "coverage, presumed_coverage, clean_coverage", coverage,
    ),
    Check(
        "show coverage", "scikit-learn pairwise_distances",
        "degrees, their sd and entropy, coverage at 55 radii", curves,
    ),
    Check(
        "delta=auto", "scikit-learn KMeans", "purity at 55 radii, delta; plain clusters", purity
    ),
    Check("schedule=", "NumPy on scikit-learn distances", "the next delta, 8 schedules", schedules),
]
