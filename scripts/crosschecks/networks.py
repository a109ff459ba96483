"""ResNet-18 beside PyTorch: weights exchanged by file, twenty steps of training, test accuracy.

PyTorch's side is resnet.py, written from the definition. Both sides get the same weights and images
through files; only in `accuracy` each draws its own weights, orders and dropout.
"""

from __future__ import annotations

import copy
import gzip
import math
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean, stdev

import numpy as np
import torch
from safetensors.torch import load_file, save_file
from torch import Tensor
from torch.nn.functional import cross_entropy, interpolate

from crosschecks import families
from crosschecks.program import Record, WinnowFailed, run
from crosschecks.resnet import ResNet18, optimiser

LOGITS = {"exact": 1e-5, "f32": 1e-4, "bf16": 0.1}  # of the largest logit
STEPS, BATCH = 20, 32
RATE = 0.0025  # a tenth of the recipe's: at that, single precision is 1 % off after five steps
SURE_STEPS = 2  # whose losses carry a promise; each step multiplies the rounding by ten or more
LOSS = 1e-4  # relative
WAY_STEPS = 3  # after which parameters are compared with double precision
WAY = 3.0  # times as far from it as PyTorch's single precision
HEADINGS = ["check", "compared", "found", "promised", "verdict"]
FASHION = Path("/usr/share/datasets/fashion-mnist")


@dataclass(frozen=True)
class Bench:
    """What a check works with."""

    winnow: Path
    judge: Path
    folder: Path
    seed: int
    seeds: int
    epochs: int
    labels: int
    say: Callable[[str], None]

    def judged(self, work: str, weights: str, problem: str, *options: str) -> dict[str, Tensor]:
        """What winnow-judge makes of a file of weights and one of arrays."""
        answer = self.folder / "answer.safetensors"
        call = [
            str(self.judge), "network", work, "--weights", str(self.folder / weights),
            "--problem", str(self.folder / problem), "--output", str(answer), *options,
        ]
        done = subprocess.run(call, capture_output=True, text=True, check=False)
        if done.returncode != 0:
            raise WinnowFailed(done.stderr.strip() or f"exit code {done.returncode}")
        return load_file(answer)

    def commands(self, *lines: str, seed: int | None = None) -> list[Record]:
        """Winnow's results of a script."""
        return run(self.winnow, self.folder, list(lines), self.seed if seed is None else seed)


@dataclass(frozen=True)
class Found:
    """A line of the report."""

    check: str
    compared: str
    difference: float
    bound: float | None  # None: told, not promised
    text: str = ""

    @property
    def failed(self) -> bool:
        """Whether a promise is broken; a difference that is no number breaks it."""
        return self.bound is not None and not self.difference <= self.bound

    def cells(self) -> list[str]:
        """The line's text."""
        promised = "exact" if self.bound == 0 else f"{self.bound:g}" if self.bound else "none"
        verdict = "" if self.bound is None else ("NO" if self.failed else "yes")
        return [
            self.check, self.compared, self.text or f"{self.difference:.1e}",
            promised, verdict,
        ]


def relative(ours: Tensor, theirs: Tensor) -> float:
    """The largest difference, as a share of the largest number."""
    return float((ours.double() - theirs.double()).abs().max() / theirs.double().abs().max())


def lived_in(model: torch.nn.Module) -> torch.nn.Module:
    """The network with statistics, weights and biases of normalisation as training leaves them."""
    for module in model.modules():
        if isinstance(module, (torch.nn.BatchNorm1d, torch.nn.BatchNorm2d)):
            torch.nn.init.uniform_(module.weight, 0.5, 1.5)
            torch.nn.init.normal_(module.bias, std=0.1)
            torch.nn.init.normal_(module.running_mean, std=0.1)
            torch.nn.init.uniform_(module.running_var, 0.5, 1.5)
    return model.eval()


def learned(model: torch.nn.Module) -> dict[str, Tensor]:
    """Weights and statistics, without PyTorch's counters of batches."""
    return {
        name: value.contiguous() for name, value in model.state_dict().items()
        if not name.endswith("num_batches_tracked")
    }


# Answers of all networks

FAMILY = {"exact": 1e-5, "f32": 1e-4, "bf16": 0.05}  # of the largest logit, up to 152 layers
LARGE = ["resnet18", "resnet50", "vgg16_bn"]  # also at 224 × 224
STEP = 0.25  # of the way that a step goes: a rectifier that rounding turns over moves percents of it


