"""An encoder: means over 2×2 pixels, then one linear layer."""

from __future__ import annotations

from torch import nn

from trasluz.recipe.base import Section


class Config(Section):
    """``code``: numbers of the code."""

    code: int = 4


def build(config: Config, shape: tuple[int, int, int]) -> nn.Module:
    """From images ``(channels, height, width)`` to codes ``[n, code]``."""
    channels, height, width = shape
    pooled = channels * (height // 2) * (width // 2)
    return nn.Sequential(nn.AvgPool2d(2), nn.Flatten(), nn.Linear(pooled, config.code))
