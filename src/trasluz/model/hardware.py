"""Where and how to compute, chosen by rule from the processor, so that two runs of one recipe give the same bits.

Recorded in ``run.json`` and used again on resume.  A measured trial would choose differently from day to day.
"""

from __future__ import annotations

import platform
from dataclasses import asdict, dataclass
from typing import Any

import torch

from trasluz.errors import RecipeError
from trasluz.messages import _
from trasluz.recipe import ComputeSection


@dataclass(frozen=True)
class Hardware:
    """The resolved ``compute`` part: no ``auto`` left."""

    device: str
    devices: int
    nodes: int
    precision: str
    layout: str
    threads: int

    def to_dict(self) -> dict[str, Any]:
        """Plain values for ``run.json``."""
        return asdict(self)


def choose(compute: ComputeSection) -> Hardware:
    """The rule: the fastest device there is; bf16 where the processor multiplies it; channels-last on CPU and CUDA.

    Raises:
        RecipeError: the device asked for is not there.
    """
    device = _device(compute.device)
    precision = compute.precision
    if precision == "auto":
        precision = "bf16" if has_bf16(device) else "fp32"
    layout = compute.layout
    if layout == "auto":
        layout = "contiguous" if device == "mps" else "channels-last"
    threads = torch.get_num_threads() if compute.threads == "auto" else compute.threads
    return Hardware(device, compute.devices, compute.nodes, precision, layout, threads)


def _available() -> list[str]:
    found = ["cpu"]
    if torch.cuda.is_available():
        found.insert(0, "cuda")
    elif torch.backends.mps.is_available():
        found.insert(0, "mps")
    return found


def _device(asked: str) -> str:
    available = _available()
    if asked == "auto":
        return available[0]
    if asked not in available:
        message = _("compute.device: {asked} is not available on this machine; allowed: {available}.")
        raise RecipeError(message.format(asked=asked, available=", ".join(available)))
    return asked


def has_bf16(device: str) -> bool:
    """Whether the processor has bf16 multiplication of its own (emulated bf16 is slower than fp32)."""
    if device == "cuda":
        return bool(torch.cuda.is_bf16_supported(including_emulation=False))
    if device == "cpu":
        return bool(torch.cpu._is_avx512_bf16_supported() or torch.cpu._is_amx_tile_supported())
    return False


def describe(hardware: Hardware) -> dict[str, Any]:
    """The machine in words, for ``run.json``: what explains a speed."""
    name = torch.cuda.get_device_name(0) if hardware.device == "cuda" else describe_processor()
    return {**hardware.to_dict(), "processor": name, "system": platform.system(), "machine": platform.machine()}


def describe_processor() -> str:
    """The name of this machine's processor."""
    try:
        with open("/proc/cpuinfo", encoding="utf-8") as file:  # noqa: PTH123 - a kernel file, not a path of the user
            names = [line.partition(":")[2].strip() for line in file if line.startswith("model name")]
        return names[0] if names else platform.processor()
    except OSError:
        return platform.processor()


def versions() -> dict[str, str]:
    """Versions that a result can depend on."""
    from importlib.metadata import version

    packages = ("trasluz", "torch", "torchvision", "timm", "lightning-fabric", "numpy", "pillow", "scikit-learn")
    return {"python": platform.python_version(), **{name: version(name) for name in packages}}
