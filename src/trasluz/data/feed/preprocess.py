"""Preprocess: from stored numbers to what a network sees, and back. Fitted on train, kept in ``preprocess.json``.

Enough to treat a file never seen as the training images were treated: size, channels and resize rule for the
decoder, then ``(value − low) / (high − low)`` to [0, 1], then ``(pixels − mean) / std`` per channel.  A table's numbers
are used as they are or as ``(value − mean) / std`` per feature, and a missing one is replaced first.
"""

from __future__ import annotations

import math
from functools import lru_cache
from typing import Literal

import numpy as np
import torch
from torch import Tensor

from trasluz.data.data import Data, DataSpec, Kind
from trasluz.data.read.table_columns import Column
from trasluz.messages import _
from trasluz.recipe import DataSection
from trasluz.recipe.base import Section


class Preprocess(Section):
    """How stored samples become network inputs.

    ``mean`` and ``std`` (per channel or feature, in units of [0, 1] images or of the table's own numbers) are
    empty when nothing is subtracted.  ``scale`` is what a [0, 1] image is multiplied by: 1, or 255 for the
    notebooks' raw pixels.  ``file_range`` are the numbers that stand for ``low`` and ``high`` in files deeper than 8
    bits (``None``: all that their type holds), ``range_given`` whether the recipe gave them, so that floats count so,
    too; images of 8 bits count from 0 to 255.  ``columns`` are a table's, in the order of its features; ``fill`` (per
    feature) replaces missing values, and is empty where these are refused.
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
    file_range: tuple[float, float] | None = None
    range_given: bool = False
    columns: tuple[Column, ...] = ()
    fill: tuple[float, ...] = ()

    @property
    def features(self) -> tuple[str, ...]:
        """The names of a table's features."""
        return tuple(name for column in self.columns for name in column.features)

    def check(self, spec: DataSpec) -> None:
        """Makes sure that it fits networks for data of that ``spec``.

        Raises:
            ValueError: it is for other data, or no number comes out of it.
        """
        sides = (self.channels, *(self.size or ())) if self.kind == "image" else spec.shape
        features = spec.shape[0] if self.kind == "image" else spec.shape[-1]
        lengths = {len(self.mean), len(self.std), features if self.mean else 0}
        fits = self.kind == spec.kind and tuple(sides) == spec.shape and len(lengths) == 1
        columns = {len(names) for names in (self.features, self.fill) if names}
        limits = self.file_range or (0.0, 1.0)
        numbers = (self.low, self.high, self.scale, *self.mean, *self.std, *self.fill, *limits)
        divided = (self.high - self.low, limits[1] - limits[0], self.scale, *self.std)
        if not fits or columns - {features} or not all(map(math.isfinite, numbers)) or not all(divided):
            raise ValueError(_("preprocess.json does not fit the data's shape"))

    def to_pixels(self, stored: Tensor) -> Tensor:
        """Stored samples to float32: images ``[n, h, w, c]`` → ``[n, c, h, w]`` in [0, 1], without a copy of layout.

        Other kinds come out as the network sees them: filled and, if asked for, standardised, in the stored precision.
        """
        if self.kind != "image":
            return self._features(stored).to(torch.float32)
        values = stored.to(torch.float32).permute(0, 3, 1, 2)
        if self.low != 0.0:
            values = values - self.low
        return values * (1.0 / (self.high - self.low))

    def normalise(self, pixels: Tensor) -> Tensor:
        """[0, 1] images to what the network sees; other kinds have been seen to by ``to_pixels``."""
        if self.kind != "image":
            return pixels
        if self.mean:
            mean = torch.tensor(self.mean, device=pixels.device).reshape(1, -1, 1, 1)
            std = torch.tensor(self.std, device=pixels.device).reshape(1, -1, 1, 1)
            pixels = (pixels - mean) / std
        return pixels * self.scale if self.scale != 1.0 else pixels

    def to_own_units(self, values: np.ndarray) -> np.ndarray:
        """Rows of a table, or sequences, as the network sees them, back in the numbers of the data; float32."""
        if not self.mean:
            return values.astype(np.float32, copy=False)
        own: np.ndarray = values * np.array(self.std, np.float32) + np.array(self.mean, np.float32)
        return own

    def _features(self, stored: Tensor) -> Tensor:
        values = stored if stored.is_floating_point() else stored.to(torch.float32)
        if self.fill:
            values = torch.where(values.isnan(), _row(self.fill, values.dtype, values.device), values)
        if self.mean:
            mean, std = (_row(part, values.dtype, values.device) for part in (self.mean, self.std))
            values = (values - mean) / std
        return values


@lru_cache(maxsize=64)
def _row(numbers: tuple[float, ...], dtype: torch.dtype, device: torch.device) -> Tensor:
    """A row of numbers per feature, kept because every step asks for it."""
    with torch.inference_mode(False):  # else one made in validation could not be used in training
        return torch.tensor(numbers, dtype=dtype, device=device)


def fit_preprocess(data: Data, section: DataSection) -> Preprocess:
    """The preprocessing that a recipe asks for, with statistics of the training rows only.

    Raises:
        RecipeError: ImageNet statistics are asked for with other than three channels.
        DataError: a table's feature has no value in any training row.
    """
    from trasluz.data.describe.statistics import channel_statistics, feature_statistics, imagenet_statistics

    low, high = data.value_range
    mean: tuple[float, ...] = ()
    std: tuple[float, ...] = ()
    if section.normalise == "standard":
        mean, std = channel_statistics(data) if data.kind == "image" else feature_statistics(data)
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
        file_range=data.file_range,
        range_given=data.range_given,
        columns=data.columns,
        fill=feature_statistics(data)[0] if section.missing == "mean" and data.kind == "table" else (),
    )
