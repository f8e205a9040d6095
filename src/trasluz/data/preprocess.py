"""Preprocess: from stored numbers to what a network sees, and back. Fitted on train, kept in ``preprocess.json``.

Enough to treat a file never seen as the training images were treated: size, channels and resize rule for the
decoder, then ``(value − low) / (high − low)`` to [0, 1], then ``(unit − mean) / std`` per channel or feature.
"""

from __future__ import annotations

from typing import Literal

import torch
from torch import Tensor

from trasluz.data.data import Data, Kind
from trasluz.recipe import DataSection
from trasluz.recipe.base import Section


class Preprocess(Section):
    """How stored samples become network inputs.

    ``mean`` and ``std`` (per channel or feature, in units of [0, 1] images or of the table's own numbers) are
    empty when nothing is subtracted.  ``scale`` is what a [0, 1] image is multiplied by: 1, or 255 for the
    notebooks' raw pixels.
    """

    kind: Kind = "image"
    size: tuple[int, int] | None = None
    channels: int | None = None
    resize: Literal["stretch", "fit", "crop"] = "stretch"
    low: float = 0.0
    high: float = 255.0
    mean: tuple[float, ...] = ()
    std: tuple[float, ...] = ()
    scale: float = 1.0

    def to_unit(self, stored: Tensor) -> Tensor:
        """Stored samples to float32: images ``[n, h, w, c]`` → ``[n, c, h, w]`` in [0, 1], without a copy of layout."""
        values = stored.to(torch.float32)
        if self.kind != "image":
            return values
        values = values.permute(0, 3, 1, 2)
        if self.low != 0.0:
            values = values - self.low
        return values * (1.0 / (self.high - self.low))

    def normalise(self, unit: Tensor) -> Tensor:
        """[0, 1] images (or raw tables) to what the network sees."""
        if self.mean:
            shape = (1, -1, 1, 1) if self.kind == "image" else (-1,)
            mean = torch.tensor(self.mean, device=unit.device).reshape(shape)
            std = torch.tensor(self.std, device=unit.device).reshape(shape)
            unit = (unit - mean) / std
        return unit * self.scale if self.scale != 1.0 else unit


def fit_preprocess(data: Data, section: DataSection) -> Preprocess:
    """The preprocessing that a recipe asks for, with statistics of the training rows only.

    Raises:
        RecipeError: ImageNet statistics are asked for with other than three channels.
    """
    from trasluz.data.statistics import channel_statistics, imagenet_statistics

    low, high = data.value_range
    mean: tuple[float, ...] = ()
    std: tuple[float, ...] = ()
    if section.normalise == "standard":
        mean, std = channel_statistics(data)
    elif section.normalise == "imagenet":
        mean, std = imagenet_statistics(data)
    size = (int(data.samples.shape[1]), int(data.samples.shape[2])) if data.kind == "image" else None
    channels = int(data.samples.shape[3]) if data.kind == "image" else None
    scale = 255.0 if section.normalise == "raw" and data.kind == "image" else 1.0
    return Preprocess(
        kind=data.kind,
        size=size,
        channels=channels,
        resize=section.resize,
        low=low,
        high=high,
        mean=mean,
        std=std,
        scale=scale,
    )
