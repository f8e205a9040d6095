"""A mixture of Gaussians fitted to the codes of a run's training images: a prior made afterwards.

Ghosh et al. (2020), "From variational to deterministic autoencoders", section 4: ten components with full
covariances, over the encoder's means.  It lets plain autoencoders generate, and shows how much of a VAE's trouble is
its prior rather than its decoder.
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from torch import Tensor

from trasluz.draws import Draws, StepDraws
from trasluz.errors import RequestError
from trasluz.messages import _
from trasluz.reporting import Reporter

if TYPE_CHECKING:
    from trasluz.api.run import Run

_COMPONENTS, _MOST_CODES = 10, 20_000
_CODES_PER_NUMBER = 10  # codes that a component should have for each number of a code


@dataclass(frozen=True)
class Mixture:
    """``weights`` ``[k]``, ``means`` ``[k, d]`` and lower-triangular ``roots`` ``[k, d, d]`` of the covariances."""

    weights: Tensor
    means: Tensor
    roots: Tensor

    def sample(self, draws: StepDraws) -> Tensor:
        """One code per position of ``draws``, float32 ``[n, d]`` on the processor."""
        levels = torch.cumsum(self.weights, 0)[:-1]
        chosen = torch.searchsorted(levels, draws.uniform("mixture/component", 1)[:, 0].cpu())
        noise = draws.normal("mixture/code", self.means.shape[1]).cpu()
        return self.means[chosen] + torch.einsum("nij,nj->ni", self.roots[chosen], noise)


def fit_mixture(run: Run, draws: Draws, reporter: Reporter) -> Mixture:
    """Fitted to the codes of the training images, at most 20,000 of them drawn at random.

    Fewer than ten components when there are few codes for that many numbers.

    Raises:
        RequestError: there are fewer than two training images.
    """
    rows = run.data.split("train")
    rows = rows[draws.permutation("mixture", 0, len(rows)).numpy()[:_MOST_CODES]]
    if len(rows) < 2:
        raise RequestError(_("A mixture of Gaussians needs at least two training images."))
    with reporter.task(_("Fitting a mixture of Gaussians to the codes")):
        return _fit(run.encode(run.data.samples[rows]), draws)


def _fit(codes: np.ndarray, draws: Draws) -> Mixture:
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.mixture import GaussianMixture

    components = int(np.clip(len(codes) // (_CODES_PER_NUMBER * codes.shape[1]), 1, _COMPONENTS))
    seed = draws.generator("mixture").initial_seed() % 2**32
    model: Any = GaussianMixture(components, reg_covar=1e-6, random_state=seed)  # type: ignore[no-untyped-call]  # scikit-learn has no types
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)  # a hundred steps are enough to draw from
        model.fit(codes.astype(np.float64))
    roots = np.linalg.cholesky(model.covariances_)
    return Mixture(*(torch.from_numpy(a).float() for a in (model.weights_, model.means_, roots)))
