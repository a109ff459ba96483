"""Query strategies: each pick of Winnow held against the utilities of scikit-activeml."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

import numpy as np
from numpy.typing import NDArray
from skactiveml.pool import CoreSet, MaxHerding, ProbCover
from sklearn.gaussian_process.kernels import Kernel, Matern, RationalQuadratic
from sklearn.neighbors import NearestNeighbors, radius_neighbors_graph

from crosschecks.bench import (
    Cloud,
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
from crosschecks.report import Check, Finding, all_of, parted

ACTIVEML = "scikit-activeml"


@dataclass(frozen=True)
class Step:
    """A pick, and what was so before it."""

    pick: int
    score: float | None
    labeled: list[int]
    covering: list[int]  # those of the labeled that are not suspected
    judged: int  # how many of the labeled were there when the share began


Utilities = Callable[[Step], Floats]
"""The utility of each sample of the pool at a step."""


def steps(query: Record, labeled: Sequence[int], suspected: Sequence[int] = ()) -> Iterator[Step]:
    """The picks of a query: inside a share they cover, after it only while they are not suspected.

    Shares that no filter has judged, since labels were too few, are missing among the verdicts.
    """
    picks = zip(query["selected"], query["scores"], strict=True)
    verdicts = {verdict["labeled"]: verdict["suspected"] for verdict in query["verdicts"]}
    labeled, barred = list(labeled), set(suspected)
    for size in query["shares"]:
        covering = [sample for sample in labeled if sample not in barred]
        judged = len(labeled)
        for pick, score in islice(picks, size):
            yield Step(pick, score, list(labeled), list(covering), judged)
            labeled.append(pick)
            covering.append(pick)
        barred = set(verdicts.get(len(labeled), barred))


def followed(path: Iterable[Step], utilities: Utilities, bound: float = 0.0) -> Finding:
    """Whether every pick had the largest utility among the candidates, and that as its score."""
    largest = 0.0
    for number, step in enumerate(path, 1):
        if step.score is None:
            if step.covering:
                return parted(f"pick {number} has no score")
            continue  # nothing is believed, so the pick was drawn
        utility = utilities(step).astype(np.float64)
        utility[step.labeled] = -np.inf
        best = utility.max()
        gap = max(abs(step.score - best), best - utility[step.pick]) / (abs(best) or 1.0)
        if gap > bound:
            text = f"pick {number} is {step.pick} at {step.score}"
            return parted(f"{text}; the largest utility is {best}, of {int(utility.argmax())}")
        largest = max(largest, gap)
    return Finding(True, float(largest), bound)


def marked(size: int, covering: Sequence[int]) -> Floats:
    """Labels as scikit-activeml wants them: NaN where there is none."""
    labels = np.full(size, np.nan)
    labels[list(covering)] = 0
    return labels


def ball_utilities(rows: Floats, delta: float, metric: str, classes: int) -> Utilities:
    """Degrees by `ProbCover`, with one delta, so that it chooses none."""
    oracle = ProbCover(
        deltas=[delta], n_classes=classes, random_state=0,
        distance_func=lambda points: distances(points, metric),
    )

    def utilities(step: Step) -> Floats:
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", message="The maximum purity was -1")
            _, found = oracle.query(rows, marked(len(rows), step.covering), return_utilities=True)
        return found[0]

    return utilities


def weighted_utilities(rows: Floats, delta: float, factor: bool) -> Utilities:
    """Sums of weights over scikit-learn's neighbours: less where suspected samples are near."""
    edges = radius_neighbors_graph(rows, delta, include_self=True).toarray() > 0

    def utilities(step: Step) -> Floats:
        before = step.labeled[: step.judged]
        suspected = [sample for sample in before if sample not in step.covering]
        times = edges[suspected].sum(axis=0)
        clean = 1 - len(suspected) / max(1, len(before))
        weight = np.where(times > 0, clean ** (times if factor else 1), 1.0)
        weight[edges[step.covering].any(axis=0)] = 0
        return edges @ weight

    return utilities


def kernel_utilities(rows: Floats, kernel: str, sigma: float) -> Utilities:
    """Gains by `MaxHerding`, as means over the whole pool; it takes them over what is unlabeled."""
    named, options = similarity(kernel, sigma)
    oracle = MaxHerding(
        normalize_samples=True, metric=named, metric_dict=options, random_state=0
    )

    def utilities(step: Step) -> Floats:
        _, found = oracle.query(rows, marked(len(rows), step.covering), return_utilities=True)
        return found[0] * ((len(rows) - len(step.covering)) / len(rows))

    return utilities


def similarity(kernel: str, sigma: float) -> tuple[str | Kernel, dict[str, float] | None]:
    """scikit-learn's own form of a kernel, with the parameters that make it the same one."""
    if kernel == "rbf":
        return "rbf", {"gamma": 1 / sigma**2}
    return {
        "laplace": Matern(length_scale=sigma, nu=0.5),
        "rational": RationalQuadratic(length_scale=sigma, alpha=1),
        "cauchy": RationalQuadratic(length_scale=sigma / np.sqrt(2), alpha=1),
        "student": RationalQuadratic(length_scale=sigma / np.sqrt(3), alpha=0.75),
    }[kernel], None


