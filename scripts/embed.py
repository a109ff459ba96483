#!/usr/bin/env python3
"""Computes an embedding of a data set's images with your own PyTorch, in the data set's order.

    scripts/embed.py cifar10 data --split train --model dinov2_vits14 --out cifar10_train.npy
    scripts/embed.py images photos --list order.txt --model torchvision:resnet50 --out photos.npy
and in Winnow: load cifar10 features=cifar10_train.npy test_features=cifar10_test.npy

Data sets: cifar10, cifar100 (the python version), mnist, fashion_mnist (IDX), tinyimagenet,
imagenet and folder (train/CLASS/*, test/CLASS/* or val/CLASS/*; --classes FILE for a subset in the
file's order), images (--list: one path per line, below FOLDER, in order).

Models: dinov2_vits14, dinov2_vits14_reg and other DINOv2 names (torch.hub, or its copy in
--hub-dir), torchvision:NAME, timm:NAME (with the weights that the library gives), file:MODEL.pt (a
TorchScript file that turns a batch of images into a batch of rows).

Two files are written, each appearing only when it is whole. OUT.npy: float32, with --half float16,
one row per image, C order. OUT.npy.json says what they belong to; Winnow checks it on load:

    format         1
    rows, columns  the shape of the array
    dtype          "float32" or "float16"
    sha256         of the whole file OUT.npy, 64 hex digits
    model          as given by --model
    dataset        the data set's name
    split          "train" or "test"
    labels_sha256  SHA-256 of the labels in order, each as a little-endian int64; null if not known
    images         how they were listed: "cifar python", "idx", "folders", or "list:SHA-256 OF LIST"
    made           versions: {"python", "numpy", "torch", where used "torchvision", "timm"}
"""

from __future__ import annotations

import argparse
import gzip
import hashlib
import json
import os
import pickle
import platform
import struct
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

IMAGENET = ((0.485, 0.456, 0.406), (0.229, 0.224, 0.225))
CIFAR = ((0.4914, 0.4822, 0.4465), (0.247, 0.2435, 0.2616))
COLOURS = {
    "cifar10": CIFAR, "cifar100": CIFAR, "mnist": ((0.1307,) * 3, (0.3081,) * 3),
    "fashion_mnist": ((0.286,) * 3, (0.353,) * 3),
}
SUFFIXES = {".png", ".jpg", ".jpeg"}


class Refused(Exception):
    """Something the user has to change: its text says what."""


@dataclass
class Images:
    """Images that can be read one by one, in the data set's order, and their labels if known."""

    count: int
    read: Callable[[int], "object"]  # a Pillow image
    labels: Sequence[int] | None
    listed: str


class PlainUnpickler(pickle.Unpickler):
    """Reads what CIFAR's batches hold, and runs nothing else."""

    ALLOWED = {
        "numpy.core.multiarray._reconstruct", "numpy._core.multiarray._reconstruct",
        "numpy.ndarray", "numpy.dtype", "_codecs.encode",
    }

    def find_class(self, module: str, name: str) -> object:
        if f"{module}.{name}" not in self.ALLOWED:
            raise Refused(f"a pickle asks for {module}.{name}, which is not run")
        return super().find_class(module, name)


def cifar(folder: Path, split: str, hundred: bool) -> Images:
    name = "cifar-100-python" if hundred else "cifar-10-batches-py"
    folder = first_folder(folder / name, folder, having="train" if hundred else "data_batch_1")
    batches = [f"data_batch_{k}" for k in range(1, 6)] if split == "train" else ["test_batch"]
    files = [split] if hundred else batches
    pixels, labels = [], []
    for file in files:
        with open(folder / file, "rb") as stream:
            batch = PlainUnpickler(stream, encoding="bytes").load()
        data = np.asarray(batch[b"data"], dtype=np.uint8)
        own = batch[b"fine_labels" if hundred else b"labels"]
        if data.ndim != 2 or data.shape[1] != 3072 or len(own) != len(data):
            raise Refused(f"{folder / file}: expected n rows of 3072 bytes and n labels")
        pixels.append(data)
        labels += [int(label) for label in own]
    array = np.concatenate(pixels).reshape(-1, 3, 32, 32).transpose(0, 2, 3, 1)
    return from_array(array, labels, "cifar python")


