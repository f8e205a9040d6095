"""Digits with wrong labels planted in training, seen through features that are their pixels."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from tests.look.made_subjects import digits, subject
from trasluz.data.data import Data
from trasluz.look.base import compute
from trasluz.look.looks.wrong_labels import WrongLabelsResult
from trasluz.look.subject import Subject
from trasluz.reporting import Reporter


class Pixels:
    """A family whose features and scores are what the network gives."""

    capabilities = frozenset({"features", "logits"})

    def logits(self, networks: nn.ModuleDict, inputs: Tensor) -> Tensor:
        return self.features(networks, inputs)

    def features(self, networks: nn.ModuleDict, inputs: Tensor) -> Tensor:
        found: Tensor = networks["net"](inputs)
        return found


def with_wrong(share: float) -> tuple[Data, np.ndarray]:
    """Digits of whose training labels that share is another class, drawn at random; and which rows these are."""
    data = digits()
    assert data.labels is not None
    rng = np.random.default_rng(7)
    train = data.split("train")
    wrong = rng.choice(train, round(share * len(train)), replace=False)
    labels = data.labels.copy()
    labels[wrong] = (labels[wrong] + rng.integers(1, 10, len(wrong))) % 10
    held = rng.choice(data.split("valid"), round(share * len(data.split("valid"))), replace=False)
    labels[held] = (labels[held] + rng.integers(1, 10, len(held))) % 10  # validation comes from the same hands
    return dataclasses.replace(data, labels=labels), np.sort(wrong)


def seen(data: Data) -> Subject:
    return subject(nn.Flatten(), data, Pixels())


def look(data: Data, **options: Any) -> WrongLabelsResult:
    found = compute("wrong-labels", seen(data), None, options, Reporter())
    assert isinstance(found, WrongLabelsResult)
    return found


class ByHeart(Pixels):
    """Features that are the given labels of training images, and the pixels of all others."""

    def __init__(self, data: Data) -> None:
        assert data.labels is not None
        train = data.split("train")
        self.known = {data.samples[row].tobytes(): int(data.labels[row]) for row in train}

    def features(self, networks: nn.ModuleDict, inputs: Tensor) -> Tensor:
        flat = networks["net"](inputs)
        pictures = (inputs.movedim(1, 3) * 255).round().to(torch.uint8).numpy()
        labels = [self.known.get(picture.tobytes(), -1) for picture in pictures]
        hints = torch.stack([3.0 * torch.nn.functional.one_hot(torch.tensor(max(n, 0)), 10) * (n >= 0) for n in labels])
        return torch.cat([flat, hints], 1)


class Constant(Pixels):
    """A collapsed network: whatever it is shown, its features are the same."""

    def features(self, networks: nn.ModuleDict, inputs: Tensor) -> Tensor:
        return torch.ones(len(inputs), 2)


def look_at_constants() -> WrongLabelsResult:
    """Digits whose labels are right, before a network that has collapsed."""
    found = compute("wrong-labels", subject(nn.Flatten(), digits(), Constant()), None, {}, Reporter())
    assert isinstance(found, WrongLabelsResult)
    return found


def look_at_one_of_a_class() -> WrongLabelsResult:
    """30, 30 and 1 small pictures, in which the class is easy to see, and nobody's label is wrong."""
    rng = np.random.default_rng(0)
    labels = np.array([0] * 30 + [1] * 30 + [2])
    samples = rng.integers(0, 120, (61, 20, 20, 3), dtype=np.uint8)
    samples[:30, :10] += 120
    samples[30:60, :, :10] += 120
    samples[60, 5:15, 5:15] += 120
    held = np.r_[:3, 30:33]
    splits = {"train": np.setdiff1d(np.arange(61), held), "valid": held}
    return look(Data("three", "image", samples, splits, labels=labels, classes=("a", "b", "c")))
