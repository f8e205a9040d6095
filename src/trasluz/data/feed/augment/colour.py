"""Brightness, contrast, saturation and hue, one factor per image, as torchvision's ``v2.functional`` defines them.

Colour is red, green and blue: the first three of three or four channels; a fourth (alpha) is left alone.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from trasluz.errors import RecipeError
from trasluz.messages import _

_LUMA = (0.2989, 0.587, 0.114)  # ITU-R BT.601, rounded as in torchvision's rgb_to_grayscale


@dataclass(frozen=True)
class ColourParameters:
    """One number per image, float32 ``[n]``: factors about 1, and ``hue`` in turns; ``None`` leaves it as it is."""

    brightness: Tensor | None = None
    contrast: Tensor | None = None
    saturation: Tensor | None = None
    hue: Tensor | None = None


def change_colour(images: Tensor, p: ColourParameters) -> Tensor:
    """``images`` ``[n, c, h, w]`` in [0, 1] with the changes applied in the order of the fields; [0, 1], same layout.

    Raises:
        RecipeError: saturation or hue is asked for of images that have no colour.
    """
    channels = images.shape[1]
    for field in ("saturation", "hue"):
        if getattr(p, field) is not None and channels not in (3, 4):
            raise RecipeError(
                _(
                    "data.augment.{field}: these images have no colour, their channels being {channels} in number; "
                    "set it to 0, or data.channels to 3."
                ).format(field=field, channels=channels)
            )
    if channels != 4:
        return _change(images, p)
    return torch.cat([_change(images[:, :3], p), images[:, 3:]], dim=1)


def _change(images: Tensor, p: ColourParameters) -> Tensor:
    if p.brightness is not None:
        images = (images * _per_image(p.brightness)).clamp_(0.0, 1.0)
    if p.contrast is not None:
        images = _blend(images, _per_image(_mean_luma(images)), p.contrast)
    if p.saturation is not None:
        images = _blend(images, _luma(images), p.saturation)
    if p.hue is not None:
        images = _turn_hue(images, p.hue)
    return images


def _per_image(values: Tensor) -> Tensor:
    return values.reshape(-1, 1, 1, 1)


def _blend(images: Tensor, other: Tensor, factor: Tensor) -> Tensor:
    """``factor · images + (1 − factor) · other``, clamped."""
    return torch.lerp(other, images, _per_image(factor)).clamp_(0.0, 1.0)


def _luma(images: Tensor) -> Tensor:
    """Grey ``[n, 1, h, w]`` of colour images."""
    red, green, blue = images.unbind(1)
    return (red * _LUMA[0]).add_(green, alpha=_LUMA[1]).add_(blue, alpha=_LUMA[2])[:, None]


def _mean_luma(images: Tensor) -> Tensor:
    """Mean grey ``[n]``: the mean over all channels where there are not three."""
    means = images.mean(dim=(2, 3))
    if images.shape[1] != 3:
        return means.mean(dim=1)
    return means @ torch.tensor(_LUMA, device=images.device)


def _turn_hue(images: Tensor, turns: Tensor) -> Tensor:
    """Hue moved by ``turns`` at constant HSV value and saturation (Smith 1978, "Color gamut transform pairs")."""
    red, green, blue = images.unbind(1)
    value = images.amax(dim=1)
    chroma = value - images.amin(dim=1)
    divisor = torch.where(chroma == 0, torch.ones_like(chroma), chroma)
    sector = torch.where(value == green, 2 + (blue - red) / divisor, 4 + (red - green) / divisor)
    sector = torch.where(value == red, (green - blue) / divisor, sector)
    sector = sector + 6 * turns.reshape(-1, 1, 1)
    turned = torch.empty_like(images)
    for channel, corner in enumerate((5, 3, 1)):
        k = torch.remainder(sector + corner, 6)
        turned[:, channel] = value - chroma * torch.minimum(k, 4 - k).clamp_(0.0, 1.0)
    return turned