def idx(folder: Path, split: str, names: Sequence[str]) -> Images:
    part = "train" if split == "train" else "t10k"
    places = [place / (f"{part}-images-idx3-ubyte" + end)
              for place in (*(folder / name for name in names), folder) for end in ("", ".gz")]
    file = next((place for place in places if place.exists()), None)
    if file is None:
        raise Refused(f"none of these is there: {', '.join(map(str, places))}")
    images = read_idx(file)
    labels = read_idx(file.with_name(file.name.replace("images-idx3", "labels-idx1")))
    if images.ndim != 3 or labels.shape != images.shape[:1]:
        raise Refused(f"{file}: expected n images and n labels")
    return from_array(images, [int(label) for label in labels], "idx")


def read_idx(path: Path) -> np.ndarray:
    data = path.read_bytes()
    if data[:2] == b"\x1f\x8b":
        data = gzip.decompress(data)
    if len(data) < 4 or data[:3] != b"\0\0\x08":
        raise Refused(f"{path}: expected an IDX file of bytes")
    shape = struct.unpack_from(f">{data[3]}I", data, 4)
    if len(data) - 4 - 4 * data[3] != int(np.prod(shape, dtype=object)):
        raise Refused(f"{path}: expected the bytes of {' x '.join(map(str, shape))}")
    return np.frombuffer(data, np.uint8, offset=4 + 4 * data[3]).reshape(shape)


def from_array(pixels: np.ndarray, labels: list[int], listed: str) -> Images:
    from PIL import Image

    return Images(len(pixels), lambda i: Image.fromarray(np.ascontiguousarray(pixels[i])), labels, listed)


def from_files(paths: list[Path], labels: list[int] | None, listed: str) -> Images:
    from PIL import Image

    def read(i: int) -> object:
        try:
            with Image.open(paths[i]) as image:
                return image.convert("RGB")
        except OSError as error:
            raise Refused(f"{paths[i]} (image {i}): {error}") from error

    return Images(len(paths), read, labels, listed)


def tiny_imagenet(folder: Path, split: str) -> Images:
    folder = first_folder(folder / "tiny-imagenet-200", folder, having="wnids.txt")
    classes = sorted((folder / "wnids.txt").read_text().split())
    number = lambda path: int(path.stem.rsplit("_", 1)[-1])
    if split == "train":
        folders = [folder / "train" / wnid / "images" for wnid in classes]
        return by_class([sorted(image_files(own), key=number) for own in folders])
    lines = (folder / "val" / "val_annotations.txt").read_text().splitlines()
    named = dict(line.split("\t")[:2] for line in lines if line.strip())
    paths = sorted((folder / "val" / "images" / file for file in named), key=number)
    return from_files(paths, [classes.index(named[path.name]) for path in paths], "folders")


def class_folders(folder: Path, split: str, classes_file: str | None) -> Images:
    names = ["train"] if split == "train" else ["test", "val"]
    roots = [root / name for root in (folder, folder / "dist") for name in names]
    root = next((root for root in roots if root.is_dir()), None)
    if root is None:
        raise Refused(f"none of these is a folder: {', '.join(map(str, roots))}")
    if classes_file:
        classes = [line.split()[0] for line in Path(classes_file).read_text().splitlines() if line.strip()]
    else:
        inside = [entry for entry in root.iterdir() if entry.is_dir() and entry.name[0] != "."]
        classes = sorted((entry.name for entry in inside), key=os.fsencode)
    return by_class([sorted(image_files(root / name), key=os.fsencode) for name in classes])


def by_class(files: list[list[Path]]) -> Images:
    """Samples ordered by class, then as listed."""
    pairs = [(path, label) for label, own in enumerate(files) for path in own]
    return from_files([path for path, _ in pairs], [label for _, label in pairs], "folders")


def image_files(folder: Path) -> list[Path]:
    if not folder.is_dir():
        raise Refused(f"{folder} is no folder")
    return [path for path in folder.iterdir() if path.suffix.lower() in SUFFIXES and path.name[0] != "."]


def from_list(folder: Path, list_file: str | None, labels_file: str | None) -> Images:
    if not list_file:
        raise Refused("images needs --list FILE, one path per line")
    content = Path(list_file).read_bytes()
    lines = [line for line in content.decode().splitlines() if line.strip()]
    root = folder.resolve()
    paths = [folder / line.strip() for line in lines]
    for row, path in enumerate(paths):
        if root not in Path(os.path.normpath(root / lines[row].strip())).parents:
            raise Refused(f"{list_file}: line {row + 1} leaves {folder}: {lines[row]}")
    labels = None
    if labels_file:
        labels = [int(line) for line in Path(labels_file).read_text().split()]
        if len(labels) != len(paths):
            raise Refused(f"{labels_file}: expected {len(paths)} labels, found {len(labels)}")
    return from_files(paths, labels, "list:" + hashlib.sha256(content).hexdigest())


