"""What a measurement was made with."""

from __future__ import annotations

import ctypes
import re
import subprocess
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path


class DNNLVersion(ctypes.Structure):
    """The beginning of what oneDNN says of itself."""

    _fields_ = [("major", ctypes.c_int), ("minor", ctypes.c_int), ("patch", ctypes.c_int)]


def libraries(binary: Path) -> dict[str, str]:
    """The files of the shared libraries that a program is started with, by name."""
    listed = subprocess.run(["ldd", str(binary)], capture_output=True, text=True, check=True)
    found = re.findall(r"(\S+) => (/\S+)", listed.stdout)
    return {name.split(".so")[0]: path for name, path in found}


def ours(judge: Path) -> str:
    """oneDNN and OpenBLAS of Winnow."""
    files = libraries(judge)
    said = []
    if "libdnnl" in files:
        answer = ctypes.CDLL(files["libdnnl"]).dnnl_version
        answer.restype = ctypes.POINTER(DNNLVersion)
        told = answer().contents
        said.append(f"oneDNN {told.major}.{told.minor}.{told.patch}")
    if "libopenblas" in files:
        config = ctypes.CDLL(files["libopenblas"]).openblas_get_config
        config.restype = ctypes.c_char_p
        said.append(" ".join(config().decode().split()[:2]))
    return "Winnow with " + ", ".join(said)


def theirs() -> str:
    """PyTorch and its oneDNN."""
    import torch

    told = re.search(r"MKL-DNN v([\d.]+)", torch.__config__.show())
    return f"PyTorch {version('torch')} with oneDNN {told.group(1) if told else 'unknown'}"


def packages(names: Sequence[str]) -> str:
    """The versions of Python packages."""
    return ", ".join(f"{name} {version(name)}" for name in names)


def processor() -> str:
    """The processor's name."""
    lines = Path("/proc/cpuinfo").read_text().splitlines()
    names = [line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else "unknown processor"
