"""Variational autoencoder: the encoder gives a Gaussian over codes, the decoder learns from draws of it.

Kingma & Welling 2014, "Auto-encoding variational Bayes"; with MMD in place of KL, the Wasserstein autoencoder of
Tolstikhin et al. 2018.  Encoder, decoder, likelihood and divergence are chosen independently.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field
from torch import Tensor, nn

from trasluz.data.data import DataSpec
from trasluz.data.feed.augment import Augment
from trasluz.data.feed.batch import Batch
from trasluz.errors import RequestError
from trasluz.families._evidence import log_weights, need_normalised
from trasluz.families._layers import blank, computation_order
from trasluz.families._likelihood import add_likelihood, likelihood_of
from trasluz.families._penalty import l2_penalty
from trasluz.families._posterior import draw_codes, posterior_of
from trasluz.families.base import BaseFamily, Collector, Losses, Progress, Terms, mean_over_samples
from trasluz.messages import N_, _
from trasluz.metrics import reconstruction as quality
from trasluz.metrics.described import Metric
from trasluz.metrics.latent import active_units
from trasluz.networks.choose import build_decoder, build_encoder
from trasluz.networks.gaussian_head import GaussianHead
from trasluz.networks.initialise import Initialiser
from trasluz.objectives.divergences import Codes, build_divergence
from trasluz.objectives.divergences.kl import per_dimension
from trasluz.objectives.likelihoods import Likelihood, build_likelihood
from trasluz.recipe import AugmentSection
from trasluz.recipe.base import Section
from trasluz.rng import StepRng

NAME = N_("variational autoencoder")
METRICS = {
    "effective_beta": Metric(N_("Effective β"), "number", "neither"),
    "elbo": Metric(N_("Evidence lower bound (nats)"), "number", "higher"),
    "bits_per_dim": Metric(N_("Bits per dimension"), "number", "lower"),
    "bits_per_dim_rounded": Metric(N_("Bits per dimension, of values rounded to 256 levels"), "number", "lower"),
}


class VAEConfig(Section):
    """``latent``: numbers of a code; two linear layers, drawn as ``initial_head`` says, give mean and log-variance.

    ``likelihood`` and ``divergence``: a name of ``objectives/likelihoods`` and ``objectives/divergences``, or that
    name with its settings.  ``scale``: ``sum`` minimises their weighted sum; ``mean`` divides it by the number of
    values of an image, so that rates and penalties mean what they mean in Keras.  ``augment_inputs``: changes of
    what the encoder sees while training; the target stays as it is.  It needs ``data.normalise: unit``.  ``l2``:
    factor of Σ w² for layers that do not ask for their own.
    """

    encoder: dict[str, Any] = Field(default_factory=lambda: {"name": "strided"})
    decoder: dict[str, Any] = Field(default_factory=lambda: {"name": "strided"})
    latent: Annotated[int, Field(ge=1, le=65536)] = 16
    likelihood: str | dict[str, Any] = "bernoulli"
    divergence: str | dict[str, Any] = "kl"
    scale: Literal["mean", "sum"] = "sum"
    initial_head: Initialiser = "torch"
    augment_inputs: AugmentSection = AugmentSection()
    l2: Annotated[float, Field(ge=0)] = 0.0


class Family(BaseFamily):
    """Networks: ``encoder`` (image → features), ``head`` (features → mean and log-variance), ``decoder`` (code → the
    likelihood's raw numbers), and the likelihood where it has something to learn.
    """

    Config = VAEConfig
    config: VAEConfig
    capabilities: ClassVar[frozenset[str]] = frozenset(
        {"encode", "posterior", "prior", "decode", "reconstruct", "generate", "evidence", "layers"}
    )
    only_weighs: ClassVar[frozenset[str]] = frozenset(
        {"l2", "scale", "likelihood.weight", "divergence.beta", "divergence.warmup", "divergence.weight"}
    )

    def __init__(self, config: VAEConfig, spec: DataSpec, class_weights: Tensor | None = None) -> None:
        super().__init__(config, spec, class_weights)
        self.likelihood = build_likelihood(config.likelihood, spec.shape)
        self.divergence = build_divergence(config.divergence)
        self.augment = Augment(config.augment_inputs) if config.augment_inputs.active else None
        self.needs_pixels = self.augment is not None or self.likelihood.binarises

    def build(self) -> nn.ModuleDict:
        """Fresh networks for the data's shape.

        Raises:
            RecipeError: the networks cannot exist for this shape, or do not fit each other.
        """
        encoder, code = build_encoder(self.config.encoder, self.spec.shape)
        head = GaussianHead(math.prod(code), self.config.latent, self.config.initial_head)
        likelihood = build_likelihood(self.config.likelihood, self.spec.shape)
        decoder = build_decoder(self.config.decoder, (self.config.latent,), likelihood.raw_shape)
        networks = nn.ModuleDict({"encoder": encoder, "head": head, "decoder": decoder})
        add_likelihood(networks, likelihood)
        return networks

    def losses(self, networks: nn.ModuleDict, batch: Batch, rng: StepRng, progress: Progress, update: str) -> Losses:
        """``reconstruction``: −log-likelihood summed over values; ``divergence``: summed over dimensions, or MMD².

        Both are means over images; ``reconstruction`` is in the likelihood's unit, before any weight.
        """
        observed = self.likelihood.observe(batch.targets, rng)
        inputs = observed if self.likelihood.binarises else batch.inputs
        if self.augment is not None:
            own = rng.child("augment-inputs")
            inputs = self.augment(inputs, own)
        codes = draw_codes(networks, inputs, rng, batch.weights)
        error = self._learned_likelihood(networks).negative_log(networks["decoder"](codes.latents), observed)
        divergence = self.divergence.term(codes, rng)
        return Losses({"reconstruction": mean_over_samples(error, batch.weights), "divergence": divergence})

    def term_weights(self, update: str, progress: Progress) -> Mapping[str, float | Tensor]:
        """The likelihood's weight, and the divergence's, which may rise over training."""
        return {"reconstruction": self.likelihood.weight, "divergence": self.divergence.weight(progress.done)}

    @property
    def effective_beta(self) -> float:
        """What the divergence weighs against one unit of the reconstruction's sum, once risen: 1 is the ELBO's."""
        return float(self.divergence.weight()) / self.likelihood.weight

    def scale(self, update: str) -> float:
        """1, or one over the number of values of an image."""
        return 1.0 / math.prod(self.spec.shape) if self.config.scale == "mean" else 1.0

    def penalty(self, networks: nn.ModuleDict, update: str) -> Tensor | None:
        """L2 as Keras means it."""
        return l2_penalty(networks, self.config.l2)

    def evaluate(
        self, networks: nn.ModuleDict, batch: Batch, rng: StepRng, collector: Collector | None = None
    ) -> Terms:
        """Sums of both terms from one draw of each code, of errors of the mean code's reconstruction, and of codes.

        Records ``reconstruction`` ``[n, c, h, w]`` and ``error`` of the mean code against the (grey) target, ``code``
        (the mean), ``latents`` (the draw) and ``kl`` per dimension, ``[n, latent]`` each.
        """
        observed = self.likelihood.observe(batch.targets, rng)
        codes = draw_codes(networks, observed if self.likelihood.binarises else batch.inputs, rng)
        judge = self._learned_likelihood(networks)
        reconstruction = judge.mean(networks["decoder"](codes.mean))
        kl = per_dimension(codes.mean, codes.log_variance)
        sums = quality.statistics(reconstruction, batch.targets)
        sums["reconstruction"] = judge.negative_log(networks["decoder"](codes.latents), observed).sum()
        sums["divergence"] = self.divergence.term(codes, rng) * len(batch)
        if self.likelihood.discrete:
            sums["rounded_samples"] = judge.rounds(observed).sum()
        sums |= {"kl": kl.sum(), "codes": codes.mean.sum(0), "squared_codes": codes.mean.square().sum(0)}
        sums |= {name: value * len(batch) for name, value in self.divergence.watched(codes, rng).items()}
        if collector is not None:
            _record(collector, reconstruction, batch.targets, codes, kl)
        return sums

    def metrics(self, sums: Mapping[str, Tensor], networks: nn.ModuleDict) -> dict[str, float]:
        """``mse``, ``psnr``, ``rounded_accuracy``, both terms, ``kl``, ``active_units``, ``effective_beta``, ``loss``.

        ``elbo`` in nats per image where the likelihood is one, ``bits_per_dim`` where it is a mass; where that is one
        of rounded values instead of the images' own, these bits are ``bits_per_dim_rounded``.
        """
        count = float(sums["count"])
        kept = ("count", "pixels", "squared_error", "rounded_hits", "rounded_samples", "codes", "squared_codes")
        means = {name: float(value) / count for name, value in sums.items() if name not in kept}
        bounds = self._bounds(means["reconstruction"] + means["kl"], bool(sums.get("rounded_samples", 0) > 0))
        found = {**quality.numbers(sums), **means, **bounds}
        found["active_units"] = float(active_units(sums["codes"], sums["squared_codes"], count))
        found["effective_beta"] = self.effective_beta
        weighted = means["reconstruction"] * self.likelihood.weight + means["divergence"] * float(
            self.divergence.weight()
        )
        found["loss"] = weighted * self.scale("main")
        penalty = self.penalty(networks, "main")
        if penalty is not None:
            found["penalty"] = float(penalty.detach())
            found["loss"] += found["penalty"]
        return found

    def encode(self, networks: nn.ModuleDict, inputs: Tensor) -> Tensor:
        """The posterior's mean of each image, float32 ``[n, latent]`` from prepared inputs ``[n, c, h, w]``."""
        return self.posterior(networks, inputs)[0]

    def posterior(self, networks: nn.ModuleDict, inputs: Tensor) -> tuple[Tensor, Tensor]:
        """Mean and log-variance, float32 ``[n, latent]`` each; a model of zeros and ones sees pixels above one half."""
        seen = (inputs > 0.5).to(inputs.dtype) if self.likelihood.binarises else inputs
        return posterior_of(networks, seen)

    def prior(self, networks: nn.ModuleDict, count: int, rng: StepRng) -> Tensor:
        """Codes ``[count, latent]``, standard normal; ``rng`` holds ``count`` positions."""
        return rng.normal("prior", self.config.latent)[:count]

    def decode(self, networks: nn.ModuleDict, codes: Tensor) -> Tensor:
        """Images in [0, 1], float32 ``[n, c, h, w]``, from codes ``[n, latent]``."""
        return self._learned_likelihood(networks).mean(networks["decoder"](codes))

    def reconstruct(self, networks: nn.ModuleDict, inputs: Tensor) -> Tensor:
        """Images in [0, 1], float32 ``[n, c, h, w]``, from the mean codes of prepared inputs of the same shape."""
        return self.decode(networks, self.encode(networks, inputs))

    def generate(self, networks: nn.ModuleDict, count: int, rng: StepRng, labels: Tensor | None = None) -> Tensor:
        """``count`` images in [0, 1], float32 ``[n, c, h, w]``, from draws of the prior.

        Raises:
            RequestError: labels, which this model knows nothing of.
        """
        if labels is not None:
            raise RequestError(_("This model was trained without classes, so it generates of none; leave them out."))
        return self.decode(networks, self.prior(networks, count, rng))

    def layers(self, networks: nn.ModuleDict) -> dict[str, tuple[int, ...]]:
        """Layers of ``encoder``, ``head`` and ``decoder`` in order of computation, and the shape of what each gives."""
        encoder, features = computation_order(networks["encoder"], blank(networks, self.spec.shape), "encoder.")
        head, both = computation_order(networks["head"], features, "head.")
        decoder, _image = computation_order(networks["decoder"], both.chunk(2, 1)[0], "decoder.")
        return encoder | head | decoder

    def need_evidence(self) -> None:
        """Makes sure that bounds on the evidence mean something.

        Raises:
            RequestError: the likelihood is no density or mass of what it observes.
        """
        need_normalised(self.likelihood, self.config.likelihood)

    def log_weights(self, networks: nn.ModuleDict, batch: Batch, rng: StepRng, chunk: int, samples: int) -> Tensor:
        """log p(x, z) − log q(z | x) for ``samples`` draws of each image's code, float32 ``[samples, n]``.

        ``chunk`` numbers the draws: another chunk, other draws of the same posterior.
        """
        return log_weights(networks, self._learned_likelihood(networks), batch, rng, chunk, samples)

    def _bounds(self, negative_elbo: float, rounded: bool) -> dict[str, float]:
        """What may be said of the evidence with this likelihood; ``rounded``: some images were judged so."""
        found = {"elbo": -negative_elbo} if self.likelihood.normalised else {}
        if self.likelihood.discrete:
            name = "bits_per_dim_rounded" if rounded else "bits_per_dim"
            found[name] = negative_elbo / (math.prod(self.spec.shape) * math.log(2))
        return found

    def _learned_likelihood(self, networks: nn.ModuleDict) -> Likelihood:
        """The likelihood with what it has learned."""
        return likelihood_of(networks, self.likelihood)


def _record(collector: Collector, reconstruction: Tensor, targets: Tensor, codes: Codes, kl: Tensor) -> None:
    collector.add("reconstruction", reconstruction)
    collector.add("error", quality.per_sample(reconstruction, targets)["error"])
    collector.add("code", codes.mean)
    collector.add("latents", codes.latents, keep="numbers")
    collector.add("kl", kl, keep="numbers")
