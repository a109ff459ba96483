"""Noise filters: verdicts, qualities and metrics.

The folds of a cross-validation are Winnow's own draws. With as many folds as labels each label is
a fold of its own, nothing is drawn, and the models are the same on both sides.
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from functools import partial
from unittest.mock import patch

import numpy as np
from cleanlab.filter import find_label_issues
from cleanlab.rank import get_label_quality_scores
from numpy.typing import NDArray
from sklearn.cluster import DBSCAN
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import accuracy_score, f1_score, precision_recall_fscore_support
from sklearn.mixture import GaussianMixture
from sklearn.neighbors import NearestNeighbors
from sklearn.preprocessing import StandardScaler

from crosschecks.bench import Floats, Integers, Problem, Record, distances, scaled
from crosschecks.report import Check, Finding, all_of, parted, within

Mask = NDArray[np.bool_]

SOLVED = 1e-3  # probabilities of two solvers of logistic regression
RULES = (
    "prune_by_noise_rate", "prune_by_class", "both", "confident_learning", "predicted_neq_given",
    "low_normalized_margin", "low_self_confidence",
)
RANKS = ("self_confidence", "normalized_margin", "confidence_weighted_entropy")


@dataclass(frozen=True)
class Judged:
    """A labeled set in the order in which it was bought, and what Winnow's filters said of it."""

    rows: Floats
    pool: Floats
    observed: Integers
    true: Integers
    classes: int
    verdicts: list[Record]


def judged(problem: Problem, filters: list[str], low: int = 30, high: int = 150) -> Judged:
    """A random labeled set with mistakes, judged by these filters one after the other."""
    count = problem.whole(low, high)
    size = count + problem.whole(10, 100)
    cloud = problem.cloud(size, problem.whole(3, 8), problem.whole(3, 24), 1.2)
    observed = problem.mistaken(cloud, problem.rng.uniform(0.05, 0.5))
    commands = [*problem.load(cloud, observed=observed), f"query random {count}"]
    results = problem.run([*commands, *(f"filter {each}" for each in filters)])
    bought = results[2]["selected"]
    return Judged(
        cloud.scaled[bought], cloud.scaled, observed[bought], cloud.labels[bought], cloud.classes,
        results[3:],
    )


def same_verdict(said: Record, clean: Mask, close: Mask) -> Finding:
    """Whether a verdict is this one; samples that are a close call may differ."""
    differ = np.flatnonzero(np.array(said["clean"]) != clean)
    if len(differ) == 0:
        return Finding(True)
    names = [said["labeled"][place] for place in differ]
    return parted(f"{said['method']} differs on {names}", bool(close[differ].all()))


def nobody(clean: Mask) -> Mask:
    """No close calls."""
    return np.zeros_like(clean)


def knn(problem: Problem) -> Finding:
    """Suspected where no most frequent label of the neighbours is the observed one."""
    given = judged(problem, ["knn"])
    count = len(given.observed) // given.classes
    near = NearestNeighbors(n_neighbors=count).fit(given.rows).kneighbors(return_distance=False)
    names = np.arange(given.classes)
    votes = (given.observed[near][:, :, None] == names).sum(axis=1)
    own = votes[np.arange(len(votes)), given.observed]
    clean = own == votes.max(axis=1) if count >= 3 else np.ones(len(own), dtype=bool)
    quality = own / count if count >= 3 else np.ones(len(own))
    said = given.verdicts[0]
    return all_of([
        same_verdict(said, clean, nobody(clean)),
        within(np.abs(quality - said["quality"]).max(), 1e-12, "quality"),
    ])


def dbscan(problem: Problem) -> Finding:
    """Suspected where an outlier; the label, stretched, is one more feature."""
    mean = round(problem.rng.uniform(0.2, 2.5), 3)
    given = judged(problem, [f"dbscan scale={mean}"])
    rows = scaled(given.rows, given.pool, mean)
    spread = np.cov(rows) if len(rows) < rows.shape[1] else np.cov(rows.T)
    radius, size = np.trace(spread), len(spread)
    step = 10 * radius / size
    extended = np.column_stack([rows, step * np.unique(given.observed, return_inverse=True)[1]])
    clean = DBSCAN(eps=radius, min_samples=5).fit(extended).labels_ >= 0
    close = np.abs(distances(extended) - radius).min() < 1e-5 * radius
    return same_verdict(given.verdicts[0], clean, np.full(len(clean), close))