def family(bench: Bench) -> Iterator[Found]:
    """Logits and one step of training of every network, from the same weights."""
    for name, size, count in [(n, 32, 8) for n in families.NAMES] + [(n, 224, 2) for n in LARGE]:
        bench.say(f"{name} at {size} x {size}")
        model = lived_in(families.network(name, 10))
        save_file(learned(model), bench.folder / "weights.safetensors")
        images, labels = torch.randn(count, 3, size, size), torch.randint(10, (count,))
        save_file(
            {"images": images, "labels": labels.float(),
             "batches": torch.arange(count).float().reshape(1, count)},
            bench.folder / "problem.safetensors")
        with torch.inference_mode():
            logits = model(images)
        double = stepped(copy.deepcopy(model).double(), images.double(), labels)
        start = learned(model)
        for form, bound in FAMILY.items():
            options = ("weights.safetensors", "problem.safetensors", "--format", form,
                       "--network", name)
            try:
                answer = bench.judged("answers", *options)
            except WinnowFailed as failure:
                if f"has no {form}" not in str(failure):
                    raise
                continue
            what = f"{name}, {size} × {size}, {form}"
            yield Found("network-family", f"{what}: logits", relative(answer["logits"], logits),
                        bound)
            theirs = stepped(model, images, labels, form == "bf16")
            ours = bench.judged("steps", *options, "--rate", str(RATE))
            far, away = strayed(ours, double, start), strayed(theirs, double, start)
            promised = WAY * away if form == "bf16" else STEP
            yield Found("network-family", f"{what}: a step, from double", far, promised,
                        f"{far:.1e}, PyTorch {away:.1e}")


def stepped(
    model: torch.nn.Module, images: Tensor, labels: Tensor, brain: bool = False
) -> dict[str, Tensor]:
    """What one step without dropout makes of the parameters of a copy, with autocast to bf16 or
    without."""
    model = copy.deepcopy(model).train()
    for module in model.modules():
        if isinstance(module, torch.nn.Dropout):
            module.p = 0.0
    descent = optimiser(model, RATE)
    with torch.autocast("cpu", torch.bfloat16, enabled=brain):
        logits = model(images)
    cross_entropy(logits.to(images.dtype), labels).backward()
    descent.step()
    return {name: value.detach() for name, value in model.named_parameters()}


# Exchange of weights


def exchange(bench: Bench) -> Iterator[Found]:
    """Logits of one network on both sides, its weights carried there and back by files."""
    yield from from_pytorch(bench)
    yield from from_winnow(bench)


def from_pytorch(bench: Bench) -> Iterator[Found]:
    """Weights that PyTorch wrote, read by Winnow."""
    model = lived_in(ResNet18(3))
    images = torch.randn(64, 3, 32, 32)
    with torch.inference_mode():
        logits, features = model(images), model.features(images)
    torch.save(model.state_dict(), bench.folder / "theirs.pth")
    save_file(learned(model), bench.folder / "theirs.safetensors")
    save_file({"images": images}, bench.folder / "images.safetensors")
    for file in ("theirs.pth", "theirs.safetensors"):
        for form, bound in LOGITS.items():
            try:
                answer = bench.judged("answers", file, "images.safetensors", "--format", form)
            except WinnowFailed as failure:
                if f"has no {form}" not in str(failure):
                    raise
                continue
            found = relative(answer["logits"], logits)
            yield Found("network-exchange", f"{file} to Winnow: logits, {form}", found, bound)
    found = relative(answer["features"], features)
    yield Found("network-exchange", f"penultimate features, {form}", found, bound)


def from_winnow(bench: Bench) -> Iterator[Found]:
    """Weights that Winnow trained and wrote, read by PyTorch, and by Winnow again."""
    bench.commands(
        "load digits", "query random 32", "train resnet18 epochs=2 batch=16",
        "export model ours.pth", "export model ours.safetensors",
    )
    torch_file = torch.load(bench.folder / "ours.pth", weights_only=True)
    safe_file = load_file(bench.folder / "ours.safetensors")
    differing = sum(
        not torch.equal(torch_file[name], safe_file[name]) for name in learned(ResNet18(1))
    )
    yield Found("network-exchange", "export model .pth, .safetensors: equal", differing, 0)
    model = ResNet18(1).eval()
    model.load_state_dict(torch_file, strict=False)
    images = torch.randn(64, 1, 32, 32)
    save_file({"images": images}, bench.folder / "images.safetensors")
    with torch.inference_mode():
        logits = model(images)
    for form in ("exact", "f32"):
        answer = bench.judged("answers", "ours.pth", "images.safetensors", "--format", form)
        found = relative(answer["logits"], logits)
        yield Found("network-exchange", f"export model to PyTorch: logits, {form}", found,
                    LOGITS[form])
    yield kept_weights(bench, model)


