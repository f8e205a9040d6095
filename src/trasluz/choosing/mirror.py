"""Whether images may be mirrored without becoming something else: a shoe stays a shoe, a 2 is none any more.

Asked of the images themselves: the nearest neighbour (by correlation) of a mirrored image among all others is of the
same class nearly as often as that of the image itself, or it is not.
"""

from __future__ import annotations

import numpy as np

from trasluz.data.data import Data
from trasluz.rng import Rng

ALIKE = 0.6  # measured: digits 0.36, MNIST 0.44, Fashion-MNIST 0.74
_MOST = 1500  # images, whose correlations are a matrix
_SIDE = 16  # pixels that are compared: nearest neighbours need no more


def mirrored_share(data: Data) -> float | None:
    """How often a mirrored image's neighbour is of its class, as a share of how often the image's own is.

    ``None`` where images have no labels, several, or too few to say.
    """
    if data.kind != "image" or data.labels is None or data.labels.ndim != 1:
        return None
    rows = data.split("train")
    rows = rows[data.labels[rows] >= 0]
    rows = rows[Rng(0).permutation("mirrored", 0, len(rows)).numpy()[:_MOST]]
    if len(rows) < 2:
        return None
    images, labels = _coarse(data.samples[rows]), data.labels[rows]
    plain, mirrored = (
        _agreement(_standard(given), _standard(images), labels) for given in (images, images[:, :, ::-1])
    )
    return None if plain == 0 else mirrored / plain


def _coarse(samples: np.ndarray) -> np.ndarray:
    """Float32 ``[n, h, w]``: means of channels and of square blocks, at most ``_SIDE`` a side."""
    grey = samples.astype(np.float32).mean(axis=3)
    block = -(-max(grey.shape[1:]) // _SIDE)
    height, width = (max(side // block, 1) for side in grey.shape[1:])
    cut = grey[:, : height * block, : width * block]
    blocks: np.ndarray = cut.reshape(len(grey), height, -1, width, cut.shape[2] // width).mean(axis=(2, 4))
    return blocks


def _standard(images: np.ndarray) -> np.ndarray:
    flat = images.reshape(len(images), -1)
    flat = flat - flat.mean(axis=1, keepdims=True)
    unit: np.ndarray = flat / np.maximum(np.linalg.norm(flat, axis=1, keepdims=True), 1e-6)
    return unit


def _agreement(given: np.ndarray, images: np.ndarray, labels: np.ndarray) -> float:
    """The share of ``given`` whose nearest of ``images``, except the one at its own place, has its label."""
    alike = given @ images.T
    np.fill_diagonal(alike, -np.inf)
    return float((labels[alike.argmax(axis=1)] == labels).mean())
