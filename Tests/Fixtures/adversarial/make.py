"""Two steps of variational adversarial training (Sinha et al. 2019) of tiny networks, in double."""

import pathlib

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

CODE, CHANNELS, HIDDEN, BATCH, STEPS, RATES = 3, 4, 6, 5, 2, (1e-3, 9e-4)
torch.manual_seed(4)
torch.set_default_dtype(torch.float64)


def encoder():
    layers, inputs = [], 2
    for i in range(4):
        layers += [
            (f"encoder.{3 * i}", nn.Conv2d(inputs, CHANNELS << i, 4, 2, 1, bias=False)),
            (f"encoder.{3 * i + 1}", nn.BatchNorm2d(CHANNELS << i)),
            (None, nn.ReLU()),
        ]
        inputs = CHANNELS << i
    return layers + [(None, nn.Flatten()), ("moments", nn.Linear(CHANNELS * 8, 2 * CODE))]


def decoder():
    layers = [
        ("decoder.0", nn.Linear(CODE, CHANNELS * 8 * 4)),
        (None, nn.Unflatten(1, (CHANNELS * 8, 2, 2))),
    ]
    for i in range(3):
        outputs = CHANNELS << (2 - i)
        layers += [
            (f"decoder.{3 * i + 1}", nn.ConvTranspose2d(2 * outputs, outputs, 4, 2, 1, bias=False)),
            (f"decoder.{3 * i + 2}", nn.BatchNorm2d(outputs)),
            (None, nn.ReLU()),
        ]
    return layers + [("decoder.10", nn.ConvTranspose2d(CHANNELS, 2, 1))]


def discriminator():
    layers, inputs = [], CODE
    for i in range(4):
        layers += [(f"net.{2 * i}", nn.Linear(inputs, HIDDEN)), (None, nn.ReLU())]
        inputs = HIDDEN
    return layers + [("net.8", nn.Linear(HIDDEN, 1))]


class Net(nn.Module):
    def __init__(self, layers):
        super().__init__()
        self.names = [name for name, _ in layers]
        self.layers = nn.ModuleList(layer for _, layer in layers)

    def forward(self, x):
        for layer in self.layers:
            x = layer(x)
        return x

    def tensors(self):
        for name, layer in zip(self.names, self.layers):
            for key, value in layer.state_dict().items():
                if key != "num_batches_tracked":
                    yield f"{name}.{key}", value.numpy().astype(np.float32).copy()


def start(net):
    """Anything but the usual start: also biases and scales that are not 0 and 1."""
    with torch.no_grad():
        for p in net.parameters():
            p.copy_(torch.from_numpy((p + 0.1 * torch.randn_like(p)).numpy().astype(np.float32)))
    return net


vae = [start(Net(encoder())), start(Net(decoder()))]
judge = start(Net(discriminator()))
nets = [*vae, judge]
arrays = {f"{name}/start": value for net in nets for name, value in net.tensors()}
shape = (STEPS, BATCH, 2, 16, 16)
pictures = {k: torch.randn(shape).float().double() for k in ("labeled", "unlabeled")}
noise = torch.randn(STEPS, 2, BATCH, CODE).float().double()
arrays |= {k: v.numpy().astype(np.float32) for k, v in pictures.items()} | {
    "noise": noise.numpy().astype(np.float32)
}
first = torch.optim.Adam([p for net in vae for p in net.parameters()])
second = torch.optim.Adam(judge.parameters())
losses = []
for step in range(STEPS):
    for optimiser in (first, second):
        optimiser.param_groups[0]["lr"] = RATES[step]
    loss = 0
    for kind, images in enumerate((pictures["labeled"][step], pictures["unlabeled"][step])):
        mean, logarithm = vae[0](images).chunk(2, dim=1)
        made = vae[1](mean + torch.exp(logarithm / 2) * noise[step, kind])
        loss = loss + F.mse_loss(made, images)
        loss = loss - 0.5 * (1 + logarithm - mean**2 - logarithm.exp()).sum()
        answers = judge(mean)
        loss = loss + F.binary_cross_entropy_with_logits(answers, torch.ones_like(answers))
    first.zero_grad()
    loss.backward()
    first.step()
    other = 0
    for images, wanted in ((pictures["labeled"][step], 1.0), (pictures["unlabeled"][step], 0.0)):
        with torch.no_grad():
            mean, _ = vae[0](images).chunk(2, dim=1)
        answers = judge(mean)
        other = other + F.binary_cross_entropy_with_logits(
            answers, torch.full_like(answers, wanted)
        )
    second.zero_grad()
    other.backward()
    second.step()
    losses.append((loss.item(), other.item()))
arrays |= {f"{name}/end": value for net in nets for name, value in net.tensors()}
arrays["losses"] = np.array(losses)
np.savez_compressed(pathlib.Path(__file__).with_name("steps.npz"), **arrays)
print(losses)
