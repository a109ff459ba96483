"""What is said of repeats: areas under curves, intervals, paired comparisons."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.integrate import trapezoid
from scipy.stats import bootstrap, t, trim_mean, ttest_1samp

from crosschecks.bench import Floats, Problem, Record, apart, distances, unit
from crosschecks.report import Check, Finding, all_of, parted, within

EXACT = 1e-9
EPSILON = 0.01


@dataclass(frozen=True)
class Runs:
    """Strategies under the same seeds: budgets, accuracy [arm, seed, round], Winnow's results."""

    budgets: Floats
    accuracy: Floats
    results: list[Record]


def runs(problem: Problem, asked: list[str]) -> Runs:
    """A comparison of three strategies and what is asked about it."""
    classes, held = problem.whole(3, 6), problem.whole(60, 120)
    whole = problem.cloud(held + 150, classes, problem.whole(3, 12), 0.8)
    cloud = type(whole)(whole.features[held:], whole.labels[held:], classes)
    options = f"test_features={problem.save('test_features', whole.features[:held])}"
    options += f" test_labels={problem.save('test_labels', whole.labels[:held])}"
    delta = apart(distances(unit(cloud.rows)), 0.05)
    seeds, rounds, size = problem.whole(10, 16), problem.whole(1, 4), problem.whole(3, 12)
    strategies = f"random probcover(delta={delta!r}) npc(delta={delta!r},share=1)"
    each = f"reset; repeat {rounds} {{ query $q {size}; train 1nn on=all }}"
    commands = [
        *problem.load(cloud, options), "noise sym 0.3",
        f"for s in 1..{seeds} {{ seed $s; for q in {strategies} {{ {each} }} }}",
    ]
    results = problem.run([*commands, *asked])
    trained = [one["evaluation"]["accuracy"] for one in results if one.get("model") == "1nn"]
    accuracy = np.array(trained).reshape(seeds, 3, rounds).transpose(1, 0, 2)
    return Runs(size * np.arange(1.0, rounds + 1), accuracy, results[-len(asked):])


def aubc(problem: Problem) -> Finding:
    """Areas, intervals, p values, win rates and verdicts of `compare`."""
    zhan = problem.one_of("mean", "zhan")
    given = runs(problem, [f"compare q by=s baseline=random aubc={zhan}"])
    return compared(given.results[0], areas(given, zhan))


def last_round(problem: Problem) -> Finding:
    """The same of the accuracy in the last round."""
    given = runs(problem, ["compare q by=s baseline=random metric=accuracy"])
    return compared(given.results[0], given.accuracy[:, :, -1])


def areas(given: Runs, rule: str) -> Floats:
    """Area under each curve over the width of its budgets."""
    if len(given.budgets) == 1:
        return given.accuracy[:, :, 0]
    width = given.budgets[-1] - given.budgets[0] + (1 if rule == "zhan" else 0)
    return trapezoid(given.accuracy, given.budgets, axis=2) / width


def compared(said: Record, values: Floats) -> Finding:
    """Every arm of a comparison; the first is the baseline."""
    differences = np.round(values[1:] - values[0], 12)
    findings = [arm(said["arms"][place], row) for place, row in enumerate(values)]
    findings += [
        paired(found, row) for found, row in zip(said["arms"][1:], differences, strict=True)
    ]
    expected = verdicts([one["arm"] for one in said["arms"]], differences)
    for found, verdict in zip(said["arms"][1:], expected, strict=True):
        if found["verdict"] != verdict:
            findings.append(parted(f"verdict {found['verdict']!r}, expected {verdict!r}"))
    return all_of(findings)


def arm(said: Record, values: Floats) -> Finding:
    """Mean, its interval, interquartile mean."""
    low, high = interval(values)
    expected = {
        "mean": values.mean(), "lower": low, "upper": high, "iqm": trim_mean(values, 0.25),
        "seeds": len(values),
    }
    return same(said, expected)


def interval(values: Floats) -> tuple[float, float]:
    """The mean's 95 % interval by Student's t."""
    spread = values.std(ddof=1) / np.sqrt(len(values))
    half = spread * float(t.ppf(0.975, len(values) - 1))
    return values.mean() - half, values.mean() + half


