"""Subjects made in a moment: small networks of our own over scikit-learn's digits, without a run."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from sklearn.datasets import load_digits
from torch import Tensor, nn

from trasluz.data.data import Data
from trasluz.data.feed.preprocess import Preprocess
from trasluz.families._layers import blank, computation_order
from trasluz.look.subject import Subject
from trasluz.model.model import Model


class Scores:
    """A family of one network that gives scores."""

    capabilities = frozenset({"logits", "classify", "layers"})

    def __init__(self, shape: tuple[int, ...]) -> None:
        self.shape = shape

    def logits(self, networks: nn.ModuleDict, inputs: Tensor) -> Tensor:
        found: Tensor = networks["net"](inputs)
        return found

    def classify(self, networks: nn.ModuleDict, inputs: Tensor) -> Tensor:
        return self.logits(networks, inputs).softmax(1)

    def layers(self, networks: nn.ModuleDict) -> dict[str, tuple[int, ...]]:
        return computation_order(networks["net"], blank(networks, self.shape), "net.")[0]


def digits(labels: bool = True, channels: int = 1) -> Data:
    found = load_digits()
    samples = np.repeat(np.round(found.images * (255 / 16)).astype(np.uint8)[..., None], channels, 3)
    rows = np.arange(len(samples))
    return Data(
        name="digits",
        kind="image",
        samples=samples,
        splits={"train": rows[:1000], "valid": rows[1000:1400], "test": rows[1400:]},
        labels=found.target.astype(np.int64) if labels else None,
        classes=tuple("0123456789") if labels else (),
    )


def net_with_a_dead_channel(channels: int = 1) -> nn.Sequential:
    """Scores of 8×8 images; channel 2 of its convolution is always below zero."""
    torch.manual_seed(0)
    net = nn.Sequential(
        nn.Conv2d(channels, 4, 3, padding=1), nn.ReLU(inplace=True), nn.MaxPool2d(2), nn.Flatten(), nn.Linear(64, 10)
    )
    with torch.no_grad():
        net[0].weight[2] = 0  # type: ignore[index, union-attr]  # a convolution's weight is a tensor
        net[0].bias[2] = -1  # type: ignore[index, union-attr]
    return net


def subject(net: nn.Module, data: Data | None = None, family: Any = None, split: str = "valid") -> Subject:
    data = digits() if data is None else data
    networks = nn.ModuleDict({"net": net}).eval()
    return Subject(
        model=Model(Scores(data.spec.shape) if family is None else family, networks, Preprocess(), data.spec),
        open_data=lambda: data,
        split=split,
    )
