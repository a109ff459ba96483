"""The other networks in PyTorch, as far as answers go: written from their definitions, not from
Winnow's code. Names of weights are torchvision's where it has the network."""

from __future__ import annotations

import torch
from torch import Tensor, nn

RESIDUAL = {  # name: (blocks of each stage, whether they are bottlenecks, groups, width of a group)
    "resnet18": ((2, 2, 2, 2), False, 1, 64),
    "resnet34": ((3, 4, 6, 3), False, 1, 64),
    "resnet50": ((3, 4, 6, 3), True, 1, 64),
    "resnet101": ((3, 4, 23, 3), True, 1, 64),
    "resnet152": ((3, 8, 36, 3), True, 1, 64),
    "resnext50_32x4d": ((3, 4, 6, 3), True, 32, 4),
    "resnext101_32x8d": ((3, 4, 23, 3), True, 32, 8),
    "wide_resnet50_2": ((3, 4, 6, 3), True, 1, 128),
    "wide_resnet101_2": ((3, 4, 23, 3), True, 1, 128),
}
PLAIN = {  # name: convolutions between pools
    "vgg11": (1, 1, 2, 2, 2),
    "vgg13": (2, 2, 2, 2, 2),
    "vgg16": (2, 2, 3, 3, 3),
    "vgg19": (2, 2, 4, 4, 4),
}
WIDTHS = (64, 128, 256, 512, 512)
NAMES = [*RESIDUAL, *PLAIN, *(name + "_bn" for name in PLAIN), "alexnet"]


def network(name: str, classes: int) -> nn.Module:
    """The network of that name for images with three channels."""
    if name in RESIDUAL:
        return Residual(*RESIDUAL[name], classes)
    if name == "alexnet":
        return AlexNet(classes)
    return Plain(PLAIN[name.removesuffix("_bn")], name.endswith("_bn"), classes)


class Block(nn.Module):
    """Two or three convolutions beside a shortcut, which is a 1 × 1 one where the shape changes."""

    def __init__(
        self, inputs: int, width: int, stride: int, deep: bool, groups: int, base: int,
    ) -> None:
        super().__init__()
        inner = width * base // 64 * groups if deep else width
        outputs = 4 * width if deep else width
        sizes = [(1, 1), (3, stride), (1, 1)] if deep else [(3, stride), (3, 1)]
        before = inputs
        self.count = len(sizes)
        for index, (kernel, step) in enumerate(sizes, 1):
            after = outputs if index == self.count else inner
            shared = groups if deep and kernel == 3 else 1
            setattr(self, f"conv{index}", nn.Conv2d(
                before, after, kernel, step, kernel // 2, groups=shared, bias=False))
            setattr(self, f"bn{index}", nn.BatchNorm2d(after))
            before = after
        self.downsample: nn.Module | None = None
        if inputs != outputs or stride > 1:
            self.downsample = nn.Sequential(
                nn.Conv2d(inputs, outputs, 1, stride, bias=False), nn.BatchNorm2d(outputs))

    def forward(self, x: Tensor) -> Tensor:
        y = x
        for index in range(1, self.count + 1):
            y = getattr(self, f"bn{index}")(getattr(self, f"conv{index}")(y))
            y = y if index == self.count else y.relu()
        return (y + (x if self.downsample is None else self.downsample(x))).relu()


class Residual(nn.Module):
    """A 3 × 3 stem of stride 1 with a max-pool, four stages of blocks, one dense layer."""

    def __init__(
        self, blocks: tuple[int, ...], deep: bool, groups: int, base: int, classes: int,
    ) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(3, 64, 3, 1, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(64)
        self.maxpool = nn.MaxPool2d(3, 2, 1)
        before = 64
        for stage, (width, count) in enumerate(zip(WIDTHS, blocks), 1):
            parts = []
            for index in range(count):
                stride = 2 if stage > 1 and index == 0 else 1
                parts.append(Block(before, width, stride, deep, groups, base))
                before = 4 * width if deep else width
            setattr(self, f"layer{stage}", nn.Sequential(*parts))
        self.fc = nn.Linear(before, classes)

    def forward(self, x: Tensor) -> Tensor:
        y = self.maxpool(self.bn1(self.conv1(x)).relu())
        for stage in range(1, 5):
            y = getattr(self, f"layer{stage}")(y)
        return self.fc(y.mean((2, 3)))


class Plain(nn.Module):
    """Runs of 3 × 3 convolutions between max-pools, then dense layers of 4096, 512, the classes."""

    def __init__(self, runs: tuple[int, ...], normalised: bool, classes: int) -> None:
        super().__init__()
        layers: list[nn.Module] = []
        before = 3
        for width, run in zip(WIDTHS, runs):
            for _ in range(run):
                layers.append(nn.Conv2d(before, width, 3, padding=1))
                layers += [nn.BatchNorm2d(width)] if normalised else []
                layers.append(nn.ReLU())
                before = width
            layers.append(nn.MaxPool2d(2))
        self.features = nn.Sequential(*layers)
        self.avgpool = nn.AdaptiveAvgPool2d(7)
        self.penultimate_act = nn.Sequential(
            nn.Linear(512 * 49, 4096), nn.ReLU(), nn.Dropout(), nn.Linear(4096, 512), nn.ReLU())
        self.classifier = nn.Sequential(nn.Linear(512, classes))

    def forward(self, x: Tensor) -> Tensor:
        y = self.avgpool(self.features(x))
        return self.classifier(self.penultimate_act(torch.flatten(y, 1)))


class AlexNet(nn.Module):
    """The form for images of 32 × 32, its dense layers normalised."""

    def __init__(self, classes: int) -> None:
        super().__init__()

        def convolution(before: int, after: int, stride: int = 1) -> list[nn.Module]:
            return [nn.Conv2d(before, after, 3, stride, 1), nn.ReLU()]

        def dense(before: int) -> list[nn.Module]:
            return [nn.Linear(before, 4096, bias=False), nn.BatchNorm1d(4096), nn.ReLU()]

        self.features = nn.Sequential(
            *convolution(3, 64, 2), nn.MaxPool2d(2), *convolution(64, 192), nn.MaxPool2d(2),
            *convolution(192, 384), *convolution(384, 256), *convolution(256, 256),
            nn.MaxPool2d(2))
        self.classifier = nn.Sequential(*dense(1024), *dense(4096))
        self.fc = nn.Linear(4096, classes)

    def forward(self, x: Tensor) -> Tensor:
        return self.fc(self.classifier(torch.flatten(self.features(x), 1)))
