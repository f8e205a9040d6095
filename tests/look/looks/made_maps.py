"""A subject whose code is the image itself, for looks at the latent space."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from torch import nn

from trasluz.data.data import Data
from trasluz.data.feed.preprocess import Preprocess
from trasluz.evaluation.evaluation import Evaluation
from trasluz.look.subject import Subject
from trasluz.model.model import Model


class Flat:
    """Encodes an image as its pixels."""

    capabilities = frozenset({"encode"})

    def encode(self, networks: nn.ModuleDict, inputs: torch.Tensor) -> torch.Tensor:
        return inputs.flatten(1)


def made_data(count: int = 90, channels: int = 1, height: int = 6, width: int = 6) -> Data:
    """Three classes of brightness, in order; the last third of the rows is the validation split."""
    noise = np.random.default_rng(0)
    labels = np.arange(count) % 3
    samples = noise.integers(0, 40, (count, height, width, channels)) + 80 * labels[:, None, None, None]
    order = np.arange(count)
    splits = {"train": order[: count // 3], "valid": order[count // 3 :], "test": np.empty(0, np.int64)}
    return Data("made", "image", samples.astype(np.uint8), splits, labels=labels, classes=("dark", "grey", "light"))


def made_subject(
    data: Data | None = None, family: Any = None, preprocess: Preprocess | None = None, **more: Any
) -> Subject:
    held = data or made_data()
    return Subject(
        model=Model(family or Flat(), nn.ModuleDict(), preprocess or Preprocess(), held.spec),
        open_data=lambda: held,
        **more,
    )


def reconstruction_errors(rows: np.ndarray) -> Evaluation:
    """An evaluation in which the error of a row is a thousandth of its number."""
    return Evaluation("valid", len(rows), {}, arrays={"rows": rows, "error": rows / 1000})