def paired(said: Record, differences: Floats) -> Finding:
    """Mean difference, its interval, p value, win rate."""
    low, high = interval(differences)
    expected = {
        "difference": differences.mean(), "difference_lower": low, "difference_upper": high,
        "win_rate": (differences > 0).mean() + (differences == 0).mean() / 2,
    }
    if differences.std() > 0:
        expected["p"] = ttest_1samp(differences, 0).pvalue
    return same(said, expected)


def same(said: Record, expected: dict[str, float]) -> Finding:
    """Numbers by their names."""
    return all_of([
        within(abs(said[name] - value), EXACT, f"{name} of {said['arm']}")
        for name, value in expected.items()
    ])


def verdicts(names: list[str], differences: Floats) -> list[str]:
    """The rule of the documentation, with Holm's correction over the arms."""
    chances = [ttest_1samp(row, 0).pvalue if row.std() > 0 else 1.0 for row in differences]
    adjusted, highest = np.zeros(len(chances)), 0.0
    for rank, place in enumerate(np.argsort(chances)):
        highest = max(highest, min(1.0, chances[place] * (len(chances) - rank)))
        adjusted[place] = highest
    found = []
    for name, row, chance in zip(names[1:], differences, adjusted, strict=True):
        low, high = interval(row)
        seeds = ((1.96 + 0.84) * row.std(ddof=1) / EPSILON) ** 2
        needed = max(10, int(np.ceil(seeds - 1e-9)))  # a whole number may be off by rounding
        if chance < 0.05:
            found.append(f"{name if row.mean() > 0 else names[0]} better")
        elif low > -EPSILON and high < EPSILON:
            found.append(f"no difference above {EPSILON}")
        else:
            found.append(f"not decidable with {len(row)} seeds; a fresh run needs {needed}")
    return found


def resampled(problem: Problem) -> Finding:
    """Ends of the interval of the interquartile mean, in widths of the interval."""
    given = runs(problem, ["compare q by=s baseline=random"])
    findings = []
    for said, values in zip(given.results[0]["arms"], areas(given, "mean"), strict=True):
        drawn = bootstrap(
            (values,), lambda sample, axis: trim_mean(sample, 0.25, axis=axis),
            n_resamples=5_000, method="percentile", rng=problem.rng,
        ).confidence_interval
        width = (drawn.high - drawn.low) or 1.0
        off = max(abs(said["iqm_lower"] - drawn.low), abs(said["iqm_upper"] - drawn.high)) / width
        findings.append(within(off, 0.15, f"interval of {said['arm']}"))
    return all_of(findings)


def curves(problem: Problem) -> Finding:
    """Mean and band of every budget of `show curves`."""
    band = problem.one_of("ci", "sd", "se")
    given = runs(problem, [f"show curves by=q band={band}"])
    rows = given.results[0]["rows"]
    series = given.accuracy.transpose(0, 2, 1).reshape(len(rows), -1)
    return all_of([
        within(
            max(abs(row[3] - values.mean()), *np.abs(np.subtract(row[4:], around(values, band)))),
            EXACT, f"{row[0]} at {row[1]} labels",
        )
        for row, values in zip(rows, series, strict=True)
    ])


def around(values: Floats, band: str) -> tuple[float, float]:
    """A band around the mean."""
    spread = values.std(ddof=1)
    half = spread if band == "sd" else spread / np.sqrt(len(values))
    return interval(values) if band == "ci" else (values.mean() - half, values.mean() + half)


COMPARED = "means, intervals, p, IQM, win rates, verdicts"
CHECKS = [
    Check("compare", "SciPy trapezoid, t, ttest_1samp, trim_mean", f"AUBC: {COMPARED}", aubc),
    Check(
        "compare metric=accuracy", "SciPy t, ttest_1samp, trim_mean",
        f"last round: {COMPARED}", last_round,
    ),
    Check(
        "compare, interval of IQM", "SciPy bootstrap",
        "its ends, in widths of the interval", resampled,
    ),
    Check("show curves", "SciPy t", "mean and band at each budget", curves),
]
