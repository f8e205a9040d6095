"""Structural similarity of images (Wang, Bovik, Sheikh & Simoncelli 2004, "Image quality assessment", eq. 13).

Written here because libraries convolve with the whole 11×11 window: filtering rows, then columns, as two matrix
products is about fifty times faster on a processor.  A test holds it to torchmetrics.
"""

from __future__ import annotations

import torch
from torch import Tensor

from trasluz.messages import N_
from trasluz.metrics.described import Metric

METRICS = {"ssim": Metric(N_("SSIM"), "coefficient", "higher")}

_WINDOW, _SIGMA = 11, 1.5  # as published
_C1, _C2 = 0.01**2, 0.03**2  # (K₁L)² and (K₂L)² as published, for a range L of 1


def ssim_window(height: int, width: int) -> int | None:
    """Side of the window: 11 as published, the largest odd side that fits smaller images, ``None`` below 3."""
    side = min(_WINDOW, height, width)
    side -= 1 - side % 2
    return side if side >= 3 else None


def ssim(reconstruction: Tensor, target: Tensor) -> Tensor:
    """Structural similarity of each image, ``[n]`` in [-1, 1], from two ``[n, c, h, w]`` in [0, 1].

    Gaussian window of side 11 and σ 1.5, K = (0.01, 0.03), mean over channels and over the positions where the
    window fits inside the image.  Smaller images use the largest odd window that fits, σ in proportion.  The
    reconstruction is clipped to [0, 1] first.

    Raises:
        ValueError: a side is below 3 pixels; ask ``ssim_window`` first.
    """
    height, width = target.shape[2:]
    window = ssim_window(height, width)
    if window is None:
        raise ValueError(f"SSIM needs images of at least 3×3 pixels, not {height}×{width}")
    x, y = reconstruction.float().clamp(0, 1), target.float()
    rows = _band(height, window, x.device)
    columns = _band(width, window, x.device).T

    def local_mean(values: Tensor) -> Tensor:
        return rows @ values @ columns

    mean_x, mean_y = local_mean(x), local_mean(y)
    # Rounding can bring the difference of two nearly equal numbers below 0.
    variance_x = (local_mean(x * x) - mean_x**2).clamp_min(0)
    variance_y = (local_mean(y * y) - mean_y**2).clamp_min(0)
    covariance = local_mean(x * y) - mean_x * mean_y
    luminance = (2 * mean_x * mean_y + _C1) / (mean_x**2 + mean_y**2 + _C1)
    structure = (2 * covariance + _C2) / (variance_x + variance_y + _C2)
    return (luminance * structure).flatten(1).mean(1)


def _band(size: int, window: int, device: torch.device) -> Tensor:
    """``[size − window + 1, size]``: row i holds the Gaussian weights of the window that starts at i."""
    offset = torch.arange(window, dtype=torch.float64) - window // 2
    sigma = _SIGMA * window / _WINDOW
    weights = torch.exp(-(offset**2) / (2 * sigma**2))
    band = torch.zeros(size - window + 1, size, dtype=torch.float64)
    for start in range(len(band)):
        band[start, start : start + window] = weights / weights.sum()
    return band.to(device, torch.float32)
