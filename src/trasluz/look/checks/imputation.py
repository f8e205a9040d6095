"""Noisy linear imputation (Rong et al. 2022, "A consistent and efficient evaluation strategy for attribution
methods"): missing pixels become a weighted mean of their neighbours, all of them at once, plus a little noise.

Unlike a constant, that leaves no edge from which a model could read the shape of what was removed.  The direct
neighbours weigh 1/6, the diagonal ones 1/12.  The linear systems of a batch are solved together by conjugate gradients
(Hestenes and Stiefel 1952), from a start that was solved on half the pixels per side, and so on (cascadic multigrid,
Bornemann and Deuflhard 1996), which spares a large hole hundreds of passes.  They are symmetric, and positive definite
as long as one pixel is known.
"""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional as F

NOISE = 0.01  # standard deviation, in units of [0, 1] images, as the authors take it
_TOLERANCE = 5e-4  # of the residual: it leaves an error of about a fifth of the noise
_MOST = 1000  # passes
_ASKED = 4  # passes after which it is asked again whether that was enough, for which the device has to be waited for


def impute(images: Tensor, missing: Tensor, noise: Tensor | None = None, tolerance: float = _TOLERANCE) -> Tensor:
    """Images ``[n, c, h, w]`` with the pixels ``missing`` (bool ``[n, h, w]``, not all of an image) filled in.

    ``noise``: standard normal, of the images' shape; added to what was filled in, ``NOISE`` of it.  ``tolerance``: of
    the residual, as a share of the right-hand side.
    """
    height, width = images.shape[2:]
    known = (~missing).unsqueeze(1).to(images).expand_as(images).reshape(-1, 1, height, width)
    solved = _filled(images.reshape(-1, 1, height, width) * known, known, tolerance).reshape_as(images)
    if noise is not None:
        solved = solved + NOISE * noise
    return torch.where(missing.unsqueeze(1), solved, images)


def _filled(values: Tensor, known: Tensor, tolerance: float) -> Tensor:
    """``values`` ``[m, 1, h, w]``, 0 where not ``known`` (1 or 0), with the unknown ones filled in."""
    height, width = values.shape[2:]
    if height == width == 1 or bool((known > 0).all()):
        return values
    size = (-(-height // 2), -(-width // 2))
    shares = F.adaptive_avg_pool2d(known, size)
    means = F.adaptive_avg_pool2d(values, size) / torch.where(shares > 0, shares, 1)
    # A start need not be better than the tolerance of a result.
    coarse = _filled(means, (shares > 0).to(values), max(tolerance, _TOLERANCE))
    return _solve(values, known, F.interpolate(coarse, (height, width), mode="bilinear"), tolerance)


def _solve(values: Tensor, known: Tensor, start: Tensor, tolerance: float) -> Tensor:
    unknown = 1 - known
    # The sum of the weights: 1, and less along the border, where neighbours are missing.
    weight = _neighbours(torch.ones_like(values[:1]))

    def apply(maps: Tensor) -> Tensor:
        return (weight * maps - _neighbours(maps)) * unknown

    found = start * unknown
    target = _neighbours(values) * unknown
    residual = target - apply(found)
    direction, squared = residual, _dot(residual, residual)
    enough = tolerance**2 * _dot(target, target)
    # Images that are done have nothing left to divide by while others of the batch go on.
    tiny = torch.finfo(values.dtype).tiny
    for number in range(_MOST):
        if number % _ASKED == 0 and not bool((squared > enough).any()):
            break
        bent = apply(direction)
        step = squared / _dot(direction, bent).clamp_min(tiny)
        found = found + step * direction
        residual = residual - step * bent
        before, squared = squared, _dot(residual, residual)
        direction = residual + squared / before.clamp_min(tiny) * direction
    return values + found


def _neighbours(maps: Tensor) -> Tensor:
    """The weighted sum over the neighbours inside the image, of ``[m, 1, h, w]``: 1 2 1 across and down, less the
    middle, over 12."""
    padded = F.pad(maps, (1, 1, 1, 1))
    down = 2 * padded[:, :, 1:-1] + padded[:, :, :-2] + padded[:, :, 2:]
    return (2 * down[..., 1:-1] + down[..., :-2] + down[..., 2:] - 4 * maps) / 12


def _dot(a: Tensor, b: Tensor) -> Tensor:
    return (a * b).sum((2, 3), keepdim=True)
