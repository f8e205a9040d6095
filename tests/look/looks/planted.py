"""A data set whose classes are decided by a patch at a known place, and a small network that learns it in seconds."""

from __future__ import annotations

from functools import cache

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from trasluz.data.data import Data, DataSpec
from trasluz.data.feed.preprocess import Preprocess
from trasluz.families._layers import blank, computation_order
from trasluz.look.subject import Subject
from trasluz.model.model import Model

HEIGHT, WIDTH, PATCH = 33, 47, 8
CLASSES = ("stripes", "bars", "checks")


def planted(count: int, channels: int, seed: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Images uint8 ``[n, h, w, c]`` of noise with one patch, their classes, and the patch's corner ``[n, 2]``.

    Stripes run across, bars up and down; checks are both.  All patches have the same mean as the noise.
    """
    random = np.random.default_rng(seed)
    images = random.integers(96, 160, (count, HEIGHT, WIDTH, channels), dtype=np.int64)
    labels = random.integers(0, len(CLASSES), count)
    corners = np.stack([random.integers(0, HEIGHT - PATCH, count), random.integers(0, WIDTH - PATCH, count)], 1)
    rows, columns = np.indices((PATCH, PATCH)) // 2 % 2
    patterns = np.stack([rows, columns, rows ^ columns]) * 255
    for image, label, (top, left) in zip(images, labels, corners, strict=True):
        image[top : top + PATCH, left : left + PATCH] = patterns[label][..., None]
    return images.astype(np.uint8), labels, corners


class Family:
    """As much of a family as looks ask for."""

    capabilities = frozenset({"logits", "classify", "layers"})

    def __init__(self, shape: tuple[int, int, int]) -> None:
        self.shape = shape

    def logits(self, networks: nn.ModuleDict, inputs: Tensor) -> Tensor:
        found: Tensor = networks["classifier"](inputs)
        return found

    def classify(self, networks: nn.ModuleDict, inputs: Tensor) -> Tensor:
        return self.logits(networks, inputs).softmax(1)

    def layers(self, networks: nn.ModuleDict) -> dict[str, tuple[int, ...]]:
        return computation_order(networks["classifier"], blank(networks, self.shape), "classifier.")[0]


def network(channels: int) -> nn.ModuleDict:
    """Sees 10 pixels across at its last convolution, of which a place is 4 pixels wide."""
    torch.manual_seed(0)
    layers = nn.Sequential(
        *(nn.Conv2d(channels, 16, 3, padding=1), nn.ReLU(inplace=True), nn.MaxPool2d(2)),
        *(nn.Conv2d(16, 24, 3, padding=1), nn.ReLU(inplace=True), nn.MaxPool2d(2)),
        *(nn.Conv2d(24, 24, 1), nn.ReLU(inplace=True)),
        *(nn.AdaptiveMaxPool2d(1), nn.Flatten(), nn.Linear(24, len(CLASSES))),
    )
    return nn.ModuleDict({"classifier": layers})


@cache
def trained(channels: int = 1) -> Subject:
    """A subject that tells the classes apart; its images are never those that it was trained on."""
    images, labels, _corners = planted(600, channels, seed=1)
    networks = network(channels)
    optimiser = torch.optim.Adam(networks.parameters(), 4e-3)
    inputs = torch.from_numpy(images).permute(0, 3, 1, 2).float() / 255
    truth = torch.from_numpy(labels)
    generator = torch.Generator().manual_seed(0)
    for _step in range(220):
        rows = torch.randint(len(inputs), (48,), generator=generator)
        optimiser.zero_grad()
        F.cross_entropy(networks["classifier"](inputs[rows]), truth[rows]).backward()
        optimiser.step()
    optimiser.zero_grad()
    return subject_of(networks, channels)


def subject_of(networks: nn.ModuleDict, channels: int) -> Subject:
    """Any network for planted images as looks see it."""
    images, labels, _corners = planted(120, channels, seed=2)
    data = Data("planted", "image", images, {"valid": np.arange(len(images))}, labels=labels, classes=CLASSES)
    shape = (channels, HEIGHT, WIDTH)
    spec = DataSpec("image", shape, CLASSES)
    preprocess = Preprocess()
    return Subject(Model(Family(shape), networks.eval(), preprocess, spec), lambda: data)
