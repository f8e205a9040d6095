"""Rotation, shift, shear, zoom and flips as one 2×3 matrix per image, and one bilinear sample of the batch.

The matrices map output to input pixels, in the order and with the signs of Keras' ``ImageDataGenerator``:
``input = R · (S · Z · F · (output + crop) + shift)`` about the image's centre, on (row, column) coordinates.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor

from trasluz.data.feed.augment.fill import Fill

_PADDING = {"nearest": "border", "constant": "zeros", "reflect": "reflection"}


@dataclass(frozen=True)
class AffineParameters:
    """One row per image, all float32 ``[n]``: degrees for ``rotation`` and ``shear``, pixels for shifts and crops.

    ``zoom_y`` and ``zoom_x`` multiply output coordinates: below 1 enlarges the picture.  ``flip_y`` and ``flip_x``
    are 1 or −1.
    """

    rotation: Tensor
    shear: Tensor
    zoom_y: Tensor
    zoom_x: Tensor
    shift_y: Tensor
    shift_x: Tensor
    flip_y: Tensor
    flip_x: Tensor
    crop_y: Tensor
    crop_x: Tensor


def affine_matrices(p: AffineParameters) -> Tensor:
    """``[n, 2, 3]``: (row, column, 1) of an output pixel to (row, column) of the input, from the centre, in pixels."""
    cos, sin = torch.cos(p.rotation * (math.pi / 180)), torch.sin(p.rotation * (math.pi / 180))
    slant, squash = -torch.sin(p.shear * (math.pi / 180)), torch.cos(p.shear * (math.pi / 180))
    zoom_y, zoom_x = p.zoom_y * p.flip_y, p.zoom_x * p.flip_x
    # S · Z · F is [[zoom_y, slant · zoom_x], [0, squash · zoom_x]]; the crop moves the output before it.
    move_y = zoom_y * p.crop_y + slant * zoom_x * p.crop_x + p.shift_y
    move_x = squash * zoom_x * p.crop_x + p.shift_x
    rows = [cos * zoom_y, (cos * slant - sin * squash) * zoom_x, cos * move_y - sin * move_x]
    columns = [sin * zoom_y, (sin * slant + cos * squash) * zoom_x, sin * move_y + cos * move_x]
    return torch.stack([*rows, *columns], dim=1).reshape(-1, 2, 3)


def sample_affine(images: Tensor, matrices: Tensor, fill: Fill, value: float = 0.0) -> Tensor:
    """``images`` float ``[n, c, h, w]`` read through ``matrices`` ``[n, 2, 3]``, bilinearly.

    ``fill`` beyond the edges is what ``scipy.ndimage`` calls ``nearest`` (the edge pixel), ``reflect`` (about the
    edge: d c b a | a b c d | d c b a) and ``grid-constant`` (``value``, blended over one pixel at the edge).
    """
    height, width = images.shape[2:]
    grid = _grid(matrices, height, width)
    offset = value if fill == "constant" else 0.0
    source = images - offset if offset else images
    sampled = F.grid_sample(source, grid, mode="bilinear", padding_mode=_PADDING[fill], align_corners=False)
    if offset:
        sampled = sampled.add_(offset).clamp_(0.0, 1.0)
    return sampled


def _grid(matrices: Tensor, height: int, width: int) -> Tensor:
    """Normalised input coordinates ``[n, h, w, 2]`` (column, row); −1 and 1 are the outer edges of the image.

    Kept as two planes in memory, which is several times faster than ``F.affine_grid``.
    """
    device = matrices.device
    rows = torch.arange(height, device=device) - (height - 1) / 2
    columns = torch.arange(width, device=device) - (width - 1) / 2
    scale = torch.tensor([2.0 / width, 2.0 / height], device=device)
    m = matrices.flip(1) * scale[:, None]
    along = m[:, :, 1, None] * columns + m[:, :, 2, None]
    planes = (m[:, :, 0, None] * rows)[..., :, None] + along[..., None, :]
    return planes.permute(0, 2, 3, 1)
