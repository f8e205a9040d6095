"""Maximum mean discrepancy between the batch's codes and as many draws from the prior (Gretton et al. 2012).

Tolstikhin et al. 2018, "Wasserstein auto-encoders", and Zhao et al. 2019, "InfoVAE", train with it instead of KL.
A kernel much narrower or wider than the codes' distances is 0 or 1 for all pairs and has no gradient;
``kernel_similarity`` says so.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Annotated, Literal

import torch
from pydantic import Field
from torch import Tensor
from torch.utils.checkpoint import checkpoint

from trasluz.messages import N_
from trasluz.metrics.described import Metric
from trasluz.objectives.divergences._codes import Codes
from trasluz.recipe.base import Section
from trasluz.rng import StepRng

METRICS = {
    "kernel_similarity": Metric(
        N_("Mean kernel between codes and prior (0: sees none, 1: tells none apart)"), "number", "neither"
    ),
    "kernel_gradient": Metric(
        N_("Mean gradient of the kernel by a code (0: nothing draws the codes)"), "number", "neither"
    ),
}

_AT_ONCE = 2**24  # differences of two numbers that are held at a time
_FOR_MEDIAN = 1000

Kernel = Literal["gaussian", "inverse-multiquadratic"]
Estimator = Literal["unbiased", "biased"]
Values = Callable[[Tensor, Tensor, Kernel, Sequence[Tensor | float]], Tensor]


class Config(Section):
    """``bandwidths``: σ of the kernel, several of them for the mean of several kernels, or ``median``: the median
    distance between all codes and draws of the batch (Gretton et al. 2012, section 8).

    ``estimator``: ``biased`` counts each code's kernel with itself, which adds about 2/n (equations 3 and 5).
    ``group``: codes compared at a time, so that a biased number means the same for every size of batch; ``None``
    compares the whole batch.  ``weight``: of MMD² against the sum over pixels.
    """

    kernel: Kernel = "gaussian"
    bandwidths: Literal["median"] | Annotated[tuple[Annotated[float, Field(gt=0)], ...], Field(min_length=1)] = "median"
    estimator: Estimator = "unbiased"
    group: Annotated[int, Field(ge=2)] | None = None
    weight: Annotated[float, Field(ge=0)] = 1.0


def term(config: Config, codes: Codes, rng: StepRng) -> Tensor:
    """MMD² of the codes' draws against draws from the prior, each by its sample's position; mean over groups."""
    size = config.group or max(len(codes), 1)
    prior = rng.normal("prior", codes.latents.shape[1])
    weights = torch.ones_like(prior[:, 0]) if codes.weights is None else codes.weights
    parts = zip(*(torch.split(values, size) for values in (codes.latents, prior, weights)), strict=True)
    each = [mmd_squared(z, y, config, w) * len(z) for z, y, w in parts]
    return torch.stack(each).sum() / len(codes)


def weight(config: Config, done: Tensor | float) -> Tensor | float:
    """The recipe's weight, whatever ``done``."""
    return config.weight


def watched(config: Config, codes: Codes, rng: StepRng) -> dict[str, Tensor]:
    """``kernel_similarity``: mean kernel between codes and prior. 0: it sees no pair; 1: it tells none apart.

    ``kernel_gradient``: mean over the same pairs of ‖∂k/∂z‖, the length of the kernel's gradient by the code.
    """
    prior = rng.normal("prior", codes.latents.shape[1])
    chosen = bandwidths(config, codes.latents, prior)
    even = _shares(torch.ones_like(prior[:, 0]))
    found = {"kernel_similarity": kernel, "kernel_gradient": gradient_length}
    return {
        name: _total(codes.latents, prior, even, even, config.kernel, chosen, values) for name, values in found.items()
    }


def mmd_squared(x: Tensor, y: Tensor, config: Config, weights: Tensor | None = None) -> Tensor:
    """MMD² between samples ``x`` ``[n, d]`` and ``y`` ``[m, d]``, 0-d; ``weights`` ``[n]`` weigh ``x``.

    Unbiased (equation 3: no pair of a sample with itself; it can be negative, and is 0 when there is no pair) or
    biased (equation 5: never negative).
    """
    unbiased = config.estimator == "unbiased"
    if unbiased and min(len(x), len(y)) < 2:
        return 0.0 * x.float().sum()
    chosen = bandwidths(config, x, y)
    p = _shares(torch.ones_like(x[:, 0]) if weights is None else weights)
    q = _shares(torch.ones_like(y[:, 0]))
    between = _total(x, y, p, q, config.kernel, chosen)
    within_x = _within(_total(x, x, p, p, config.kernel, chosen), p, unbiased)
    within_y = _within(_total(y, y, q, q, config.kernel, chosen), q, unbiased)
    return within_x + within_y - 2 * between


