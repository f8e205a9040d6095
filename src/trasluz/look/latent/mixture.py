"""A mixture of Gaussians over codes: a prior made afterwards.

Ghosh et al. (2020), "From variational to deterministic autoencoders", section 4: ten components with full
covariances, over the encoder's means.  It lets plain autoencoders generate, and shows how much of a VAE's trouble is
its prior rather than its decoder.
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor

from trasluz.library_threads import library_threads
from trasluz.rng import Rng, StepRng

_COMPONENTS = 10
_CODES_PER_NUMBER = 10  # codes that a component should have for each number of a code


@dataclass(frozen=True)
class Mixture:
    """``weights`` ``[k]``, ``means`` ``[k, d]`` and lower-triangular ``roots`` ``[k, d, d]`` of the covariances."""

    weights: Tensor
    means: Tensor
    roots: Tensor

    def sample(self, rng: StepRng) -> Tensor:
        """One code per position of ``rng``, float32 ``[n, d]`` on the processor."""
        levels = torch.cumsum(self.weights, 0)[:-1]
        chosen = torch.searchsorted(levels, rng.uniform("mixture/component", 1)[:, 0].cpu())
        codes = rng.normal("mixture/code", self.means.shape[1]).cpu()
        for component, (mean, root) in enumerate(zip(self.means, self.roots, strict=True)):
            own = chosen == component  # one after the other: a root per code would not fit where codes are wide
            codes[own] = mean + codes[own] @ root.T
        return codes


def fit(codes: np.ndarray, rng: Rng) -> Mixture:
    """Fitted to codes ``[n, d]``, at least two; fewer than ten components when there are few for that many numbers."""
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.mixture import GaussianMixture

    components = int(np.clip(len(codes) // (_CODES_PER_NUMBER * codes.shape[1]), 1, _COMPONENTS))
    seed = rng.generator("mixture").initial_seed() % 2**32
    model: Any = GaussianMixture(components, reg_covar=1e-6, random_state=seed)  # type: ignore[no-untyped-call]  # scikit-learn has no types
    with library_threads, warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)  # a hundred steps are enough to draw from
        model.fit(codes.astype(np.float64))
    roots = np.linalg.cholesky(model.covariances_)
    return Mixture(*(torch.from_numpy(a).float() for a in (model.weights_, model.means_, roots)))
