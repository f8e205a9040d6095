"""Digits with wrong labels planted in training, seen through features that are their pixels."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np
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
    return dataclasses.replace(data, labels=labels), np.sort(wrong)


def seen(data: Data) -> Subject:
    return subject(nn.Flatten(), data, Pixels())


def look(data: Data, **options: Any) -> WrongLabelsResult:
    found = compute("wrong-labels", seen(data), None, options, Reporter())
    assert isinstance(found, WrongLabelsResult)
    return found