def kernel(x: Tensor, y: Tensor, kind: Kernel, bandwidths: Sequence[Tensor | float]) -> Tensor:
    """The mean over ``bandwidths`` of exp(−d²/(2σ²)) or 1/(1 + d²/σ²): float32 ``[n, m]`` in [0, 1]."""
    distances = squared_distances(x, y)
    if kind == "gaussian":
        parts = [torch.exp(distances * (-0.5 / sigma**2)) for sigma in bandwidths]
    else:
        parts = [1 / (1 + distances / sigma**2) for sigma in bandwidths]
    return torch.stack(parts).mean(0) if len(parts) > 1 else parts[0]


def gradient_length(x: Tensor, y: Tensor, kind: Kernel, bandwidths: Sequence[Tensor | float]) -> Tensor:
    """The mean over ``bandwidths`` of ‖∂k(x_i, y_j)/∂x_i‖: k·d/σ², or 2·k²·d/σ², float32 ``[n, m]``."""
    distances = squared_distances(x, y).sqrt()
    parts = []
    for sigma in bandwidths:
        value = kernel(x, y, kind, (sigma,))
        parts.append((value if kind == "gaussian" else 2 * value.square()) * distances / sigma**2)
    return torch.stack(parts).mean(0)


def squared_distances(x: Tensor, y: Tensor) -> Tensor:
    """‖x_i − y_j‖², ``[n, m]``: by differences for a batch, so that a sample's distance from itself is exactly 0."""
    x, y = _wide(x), _wide(y)
    return (x[:, None] - y[None]).square().sum(2)


def bandwidths(config: Config, x: Tensor, y: Tensor) -> tuple[Tensor | float, ...]:
    """The recipe's, or the median distance between all pairs of different samples, through which no gradient goes.

    Of more than 1,000 samples of either kind the first 1,000 tell the median.
    """
    if config.bandwidths != "median":
        return config.bandwidths
    both = torch.cat([x[:_FOR_MEDIAN], y[:_FOR_MEDIAN]]).detach()
    rows, columns = torch.triu_indices(len(both), len(both), 1, device=both.device)
    return (squared_distances(both, both)[rows, columns].median().sqrt().clamp_min(1e-6),)


def _wide(values: Tensor) -> Tensor:
    """At least float32."""
    return values if values.dtype == torch.float64 else values.float()


def _shares(weights: Tensor) -> Tensor:
    weights = _wide(weights)
    return weights / weights.sum().clamp_min(1e-12)


def _total(
    x: Tensor,
    y: Tensor,
    p: Tensor,
    q: Tensor,
    kind: Kernel,
    bandwidths: Sequence[Tensor | float],
    values: Values | None = None,
) -> Tensor:
    """Σ pᵢ·k(xᵢ, yⱼ)·qⱼ, 0-d, of the kernel or of other ``values`` of pairs.

    Large batches go in blocks of rows that are computed again in the backward pass.
    """
    rows = max(_AT_ONCE // max(y.numel(), 1), 1)
    if len(x) <= rows:
        return _block(x, y, p, q, kind, bandwidths, values)
    parts = [
        checkpoint(_block, some, y, share, q, kind, bandwidths, values, use_reentrant=False, preserve_rng_state=False)
        for some, share in zip(torch.split(x, rows), torch.split(p, rows), strict=True)
    ]
    return torch.stack(parts).sum()


def _block(
    x: Tensor,
    y: Tensor,
    p: Tensor,
    q: Tensor,
    kind: Kernel,
    bandwidths: Sequence[Tensor | float],
    values: Values | None,
) -> Tensor:
    return p @ (values or kernel)(x, y, kind, bandwidths) @ q


def _within(whole: Tensor, shares: Tensor, unbiased: bool) -> Tensor:
    """pᵀ·K·p as it is, or over pairs of different samples, with shares that add up to 1 over these.

    The kernel of a sample with itself, which then does not count, is 1.
    """
    if not unbiased:
        return whole
    alone = shares.square().sum()
    return (whole - alone) / (1 - alone).clamp_min(1e-12)
