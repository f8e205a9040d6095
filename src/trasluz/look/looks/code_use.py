"""Code use: how much each dimension of the code carries, how its codes are spread, and how far from the prior they are.

Posterior collapse, unused dimensions, doubled ones and a prior that draws where no image lies show here.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import numpy as np
from pydantic import Field

from trasluz.look.classes.probing import effective_rank
from trasluz.look.latent.codes import code_capability
from trasluz.look.latent.survey import Survey, survey
from trasluz.look.result import Result
from trasluz.look.shown import Shown
from trasluz.look.subject import Subject
from trasluz.messages import N_
from trasluz.metrics.intervals import UNKNOWN
from trasluz.metrics.latent import ACTIVE_VARIANCE, prior_mmd
from trasluz.recipe.base import Section
from trasluz.reporting import Reporter
from trasluz.rng import Rng

HELP = N_("How much each number of the code carries, how codes are spread beside the prior, and which go together.")
DEFAULT = True
LEVELS = (0.025, 0.25, 0.5, 0.75, 0.975)
_BINS = 60
_MOST_RELATED = 64  # dimensions between which correlations are kept
_MOST_SPREAD = 24  # dimensions of which quantiles and histograms are kept
_RANKED = 2000
_MOST_RANKED = 2048  # width of codes whose singular values take about a second
_NEGLIGIBLE = 1e-4  # of the largest variance: what a point code does not use


class Config(Section):
    """``count``: at most so many images of the split, drawn at random."""

    count: Annotated[int, Field(ge=2, le=70_000)] = 5000


@dataclass(frozen=True)
class CodeUseResult(Result):
    """Over ``count`` images of ``split``, per dimension, float64 ``[d]``: ``mean`` and ``variance`` of the code, of a
    distribution those of its mean; ``zeros``, the share of codes that are exactly 0 there.  Where codes are Gaussians
    (else empty): ``kl``, the mean KL from the standard normal in nats, and ``posterior_variance``, the mean variance.

    ``order``: int64 ``[d]``, dimensions by falling KL, or variance.  ``active``: bool ``[d]``, variance above 0.01
    where codes are Gaussians (Burda et al. 2016, equation 14), else above a ten-thousandth of the largest one.
    ``rank``: effective rank of the codes (Roy and Vetterli 2007); ``None`` where they are very wide.

    Of the first of ``order``: ``quantiles`` float64 ``[m, 5]`` at ``LEVELS`` and ``histograms`` float64 ``[m, bins]``,
    densities between ``edges`` ``[bins + 1]``, of draws from the codes' Gaussians, else of the codes; ``correlation``
    float64 ``[k, k]`` of the codes, 0 for dimensions that are constant.

    ``prior``: whether there is one, the standard normal; then ``mmd``, MMD² of the draws from it, and ``mmd_low`` and
    ``mmd_high``, its 95 % interval (``metrics/latent.py``; by groups where the data have some), absent for fewer than
    four codes, or groups.
    """

    count: int
    split: str
    mean: np.ndarray
    variance: np.ndarray
    zeros: np.ndarray
    kl: np.ndarray
    posterior_variance: np.ndarray
    order: np.ndarray
    active: np.ndarray
    rank: float | None
    quantiles: np.ndarray
    edges: np.ndarray
    histograms: np.ndarray
    correlation: np.ndarray
    prior: bool
    mmd: float | None
    mmd_low: float | None
    mmd_high: float | None


RESULT = CodeUseResult


def refusal(subject: Subject) -> str | None:
    """Needs codes, or features."""
    return None if code_capability(subject) else subject.lacks("encode")


def compute(subject: Subject, images: Shown | None, config: Config, reporter: Reporter) -> CodeUseResult:
    """Measures the codes of the split; chosen images play no part.

    Raises:
        DataError: the split has fewer than two images, or codes are not finite.
    """
    codes = survey(subject, config.count, reporter)
    gaussian = codes.log_variance is not None
    spread = codes.order[:_MOST_SPREAD]
    edges, histograms = _histograms(codes.latents[:, spread])
    value, low, high = _mmd(codes, subject.groups(codes.rows)) if subject.can("prior") else (None, None, None)
    largest = float(codes.variance.max())
    return CodeUseResult(
        count=len(codes.rows),
        split=subject.split,
        mean=codes.mean.mean(0, dtype=np.float64),
        variance=codes.variance,
        zeros=(codes.mean == 0).mean(0),
        kl=np.zeros(0) if codes.kl is None else codes.kl,
        posterior_variance=_posterior_variance(codes),
        order=codes.order,
        active=codes.variance > (ACTIVE_VARIANCE if gaussian else max(_NEGLIGIBLE * largest, 0)),
        rank=effective_rank(codes.mean[:_RANKED]) if codes.mean.shape[1] <= _MOST_RANKED else None,
        quantiles=np.quantile(codes.latents[:, spread], LEVELS, axis=0).T.astype(np.float64),
        edges=edges,
        histograms=histograms,
        correlation=correlation(codes.mean[:, codes.order[:_MOST_RELATED]]),
        prior=subject.can("prior"),
        mmd=value,
        mmd_low=low,
        mmd_high=high,
    )


def _posterior_variance(codes: Survey) -> np.ndarray:
    if codes.log_variance is None:
        return np.zeros(0)
    return np.asarray(np.exp(codes.log_variance.astype(np.float64)).mean(0))


def _mmd(codes: Survey, groups: np.ndarray | None) -> tuple[float, float | None, float | None]:
    value, bounds = prior_mmd(codes.latents, Rng(0), groups=groups)
    return (value, None, None) if bounds == UNKNOWN else (value, *bounds)


def _histograms(values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Edges that hold all but one in a thousand at each end, and each column's density between them."""
    low, high = (float(v) for v in np.quantile(values, [0.001, 0.999]))
    if high <= low:
        low, high = low - 0.5, high + 0.5
    edges = np.linspace(low, high, _BINS + 1)
    counts = np.stack([np.histogram(column, edges)[0] for column in values.T])
    return edges, counts / (len(values) * (edges[1] - edges[0]))


def correlation(values: np.ndarray) -> np.ndarray:
    """Pearson's, between the columns of ``[n, k]``: float64 ``[k, k]``; 0 for a column that is constant."""
    centred = values.astype(np.float64) - values.mean(0, dtype=np.float64)
    length = np.linalg.norm(centred, axis=0)
    varies = length > 1e-6 * max(float(length.max()), 1e-30)
    unit = np.divide(centred, length, out=np.zeros_like(centred), where=varies)
    found: np.ndarray = np.clip(unit.T @ unit, -1, 1)
    return found
