"""ResNet-18 with the stem for small images, in PyTorch: written from its definition, not from
Winnow's code. Names of weights are torchvision's."""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn

WIDTHS = (64, 128, 256, 512)


class Block(nn.Module):
    """Two 3 × 3 convolutions beside a shortcut, which is a 1 × 1 one where the shape changes."""

    def __init__(self, inputs: int, outputs: int, stride: int) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(inputs, outputs, 3, stride, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(outputs)
        self.conv2 = nn.Conv2d(outputs, outputs, 3, 1, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(outputs)
        self.relu = nn.ReLU(inplace=True)
        self.downsample: nn.Module | None = None
        if inputs != outputs or stride > 1:
            self.downsample = nn.Sequential(
                nn.Conv2d(inputs, outputs, 1, stride, bias=False), nn.BatchNorm2d(outputs)
            )

    def forward(self, x: Tensor) -> Tensor:
        aside = x if self.downsample is None else self.downsample(x)
        y = self.relu(self.bn1(self.conv1(x)))
        return self.relu(self.bn2(self.conv2(y)) + aside)


class ResNet18(nn.Module):
    """A 3 × 3 stem of stride 1 with a max-pool, four stages of two blocks, dropout, one dense
    layer."""

    def __init__(self, channels: int = 3, classes: int = 10, dropout: float = 0.5) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(channels, 64, 3, 1, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(64)
        self.relu = nn.ReLU(inplace=True)
        self.maxpool = nn.MaxPool2d(3, 2, 1)
        before = 64
        for stage, width in enumerate(WIDTHS):
            blocks = [Block(before, width, 1 if stage == 0 else 2), Block(width, width, 1)]
            setattr(self, f"layer{stage + 1}", nn.Sequential(*blocks))
            before = width
        self.dropout = nn.Dropout(dropout)
        self.fc = nn.Linear(512, classes)
        self.reset()

    def reset(self) -> None:
        """Fresh weights: convolutions N(0, 2 / (outputs k²)), the dense layer U(±1/√512)."""
        for module in self.modules():
            if isinstance(module, nn.Conv2d):
                fan = module.out_channels * math.prod(module.kernel_size)
                nn.init.normal_(module.weight, std=math.sqrt(2 / fan))
            elif isinstance(module, nn.Linear):
                bound = 1 / math.sqrt(module.in_features)
                nn.init.uniform_(module.weight, -bound, bound)
                nn.init.uniform_(module.bias, -bound, bound)

    def features(self, x: Tensor) -> Tensor:
        """The inputs of the last layer."""
        x = self.maxpool(self.relu(self.bn1(self.conv1(x))))
        for stage in range(len(WIDTHS)):
            x = getattr(self, f"layer{stage + 1}")(x)
        return x.mean((2, 3))

    def forward(self, x: Tensor) -> Tensor:
        return self.fc(self.dropout(self.features(x)))


def optimiser(model: nn.Module, rate: float = 0.025) -> torch.optim.SGD:
    """Nesterov's descent with decay of all parameters."""
    return torch.optim.SGD(
        model.parameters(), lr=rate, momentum=0.9, nesterov=True, weight_decay=3e-4
    )
