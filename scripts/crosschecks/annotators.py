"""Noise models: the labels of a whole pool, bought and counted."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

import numpy as np
from scipy.stats import chisquare, hypergeom, norm, truncnorm
from sklearn.metrics import confusion_matrix

from crosschecks.bench import Floats, Integers, Problem, Record
from crosschecks.report import Check, Finding, all_of, parted, within

UNLIKELY = 1e-6


@dataclass(frozen=True)
class Answers:
    """The truth, what the annotator answered about every sample, and what Winnow says of it."""

    true: Integers
    observed: Integers
    classes: int
    said: Record

    @property
    def changed(self) -> Integers:
        """Wrong answers, counted by true class."""
        return np.bincount(self.true[self.true != self.observed], minlength=self.classes)


def asked(problem: Problem, model: str, classes: int) -> Answers:
    """An annotator who was asked about every sample of a pool of uneven classes."""
    size = problem.whole(200, 900)
    cloud = problem.cloud(size, classes, problem.whole(3, 16))
    labels = np.minimum(cloud.labels, problem.rng.integers(0, classes, size))
    labels[:classes] = np.arange(classes)
    uneven = type(cloud)(cloud.features, labels, classes)
    commands = [*problem.load(uneven), f"noise {model}", f"query random {size}"]
    *_, said, query = problem.run(commands)
    observed = np.zeros(size, dtype=np.int64)
    observed[query["selected"]] = query["labels"]
    return Answers(labels, observed, classes, said)


def counted(given: Answers) -> Finding:
    """Whether Winnow's report is what scikit-learn counts, and the digest that of the labels."""
    names = np.arange(given.classes)
    matrix = confusion_matrix(given.true, given.observed, labels=names, normalize="true")
    digest = hashlib.sha256(given.observed.astype("<i8").tobytes()).hexdigest()
    if digest != given.said["digest"]:
        return parted(f"digest {given.said['digest']}, of the labels bought {digest}")
    said = given.said["evaluation"]
    wrong = (given.true != given.observed).mean()
    return all_of([
        within(abs(said["realised_rate"] - wrong), 1e-12, "realised_rate"),
        within(np.abs(matrix - said["matrix"]).max(), 1e-12, "matrix"),
        within(np.abs(1 - matrix.diagonal() - said["per_class"]).max(), 1e-12, "per_class"),
    ])


def exactly(given: Answers, expected: int) -> Finding:
    """Whether so many answers are wrong."""
    wrong = int(given.changed.sum())
    return Finding(True) if wrong == expected else parted(f"{wrong} wrong, expected {expected}")


def likely(chance: float, what: str) -> Finding:
    """Whether a test of chance leaves it possible."""
    return Finding(True) if chance > UNLIKELY else parted(f"{what}: p = {chance:.2g}")


def fits(counts: Integers, shares: Floats, what: str) -> Finding:
    """Whether counts may come from these shares; where a share is 0 the count has to be."""
    if counts[shares == 0].any():
        return parted(f"{what}: impossible answers")
    if counts.sum() == 0 or (shares > 0).sum() < 2:
        return Finding(True)
    expected = shares[shares > 0] / shares.sum() * counts.sum()
    return likely(float(chisquare(counts[shares > 0], expected).pvalue), what)


def sym(problem: Problem) -> Finding:
    """floor(rate · N) wrong answers, uniform over the other classes."""
    rate, classes = round(problem.rng.uniform(0, 0.8), 3), problem.whole(2, 10)
    given = asked(problem, f"sym {rate}", classes)
    shifts = np.bincount((given.observed - given.true) % classes, minlength=classes)
    return all_of([
        counted(given),
        exactly(given, int(np.floor(rate * len(given.true) + 1e-9))),
        fits(shifts[1:], np.ones(classes - 1), "shifts"),
    ])


