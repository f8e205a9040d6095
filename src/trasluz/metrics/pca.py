"""PCA as the yardstick of autoencoders: the best linear code, fitted on training images, judged on held-out ones.

Fitted by chunks, so that 55,000 small images take seconds and a memory map never has to be in memory.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from trasluz.messages import N_, _
from trasluz.metrics.principal_axes import by_covariance, by_gram
from trasluz.metrics.reconstruction import psnr
from trasluz.reporting import Reporter, Task
from trasluz.rng import Rng

BASELINES = {"pca": N_("PCA")}
_CHUNK_VALUES = 8_000_000
_LARGEST_COVARIANCE = 4096  # pixels; its eigenvectors take about 20 s on two cores
_GRAM_WORK = 3e11  # images² · pixels: about 10 s on two cores; more images are sampled down to it
_NEGLIGIBLE = 1e-10  # of the largest variance: a direction that the training images do not have


@dataclass(frozen=True)
class Pixels:
    """Rows of stored samples, read by chunks as flat float32: ``(stored − low) / (high − low)``.

    ``bounded``: these lie in [0, 1], as images do, and so may every reconstruction be clipped.
    """

    samples: np.ndarray
    rows: np.ndarray
    low: float = 0.0
    high: float = 255.0
    bounded: bool = True

    @property
    def width(self) -> int:
        """Values per sample."""
        return math.prod(self.samples.shape[1:])

    def chunks(self) -> Iterator[np.ndarray]:
        """Float32 ``[m, width]``, in order."""
        size = max(1, _CHUNK_VALUES // self.width)
        for start in range(0, len(self.rows), size):
            part = self.samples[self.rows[start : start + size]].reshape(-1, self.width).astype(np.float32)
            part -= self.low
            part *= 1 / (self.high - self.low)
            yield part

    def sample(self, count: int) -> Pixels:
        """At most ``count`` of the rows, drawn with a fixed seed."""
        if len(self.rows) <= count:
            return self
        chosen = Rng(0).permutation("pca", 0, len(self.rows))[:count].numpy()
        return dataclasses.replace(self, rows=np.sort(self.rows[chosen]))


@dataclass(frozen=True)
class PCA:
    """``mean`` float32 ``[width]``; ``components`` float32 ``[rank, width]``, orthonormal, by falling variance.

    ``fitted_on``: how many training images were used, and ``of`` how many.
    """

    mean: np.ndarray
    components: np.ndarray
    fitted_on: int
    of: int

    @property
    def rank(self) -> int:
        """How many components there are: at most the pixels, and the images less one."""
        return len(self.components)


@dataclass(frozen=True)
class PCABaseline:
    """What PCA reaches on the evaluated samples with ``components`` components.

    Its reconstruction is clipped to [0, 1] where the samples are ``bounded``.

    ``same_error`` is the smallest number of components whose error is not above the model's; ``None`` when not
    even all of them (``rank``) reach it.
    """

    components: int
    mse: float
    psnr: float
    rounded_accuracy: float
    same_error: int | None
    rank: int
    fitted_on: int
    of: int


def fit(train: Pixels, reporter: Reporter) -> PCA:
    """The principal components of ``train`` (at least one row), as scikit-learn's PCA finds them.

    Large images are sampled down to what takes about ten seconds; ``fitted_on`` says so.
    """
    # Through the smaller matrix, unless that of the images would take too long.
    covariance = train.width <= _LARGEST_COVARIANCE and (
        train.width <= len(train.rows) or len(train.rows) ** 2 * train.width > _GRAM_WORK
    )
    used = train if covariance else train.sample(max(2, int(math.sqrt(_GRAM_WORK / train.width))))
    with reporter.task(_("Fitting PCA to compare with"), total=2 * len(used.rows), counted=_("images")) as task:
        mean = _mean(used, task)
        centred = _centred(used, mean, task)
        if covariance:
            found = by_covariance(centred, used.width, _NEGLIGIBLE)
        else:
            found = by_gram(np.concatenate(list(centred)), _NEGLIGIBLE)
    return PCA(mean, found.axes.astype(np.float32, copy=False), len(used.rows), len(train.rows))


def compare(pca: PCA, held_out: Pixels, code: int, error: float, reporter: Reporter) -> PCABaseline:
    """PCA with ``code`` components on ``held_out`` (at least one row), and the number of components for ``error``.

    ``error`` is the model's mean squared error.  The number is found on the held-out error itself
    (more components never do worse before clipping, and clipping never hurts [0, 1] images).
    """
    components = min(code, pca.rank)
    with reporter.task(_("Comparing with PCA")) as task:
        mse, rounded = _clipped(pca, held_out, components)
        task.advance()
        curve = error_curve(pca, held_out)
        task.advance()
        same = _components_for(pca, held_out, curve, error, {components: mse}, task)
    return PCABaseline(components, mse, psnr(mse), rounded, same, pca.rank, pca.fitted_on, pca.of)


def error_curve(pca: PCA, held_out: Pixels) -> np.ndarray:
    """Mean squared error of the unclipped reconstruction with 0, 1, … rank components, float64 ``[rank + 1]``.

    Exact: what is left of the energy after each projection, because the components are orthonormal.
    """
    total, energy = 0.0, np.zeros(pca.rank)
    for part in held_out.chunks():
        part -= pca.mean
        total += float(np.square(part, dtype=np.float64).sum())
        energy += np.square(part @ pca.components.T, dtype=np.float64).sum(0)
    left = total - np.concatenate([[0.0], np.cumsum(energy)])
    return np.maximum(left, 0.0) / (len(held_out.rows) * held_out.width)


def _clipped(pca: PCA, held_out: Pixels, components: int) -> tuple[float, float]:
    """Mean squared error and rounded accuracy of the reconstruction, clipped to [0, 1] where that is allowed."""
    basis = pca.components[:components]
    squared = hits = 0.0
    for part in held_out.chunks():
        found = (part - pca.mean) @ basis.T @ basis
        found += pca.mean
        if held_out.bounded:
            np.clip(found, 0, 1, out=found)
        hits += float(((found > 0.5) == (part > 0.5)).sum())
        squared += float(np.square(found - part, dtype=np.float64).sum())
    values = len(held_out.rows) * held_out.width
    return squared / values, hits / values


def _components_for(
    pca: PCA, held_out: Pixels, curve: np.ndarray, error: float, known: dict[int, float], task: Task
) -> int | None:
    """The smallest number of components whose clipped error is at most ``error``.

    A bracket closes around it; each guess supposes that clipping helps in the same proportion as at the last one,
    which finds it in three or four looks.  After ten the bracket is halved instead.
    """

    def clipped(components: int) -> float:
        if components not in known:
            known[components] = _clipped(pca, held_out, components)[0]
            task.advance()
        return known[components]

    reached = np.flatnonzero(curve <= error)
    low, high = -1, int(reached[0]) if len(reached) else pca.rank
    if not len(reached) and clipped(high) > error:
        return None
    looked, looks = high, 0
    while high - low > 1:
        gain = clipped(looked) / curve[looked] if curve[looked] > 0 else 1.0
        guess = int(np.argmax(curve * gain <= error)) if looks < 10 else (low + high) // 2
        looked = min(max(guess, low + 1), high - 1)
        low, high = (low, looked) if clipped(looked) <= error else (looked, high)
        looks += 1
    return high


def _mean(pixels: Pixels, task: Task) -> np.ndarray:
    total = np.zeros(pixels.width)
    for part in pixels.chunks():
        total += part.sum(0, dtype=np.float64)
        task.advance(len(part))
    return (total / len(pixels.rows)).astype(np.float32)


def _centred(pixels: Pixels, mean: np.ndarray, task: Task) -> Iterator[np.ndarray]:
    for part in pixels.chunks():
        part -= mean
        task.advance(len(part))
        yield part
