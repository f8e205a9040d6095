"""Augment: a recipe's ``data.augment`` applied to a batch of images, every number drawn from the samples' positions."""

from __future__ import annotations

import torch
from torch import Tensor

from trasluz.data.feed.arrange import arrange, is_channels_last
from trasluz.data.feed.augment.affine import AffineParameters, affine_matrices, sample_affine
from trasluz.data.feed.augment.colour import ColourParameters, change_colour
from trasluz.data.feed.augment.erasing import ErasingDraws, erase
from trasluz.data.feed.augment.pixels import flip_and_shift
from trasluz.recipe import AugmentSection
from trasluz.rng import StepRng

# One column of uniform numbers each: switching one change on or off leaves the draws of all others as they are.
_LANES = (
    *("flip_y", "flip_x", "rotation", "shear", "zoom_y", "zoom_x", "shift_y", "shift_x", "crop_y", "crop_x"),
    *("brightness", "contrast", "saturation", "hue"),
    *("erase", "erase_area", "erase_aspect", "erase_top", "erase_left"),
)
_GEOMETRY = ("flip_horizontal", "flip_vertical", "crop_padding")
_AFFINE = ("rotation", "shift", "shear", "zoom")
_COLOUR = ("brightness", "contrast", "saturation", "hue")

Lanes = dict[str, Tensor]


class Augment:
    """Random flips (one image in two), affine, crop, colour and erasing; mixup is apart, because it mixes labels.

    Ranges are uniform and symmetric: ±rotation degrees, ±shift of the side, ±shear degrees, the zoom range
    per axis (or for both at once), a crop of ±crop_padding whole pixels.
    """

    def __init__(self, section: AugmentSection) -> None:
        self._section = section
        self._moves = any(getattr(section, name) for name in _GEOMETRY)
        self._affine = any(getattr(section, name) for name in _AFFINE)
        self._colour = any(getattr(section, name) for name in _COLOUR)

    def __call__(self, pixels: Tensor, rng: StepRng) -> Tensor:
        """``pixels`` float32 ``[n, c, h, w]`` in [0, 1] → augmented images, in the same layout; the ones given stay.

        Places and colours are computed in float32, also where a family augments inside a forward pass in bf16.

        Raises:
            RecipeError: saturation or hue is asked for of images that have no colour.
        """
        with torch.autocast(pixels.device.type, enabled=False):
            return self._augment(pixels, rng)

    def _augment(self, pixels: Tensor, rng: StepRng) -> Tensor:
        section = self._section
        last = is_channels_last(pixels)
        lanes = dict(zip(_LANES, rng.uniform("augment", len(_LANES)).unbind(1), strict=True))
        if self._affine:
            matrices = affine_matrices(self._affine_parameters(lanes, *pixels.shape[2:]))
            pixels = sample_affine(pixels, matrices, section.fill, section.fill_value)
        elif self._moves:
            pixels = self._flip_and_crop(pixels, lanes)
        if self._colour:
            pixels = change_colour(pixels, self._colour_parameters(lanes))
        if section.erasing:
            value = section.fill_value if section.fill == "constant" else None
            pixels = erase(pixels, _erasing_draws(lanes), section.erasing, section.erasing_area, value)
        return arrange(pixels, last)

    def _flip_and_crop(self, pixels: Tensor, u: Lanes) -> Tensor:
        flip_y, flip_x = self._flips(u)
        crop_y, crop_x = self._crops(u)
        return flip_and_shift(pixels, flip_y, flip_x, crop_y, crop_x, self._section.fill, self._section.fill_value)

    def _flips(self, u: Lanes) -> tuple[Tensor, Tensor]:
        return u["flip_y"] < 0.5 * self._section.flip_vertical, u["flip_x"] < 0.5 * self._section.flip_horizontal

    def _crops(self, u: Lanes) -> tuple[Tensor, Tensor]:
        """Whole pixels from −crop_padding to crop_padding, all equally likely."""
        padding = self._section.crop_padding
        choices = 2 * padding + 1
        return (u["crop_y"] * choices).long() - padding, (u["crop_x"] * choices).long() - padding

    def _affine_parameters(self, u: Lanes, height: int, width: int) -> AffineParameters:
        section = self._section
        flip_y, flip_x = self._flips(u)
        crop_y, crop_x = self._crops(u)
        low, high = section.zoom_range
        zoom_y = low + u["zoom_y"] * (high - low)
        return AffineParameters(
            rotation=_symmetric(u["rotation"], section.rotation),
            shear=_symmetric(u["shear"], section.shear),
            zoom_y=zoom_y,
            zoom_x=zoom_y if section.zoom_keeps_aspect else low + u["zoom_x"] * (high - low),
            shift_y=_symmetric(u["shift_y"], section.shift * height),
            shift_x=_symmetric(u["shift_x"], section.shift * width),
            flip_y=1 - 2 * flip_y.float(),
            flip_x=1 - 2 * flip_x.float(),
            crop_y=crop_y.float(),
            crop_x=crop_x.float(),
        )

    def _colour_parameters(self, u: Lanes) -> ColourParameters:
        strengths = {name: getattr(self._section, name) for name in _COLOUR}
        changes = {name: _symmetric(u[name], strength) for name, strength in strengths.items() if strength}
        return ColourParameters(**{name: change if name == "hue" else 1 + change for name, change in changes.items()})


def _symmetric(uniform: Tensor, reach: float) -> Tensor:
    """[0, 1) to [−reach, reach)."""
    return uniform * (2 * reach) - reach


def _erasing_draws(u: Lanes) -> ErasingDraws:
    return ErasingDraws(u["erase"], u["erase_area"], u["erase_aspect"], u["erase_top"], u["erase_left"])
