#!/usr/bin/env python3
"""Computes single cells of the expectations on digits again, in NumPy alone.

Nothing here is shared with Winnow: other code, other random numbers. Where Winnow and an expected
figure differ, a third opinion says which of the two to look at. It needs numpy 1.25 or newer.

  independent.py cell SELECTION DELTA LABELS     clean coverage and four accuracies, half wrong
  independent.py filter RATE LABELS EPOCHS PERCENTILE    precision, recall, F1 of AUM
  independent.py rank RATE                       margin and entropy against random, 10 to 50 labels
  independent.py split DIR                       the other split, as files for `load arrays`

SELECTION is random, probcover, ideal1, ideal10 (NPC with the ideal filter, share 1 or 10) or aum.
--draws N, --split winnow|other. The other split, numpy.random.default_rng(0).permutation, has the
degrees that the expected figures were found with: mean 15.5 and largest 76 at .68, 5.5 and 38 at
.54. Winnow's split has 15.1, 74, 5.3 and 33.
"""
import argparse
import gzip
from pathlib import Path

import numpy as np

CLASSES, NORM = 10, 2.1
DIGITS = Path(__file__).resolve().parents[2] / "Sources/CBuiltinData/digits.csv.gz"


class Split:
    """Pool and test rows in PCA-32 of the pool: unit rows for balls, scaled ones for heads."""

    def __init__(self, name):
        table = np.loadtxt(gzip.open(DIGITS, "rt"), delimiter=",")
        pixels, labels = table[:, :-1], table[:, -1].astype(int)
        count = len(labels)
        if name == "other":
            order = np.random.default_rng(0).permutation(count)
            pool, test = order[:1297], order[1297:]
        else:  # rows sorted by label; every 3.594th of them is for testing
            order, rank = np.argsort(labels, kind="stable"), np.arange(count)
            chosen = (rank + 1) * 500 // count > rank * 500 // count
            pool, test = np.sort(order[~chosen]), np.sort(order[chosen])
        mean = pixels[pool].mean(0)
        axes = np.linalg.svd(pixels[pool] - mean, full_matrices=False)[2][:32]
        self.rows, self.test_rows = (pixels[pool] - mean) @ axes.T, (pixels[test] - mean) @ axes.T
        self.labels, self.test_labels = labels[pool], labels[test]
        norms, test_norms = (
            np.linalg.norm(rows, axis=1, keepdims=True) for rows in (self.rows, self.test_rows))
        self.unit, self.test_unit = self.rows / norms, self.test_rows / test_norms
        factor = NORM / norms.mean()
        self.scaled, self.test_scaled = self.rows * factor, self.test_rows * factor

    def observed(self, rate, random):
        """Labels of which the given share is wrong, each wrong one alike."""
        labels = self.labels.copy()
        wrong = random.permutation(len(labels))[: int(rate * len(labels) + 1e-9)]
        labels[wrong] = (labels[wrong] + random.integers(1, CLASSES, len(wrong))) % CLASSES
        return labels


def head(rows, labels, classes, random, epochs, rate, decay, cosine, margins=False, batch=64):
    """A linear head by Nesterov's SGD: its weights, or each sample's mean margin on the way."""
    count, width = rows.shape
    bound = 1 / np.sqrt(width)
    weights = random.uniform(-bound, bound, (classes, width + 1))
    rows = np.hstack([rows, np.ones((count, 1))])
    speed, total, visits = np.zeros_like(weights), np.zeros(count), np.zeros(count)
    order, place = np.arange(count), np.arange(batch)
    while len(order) < batch:
        order = np.concatenate([order, order])
    for epoch in range(epochs):
        step = rate * (1 + np.cos(np.pi * epoch / epochs)) / 2 if cosine else rate
        shuffled = random.permutation(order)
        for start in range(0, len(order) - batch + 1, batch):
            part = shuffled[start : start + batch]
            scores = rows[part] @ weights.T
            if margins:
                np.add.at(total, part, margin(scores, labels[part]))
                np.add.at(visits, part, 1)
            error = np.exp(scores - scores.max(1, keepdims=True))
            error /= error.sum(1, keepdims=True)
            error[place, labels[part]] -= 1
            slope = error.T @ rows[part] / batch + decay * weights
            speed = 0.9 * speed + slope
            weights -= step * (slope + 0.9 * speed)
    never = visits == 0
    if margins:
        total[never] = margin(rows[never] @ weights.T, labels[never])
        return total / np.maximum(visits, 1)
    return weights


def margin(scores, labels):
    """The score of the label, less the largest of the other scores."""
    place, others = np.arange(len(labels)), scores.copy()
    others[place, labels] = -np.inf
    return scores[place, labels] - others.max(1)


