"""Filters that draw: both sides run many times, and the distributions are compared.

What is drawn (folds, threshold samples, initial weights, the order of samples) is Winnow's own, so
single runs differ. The labeled set is the same in all runs.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy.special import softmax
from scipy.stats import mannwhitneyu, ttest_ind
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import KFold

from crosschecks.bench import Cloud, Floats, Integers, Problem, Record
from crosschecks.report import Check, Finding, all_of, parted

UNLIKELY = 1e-5

Verdicts = Callable[[Problem, list[int]], tuple[int, Floats]]
"""From the labeled set: how many are suspected, and a score per label."""


@dataclass(frozen=True)
class Trial:
    """A labeled set that no seed changes, a filter, and how often it judges."""

    cloud: Cloud
    observed: Integers
    query: str
    filter: str
    runs: int


def repeated(problem: Problem, trial: Trial, other: Verdicts) -> Finding:
    """A filter under many seeds, beside as many runs of another's."""
    commands = problem.load(trial.cloud, observed=trial.observed)
    for seed in range(trial.runs):
        commands += [f"seed {seed}", trial.query, f"filter {trial.filter}"]
    said = [one for one in problem.run(commands) if "clean" in one]
    order = said[0]["labeled"]
    ours = [suspected_and_scores(one, order) for one in said]
    theirs = [other(problem, order) for _ in range(trial.runs)]
    return all_of([counts_alike(ours, theirs, len(order)), scores_alike(ours, theirs)])


def suspected_and_scores(said: Record, order: list[int]) -> tuple[int, Floats]:
    """Of one verdict, the labels in a given order."""
    places = {sample: place for place, sample in enumerate(said["labeled"])}
    scores = np.array([said["scores"][places[sample]] for sample in order])
    return len(order) - sum(said["clean"]), scores


def counts_alike(
    ours: list[tuple[int, Floats]], theirs: list[tuple[int, Floats]], size: int
) -> Finding:
    """Whether the numbers of suspected labels may come from one distribution."""
    here, there = [count for count, _ in ours], [count for count, _ in theirs]
    if mannwhitneyu(here, there).pvalue < UNLIKELY:
        return parted(f"suspected on average {np.mean(here)}, the other {np.mean(there)}")
    return Finding(True, abs(float(np.mean(here) - np.mean(there))) / size)


def scores_alike(ours: list[tuple[int, Floats]], theirs: list[tuple[int, Floats]]) -> Finding:
    """Whether each label's score may have the same mean, and so may all scores of a run."""
    here = np.array([scores for _, scores in ours])
    there = np.array([scores for _, scores in theirs])
    together = ttest_ind(here.mean(axis=1), there.mean(axis=1), equal_var=False).pvalue
    if together < UNLIKELY:
        return parted(f"scores on average {here.mean()}, the other {there.mean()}")
    moving = (here.std(axis=0) > 1e-9) & (there.std(axis=0) > 1e-9)
    chances = ttest_ind(here[:, moving], there[:, moving], equal_var=False).pvalue
    if chances.min(initial=1.0) * moving.sum() < UNLIKELY:
        place = np.flatnonzero(moving)[chances.argmin()]
        return parted(f"score {place}: {here[:, place].mean()}, the other {there[:, place].mean()}")
    return Finding(True)


def cv(problem: Problem) -> Finding:
    """Three drawn folds; the whole pool is labeled."""
    count = problem.whole(40, 100)
    cloud = problem.cloud(count, problem.whole(3, 6), problem.whole(3, 12), 1.2)
    observed = problem.mistaken(cloud, 0.3)

    def other(problem: Problem, order: list[int]) -> tuple[int, Floats]:
        return outvoted(cloud.scaled[order], observed[order], problem.whole(0, 2**31 - 1))

    return repeated(problem, Trial(cloud, observed, f"query random {count}", "cv", 40), other)


def outvoted(rows: Floats, labels: Integers, seed: int) -> tuple[int, Floats]:
    """Labels that fewer than half of three models predict, each learned from one fold."""
    agree, own = np.zeros(len(rows)), np.zeros(len(rows))
    for _, fold in KFold(3, shuffle=True, random_state=seed).split(rows):
        believed = np.zeros((len(rows), labels.max() + 1))
        names = np.unique(labels[fold])
        if len(names) == 1:
            believed[:, names] = 1
        else:
            model = LogisticRegression(tol=1e-8, max_iter=10_000).fit(rows[fold], labels[fold])
            believed[:, names] = model.predict_proba(rows)
        agree += believed.argmax(axis=1) == labels
        own += believed[np.arange(len(rows)), labels] / 3
    return int((agree < 1.5).sum()), own


def aum(problem: Problem) -> Finding:
    """The area under the margin, trained anew in NumPy; the labeled set is MaxHerding's."""
    classes, size = problem.whole(3, 6), problem.whole(150, 250)
    cloud = problem.cloud(size, classes, problem.whole(3, 12), 1.2)
    observed = problem.mistaken(cloud, 0.3)
    rows, count = cloud.scaled, problem.whole(20, 80)
    made_up = problem.one_of(-(-count // classes), problem.whole(1, 50))

    def other(problem: Problem, order: list[int]) -> tuple[int, Floats]:
        free = np.setdiff1d(np.arange(size), order)
        drawn = problem.rng.choice(free, made_up, replace=False)
        labels = np.append(observed[order], np.full(made_up, classes))
        found = areas(problem.rng, rows[[*order, *drawn]], labels, classes + 1)
        own, level = found[:count], np.percentile(found[count:], 80)
        return int((own < level).sum()), own

    query, name = f"query maxherding {count}", f"aum thresholds={made_up}"
    return repeated(problem, Trial(cloud, observed, query, name, 200), other)


def areas(rng: np.random.Generator, rows: Floats, labels: Integers, classes: int) -> Floats:
    """Mean margin of each sample over its visits in forty epochs of batches of 64."""
    width = 1 / np.sqrt(rows.shape[1])
    inputs = np.column_stack([rows, np.ones(len(rows))])
    weights = rng.uniform(-width, width, (inputs.shape[1], classes))
    speed, sums, visits = np.zeros_like(weights), np.zeros(len(rows)), np.zeros(len(rows))
    turns = np.arange(len(rows))
    while len(turns) < 64:
        turns = np.append(turns, turns)
    for _ in range(40):
        shuffled = rng.permutation(turns)
        for batch in np.split(shuffled[: len(turns) // 64 * 64], len(turns) // 64):
            logits = inputs[batch] @ weights
            np.add.at(sums, batch, margins(logits, labels[batch]))
            np.add.at(visits, batch, 1)
            error = softmax(logits, axis=1) - np.eye(classes)[labels[batch]]
            step = inputs[batch].T @ error / len(batch) + 1e-4 * weights
            speed = 0.9 * speed + step
            weights = weights - 0.1 * (step + 0.9 * speed)
    last = margins(inputs @ weights, labels)
    return np.where(visits > 0, sums / np.maximum(visits, 1), last)


def margins(logits: Floats, labels: Integers) -> Floats:
    """The logit of the label minus the largest other one."""
    places = np.arange(len(labels))
    others = logits.copy()
    others[places, labels] = -np.inf
    return logits[places, labels] - others.max(axis=1)


PROMISED = f"p ≥ {UNLIKELY:g}"
CHECKS = [
    Check(
        "cv, drawn folds", "scikit-learn KFold, LogisticRegression",
        "40 runs on either side: labels suspected, mean p of each", cv, PROMISED,
    ),
    Check(
        "aum", "NumPy",
        "200 runs on either side: labels suspected, mean margin of each", aum, PROMISED,
    ),
]