def centre_utilities(rows: Floats) -> Utilities:
    """Distances to the nearest centre by `CoreSet`."""
    oracle = CoreSet(random_state=0)

    def utilities(step: Step) -> Floats:
        _, found = oracle.query(rows, marked(len(rows), step.covering), return_utilities=True)
        return found[0]

    return utilities


# Problems


def started(problem: Problem, cloud: Cloud, options: str, least: int = 0) -> list[str]:
    """A pool, an annotator who errs, and a labeled set of `least` to 15 samples drawn at random."""
    observed = problem.mistaken(cloud, problem.rng.uniform(0.1, 0.5))
    first = problem.whole(least, 15)
    commands = problem.load(cloud, options, observed)
    return [*commands, f"query random {first}"] if first else commands


def bought(results: list[Record]) -> list[int]:
    """What the queries among these results bought, in order."""
    return [sample for result in results for sample in result.get("selected", [])]


def probcover(problem: Problem) -> Finding:
    """Any metric and normalization, from an empty labeled set or not, also past full coverage."""
    cloud = problem.any_cloud()
    metric, view = problem.one_of("l2", "cosine"), problem.one_of("unit", "unit", "max", "none")
    rows = viewed(cloud.rows, view)
    delta = apart(distances(rows, metric), problem.rng.uniform(0.01, 0.2))
    commands = started(problem, cloud, f"metric={metric} normalization={view}")
    results = problem.run([*commands, f"query probcover {problem.whole(10, 60)} delta={delta!r}"])
    path = steps(results[-1], bought(results[:-1]))
    return followed(path, ball_utilities(rows, delta, metric, cloud.classes))


def a_filter(problem: Problem) -> str:
    """A filter that judges any labeled set."""
    return problem.one_of("ideal", "aum", "cv", "knn", "centroids", "fine")


def npc(problem: Problem) -> Finding:
    """Who is suspected is read from Winnow's verdicts."""
    return covered_in_shares(
        problem, "npc", lambda rows, delta, classes: ball_utilities(rows, delta, "l2", classes)
    )


def weighted_npc(problem: Problem) -> Finding:
    """The same, with both kinds of weight."""
    factor = problem.one_of(True, False)
    name = "weighted_npc_factor" if factor else "weighted_npc"
    return covered_in_shares(
        problem, name, lambda rows, delta, _: weighted_utilities(rows, delta, factor), 1e-9
    )


def covered_in_shares(
    problem: Problem, strategy: str, oracle: Callable[[Floats, float, int], Utilities],
    bound: float = 0.0,
) -> Finding:
    """Two queries in shares of any size, by any filter."""
    cloud = problem.any_cloud()
    rows = unit(cloud.rows)
    delta = apart(distances(rows), problem.rng.uniform(0.01, 0.2))
    observed = problem.mistaken(cloud, problem.rng.uniform(0.1, 0.5))
    queries = [
        f"query {strategy} {problem.whole(10, 30)} delta={delta!r} share={problem.whole(1, 10)}"
        for _ in range(2)
    ]
    commands = problem.load(cloud, observed=observed)
    first, second = problem.run([*commands, f"filter {a_filter(problem)}", *queries])[-2:]
    utilities = oracle(rows, delta, cloud.classes)
    between = first["verdicts"][-1]["suspected"]
    return all_of([
        followed(steps(first, []), utilities, bound),
        followed(steps(second, first["selected"], between), utilities, bound),
    ])


def maxherding(problem: Problem) -> Finding:
    """The kernel rbf at widths 1 and 0.5, from an empty labeled set or not."""
    return herded(problem, "rbf", problem.one_of(1, 0.5))


def maxherding_kernels(problem: Problem) -> Finding:
    """The other kernels that scikit-learn has, at any width."""
    kernel = problem.one_of("laplace", "cauchy", "rational", "student")
    return herded(problem, kernel, round(problem.rng.uniform(0.3, 1.5), 2))


def herded(problem: Problem, kernel: str, sigma: float) -> Finding:
    """MaxHerding with one kernel."""
    cloud = problem.any_cloud()
    query = f"query maxherding {problem.whole(10, 30)} sigma={sigma} kernel={kernel}"
    results = problem.run([*started(problem, cloud, ""), query])
    path = steps(results[-1], bought(results[:-1]))
    return followed(path, kernel_utilities(cloud.rows, kernel, sigma), 1e-6)


def maxherding_nas(problem: Problem) -> Finding:
    """As npc, with the kernel rbf."""
    return judged(problem, "maxherding_nas", lambda rows: kernel_utilities(rows, "rbf", 1))


def coreset(problem: Problem) -> Finding:
    """On the features of the linear probe, which are the scaled rows."""
    cloud = problem.any_cloud()
    commands = started(problem, cloud, "", least=1)
    results = problem.run([*commands, f"query coreset {problem.whole(10, 30)}"])
    path = steps(results[-1], bought(results[:-1]))
    return followed(path, centre_utilities(cloud.scaled), 1e-5)