def first_folder(*folders: Path, having: str) -> Path:
    for folder in folders:
        if (folder / having).exists():
            return folder
    raise Refused(f"no {having} in {' or '.join(map(str, folders))}")


def open_images(arguments: argparse.Namespace) -> Images:
    folder, split = Path(arguments.folder), arguments.split
    match arguments.dataset:
        case "cifar10" | "cifar100" as name:
            return cifar(folder, split, name == "cifar100")
        case "mnist" | "fashion_mnist" as name:
            names = ["mnist", "MNIST"] if name == "mnist" else ["fashion-mnist", "FashionMNIST"]
            return idx(folder, split, [name + end for name in names for end in ("", "/raw")])
        case "tinyimagenet":
            return tiny_imagenet(folder, split)
        case "imagenet" | "folder":
            return class_folders(folder, split, arguments.classes)
        case _:
            return from_list(folder, arguments.list, arguments.labels)


@dataclass
class Preparation:
    """Shorter side to `side`, the middle `size` x `size`, then (x - mean) / std per channel."""

    side: int | None
    size: int
    mean: Sequence[float]
    std: Sequence[float]

    def __call__(self, image: object) -> np.ndarray:
        from PIL import Image

        image = image.convert("RGB")
        width, height = image.size
        if self.side and min(width, height) != self.side:
            long = int(self.side * max(width, height) / min(width, height))
            width, height = (long, self.side) if width > height else (self.side, long)
            image = image.resize((width, height), Image.BILINEAR)
        left, top = round((width - self.size) / 2), round((height - self.size) / 2)
        image = image.crop((left, top, left + self.size, top + self.size))
        pixels = np.asarray(image, dtype=np.float32) / np.float32(255)
        pixels = (pixels - np.float32(self.mean)) / np.float32(self.std)
        return np.ascontiguousarray(pixels.transpose(2, 0, 1))


def preparation(arguments: argparse.Namespace) -> Preparation:
    """The test pipeline of the data set; a DINOv2 model needs 224 x 224, also from small images."""
    mean, std = COLOURS.get(arguments.dataset, IMAGENET)
    side, size = (None, 64) if arguments.dataset == "tinyimagenet" else (256, 224)
    if arguments.dataset in COLOURS:
        side, size = 32, 32
    if not arguments.model.startswith("file:"):
        side, size, (mean, std) = (224 if size < 224 else 256), 224, IMAGENET
    size = arguments.size or size
    side = arguments.resize or (max(side, size) if side else None)
    return Preparation(side, size, arguments.mean or mean, arguments.std or std)


def load_model(name: str, hub: str | None, versions: dict[str, str]) -> Callable:
    import torch

    kind, _, rest = name.partition(":")
    if kind == "file":
        try:
            return torch.jit.load(rest, map_location="cpu")
        except (RuntimeError, ValueError, OSError) as error:
            raise Refused(f"{rest} is no TorchScript file: {str(error).partition(chr(10))[0]}") from error
    if kind == "torchvision":
        import torchvision

        versions["torchvision"] = torchvision.__version__
        model = torchvision.models.get_model(rest, weights="DEFAULT")
        for head in ("fc", "classifier", "heads", "head"):
            if hasattr(model, head):
                setattr(model, head, torch.nn.Identity())
                return model
        raise Refused(f"where {name} ends and its classifier begins is not known")
    if kind == "timm":
        import timm

        versions["timm"] = timm.__version__
        return timm.create_model(rest, pretrained=True, num_classes=0)
    if name.startswith("dinov2_"):
        return torch.hub.load(hub or "facebookresearch/dinov2", name, source="local" if hub else "github")
    raise Refused(f"no model '{name}': dinov2_…, torchvision:NAME, timm:NAME or file:MODEL.pt")


