"""Features of the pictures themselves, for which no label was ever used: what no network can have learned by heart.

Coates, Lee and Ng 2011, "An Analysis of Single-Layer Networks in Unsupervised Feature Learning" (AISTATS), with
patches drawn at random for a dictionary (Coates and Ng 2011, "The Importance of Encoding Versus Training"): patches of
even brightness and contrast are whitened, compared with every patch of the dictionary, and what exceeds a threshold,
on either side of zero, is averaged over each quarter of the picture.  Of tables and sequences the numbers are as the
network sees them.
"""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F

from trasluz.look.subject import Subject
from trasluz.model.evaluation_mode import batch_size_for
from trasluz.rng import Rng

_LARGEST = 32  # of a picture's sides, in pixels
_SIDE, _DICTIONARY, _DRAWN = 5, 64, 20_000  # pixels of a patch; patches compared with; patches that say what is usual
_CONTRAST, _WHITENING, _THRESHOLD = 1e-4, 0.1, 0.25  # as in the paper, of values in [0, 1]


def picture_features(subject: Subject, rows: np.ndarray) -> np.ndarray:
    """Of ``rows`` (at least one) of the data, float32 ``[n, d]``."""
    if subject.spec.kind != "image":
        return subject.over(np.asarray(subject.data.samples[rows]), lambda inputs, _pixels: inputs.flatten(1))
    size = batch_size_for(subject.data.samples)
    small = [
        _small(subject.pixels(np.asarray(subject.data.samples[rows[i : i + size]]))) for i in range(0, len(rows), size)
    ]
    return _features(torch.cat(small))


def _small(pixels: Tensor) -> Tensor:
    """``[n, c, h, w]`` on the CPU, of no side above 32."""
    height, width = pixels.shape[2:]
    factor = max(height, width) / _LARGEST
    if factor > 1:
        pixels = F.interpolate(pixels, (max(round(height / factor), 1), max(round(width / factor), 1)), mode="area")
    return pixels.cpu()


def _features(pictures: Tensor) -> np.ndarray:
    """``[n, 8 · dictionary]`` of pictures ``[n, c, h, w]`` in [0, 1]."""
    side = max(min(_SIDE, *pictures.shape[2:]), 1)
    mean, compare = _dictionary(pictures, side)
    found = []
    for part in torch.split(pictures, 200):
        likeness = (_patches(part, side) - mean) @ compare
        both = torch.cat([(likeness - _THRESHOLD).relu(), (-likeness - _THRESHOLD).relu()], 2)
        grid = both.transpose(1, 2).reshape(len(part), -1, pictures.shape[2] - side + 1, pictures.shape[3] - side + 1)
        found.append(F.adaptive_avg_pool2d(grid, (2, 2)).flatten(1))
    return np.asarray(torch.cat(found).numpy(), np.float32)


def _patches(pictures: Tensor, side: int) -> Tensor:
    """Every patch of every picture with even brightness and contrast, ``[n, places, c · side²]``."""
    patches = F.unfold(pictures, side).transpose(1, 2)
    patches = patches - patches.mean(2, keepdim=True)
    return patches / (patches.var(2, correction=0, keepdim=True) + _CONTRAST).sqrt()


def _dictionary(pictures: Tensor, side: int) -> tuple[Tensor, Tensor]:
    """The mean patch, and what whitens a patch and compares it with those of the dictionary ``[c · side², size]``."""
    order = Rng(0).permutation("picture-dictionary", 0, len(pictures)).tolist()
    places = (pictures.shape[2] - side + 1) * (pictures.shape[3] - side + 1)
    patches = _patches(pictures[order[: max(_DRAWN // places, 64)]], side).flatten(0, 1)
    mean = patches.mean(0)
    values, axes = torch.linalg.eigh(torch.cov((patches - mean).T.double(), correction=0).reshape(len(mean), -1))
    whiten = (axes / (values.clamp_min(0) + _WHITENING).sqrt() @ axes.T).float()
    drawn = Rng(0).permutation("picture-dictionary", 1, len(patches))[:_DICTIONARY]
    words = F.normalize((patches[drawn] - mean) @ whiten, dim=1)
    return mean, whiten @ words.T
