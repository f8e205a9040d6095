"""Sides of feature maps, and the sentence for an image that is too small for a network."""

from __future__ import annotations

from typing import Literal

from trasluz.errors import RecipeError
from trasluz.messages import _

Shape = tuple[int, int, int]
Version = Literal["auto", "small", "large"]

_LARGE = 64  # pixels from which the stems of networks for large images, which divide sides by 4, leave enough


def need_image(shape: tuple[int, ...], where: str) -> Shape:
    """``shape`` as (channels, height, width).

    Raises:
        RecipeError: it is not the shape of an image.
    """
    if len(shape) != 3:
        raise RecipeError(
            _("{where}: this network works on images, but one sample here has the shape {shape}.").format(
                where=where, shape="×".join(map(str, shape))
            )
        )
    return shape[0], shape[1], shape[2]


def need_flat(code: tuple[int, ...], where: str) -> int:
    """The numbers of a flat code.

    Raises:
        RecipeError: the code is spatial.
    """
    if len(code) != 1:
        message = _(
            "{where}: this decoder needs a flat code, but the encoder gives maps of {given}; set model.encoder.code."
        )
        raise RecipeError(message.format(where=where, given="×".join(map(str, code))))
    return code[0]


def conv_out(side: int, kernel: int, stride: int = 1, padding: int = 0) -> int:
    """⌊(side + 2·padding − kernel) / stride⌋ + 1 (Dumoulin & Visin 2016, relationship 6); below 1: no room."""
    return (side + 2 * padding - kernel) // stride + 1


def need_room(height: int, width: int, shape: Shape, where: str, stage: int, stages: int) -> None:
    """Checks that the maps after ``stage`` still have a pixel.

    Raises:
        RecipeError: they have none; says the image's size, where it vanished, and what to change.
    """
    if min(height, width) < 1:
        raise RecipeError(
            _(
                "{where}: images of {height}×{width} pixels vanish at stage {stage} of {stages}; "
                "give fewer stages (channels) or larger images (data.size)."
            ).format(where=where, height=shape[1], width=shape[2], stage=stage, stages=stages)
        )


def halvings(side: int, times: int) -> list[int]:
    """``side`` and what is left of it each time it is halved and rounded down: 28, 3 → [28, 14, 7, 3]."""
    sides = [side]
    for _time in range(times):
        sides.append(sides[-1] // 2)
    return sides


def wants_small(version: Version, shape: Shape) -> bool:
    """Whether a network of large images is to be built in its version for small ones: with ``auto`` below 64 pixels."""
    return version == "small" or (version == "auto" and min(shape[1:]) < _LARGE)


def need_side(shape: Shape, least: int, where: str, name: str) -> None:
    """Checks that both sides of the images have ``least`` pixels, which the network ``name`` needs.

    Raises:
        RecipeError: one of them has fewer; says what to change.
    """
    if min(shape[1:]) < least:
        raise RecipeError(
            _(
                "{where}: {name} needs images of at least {least}×{least} pixels, but these have {height}×{width}; "
                "give a larger data.size, or another network."
            ).format(where=where, name=name, least=least, height=shape[1], width=shape[2])
        )


def halvings_up(side: int, times: int) -> list[int]:
    """``side`` and what is left of it each time it is halved and rounded up: 28, 3 → [28, 14, 7, 4]."""
    sides = [side]
    for _time in range(times):
        sides.append((sides[-1] + 1) // 2)
    return sides
