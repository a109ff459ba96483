"""PyTorch at work on command: the other side of `winnow-judge benchmark network`.

Prepares the work, does it once, and then does it whenever it is told to. Takes the fastest form
that it knows: channels_last, autocast for bfloat16, inference mode, and of a few sizes of batch the
fastest for evaluation.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch
from torch import Tensor
from torch.nn.functional import cross_entropy

sys.path.append(str(Path(__file__).resolve().parent.parent))
from benchmarks.serving import serve  # noqa: E402
from crosschecks.resnet import ResNet18, optimiser  # noqa: E402

SIZES = (50, 100, 200, 500)  # of the batches of an evaluation
Once = Callable[[], None]


def noise(count: int) -> Tensor:
    """Images 3 × 32 × 32 of mean 0 and variance 1, channels last: number i is a hash of i."""
    numbers = np.empty((count, 32, 32, 3), np.float32)
    for image in range(count):
        bits = np.arange(image * 3072, (image + 1) * 3072, dtype=np.uint32)
        bits *= np.uint32(2_654_435_761)
        bits ^= bits >> np.uint32(15)
        bits *= np.uint32(2_246_822_519)
        bits ^= bits >> np.uint32(13)
        unit = (bits >> np.uint32(8)).astype(np.float32) / np.float32(16_777_216)
        centred = (unit - np.float32(0.5)) * np.float32(3.4641016)
        numbers[image] = centred.reshape(3, 32, 32).transpose(1, 2, 0)
    return torch.from_numpy(numbers).permute(0, 3, 1, 2)


def step(model: torch.nn.Module, images: Tensor, brain_floats: bool) -> Once:
    """A step of training on images that lie ready."""
    model.train()
    descent = optimiser(model)
    labels = torch.arange(len(images)) % 10

    def once() -> None:
        descent.zero_grad(set_to_none=True)
        with torch.autocast("cpu", torch.bfloat16, enabled=brain_floats):
            loss = cross_entropy(model(images), labels)
        loss.backward()
        descent.step()

    return once


def evaluation(model: torch.nn.Module, images: Tensor, brain_floats: bool) -> Once:
    """The logits of all images, in batches of the size that was fastest on a part of them."""
    model.eval()

    def logits(count: int, size: int) -> None:
        with torch.inference_mode(), torch.autocast("cpu", torch.bfloat16, enabled=brain_floats):
            torch.cat([model(part) for part in images[:count].split(size)]).float()

    sample = min(len(images), 1000)
    times = {}
    for size in SIZES:
        logits(min(size, sample), size)
        start = time.perf_counter()
        logits(sample, size)
        times[size] = time.perf_counter() - start
    best = min(times, key=times.__getitem__)
    return lambda: logits(len(images), best)


def prepared(options: argparse.Namespace) -> Once:
    """The work, ready to be done as often as is wanted."""
    torch.manual_seed(0)
    model: torch.nn.Module = ResNet18().to(memory_format=torch.channels_last)
    if options.compile:
        model = torch.compile(model)
    brain_floats = options.format == "bf16"
    if options.work == "step":
        return step(model, noise(options.batch), brain_floats)
    return evaluation(model, noise(options.images), brain_floats)


def main() -> None:
    """Answers commands until the input ends."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--work", choices=("step", "evaluation"), default="step")
    parser.add_argument("--format", choices=("f32", "bf16"), default="f32")
    parser.add_argument("--threads", type=int, required=True)
    parser.add_argument("--batch", type=int, default=100)
    parser.add_argument("--images", type=int, default=10_000)
    parser.add_argument("--compile", action="store_true")
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    once = prepared(options)
    once()
    serve(once)


if __name__ == "__main__":
    main()
