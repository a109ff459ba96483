"""Makes the weight files of this folder.

    python -m venv venv && venv/bin/pip install torch==2.15.0 safetensors==0.8.0 numpy==2.4.6
    venv/bin/python make.py FOLDER

Number i of tensor k is (i mod 64) / 8 - 2 + k, which every type of float holds exactly; of whole
numbers it is rounded down.
"""

import collections
import sys

import torch
from safetensors.torch import save_file

folder = sys.argv[1]


def tensor(number, *shape):
    count = torch.Size(shape).numel()
    return ((torch.arange(count) % 64).double() / 8 - 2 + number).reshape(shape)


shapes = {
    "conv1.weight": (4, 3, 3, 3), "bn1.running_mean": (4,), "bn1.num_batches_tracked": (),
    "layer1.0.conv1.weight": (2, 4, 1, 1), "fc.weight": (10, 2), "fc.bias": (10,), "none": (0, 3),
}
state = collections.OrderedDict(
    (name, tensor(number, *shape).float()) for number, (name, shape) in enumerate(shapes.items()))
state["bn1.num_batches_tracked"] = state["bn1.num_batches_tracked"].long()
torch.save(state, f"{folder}/state.pth")
torch.save(state, f"{folder}/state-legacy.pth", _use_new_zipfile_serialization=False)
parallel = collections.OrderedDict((f"module.{name}", value) for name, value in state.items())
torch.save(
    {"epoch": 7, "state_dict": parallel, "optimizer": {"state": {}, "lr": 0.1}},
    f"{folder}/checkpoint.pth")
save_file(state, f"{folder}/state.safetensors")
types = {
    "f64": torch.float64, "f32": torch.float32, "f16": torch.float16, "bf16": torch.bfloat16,
    "i64": torch.int64, "i32": torch.int32, "i16": torch.int16, "i8": torch.int8,
    "u8": torch.uint8, "u16": torch.uint16, "u32": torch.uint32, "bool": torch.bool,
}
mixed = {}
for number, (name, kind) in enumerate(types.items()):
    values = tensor(2 if name[0] == "u" else number, 3, 5)
    mixed[name] = (values.floor() if name[0] in "iu" else values).to(kind)
save_file(mixed, f"{folder}/types.safetensors", metadata={"format": "pt", "note": 'with "quotes"'})
model = torch.nn.Sequential(
    torch.nn.Conv2d(1, 2, 3, bias=False), torch.nn.BatchNorm2d(2), torch.nn.Linear(3, 2))
for number, (name, value) in enumerate(model.state_dict().items()):
    value.copy_(tensor(number, *value.shape))
torch.save(model.state_dict(), f"{folder}/module.pth")
