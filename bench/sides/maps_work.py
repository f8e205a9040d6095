"""What the sides of ``bench.maps`` that use PyTorch share: networks, images, layers, and how time is taken."""

from __future__ import annotations

import json
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor, nn

CLASSES = 10
SECONDS = 4.0  # at least so long, after a first pass that does not count unless it takes as long by itself


def work(network: str) -> tuple[nn.Module, Tensor, tuple[str, ...]]:
    """The network called ``notebook`` or ``resnet`` with fixed weights, its images, and the names of the layers."""
    torch.manual_seed(0)
    if network == "notebook":
        return _notebook().eval(), torch.rand(64, 1, 28, 28), ("0", "8", "15")
    from torchvision.models import resnet18

    layers = ("layer1", "layer2", "layer3", "layer4")
    return resnet18(num_classes=CLASSES).eval(), torch.rand(8, 3, 224, 224), layers


def _notebook() -> nn.Sequential:
    """Row 0.7's classifier: Conv1, Conv3 and Conv5, each with its ReLU, are its layers 0, 8 and 15."""
    layers: list[nn.Module] = []
    before = 1
    for place, width in enumerate((16, 32, 32, 64, 64)):
        conv = nn.Sequential(nn.Conv2d(before, width, 3, padding=1), nn.ReLU())
        layers += [conv, nn.Dropout(0.25), nn.BatchNorm2d(width)]
        layers += [nn.MaxPool2d(2)] if place % 2 == 0 else []
        before = width
    layers.append(nn.Flatten())
    before = 64 * 3 * 3
    for width in (500, 200, 100):
        layers += [nn.Linear(before, width), nn.ReLU(), nn.Dropout(0.25), nn.BatchNorm1d(width)]
        before = width
    return nn.Sequential(*layers, nn.Linear(before, CLASSES))


def report(maps: Callable[[], int], settings: str, parameters: int) -> None:
    """Times ``maps``, which makes maps and returns how many, and prints the side's JSON line."""
    speeds = [_timed(maps)]
    if speeds[0].seconds < SECONDS:
        speeds = []  # the first pass is slower than the rest, which tells only where it is short
    while sum(timed.seconds for timed in speeds) < SECONDS:
        speeds.append(_timed(maps))
    median = statistics.median(timed.count / timed.seconds for timed in speeds)
    print(json.dumps({"maps_per_second": median, "settings": settings, "parameters": parameters}))


@dataclass(frozen=True)
class _Timed:
    count: int
    seconds: float


def _timed(maps: Callable[[], int]) -> _Timed:
    start = time.perf_counter()
    count = maps()
    return _Timed(count, time.perf_counter() - start)
