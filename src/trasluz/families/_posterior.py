"""Posteriors over codes: the encoder and its Gaussian head, one draw per sample, and what the draws weigh."""

from __future__ import annotations

from torch import Tensor, nn

from trasluz.objectives.divergences import Codes
from trasluz.rng import StepRng


def posterior_of(networks: nn.ModuleDict, inputs: Tensor) -> tuple[Tensor, Tensor]:
    """Mean and log-variance of each sample's code, float32 ``[n, latent]`` each."""
    both: Tensor = networks["head"](networks["encoder"](inputs))
    mean, log_variance = both.float().chunk(2, 1)
    return mean, log_variance


def draw_codes(networks: nn.ModuleDict, inputs: Tensor, rng: StepRng, weights: Tensor | None = None) -> Codes:
    """Each sample's posterior and one draw from it by the sample's position (Kingma & Welling 2014, section 2.4)."""
    mean, log_variance = posterior_of(networks, inputs)
    noise = rng.normal("posterior", mean.shape[1])
    return Codes(mean, log_variance, mean + (0.5 * log_variance).exp() * noise, weights)


def log_prior_over_posterior(latents: Tensor, log_variance: Tensor, noise: Tensor) -> Tensor:
    """log p(z) − log q(z | x) summed over dimensions, for z = μ + σ·noise; any leading axes before the last.

    The constants ½·log 2π of both densities cancel.
    """
    return 0.5 * (noise.square() + log_variance - latents.square()).sum(-1)