def embed(
    images: Images, prepare: Preparation, arguments: argparse.Namespace, versions: dict[str, str]
) -> np.ndarray:
    import torch

    versions["torch"] = torch.__version__
    device = arguments.device or ("cuda" if torch.cuda.is_available() else "cpu")
    model = load_model(arguments.model, arguments.hub_dir, versions)
    model.eval()
    model.to(device)
    rows: np.ndarray | None = None
    with torch.no_grad():
        for start in range(0, images.count, arguments.batch):
            stop = min(start + arguments.batch, images.count)
            batch = np.stack([prepare(images.read(i)) for i in range(start, stop)])
            output = model(torch.from_numpy(batch).to(device))
            part = output.float().reshape(len(batch), -1).cpu().numpy()
            if rows is None:
                rows = np.empty((images.count, part.shape[1]), np.float16 if arguments.half else np.float32)
            rows[start:stop] = part
            print(f"\rembed: {stop} of {images.count} images", end="", file=sys.stderr, flush=True)
    print(file=sys.stderr)
    if rows is None:
        raise Refused("there are no images")
    bad = np.flatnonzero(~np.isfinite(rows.astype(np.float32)).all(axis=1))
    if len(bad):
        raise Refused(f"row {bad[0]} is not finite" + ("; leave out --half" if arguments.half else ""))
    return rows


def write_whole(path: Path, write: Callable) -> None:
    partial = path.with_name(f"{path.name}.{os.getpid()}.partial")
    try:
        with open(partial, "wb") as stream:
            write(stream)
            stream.flush()
            os.fsync(stream.fileno())
        os.replace(partial, path)
    finally:
        partial.unlink(missing_ok=True)


def write_files(
    rows: np.ndarray, images: Images, arguments: argparse.Namespace, versions: dict[str, str]
) -> None:
    out = Path(arguments.out)
    note = Path(arguments.out + ".json")
    note.unlink(missing_ok=True)  # it is about another file
    write_whole(out, lambda stream: np.save(stream, rows))
    labels = images.labels and hashlib.sha256(np.asarray(images.labels, "<i8").tobytes()).hexdigest()
    content = {
        "format": 1, "rows": rows.shape[0], "columns": rows.shape[1], "dtype": rows.dtype.name,
        "sha256": hashlib.sha256(np.memmap(out, np.uint8)).hexdigest(), "model": arguments.model,
        "dataset": arguments.dataset, "split": arguments.split, "labels_sha256": labels,
        "images": images.listed, "made": versions,
    }
    write_whole(note, lambda stream: stream.write((json.dumps(content, indent=2) + "\n").encode()))


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("dataset", choices=[
        "cifar10", "cifar100", "mnist", "fashion_mnist", "tinyimagenet", "imagenet", "folder", "images"])
    parser.add_argument("folder", help="where the data set is")
    parser.add_argument("--out", required=True, help="the file to write, OUT.npy")
    parser.add_argument("--model", required=True)
    parser.add_argument("--split", choices=["train", "test"], default="train")
    parser.add_argument("--list", help="images: one path per line, in order")
    parser.add_argument("--labels", help="images: one whole number per line")
    parser.add_argument("--classes", help="imagenet, folder: lines that begin with a class's folder")
    parser.add_argument("--hub-dir", help="a local copy of the repository facebookresearch/dinov2")
    parser.add_argument("--half", action="store_true", help="float16 instead of float32")
    parser.add_argument("--batch", type=int, default=64)
    parser.add_argument("--device", help="cpu, cuda, …; default: cuda where there is one")
    parser.add_argument("--resize", type=int, help="the shorter side, before the middle is cut out")
    parser.add_argument("--size", type=int, help="side of the square that is cut out")
    parser.add_argument("--mean", type=float, nargs=3, help="per channel, pixels from 0 to 1")
    parser.add_argument("--std", type=float, nargs=3)
    parsed = parser.parse_args()
    if parsed.batch < 1 or not parsed.out.endswith(".npy"):
        parser.error("--batch is at least 1, and --out ends with .npy")
    return parsed


def main() -> None:
    parsed = parse()
    versions = {"python": platform.python_version(), "numpy": np.__version__}
    try:
        images = open_images(parsed)
        rows = embed(images, preparation(parsed), parsed, versions)
        write_files(rows, images, parsed, versions)
    except (Refused, OSError) as error:
        sys.exit(f"embed: {error}")
    except ImportError as error:
        sys.exit(f"embed: {error}; install it in the Python that runs this script")
    except (ValueError, LookupError, EOFError, RuntimeError, struct.error, pickle.UnpicklingError) as error:
        sys.exit(f"embed: {type(error).__name__}: {error}")
    print(f"embed: {parsed.out}: {rows.shape[0]} rows of {rows.shape[1]}, and {parsed.out}.json",
          file=sys.stderr)


if __name__ == "__main__":
    main()