def kept_weights(bench: Bench, model: ResNet18) -> Found:
    """What `train pretrained=` begins with, seen after a training that cannot move anything."""
    torch.save(model.state_dict(), bench.folder / "back.pth")
    still = "epochs=1 batch=16 lr=1e-30 weight_decay=0 momentum=0 augment=none"
    bench.commands(
        "load digits", "query random 16", f"train resnet18 pretrained=back.pth {still}",
        "export model after.safetensors",
    )
    after = load_file(bench.folder / "after.safetensors")
    apart = max(
        float((after[name] - value.detach()).abs().max())
        for name, value in model.named_parameters()
    )
    return Found("network-exchange", "train pretrained=: parameters after a rate of 1e-30",
                 apart, 1e-20)


# Steps of training


def problem(bench: Bench) -> dict[str, Tensor]:
    """Images of noise around the mean of their class, and the batches of all steps."""
    count = 8 * BATCH
    labels = torch.arange(count) % 10
    images = torch.randn(count, 3, 32, 32) + 0.5 * torch.randn(10, 3, 32, 32)[labels]
    batches = torch.stack([torch.randperm(count)[:BATCH] for _ in range(STEPS)])
    return {
        "images": images, "labels": labels.to(torch.int32), "batches": batches.to(torch.int32)
    }


def descended(
    weights: dict[str, Tensor], given: dict[str, Tensor], kind: torch.dtype
) -> tuple[Tensor, dict[str, Tensor]]:
    """Losses and weights of PyTorch, in single or double precision."""
    model = ResNet18(dropout=0)
    model.load_state_dict(weights, strict=False)
    model.to(kind).train()
    descent = optimiser(model, RATE)
    losses = []
    for batch in given["batches"].long():
        descent.zero_grad()
        loss = cross_entropy(model(given["images"][batch].to(kind)), given["labels"][batch].long())
        loss.backward()
        descent.step()
        losses.append(loss.detach().double())
    return torch.stack(losses), learned(model)


def steps(bench: Bench) -> Iterator[Found]:
    """Twenty steps from the same weights on the same batches, without dropout.

    Training multiplies rounding from step to step, so only the first losses carry a promise of
    their own. What the steps do to the parameters is judged by PyTorch in double precision: Winnow
    has to come about as near to it as PyTorch in single precision does.
    """
    given = problem(bench)
    short = {**given, "batches": given["batches"][:WAY_STEPS].contiguous()}
    weights = learned(ResNet18())
    torch.save(weights, bench.folder / "start.pth")
    save_file(given, bench.folder / "problem.safetensors")
    save_file(short, bench.folder / "short.safetensors")
    theirs, _ = descended(weights, given, torch.float32)
    single = descended(weights, short, torch.float32)[1]
    double = descended(weights, short, torch.float64)[1]
    away = strayed(single, double, weights)
    for form in ("exact", "f32"):
        options = ("--format", form, "--rate", str(RATE))
        answer = bench.judged("steps", "start.pth", "problem.safetensors", *options)
        yield from losses_apart(form, answer["losses"].double(), theirs)
        moved = bench.judged("steps", "start.pth", "short.safetensors", *options)
        far = strayed(moved, double, weights)
        text = f"{far / away:.2f} × PyTorch in single ({far:.1e}, {away:.1e})"
        what = f"parameters after {WAY_STEPS} steps, {form}: from double"
        yield Found("network-steps", what, far / away, WAY, text)
    yield Found("network-steps", f"loss, from step 1 to {STEPS}", 0, None,
                f"{theirs[0]:.3f} to {theirs[-1]:.3f}")


def losses_apart(form: str, ours: Tensor, theirs: Tensor) -> Iterator[Found]:
    """The promise on the first losses, and how far apart some later ones are."""
    apart = ((ours - theirs) / theirs).abs()
    first = float(apart[:SURE_STEPS].max())
    yield Found("network-steps", f"losses, {form}: steps 1 to {SURE_STEPS}", first, LOSS)
    told = (1, 2, 3, 5, 10, STEPS)
    text = ", ".join(f"{float(apart[step - 1]):.0e}" for step in told)
    what = f"losses, {form}: steps {', '.join(map(str, told))}"
    yield Found("network-steps", what, float(apart.max()), None, text)


