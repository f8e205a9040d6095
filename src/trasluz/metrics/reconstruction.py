"""How close reconstructions are to their targets: MSE, PSNR, and the rounded accuracy that Keras reports.

Statistics are summed per batch and turned into numbers at the end, so that the size of the batches, or the number
of processes that share them, does not matter.
"""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np
import torch
from torch import Tensor

from trasluz.messages import N_
from trasluz.metrics.described import Metric

METRICS = {
    "mse": Metric(N_("Mean squared error"), "number", "lower", least=0.0),
    "psnr": Metric(N_("PSNR"), "decibel", "higher"),
    "rounded_accuracy": Metric(N_("Rounded accuracy"), "share", "higher"),
}

_LEAST_MSE = 1e-10  # 100 dB, far below the step of 8-bit images (59 dB); keeps perfect reconstructions finite


def per_sample(reconstruction: Tensor, target: Tensor, lengths: Tensor | None = None) -> dict[str, Tensor]:
    """``error`` (mean squared error) and ``rounded`` (share of agreeing rounded pixels) of each sample, ``[n]``.

    Both are ``[n, ...]`` in the units of the targets ([0, 1] for images).  ``rounded`` is Keras' binary accuracy
    applied to pixels: mean((target > 0.5) = (reconstruction > 0.5)).  With ``lengths``, int64 ``[n]`` from 1 on, only
    that many steps of each sequence ``[n, steps, features]`` count.
    """
    reconstruction, target = reconstruction.float(), target.float()
    squares = (reconstruction - target).square()
    agree = ((reconstruction > 0.5) == (target > 0.5)).float()
    return {"error": _mean(squares, lengths), "rounded": _mean(agree, lengths)}


def _mean(values: Tensor, lengths: Tensor | None) -> Tensor:
    """The mean over the values of each sample that count."""
    if lengths is None:
        return values.flatten(1).mean(1)
    real = torch.arange(values.shape[1], device=values.device) < lengths.unsqueeze(1)
    return torch.where(real, values.mean(2), 0.0).sum(1) / lengths


def statistics(reconstruction: Tensor, target: Tensor, lengths: Tensor | None = None) -> dict[str, Tensor]:
    """Sums over a batch, 0-d: ``count``, ``pixels`` (values compared), ``squared_error``, ``rounded_hits``.

    With ``lengths`` a sequence counts as its mean step, so that long ones weigh no more than short ones.
    """
    found = per_sample(reconstruction, target, lengths)
    width = target.shape[1:].numel() if lengths is None else target.shape[2]
    count = torch.tensor(float(len(target)), device=target.device)
    return {
        "count": count,
        "pixels": count * width,
        "squared_error": found["error"].sum() * width,
        "rounded_hits": found["rounded"].sum() * width,
    }


def numbers(sums: Mapping[str, Tensor | float]) -> dict[str, float]:
    """``mse``, ``psnr``, ``rounded_accuracy``, and ``ssim`` where it was summed, from summed statistics."""
    pixels = float(sums["pixels"])
    mse = float(sums["squared_error"]) / pixels
    found = {"mse": mse, "psnr": psnr(mse), "rounded_accuracy": float(sums["rounded_hits"]) / pixels}
    if "ssim" in sums:
        found["ssim"] = float(sums["ssim"]) / float(sums["count"])
    return found


def psnr(mse: float) -> float:
    """Peak signal-to-noise ratio of [0, 1] images in dB, 10·log10(1 / mse); at most 100.

    Of the mean squared error over all images, not the mean of each image's own ratio.
    """
    return 10 * math.log10(1 / max(mse, _LEAST_MSE))


def to_uint8(images: Tensor) -> np.ndarray:
    """[0, 1] images ``[n, c, h, w]`` as uint8 ``[n, h, w, c]`` for people to look at; clipped and rounded."""
    return (images.float().clamp(0, 1) * 255).round().to(torch.uint8).permute(0, 2, 3, 1).contiguous().cpu().numpy()
