"""Canvas: images as free numbers that gradients can change evenly, and small shakes that keep them from pixel tricks.

An image is sigmoid(base + C·F⁻¹(s ⊙ z)): z are its Fourier coefficients, s = 1 / max(frequency, 1 / longer side) makes
each of them weigh as in natural images, F⁻¹ is orthonormal, and C spreads independent colours as the data's colours
are spread (Olah, Mordvintsev and Schubert 2017, "Feature Visualization", Distill, sections "Preconditioning and
Parameterization" and "Transformation Robustness"; C after their code: the root of the colours' covariance, divided by
its longest column).
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional as F

from trasluz.rng import Rng

_START = 0.01  # deviation of the first coefficients
_CONTRAST = 0.25  # of the sum that the sigmoid sees, so that it starts near the mean colour and far from its ends
_EXTREME = 0.02  # mean colours nearer to black or white would begin where the sigmoid is flat
_SHIFT, _SCALE, _TURN = 0.08, 0.1, math.radians(8)  # of the sides; of the size; either way


@dataclass(frozen=True)
class Canvas:
    """``height`` and ``width`` of the images; ``base`` ``[c]``: logits of the mean colour; ``colours`` ``[c, c]``."""

    height: int
    width: int
    base: Tensor
    colours: Tensor

    def blank(self, rng: Rng, items: Tensor) -> Tensor:
        """Coefficients to begin with, float32 ``[n, c, h, w // 2 + 1, 2]``; each of ``items`` has draws of its own."""
        shape = (len(self.base), self.height, self.width // 2 + 1, 2)
        return rng.normal("canvas", 0, items, *shape) * _START

    def paint(self, coefficients: Tensor) -> Tensor:
        """The images ``[n, c, h, w]``, in [0, 1]."""
        weighted = torch.view_as_complex(coefficients) * self._weights(coefficients.device)
        patterns = torch.fft.irfft2(weighted, s=(self.height, self.width), norm="ortho") * _CONTRAST
        mixed = torch.einsum("dc,nchw->ndhw", self.colours, patterns)
        return torch.sigmoid(mixed + self.base[:, None, None])

    def _weights(self, device: torch.device) -> Tensor:
        """1 / frequency of each coefficient, at most that of one wave over the longer side: ``[h, w // 2 + 1]``."""
        rows = torch.fft.fftfreq(self.height, device=device)[:, None]
        columns = torch.fft.rfftfreq(self.width, device=device)
        return 1 / torch.hypot(rows, columns).clamp_min(1 / max(self.height, self.width))


def canvas_like(images: Tensor) -> Canvas:
    """A canvas with the size and the colours of ``images`` ``[n, c, h, w]`` in [0, 1]."""
    colours = images.transpose(0, 1).flatten(1).cpu().double()
    mean = colours.mean(1)
    covariance = (colours - mean[:, None]) @ (colours - mean[:, None]).T / colours.shape[1]
    vectors, values, _transposed = torch.linalg.svd(covariance)
    root = vectors * values.sqrt()
    longest = root.norm(dim=0).max()
    spread = root / longest if longest > 0 else torch.eye(len(mean), dtype=root.dtype)
    base = torch.logit(mean.clamp(_EXTREME, 1 - _EXTREME))
    return Canvas(images.shape[2], images.shape[3], base.to(images), spread.to(images))


def shaken(images: Tensor, rng: Rng, step: int, items: Tensor, strength: float = 1.0) -> Tensor:
    """``images`` ``[n, c, h, w]``, each shifted, turned and scaled a little; reflected at the edges.

    Depends on ``step`` and the image's number in ``items``, int64 ``[n]``.  ``strength`` 1 shifts by up to 8 % of the
    sides, turns by up to 8° and scales by up to 10 %; 0 does nothing.
    """
    if strength == 0:
        return images
    down, right, turn, scale = ((2 * rng.uniform("shake", step, items, 4) - 1) * strength).unbind(1)
    height, width = images.shape[2:]
    cosine = torch.cos(turn * _TURN) * (1 + scale * _SCALE)
    sine = torch.sin(turn * _TURN) * (1 + scale * _SCALE)
    across = torch.stack([cosine, -sine * height / width, 2 * _SHIFT * right], 1)
    along = torch.stack([sine * width / height, cosine, 2 * _SHIFT * down], 1)
    places = F.affine_grid(torch.stack([across, along], 1), list(images.shape), align_corners=False)
    return F.grid_sample(images, places, padding_mode="reflection", align_corners=False)