def judge(split, labeled, labels, random, epochs=40, percentile=80):
    """AUM: clean is what has a larger mean margin than samples with a label made up."""
    free = np.setdiff1d(np.arange(len(split.scaled)), labeled)
    made_up = random.choice(free, -(-len(labeled) // CLASSES), replace=False)
    rows = split.scaled[np.concatenate([labeled, made_up])]
    given = np.concatenate([labels[labeled], np.full(len(made_up), CLASSES)])
    areas = head(rows, given, CLASSES + 1, random, epochs, 0.1, 1e-4, False, margins=True)
    return areas[: len(labeled)] >= np.percentile(areas[len(labeled) :], percentile)


def probabilities(weights, rows):
    scores = rows @ weights[:, :-1].T + weights[:, -1]
    values = np.exp(scores - scores.max(1, keepdims=True))
    return values / values.sum(1, keepdims=True)


def probe(split, labeled, labels, random):
    """A linear probe, and its test accuracy; nothing can be trained on nothing."""
    if len(labeled) == 0:
        return None, np.nan
    weights = head(split.scaled[labeled], labels[labeled], CLASSES, random, 200, 0.025, 3e-4, True)
    guess = probabilities(weights, split.test_scaled).argmax(1)
    return weights, (guess == split.test_labels).mean()


def cover(near, budget, share, filtered, random):
    """Greedy balls in shares, where only what the filter calls clean covers from then on."""
    labeled, clean = np.array([], int), np.array([], bool)
    while len(labeled) < budget:
        covered = near[labeled[clean]].any(0)
        free = np.ones(len(near), bool)
        free[labeled] = False
        for _ in range(min(share, budget - len(labeled))):
            degrees = np.where(free, (near & ~covered).sum(1), -1)
            pick = random.choice(np.flatnonzero(degrees == degrees.max()))
            labeled, free[pick] = np.append(labeled, pick), False
            covered |= near[pick]
        clean = filtered(labeled)
    return labeled


def cell(split, selection, delta, budget, draws):
    near = np.sqrt(np.maximum(2 - 2 * split.unit @ split.unit.T, 0)) < delta
    np.fill_diagonal(near, True)
    for draw in range(draws):
        random = np.random.default_rng([1, draw])
        labels = split.observed(0.5, random)
        filters = {
            "probcover": (budget, lambda labeled: np.ones(len(labeled), bool)),
            "ideal1": (1, lambda labeled: labels[labeled] == split.labels[labeled]),
            "ideal10": (10, lambda labeled: labels[labeled] == split.labels[labeled]),
            "aum": (10, lambda labeled: judge(split, labeled, labels, random))}
        labeled = random.permutation(len(near))[:budget]
        if selection != "random":
            labeled = cover(near, budget, *filters[selection], random)
        clean = labeled[labels[labeled] == split.labels[labeled]]
        nearest = labels[clean][(split.test_unit @ split.unit[clean].T).argmax(1)]
        kept = labeled[judge(split, labeled, labels, random)]
        yield [near[clean].any(0).mean(), (nearest == split.test_labels).mean()] + [
            probe(split, part, labels, random)[1] for part in (clean, kept, labeled)]


def filtering(split, rate, count, epochs, percentile, draws):
    for draw in range(draws):
        random = np.random.default_rng([2, draw])
        labels = split.observed(rate, random)
        labeled = random.permutation(len(labels))[:count]
        kept = judge(split, labeled, labels, random, epochs, percentile)
        right = labels[labeled] == split.labels[labeled]
        both = (kept & right).sum()
        yield [both / max(kept.sum(), 1), both / max(right.sum(), 1),
               2 * both / max(kept.sum() + right.sum(), 1)]


def ranking(split, rate, draws):
    """Area under the accuracies at 10 to 50 labels, less that of random: margin, entropy."""
    for draw in range(draws):
        areas = []
        for rule in ("random", "margin", "entropy"):
            random, weights = np.random.default_rng([3, draw]), np.random.default_rng([4, draw])
            labels = split.observed(rate, random)
            labeled, accuracies = random.permutation(len(labels))[:10], []
            for _ in range(5):
                model, accuracy = probe(split, labeled, labels, weights)
                accuracies.append(accuracy)
                free = random.permutation(np.setdiff1d(np.arange(len(labels)), labeled))
                chances = np.sort(probabilities(model, split.scaled[free]), 1)
                score = {"random": np.zeros(len(free)), "margin": chances[:, -2] - chances[:, -1],
                         "entropy": -(chances * np.log(chances + 1e-300)).sum(1)}[rule]
                labeled = np.concatenate([labeled, free[np.argsort(-score, kind="stable")[:10]]])
            areas.append((np.array(accuracies[1:]) + accuracies[:-1]).mean() / 2)
        yield [areas[1] - areas[0], areas[2] - areas[0]]


def write(split, folder):
    folder.mkdir(parents=True, exist_ok=True)
    np.save(folder / "train.npy", split.rows.astype(np.float32))
    np.save(folder / "test.npy", split.test_rows.astype(np.float32))
    np.save(folder / "train_labels.npy", split.labels)
    np.save(folder / "test_labels.npy", split.test_labels)


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=("cell", "filter", "rank", "split"))
    parser.add_argument("values", nargs="+")
    parser.add_argument("--draws", type=int, default=40)
    parser.add_argument("--split", choices=("winnow", "other"), default="winnow")
    asked = parser.parse_args()
    values = asked.values
    if asked.what == "split":
        return write(Split("other"), Path(values[0]))
    split = Split(asked.split)
    names, rows = {
        "cell": lambda: (("coverage", "1-NN clean", "probe clean", "probe aum", "probe all"), cell(
            split, values[0], float(values[1]), int(values[2]), asked.draws)),
        "filter": lambda: (("precision", "recall", "F1"), filtering(
            split, float(values[0]), *map(int, values[1:4]), asked.draws)),
        "rank": lambda: (("margin - random", "entropy - random"), ranking(
            split, float(values[0]), asked.draws))}[asked.what]()
    found = np.array(list(rows))
    reach = 2 * np.nanstd(found, 0, ddof=1) / np.sqrt(len(found))
    figures = zip(names, np.nanmean(found, 0), reach)
    print(f"{asked.what} {' '.join(values)}, split {asked.split}, {asked.draws} draws:",
          ", ".join(f"{name} {mean:.3f}±{half:.3f}" for name, mean, half in figures))


if __name__ == "__main__":
    main()
