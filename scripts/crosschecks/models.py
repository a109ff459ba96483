"""Models, and the strategies that ask one: at an optimum that does not depend on any draw.

With one full batch per epoch, enough epochs and some weight decay, the linear probe reaches the one
minimum of mean cross-entropy + decay/2 · ‖(W, b)‖², whatever its initial weights and the order of
the samples. That minimum is scikit-learn's logistic regression without an intercept on rows to
which a 1 is appended, with C = 1 / (n · decay).
"""

from __future__ import annotations

import gzip
import struct
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from skactiveml.pool import uncertainty_scores
from sklearn.decomposition import PCA
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import accuracy_score, confusion_matrix, log_loss
from sklearn.metrics.pairwise import rbf_kernel
from sklearn.neighbors import KNeighborsClassifier

from crosschecks.bench import Cloud, Floats, Integers, Problem, Record, scaled, unit
from crosschecks.report import Check, Finding, all_of, parted, within
from crosschecks.selection import ACTIVEML, LARGEST, Utilities, followed, steps

DECAY = 0.02
LOOSE = 1e-4  # single precision, after thousands of steps


@dataclass(frozen=True)
class Training:
    """A labeled set of a cloud, and another cloud's worth of test rows from the same clusters."""

    cloud: Cloud
    observed: Integers
    test_rows: Floats
    test_labels: Integers
    commands: list[str]
    count: int

    def probability(self, bought: list[int], rows: Floats) -> Floats:
        """What the probe at its optimum says of rows, by scikit-learn."""
        model = LogisticRegression(
            C=1 / (len(bought) * DECAY), fit_intercept=False, tol=1e-10, max_iter=100_000
        )
        pool = self.cloud.rows
        model.fit(with_one(scaled(pool[bought], pool)), self.observed[bought])
        return model.predict_proba(with_one(scaled(rows, pool)))


def with_one(rows: Floats) -> Floats:
    """Rows with a column of ones: its weights are a bias that decays like the others."""
    return np.column_stack([rows, np.ones(len(rows))])


def training(problem: Problem) -> Training:
    """Labels bought at random, so many that every class occurs among them."""
    classes, held = problem.whole(3, 6), problem.whole(50, 150)
    everything = problem.cloud(problem.whole(150, 250) + held, classes, problem.whole(3, 16))
    test = Cloud(everything.features[:held], everything.labels[:held], classes)
    cloud = Cloud(everything.features[held:], everything.labels[held:], classes)
    observed = problem.mistaken(cloud, problem.rng.uniform(0, 0.4))
    options = f"test_features={problem.save('test_features', test.features)}"
    options += f" test_labels={problem.save('test_labels', test.labels)}"
    commands = problem.load(cloud, options, observed)
    count = problem.whole(70, 120)
    commands.append(f"query random {count}")
    return Training(cloud, observed, test.rows, test.labels, commands, count)


def to_the_optimum(count: int) -> str:
    """The command that trains a probe until nothing changes any more."""
    fixed = f"batch={count} epochs=4000 lr=0.1 schedule=none weight_decay={DECAY}"
    return f"train linear on=all {fixed}"


def linear(problem: Problem) -> Finding:
    """Loss on the labeled set and the test split, accuracy and confusion."""
    given = training(problem)
    *_, query, trained, tested = problem.run([*given.commands, to_the_optimum(given.count), "test"])
    bought = query["selected"]
    learned = given.probability(bought, given.cloud.rows[bought])
    predicted = given.probability(bought, given.test_rows)
    names = np.arange(given.cloud.classes)
    losses = {
        "train_loss": (trained["train_loss"][-1], given.observed[bought], learned),
        "loss": (trained["evaluation"]["loss"], given.test_labels, predicted),
    }
    return all_of([
        *(
            within(abs(found - log_loss(labels, rows, labels=names)), LOOSE, name)
            for name, (found, labels, rows) in losses.items()
        ),
        tallied(tested, given.test_labels, predicted.argmax(axis=1)),
    ])


def nearest(problem: Problem) -> Finding:
    """Accuracy and confusion of the nearest labeled sample's label, on unit rows."""
    given = training(problem)
    *_, query, _, tested = problem.run([*given.commands, "train 1nn on=all", "test"])
    bought = query["selected"]
    model = KNeighborsClassifier(1).fit(unit(given.cloud.rows[bought]), given.observed[bought])
    return tallied(tested, given.test_labels, model.predict(unit(given.test_rows)))


def tallied(tested: Record, labels: Integers, predicted: Integers) -> Finding:
    """Accuracy, accuracy per class and confusion of `test`, against those of predictions."""
    said = tested["evaluation"]
    confusion = confusion_matrix(labels, predicted, labels=np.arange(len(said["per_class"])))
    if said["confusion"] != confusion.tolist():
        return parted(f"confusion {said['confusion']}, scikit-learn {confusion.tolist()}")
    recall = confusion.diagonal() / confusion.sum(axis=1)
    return all_of([
        within(abs(said["accuracy"] - accuracy_score(labels, predicted)), 1e-12, "accuracy"),
        within(np.abs(recall - said["per_class"]).max(), 1e-12, "accuracy per class"),
    ])