def asym_map(problem: Problem) -> Finding:
    """Only the mapped classes err, to where the map leads; how often, by either basis."""
    classes = problem.whole(4, 9)
    chain = problem.rng.permutation(3).tolist()  # the larger classes
    leads = dict(zip(chain[:2], chain[1:], strict=True))
    rate, basis = round(problem.rng.uniform(0.02, 0.2), 3), problem.one_of("pool", "realised")
    text = ",".join(f"{source}>{target}" for source, target in leads.items())
    given = asked(problem, f"asym {rate} map='{text}' basis={basis}", classes)
    drawn = int(np.floor(rate * len(given.true) + 1e-9))
    wrong = given.true != given.observed
    pairs = zip(given.true[wrong], given.observed[wrong], strict=True)
    if any(leads.get(true) != answer for true, answer in pairs):
        return parted("an answer that the map does not have")
    mapped = int(np.isin(given.true, chain[:2]).sum())
    if basis == "realised":
        return all_of([counted(given), exactly(given, drawn)])
    law = hypergeom(len(given.true), mapped, drawn)
    tail = min(law.cdf(wrong.sum()), law.sf(wrong.sum() - 1))
    return all_of([counted(given), likely(float(tail), "wrong answers of the mapped classes")])


def asym_matrix(problem: Problem) -> Finding:
    """Wrong answers per class by largest remainders, and where they go by the rows."""
    classes = problem.whole(3, 8)
    matrix = problem.rng.integers(0, 30, (classes, classes)) + np.eye(classes, dtype=int) * 60
    name = problem.save("matrix", matrix.astype(np.float64))
    rate = round(problem.rng.uniform(0.05, 0.5), 3)
    given = asked(problem, f"asym {rate} matrix={name}", classes)
    drawn = int(np.floor(rate * len(given.true) + 1e-9))
    shares = 1 - matrix.diagonal() / matrix.sum(axis=1)
    expected = shared_out(drawn, shares, np.bincount(given.true, minlength=classes))
    if given.changed.tolist() != expected.tolist():
        return parted(f"wrong per class {given.changed}, expected {expected}")
    wrong = given.true != given.observed
    return all_of([counted(given), *(
        fits(
            np.bincount(given.observed[wrong & (given.true == name)], minlength=classes),
            matrix[name] * (np.arange(classes) != name), f"answers for class {name}",
        )
        for name in range(classes)
    )])


def shared_out(total: int, shares: Floats, room: Integers) -> Integers:
    """Parts in proportion to shares, by largest remainders, none above its room."""
    parts = np.zeros(len(shares), dtype=np.int64)
    while total > 0:
        open_ = parts < room
        exact = total * np.where(open_, shares, 0) / shares[open_].sum()
        whole = np.floor(exact + 1e-9).astype(np.int64)
        order = np.argsort(-(exact - whole), kind="stable")[: total - whole.sum()]
        whole[order] += 1
        added = np.minimum(whole, room - parts)
        parts += added
        total -= int(added.sum())
    return parts


def instance(problem: Problem) -> Finding:
    """The number of wrong answers has the mean and spread of the truncated normal of rates."""
    rate = round(problem.rng.uniform(0.1, 0.5), 2)
    given = asked(problem, f"instance {rate}", problem.whole(2, 10))
    mean = truncnorm(-rate / 0.1, (1 - rate) / 0.1, loc=rate, scale=0.1).mean()
    wrong, size = given.changed.sum(), len(given.true)
    off = abs(wrong - mean * size) / np.sqrt(size * mean * (1 - mean))
    return all_of([counted(given), likely(2 * float(norm.sf(off)), f"{wrong} of {size} wrong")])


COUNTED = "rates, matrix, digest"
CHECKS = [
    Check(
        "noise sym", "scikit-learn confusion_matrix, SciPy chisquare",
        f"{COUNTED}; exact rate, uniform targets", sym,
    ),
    Check(
        "noise asym map=", "scikit-learn confusion_matrix, SciPy hypergeom",
        f"{COUNTED}; only along the map", asym_map,
    ),
    Check(
        "noise asym matrix=", "scikit-learn confusion_matrix, SciPy chisquare",
        f"{COUNTED}; exact count per class, targets by row", asym_matrix,
    ),
    Check(
        "noise instance", "scikit-learn confusion_matrix, SciPy truncnorm",
        f"{COUNTED}; mean rate", instance,
    ),
]
