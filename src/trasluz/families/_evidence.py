"""What a model with posteriors and a prior says of an image's probability: the weights of importance sampling."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from torch import Tensor, nn

from trasluz.data.feed.batch import Batch
from trasluz.errors import RequestError
from trasluz.families._posterior import log_prior_over_posterior, posterior_of
from trasluz.messages import _
from trasluz.objectives.likelihoods import Likelihood
from trasluz.rng import StepRng


def need_normalised(likelihood: Likelihood, setting: str | Mapping[str, Any]) -> None:
    """Makes sure that bounds on the evidence mean something; ``setting`` is the likelihood as the recipe has it.

    Raises:
        RequestError: the likelihood is no density or mass of what it observes.
    """
    if not likelihood.normalised:
        message = _(
            "model.likelihood: {name} is no probability of the pixels, so there is no evidence to bound; choose "
            "gaussian, continuous-bernoulli, discretised-logistic, or bernoulli with pixels: dynamic."
        )
        raise RequestError(message.format(name=setting if isinstance(setting, str) else setting["name"]))


def log_weights(
    networks: nn.ModuleDict, likelihood: Likelihood, batch: Batch, rng: StepRng, chunk: int, samples: int
) -> Tensor:
    """log p(x, z) − log q(z | x) for ``samples`` draws of each image's code, float32 ``[samples, n]``.

    Burda et al. 2016, "Importance weighted autoencoders", equation 8.  ``chunk`` numbers the draws: another chunk,
    other draws of the same posterior.
    """
    observed = likelihood.observe(batch.targets, rng)
    mean, log_variance = posterior_of(networks, observed if likelihood.binarises else batch.inputs)
    noise = rng.normal(f"importance/{chunk}", samples, mean.shape[1]).transpose(0, 1)
    latents = mean + (0.5 * log_variance).exp() * noise
    repeated = observed.expand(samples, *observed.shape).flatten(0, 1)
    error = likelihood.negative_log(networks["decoder"](latents.flatten(0, 1)), repeated)
    return log_prior_over_posterior(latents, log_variance, noise) - error.view(samples, -1)