def strayed(
    ends: dict[str, Tensor], double: dict[str, Tensor], start: dict[str, Tensor]
) -> float:
    """How far parameters are from those in double precision, as a share of the way these went."""
    names = [name for name in start if "running_" not in name]
    apart = sum(float((ends[name].double() - double[name]).norm() ** 2) for name in names)
    way = sum(float((double[name] - start[name].double()).norm() ** 2) for name in names)
    return math.sqrt(apart / way)


# Accuracy


def fashion(part: str) -> tuple[Tensor, Tensor]:
    """Fashion-MNIST, its pixels in [0, 1], resized to 32 × 32; and its labels."""
    with gzip.open(FASHION / f"{part}-images-idx3-ubyte.gz") as file:
        pixels = np.frombuffer(file.read(), np.uint8, offset=16).reshape(-1, 1, 28, 28)
    with gzip.open(FASHION / f"{part}-labels-idx1-ubyte.gz") as file:
        labels = np.frombuffer(file.read(), np.uint8, offset=8).astype(np.int64)
    raw = torch.from_numpy(pixels.astype(np.float32) / 255)
    return interpolate(raw, size=32, mode="bilinear", align_corners=False), torch.tensor(labels)


def accuracy(bench: Bench) -> Iterator[Found]:
    """Test accuracy after training on the same few labels, each side by its own draws."""
    if not (FASHION / "train-images-idx3-ubyte.gz").is_file():
        bench.say(f"network-accuracy: skipped, there is no Fashion-MNIST in {FASHION}")
        return
    pool, test = fashion("train"), fashion("t10k")
    mean, deviation = pool[0].mean(), pool[0].std()
    pool, test = (((x - mean) / deviation, labels) for x, labels in (pool, test))
    ours, theirs = [], []
    for seed in range(bench.seeds):
        results = bench.commands(
            f"load fashion_mnist path={FASHION}", f"query random {bench.labels}",
            f"train resnet18 epochs={bench.epochs} batch=64 on=all augment=none",
            seed=bench.seed + seed,
        )
        ours.append(results[2]["evaluation"]["accuracy"])
        chosen = torch.tensor(results[1]["selected"])
        observed = torch.tensor(results[1]["labels"])
        theirs.append(tested(bench, seed, pool[0][chosen], observed, test))
        bench.say(f"seed {bench.seed + seed}: ours {ours[-1]:.4f}, PyTorch {theirs[-1]:.4f}")
    yield from compared(ours, theirs, bench)


def tested(
    bench: Bench, seed: int, images: Tensor, labels: Tensor, test: tuple[Tensor, Tensor]
) -> float:
    """Accuracy of PyTorch's network after the default recipe."""
    torch.manual_seed(bench.seed + seed)
    model = ResNet18(channels=1).to(memory_format=torch.channels_last).train()
    descent = optimiser(model)
    listed = torch.arange(len(labels))
    while len(listed) < 64:
        listed = torch.cat([listed, listed])
    for epoch in range(bench.epochs):
        for group in descent.param_groups:
            group["lr"] = 0.025 * 0.5 * (1 + math.cos(math.pi * epoch / bench.epochs))
        for batch in listed[torch.randperm(len(listed))].split(64)[: len(listed) // 64]:
            descent.zero_grad()
            cross_entropy(model(images[batch]), labels[batch]).backward()
            descent.step()
    model.eval()
    with torch.inference_mode():
        answers = torch.cat([model(part).argmax(1) for part in test[0].split(200)])
    return float((answers == test[1]).double().mean())


def compared(ours: list[float], theirs: list[float], bench: Bench) -> Iterator[Found]:
    """Means, standard errors, and whether the means lie within one of their difference."""
    count = len(ours)
    errors = [stdev(side) / math.sqrt(count) if count > 1 else math.nan for side in (ours, theirs)]
    what = f"{bench.labels} labels, {bench.epochs} epochs, {count} seeds"
    for name, side, error in zip(("Winnow", "PyTorch"), (ours, theirs), errors, strict=True):
        yield Found("network-accuracy", f"{name}: {what}", 0, None,
                    percent(fmean(side), error))
    apart = fmean(ours) - fmean(theirs)
    error = math.hypot(*errors)
    within = "" if count < 2 else (
        ", within one" if abs(apart) <= error else ", not within one"
    )
    yield Found("network-accuracy", "difference of the means, standard error", 0, None,
                percent(apart, error, "+") + within)


def percent(value: float, error: float, sign: str = "") -> str:
    """A share with its standard error, if there is one."""
    told = format(100 * value, sign + ".2f")
    return f"{told} %" if math.isnan(error) else f"{told} ± {100 * error:.2f} %"


CHECKS = {
    "network-family": family, "network-exchange": exchange, "network-steps": steps,
    "network-accuracy": accuracy,
}