def fine(problem: Problem) -> Finding:
    """Posterior of the better-aligned part of each class."""
    given = judged(problem, ["fine"])
    said = given.verdicts[0]
    rows = StandardScaler().fit(given.pool).transform(given.rows)
    scores, quality = np.zeros(len(rows)), np.ones(len(rows))
    for name in np.unique(given.observed):
        own = np.flatnonzero(given.observed == name)
        axis = np.linalg.svd(rows[own], full_matrices=False)[2][0]
        scores[own] = (rows[own] @ axis) ** 2
        if len(own) > 1:
            quality[own] = upper_part(scores[own])
    return all_of([
        same_verdict(said, quality > 0.5, np.abs(quality - 0.5) < SOLVED),
        within(np.abs(scores - said["scores"]).max() / scores.max(), 1e-5, "score"),
        within(np.abs(quality - said["quality"]).max(), SOLVED, "quality"),
    ])


def upper_part(values: Floats) -> Floats:
    """Posterior of the larger mean of two Gaussians, begun from the best split in two."""
    column, ordered = values[:, None], np.sort(values)
    splits = [(ordered[:cut], ordered[cut:]) for cut in range(1, len(values))]
    parts = min(splits, key=lambda parts: sum(part.var() * len(part) for part in parts))
    mixture = GaussianMixture(
        2, weights_init=[len(part) / len(values) for part in parts],
        means_init=[[part.mean()] for part in parts],
        precisions_init=[[[1 / (part.var() + 1e-6)]] for part in parts],
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a hundred steps may end before it has converged
        mixture.fit(column)
    return mixture.predict_proba(column)[:, mixture.means_[:, 0].argmax()]


def imcod(problem: Problem) -> Finding:
    """Spread among the neighbours of the same label, from scikit-learn's distances."""
    given = judged(problem, ["imcod t=0.01"], low=40)
    count = len(given.observed) // given.classes
    between = distances(given.rows)
    scores = np.array([
        uneven(between, place, np.flatnonzero(given.observed == label), count)
        for place, label in enumerate(given.observed)
    ])
    said = given.verdicts[0]
    return all_of([
        same_verdict(said, scores <= 0.01, np.abs(scores - 0.01) < 1e-6),
        within(np.abs(scores - said["scores"]).max() / scores.max(), 1e-5, "score"),
    ])


def uneven(between: Floats, place: int, same: Integers, count: int) -> float:
    """Median of how the spread differs between a sample and its nearest of the same label."""
    near = same[np.argsort(between[place, same], kind="stable")][:count]
    block = between[np.ix_(near, near)]
    spread = block.mean(axis=1) / (1 / (block + 1e-5)).mean(axis=1)
    return float(np.median(np.abs(spread - spread[0])))


def regression() -> LogisticRegression:
    """scikit-learn's logistic regression, solved to the end."""
    return LogisticRegression(C=1, tol=1e-10, max_iter=100_000)


def left_out(rows: Floats, labels: Integers, classes: int, keep_single: bool) -> Floats:
    """Probabilities of each sample by a model of all others.

    A label that occurs once gets 1 where single labels are to be kept, else what is left for it: 0.
    """
    found = np.zeros((len(rows), classes))
    for place, label in enumerate(labels):
        others = np.arange(len(rows)) != place
        if keep_single and label not in labels[others]:
            found[place, label] = 1
            continue
        model = regression().fit(rows[others], labels[others])
        found[place, model.classes_] = model.predict_proba(rows[[place]])[0]
    return found


def cv(problem: Problem) -> Finding:
    """Each label is judged by a model of all the others."""
    given = judged(problem, ["cv folds=1000000 train_on=complement votes=heldout"], 20, 60)
    said = given.verdicts[0]
    believed = left_out(given.rows, given.observed, given.classes, keep_single=False)
    first, second = np.sort(believed, axis=1)[:, :-3:-1].T
    own = believed[np.arange(len(believed)), given.observed]
    return all_of([
        same_verdict(said, believed.argmax(axis=1) == given.observed, first - second < SOLVED),
        within(np.abs(own - said["scores"]).max(), SOLVED, "p of the observed label"),
    ])


@dataclass(frozen=True)
class Pruning:
    """How confident learning flags and ranks."""

    rule: str
    rank: str
    share: float  # frac_noise
    least: int  # min_examples

    @property
    def command(self) -> str:
        """The filter, with one fold per label."""
        chosen = f"filter_by={self.rule} rank_by={self.rank}"
        return f"cl folds=1000000 {chosen} frac_noise={self.share} min_examples={self.least}"

    def issues(self, labels: Integers, believed: Floats) -> Mask:
        """What cleanlab flags, where it sorts equal numbers as it finds them.

        NumPy's own order of equal numbers depends on the processor, and cleanlab's with it.
        """
        stable = partial(np.argsort, kind="stable")
        with warnings.catch_warnings(), patch.object(np, "argsort", stable):
            warnings.simplefilter("ignore")  # it says that min_examples may hide issues
            return find_label_issues(
                labels, believed, filter_by=self.rule, frac_noise=self.share,
                min_examples_per_class=self.least, n_jobs=1,
            )


def confident(problem: Problem) -> Finding:
    """All seven rules and three rankings, with the share and the least count drawn as well."""
    share, least = problem.one_of(1, 0.5, 0.8), problem.one_of(1, 1, 3)
    ways = [Pruning(rule, RANKS[place % 3], share, least) for place, rule in enumerate(RULES)]
    given = judged(problem, [way.command for way in ways], 30, 60)
    believed = left_out(given.rows, given.observed, given.classes, keep_single=True)
    return all_of(
        pruned(problem, said, way, given.observed, believed)
        for said, way in zip(given.verdicts, ways, strict=True)
    )


def pruned(
    problem: Problem, said: Record, way: Pruning, labels: Integers, believed: Floats
) -> Finding:
    """One rule and one ranking, against cleanlab on the same probabilities."""
    quality = get_label_quality_scores(labels, believed, method=way.rank)
    ranked = within(np.abs(quality - said["quality"]).max(), SOLVED, way.rank)
    flagged = ~np.array(said["clean"])
    if np.array_equal(flagged, way.issues(labels, believed)):
        return ranked
    shaken = any(
        np.array_equal(flagged, way.issues(labels, trembling(problem, believed)))
        for _ in range(50)
    )
    return all_of([ranked, parted(f"{way.command}: other flags", shaken)])


def trembling(problem: Problem, believed: Floats) -> Floats:
    """The probabilities, moved as much as two solvers differ."""
    moved = believed * (1 + problem.rng.uniform(-1e-4, 1e-4, believed.shape))
    return moved / moved.sum(axis=1, keepdims=True)


def metrics(problem: Problem) -> Finding:
    """Every number of a filter's evaluation, for filters that keep much and little."""
    given = judged(problem, ["aum", "knn", "centroids", "cv", "none", "ideal"])
    return all_of([scored(said, given) for said in given.verdicts])


def scored(said: Record, given: Judged) -> Finding:
    """scikit-learn's metrics of the same verdict; clean is 1."""
    truth, verdict = given.true == given.observed, np.array(said["clean"])
    precision, recall, f1, _ = precision_recall_fscore_support(
        truth, verdict, labels=[False, True], zero_division=0
    )
    expected = {
        "noise_accuracy": accuracy_score(truth, verdict),
        "keep_all_f1": f1_score(truth, np.ones_like(truth), zero_division=0),
        "predicted_noise": 1 - verdict.mean(), "true_noise": 1 - truth.mean(),
    }
    for place, name in enumerate(("noise", "clean")):
        expected[f"{name}_precision"] = precision[place]
        expected[f"{name}_recall"] = recall[place]
        expected[f"{name}_f1"] = f1[place]
    found = said["evaluation"]
    if sorted(found) != sorted(expected):
        return parted(f"metrics {sorted(found)}, expected {sorted(expected)}")
    return all_of([
        within(abs(found[name] - value), 1e-12, f"{name} of {said['method']}")
        for name, value in expected.items()
    ])


CHECKS = [
    Check("knn", "scikit-learn NearestNeighbors", "verdicts, qualities", knn),
    Check(
        "cv", "scikit-learn LogisticRegression",
        "verdicts, p of the observed label; a fold per label", cv,
    ),
    Check(
        "cl", "cleanlab find_label_issues, get_label_quality_scores",
        "flags of all 7 filter_by, 3 qualities; a fold per label", confident,
    ),
    Check(
        "fine", "scikit-learn StandardScaler, GaussianMixture", "verdicts, scores, qualities", fine
    ),
    Check("dbscan", "scikit-learn DBSCAN", "verdicts", dbscan),
    Check("imcod", "NumPy on scikit-learn distances", "verdicts, scores", imcod),
    Check("filter metrics", "scikit-learn metrics", "all ten, of six filters", metrics),
]