def coreset_nas(problem: Problem) -> Finding:
    """As npc, after a judged labeled set."""
    return judged(problem, "coreset_nas", centre_utilities)


def judged(problem: Problem, strategy: str, oracle: Callable[[Floats], Utilities]) -> Finding:
    """A strategy in shares after a labeled set that a filter has judged."""
    cloud = problem.any_cloud()
    share = problem.whole(1, 10)
    commands = started(problem, cloud, "", least=10)
    commands += [f"filter {a_filter(problem)}", f"query {strategy} 25 share={share}"]
    results = problem.run(commands)
    verdict, query = results[-2:]
    labeled = verdict["labeled"]
    suspected = [one for one, clean in zip(labeled, verdict["clean"], strict=True) if not clean]
    rows = cloud.scaled if strategy == "coreset_nas" else cloud.rows
    return followed(steps(query, labeled, suspected), oracle(rows), 1e-5)


def typiclust(problem: Problem) -> Finding:
    """As many picks as there are plain clusters, all of different sizes: the larger ones first."""
    cloud, groups = lopsided(problem)
    *_, query = problem.run([*problem.load(cloud), f"query typiclust {cloud.classes}"])
    rows = unit(cloud.rows)
    largest_first = np.argsort(-np.bincount(groups))
    found = zip(query["selected"], query["scores"], largest_first, strict=True)
    return all_of(
        followed([Step(pick, score, [], [], 0)], typical(rows, groups == group), 1e-5)
        for pick, score, group in found
    )


def lopsided(problem: Problem) -> tuple[Cloud, Integers]:
    """Clusters that k-means does not miss, and which they are."""
    groups = None
    while groups is None:
        sizes = problem.rng.choice(np.arange(7, 70), problem.whole(3, 6), replace=False)
        labels = problem.rng.permutation(np.repeat(np.arange(len(sizes)), sizes))
        centres = problem.rng.normal(scale=6, size=(len(sizes), 16))
        rows = centres[labels] + problem.rng.normal(size=(len(labels), 16))
        cloud = Cloud(rows.astype(np.float32), labels, len(sizes))
        groups = plain_clusters(unit(cloud.rows), len(sizes))
    return cloud, groups


def typical(rows: Floats, members: NDArray[np.bool_]) -> Utilities:
    """Typicality of a cluster's members, none of them labeled."""
    own = np.flatnonzero(members)
    near = NearestNeighbors(n_neighbors=min(20, len(own) // 2)).fit(rows[own]).kneighbors()[0]
    utility = np.full(len(rows), -np.inf)
    utility[own] = 1 / (near.mean(axis=1) + 1e-5)
    return lambda step: utility


def dcom(problem: Problem) -> Finding:
    """From an empty labeled set: degrees, scaled to 0 … 1 among the candidates."""
    cloud = problem.any_cloud()
    rows = unit(cloud.rows)
    delta = apart(distances(rows), problem.rng.uniform(0.01, 0.2))
    query = f"query dcom {problem.whole(5, 40)} delta={delta!r}"
    *_, said = problem.run([*problem.load(cloud), query])
    degrees = ball_utilities(rows, delta, "l2", cloud.classes)
    return followed(steps(said, []), lambda step: stretched(degrees(step), step.labeled), 1e-12)


def stretched(values: Floats, without: list[int]) -> Floats:
    """Values such that those of the candidates go from 0 to 1; all 0 where they are equal."""
    candidates = np.delete(values, without)
    width = candidates.max() - candidates.min()
    return (values - candidates.min()) / width if width else np.zeros_like(values)


LARGEST = "each pick has the largest"
CHECKS = [
    Check("probcover", f"{ACTIVEML} ProbCover", f"{LARGEST} degree", probcover),
    Check("npc", f"{ACTIVEML} ProbCover", f"{LARGEST} degree; any filter, any share", npc),
    Check(
        "weighted_npc", "scikit-learn radius_neighbors_graph",
        f"{LARGEST} weighted degree; any filter, any share", weighted_npc,
    ),
    Check("maxherding", f"{ACTIVEML} MaxHerding", f"{LARGEST} gain; rbf, sigma 1, 0.5", maxherding),
    Check(
        "maxherding kernel=", f"{ACTIVEML} MaxHerding",
        f"{LARGEST} gain; laplace, cauchy, rational, student", maxherding_kernels,
    ),
    Check(
        "maxherding_nas", f"{ACTIVEML} MaxHerding",
        f"{LARGEST} gain; any filter, any share", maxherding_nas,
    ),
    Check("coreset", f"{ACTIVEML} CoreSet", f"{LARGEST} distance", coreset),
    Check(
        "coreset_nas", f"{ACTIVEML} CoreSet",
        f"{LARGEST} distance; any filter, any share", coreset_nas,
    ),
    Check("dcom", f"{ACTIVEML} ProbCover", f"{LARGEST} degree; nothing labeled before", dcom),
    Check(
        "typiclust", "scikit-learn KMeans, NearestNeighbors",
        f"{LARGEST} typicality of its cluster; plain clusters", typiclust,
    ),
]