UNSURE = {
    "uncertainty": ("least_confident", lambda score: score),
    "margin": ("margin_sampling", lambda score: 1 - score),
    "entropy": ("entropy", lambda score: score * np.log(2)),
}
"""scikit-activeml's name of a score, and what makes its score (1 − margin, nats) of Winnow's."""


def unsure(problem: Problem) -> Finding:
    """All candidates are bought, so every one has a score and a place in the order."""
    given = training(problem)
    rest = len(given.cloud.labels) - given.count
    commands = [*given.commands, to_the_optimum(given.count)]
    for strategy in UNSURE:
        commands += [f"query {strategy} {rest}", "undo"]
    results = problem.run(commands)
    bought = next(result["selected"] for result in results if "selected" in result)
    believed = given.probability(bought, given.cloud.rows)
    queries = results[len(given.commands) + 1 :: 2]
    return all_of([ordered(query, believed) for query in queries])


def ordered(query: Record, believed: Floats) -> Finding:
    """Whether scores are scikit-activeml's, and the order is theirs as far as they differ."""
    method, same = UNSURE[query["strategy"]]
    expected = uncertainty_scores(believed, method=method)[query["selected"]]
    rises = np.diff(expected).max(initial=0.0)
    scores = np.array([same(score) for score in query["scores"]])
    return all_of([
        within(np.abs(scores - expected).max(), LOOSE, f"{method} scores"),
        within(rises, 2 * LOOSE, f"{method} order"),
    ])


def uherding(problem: Problem) -> Finding:
    """Kernel coverage weighted by what is uncertain, at temperature 1."""
    given = training(problem)
    measure, method = problem.one_of(
        ("margin", "margin_sampling"), ("confidence", "least_confident"), ("entropy", "entropy")
    )
    sigma = round(problem.rng.uniform(0.3, 1.2), 2)
    options = f"measure={measure} sigma={sigma} temperature=1"
    query = f"query uherding {problem.whole(5, 30)} {options}"
    results = problem.run([*given.commands, to_the_optimum(given.count), query])
    bought = results[-3]["selected"]
    weight = uncertainty_scores(given.probability(bought, given.cloud.rows), method=method)
    weight[bought] = 0
    kernel = rbf_kernel(unit(given.cloud.rows), gamma=1 / sigma**2)
    return followed(steps(results[-1], bought), weighted_gains(kernel, weight), LOOSE)


def weighted_gains(kernel: Floats, weight: Floats) -> Utilities:
    """Mean over the pool of weight times what a sample adds to the largest kernel value."""
    return lambda step: (
        np.maximum(kernel - kernel[step.covering].max(axis=0, initial=0.0), 0)
        @ weight / len(weight)
    )


def components(problem: Problem) -> Finding:
    """`features=pca:D` of images written as IDX files, against PCA of their pixels."""
    shape = (problem.whole(80, 200), problem.whole(4, 9), problem.whole(4, 9))
    basis = problem.rng.normal(size=(6, shape[1] * shape[2])) * np.geomspace(40, 5, 6)[:, None]
    pixels = problem.rng.normal(size=(shape[0], 6)) @ basis
    pixels += problem.rng.normal(scale=2, size=pixels.shape)
    images = np.clip(128 + pixels, 0, 255).astype(np.uint8)
    labels = (np.arange(shape[0]) % 10).astype(np.uint8)
    for split in ("train", "t10k"):
        write_idx(problem.folder / f"{split}-images-idx3-ubyte.gz", images.reshape(shape))
        write_idx(problem.folder / f"{split}-labels-idx1-ubyte.gz", labels)
    columns = problem.whole(1, 6)
    problem.run([f"load mnist path=. features=pca:{columns}", "export features found.npy"])
    found = np.load(problem.folder / "found.npy").astype(np.float64)
    expected = PCA(columns, svd_solver="full").fit_transform(images.astype(np.float64))
    return matched(found, expected)


def matched(found: Floats, expected: Floats) -> Finding:
    """Equal up to one common factor, that of the pixels' unit; signs too."""
    factor = (found * expected).sum() / (expected * expected).sum()
    off = np.abs(found - factor * expected).max() / np.abs(factor * expected).max()
    return within(off, 1e-5, "a component")


def write_idx(path: Path, array: np.ndarray) -> None:
    """MNIST's format."""
    header = struct.pack(f">BBBB{array.ndim}I", 0, 0, 8, array.ndim, *array.shape)
    path.write_bytes(gzip.compress(header + array.tobytes()))


CHECKS = [
    Check(
        "linear", "scikit-learn LogisticRegression",
        "losses, accuracy, confusion at the optimum", linear,
    ),
    Check("1nn", "scikit-learn KNeighborsClassifier", "accuracy, confusion", nearest),
    Check(
        "uncertainty, margin, entropy", f"{ACTIVEML} uncertainty_scores",
        "score and order of all candidates, at the probe's optimum", unsure,
    ),
    Check(
        "uherding", f"scikit-learn rbf_kernel, {ACTIVEML} uncertainty_scores",
        f"{LARGEST} gain, at the probe's optimum", uherding,
    ),
    Check("features=pca:D", "scikit-learn PCA", "every number of the embedding", components),
]
