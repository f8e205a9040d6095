"""Near duplicates: the same picture stored twice, re-encoded, resized or slightly brighter.

Candidates come from locality-sensitive hashing (Charikar 2002, "Similarity estimation techniques from rounding
algorithms") of 8×8 thumbnails: images that share the signs of all projections of a table are compared, so that
the work grows as n log n.  What counts is decided on thumbnails of up to 32×32 pixels: correlation over all
pixels and channels of at least 0.995, and a mean difference of at most 5 % of the value range.  At this
threshold distinct handwritten digits are not near duplicates (the closest pairs of MNIST correlate at 0.99),
while a photograph and its re-encoded copy are.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from trasluz.messages import _
from trasluz.reporting import Reporter, Task

_HASHED_SIDE, _COMPARED_SIDE = 8, 32
_LEAST_CORRELATION, _MOST_DIFFERENCE = 0.995, 0.05
_CANDIDATE_CORRELATION = 0.995  # of the coarse thumbnails, before the finer ones are looked at
_LEAST_PIXELS = 16  # fewer agree by chance
_MOST_PARTNERS = 4
_TABLES, _SPARE_BITS, _MOST_NEIGHBOURS, _MOST_CANDIDATES = 16, 8, 32, 2_000_000
_COARSE_TABLES, _COARSE_BITS = 2, 4
_HASHED_COMPONENTS, _FILTERED_COMPONENTS = 24, 8
_CHUNK_BYTES = 8 << 20


@dataclass(frozen=True)
class NearDuplicates:
    """Pairs of rows, int64 ``[m, 2]`` (the lower first), and their correlation, float32 ``[m]``, highest first."""

    pairs: np.ndarray
    correlation: np.ndarray


def near_duplicates(
    samples: np.ndarray, value_range: tuple[float, float], groups: np.ndarray, reporter: Reporter | None = None
) -> NearDuplicates:
    """Pairs of nearly equal images among ``samples`` ``[n, h, w, c]`` with values in ``value_range``.

    ``groups`` int64 ``[n]`` are the exact duplicates: one of each group is looked at.  Images of one colour, and
    images of fewer than 16 pixels, are near duplicates of nothing.  An image is paired with at most four earlier
    ones, those most like it.
    """
    rows = np.flatnonzero(groups == np.arange(len(groups)))
    if samples.ndim != 4 or samples.shape[1] * samples.shape[2] < _LEAST_PIXELS or len(rows) < 2:
        return NearDuplicates(np.empty((0, 2), np.int64), np.empty(0, np.float32))
    with (reporter or Reporter()).task(_("Looking for near duplicates"), len(rows), _("images")) as task:
        coarse = _unit_vectors(thumbnails(samples, rows, _HASHED_SIDE, task))
    varied = (coarse.norm(dim=1) > 0).numpy()
    rows, coarse = rows[varied], coarse[torch.from_numpy(varied)]
    candidates = rows[_candidates(coarse)]
    correlation, difference = _compare(samples, candidates)
    alike = (correlation >= _LEAST_CORRELATION) & (difference <= _MOST_DIFFERENCE * (value_range[1] - value_range[0]))
    order = np.argsort(-correlation[alike], kind="stable")
    return NearDuplicates(candidates[alike][order], correlation[alike][order])


def likeness_to_others(samples: np.ndarray, rows: np.ndarray, others: np.ndarray, clusters: np.ndarray) -> np.ndarray:
    """Float64 ``[m]``: the correlation of each of ``rows`` with the one of ``others`` most like it, below that of near
    duplicates and of another cluster (``clusters`` int64 ``[n]``); −1 where there is none."""
    own = _unit_vectors(thumbnails(samples, rows, _COMPARED_SIDE))
    best = torch.full((len(rows),), -1.0)
    chunk = max(_CHUNK_BYTES // (4 * max(len(rows), own.shape[1], 1)), 1)
    for start in range(0, len(others), chunk):
        part = others[start : start + chunk]
        alike = own @ _unit_vectors(thumbnails(samples, part, _COMPARED_SIDE)).T
        same = torch.from_numpy(clusters[rows][:, None] == clusters[part][None])
        alike[same | (alike >= _LEAST_CORRELATION)] = -1
        best = torch.maximum(best, alike.amax(dim=1))
    found: np.ndarray = best.double().numpy()
    return found


def thumbnails(samples: np.ndarray, rows: np.ndarray, side: int, task: Task = Task()) -> Tensor:  # noqa: B008 - empty
    """Area averages of ``rows``, float32 ``[m, pixels · channels]``, at most ``side`` × ``side`` pixels each."""
    height, width = samples.shape[1:3]
    down, across = _area_matrix(height, side), _area_matrix(width, side)
    chunk = max(_CHUNK_BYTES // (4 * samples[0].size), 1)
    shown = []
    for start in range(0, len(rows), chunk):
        part = torch.from_numpy(samples[rows[start : start + chunk]].astype(np.float32))
        shrunk = torch.matmul(down, part.flatten(2)).reshape(len(part), -1, *part.shape[2:])
        shown.append((shrunk.movedim(3, 2) @ across.T).flatten(1))
        task.advance(len(part))
    return torch.cat(shown)


def _area_matrix(size: int, most: int) -> Tensor:
    """``[min(size, most), size]``: each row averages an equal share of the pixels, parts of pixels by their part."""
    side = min(size, most)
    edges = torch.linspace(0, size, side + 1, dtype=torch.float64)
    pixels = torch.arange(size, dtype=torch.float64)
    covered = torch.minimum(edges[1:, None], pixels + 1) - torch.maximum(edges[:-1, None], pixels)
    return (covered.clamp_min(0) * (side / size)).float()


def _unit_vectors(thumbnails: Tensor) -> Tensor:
    """Less their own mean, of length 1; all zeros for an image of one colour."""
    centred = thumbnails - thumbnails.mean(dim=1, keepdim=True)
    length = centred.norm(dim=1, keepdim=True)
    flat = length <= 1e-4 * thumbnails.norm(dim=1, keepdim=True)
    return torch.where(flat, torch.zeros_like(centred), centred / length.clamp_min(torch.finfo(length.dtype).tiny))


def _candidates(vectors: Tensor) -> np.ndarray:
    """Pairs of positions ``[m, 2]`` that share a hash in some table and whose coarse thumbnails correlate.

    The projections are of the principal components at equal variance, without which most images of one kind
    would share their signs.  The coarse tables are for data that are all alike, which fine ones tear apart.
    """
    n = len(vectors)
    main, whitened = _principal_components(vectors)
    widths = [int(np.log2(max(n, 1))) + _SPARE_BITS] * _TABLES + [_COARSE_BITS] * _COARSE_TABLES
    planes = torch.randn(whitened.shape[1], sum(widths), generator=torch.Generator().manual_seed(0))
    neighbours = max(min(_MOST_NEIGHBOURS, _MOST_CANDIDATES // max(n, 1)), 2)
    found = []
    for table in torch.split(planes, widths, dim=1):
        codes = ((whitened @ table > 0) * (1 << torch.arange(table.shape[1]))).sum(dim=1)
        found.append(_close_pairs(main, codes, neighbours))
    keys = torch.unique(torch.cat([low * n + high for low, high in found]))
    pairs = torch.stack([keys // max(n, 1), keys % max(n, 1)], dim=1)
    correlation = torch.cat([_dot(vectors, part) for part in torch.split(pairs, 1 << 16)])
    return _best_partners(pairs.numpy(), correlation.numpy())


def _best_partners(pairs: np.ndarray, correlation: np.ndarray) -> np.ndarray:
    """Of the correlated ``pairs``, for each higher position the few lower ones most like it."""
    alike = correlation >= _CANDIDATE_CORRELATION
    pairs, correlation = pairs[alike], correlation[alike]
    pairs = pairs[np.lexsort([-correlation, pairs[:, 1]])]
    starts = np.searchsorted(pairs[:, 1], pairs[:, 1])
    return pairs[np.arange(len(pairs)) - starts < _MOST_PARTNERS]


def _principal_components(vectors: Tensor) -> tuple[Tensor, Tensor]:
    """The first 8 components of ``vectors`` ``[n, d]``, and the first 24 at unit variance."""
    centred = vectors - vectors.mean(dim=0)
    variance, axes = torch.linalg.eigh(centred.T @ centred / max(len(vectors), 1))
    components = centred @ axes[:, -_HASHED_COMPONENTS:].flip(1)
    spread = variance[-_HASHED_COMPONENTS:].flip(0).clamp_min(1e-9).sqrt()
    return components[:, :_FILTERED_COMPONENTS].contiguous(), components / spread


def _close_pairs(main: Tensor, codes: Tensor, neighbours: int) -> tuple[Tensor, Tensor]:
    """Pairs (lower, higher) of equal code and small distance in ``main``, each row with the next few of its code.

    Unit vectors that correlate by ρ are √(2 − 2ρ) apart, and no further in any of their components.
    """
    order = torch.argsort(codes, stable=True)
    codes, main = codes[order], main[order]
    found = [torch.empty(2, 0, dtype=torch.int64)]
    for step in range(1, neighbours + 1):
        same = torch.nonzero(codes[step:] == codes[:-step]).flatten()
        if len(same) == 0:
            break
        apart = (main[same] - main[same + step]).square_().sum(dim=1)
        same = same[apart <= 2 - 2 * _CANDIDATE_CORRELATION]
        found.append(torch.stack([order[same], order[same + step]]))
    pairs = torch.cat(found, dim=1)
    return pairs.amin(dim=0), pairs.amax(dim=0)


def _dot(vectors: Tensor, pairs: Tensor) -> Tensor:
    return (vectors[pairs[:, 0]] * vectors[pairs[:, 1]]).sum(dim=1)


def _compare(samples: np.ndarray, pairs: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Correlation and mean absolute difference (in stored units) of each pair's finer thumbnails, float32 ``[m]``."""
    correlation, difference = np.empty(len(pairs), np.float32), np.empty(len(pairs), np.float32)
    for start in range(0, len(pairs), 1024):
        part = pairs[start : start + 1024]
        first, second = (thumbnails(samples, part[:, side], _COMPARED_SIDE) for side in (0, 1))
        correlation[start : start + 1024] = (_unit_vectors(first) * _unit_vectors(second)).sum(dim=1).numpy()
        difference[start : start + 1024] = (first - second).abs().mean(dim=1).numpy()
    return correlation, difference
