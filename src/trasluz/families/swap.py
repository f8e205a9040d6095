"""Swap: one encoder for all domains and a decoder for each; another domain's decoder translates.

As the autoencoders that exchange faces do it: the encoder sees each image turned, shifted and scaled at random, the
domain's own decoder gives the image as it was.  So the code keeps what the domains share, and the decoders add what
sets them apart.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Annotated, Any, ClassVar, Literal

import torch
from pydantic import Field
from torch import Tensor, nn

from trasluz.data.data import DataSpec
from trasluz.data.feed.augment import Augment
from trasluz.data.feed.batch import Batch
from trasluz.errors import DataError, RecipeError, RequestError
from trasluz.families._layers import blank, computation_order
from trasluz.families._penalty import l2_penalty
from trasluz.families.base import BaseFamily, Collector, Losses, Progress, Terms, mean_over_samples
from trasluz.messages import N_, _
from trasluz.metrics import reconstruction as quality
from trasluz.metrics.described import Metric
from trasluz.networks.choose import build_decoder, build_encoder
from trasluz.objectives.likelihoods import build_likelihood
from trasluz.recipe import AugmentSection
from trasluz.recipe.base import Section
from trasluz.rng import StepRng

NAME = N_("one encoder with a decoder per domain")
METRICS = {"cycle_mse": Metric(N_("Mean squared error, translated and back"), "number", "lower", least=0.0)}


class SwapConfig(Section):
    """``decoder``: of each domain.  ``likelihood``: as of an autoencoder; one that learns nothing of its own.

    ``augment_inputs``: changes of what the encoder sees while training; the target stays as it is.  For images in
    [0, 1], as ``data.normalise: unit`` leaves them.  ``scale``: ``sum`` minimises the sum over the values of an image;
    ``mean`` divides it by their number.  ``l2``: factor of Σ w² for layers that do not ask for their own.
    """

    encoder: dict[str, Any] = Field(default_factory=lambda: {"name": "residual"})
    decoder: dict[str, Any] = Field(default_factory=lambda: {"name": "residual"})
    likelihood: str | dict[str, Any] = "squared-error"
    augment_inputs: AugmentSection = AugmentSection(rotation=10, shift=0.05, zoom=0.05, fill="reflect")
    scale: Literal["mean", "sum"] = "mean"
    l2: Annotated[float, Field(ge=0)] = 0.0


class Family(BaseFamily):
    """Networks: ``encoder`` (image → code) and ``decoders``, one per domain in the order of the data's domains."""

    Config = SwapConfig
    config: SwapConfig
    capabilities: ClassVar[frozenset[str]] = frozenset({"encode", "translate", "layers"})
    needs_pixels = True  # its own translations, in [0, 1], are shown to its encoder again

    def __init__(self, config: SwapConfig, spec: DataSpec, class_weights: Tensor | None = None) -> None:
        super().__init__(config, spec, class_weights)
        self.likelihood = build_likelihood(config.likelihood, spec.shape)
        self.augment = Augment(config.augment_inputs) if config.augment_inputs.active else None

    def build(self) -> nn.ModuleDict:
        """A fresh encoder and decoders for the data's shape and domains.

        Raises:
            RecipeError: there are fewer than two domains, the likelihood learns something, or the networks cannot
                exist for this shape or do not fit each other.
        """
        if len(self.spec.domains) < 2:
            raise RecipeError(
                _(
                    "model.family: swap translates between domains, but these data have none; give a folder with one "
                    "folder of images per domain, and data.domains: true."
                )
            )
        if self.likelihood.state_dict():
            raise RecipeError(_("model.likelihood: swap needs one that learns nothing of its own; fix its width."))
        encoder, code = build_encoder(self.config.encoder, self.spec.shape)
        decoders = [build_decoder(self.config.decoder, code, self.likelihood.raw_shape) for _d in self.spec.domains]
        return nn.ModuleDict({"encoder": encoder, "decoders": nn.ModuleList(decoders)})

    def losses(self, networks: nn.ModuleDict, batch: Batch, rng: StepRng, progress: Progress, update: str) -> Losses:
        """One term: the likelihood's, of each image by its own domain's decoder; a sum over values, a mean over images.

        Every decoder sees the codes of all images, and each image's error is taken from its own: which rows are
        whose is never read back from the device, and statistics of batch norms are those of what is translated too.
        """
        inputs = batch.inputs
        if self.augment is not None:
            own = rng.child("augment-inputs")
            inputs = self.augment(inputs, own)
        observed = self.likelihood.observe(batch.targets, rng)
        errors = self._errors(networks, networks["encoder"](inputs), observed)
        return Losses({self.likelihood.term: mean_over_samples(_of_own(errors, _domain(batch)), batch.weights)})

    def term_weights(self, update: str, progress: Progress) -> Mapping[str, float | Tensor]:
        """The likelihood's own weight."""
        return {self.likelihood.term: self.likelihood.weight}

    def scale(self, update: str) -> float:
        """1, or one over the number of values of an image."""
        return 1.0 / math.prod(self.spec.shape) if self.config.scale == "mean" else 1.0

    def penalty(self, networks: nn.ModuleDict, update: str) -> Tensor | None:
        """L2 as Keras means it."""
        return l2_penalty(networks, self.config.l2)

    def evaluate(
        self, networks: nn.ModuleDict, batch: Batch, rng: StepRng, collector: Collector | None = None
    ) -> Terms:
        """Sums of the errors of each image's own reconstruction, the term, and the squared error of ``cycle``: the
        image translated to the next domain and back.

        Records ``reconstruction`` ``[n, c, h, w]``, flat ``code`` ``[n, k]`` and ``error``.
        """
        domain = _domain(batch)
        code = networks["encoder"](batch.inputs)
        observed = self.likelihood.observe(batch.targets, rng)
        images = self._images(networks, code)
        reconstruction = _of_own(images, domain)
        sums = quality.statistics(reconstruction, batch.targets)
        sums[self.likelihood.term] = _of_own(self._errors(networks, code, observed), domain).sum()
        translated = _of_own(images, (domain + 1) % len(self.spec.domains)).to(batch.inputs.dtype)
        back = _of_own(self._images(networks, networks["encoder"](translated)), domain)
        sums["cycle"] = quality.per_sample(back, batch.targets)["error"].sum()
        if collector is not None:
            collector.add("reconstruction", reconstruction)
            collector.add("code", code.float().flatten(1))
            collector.add("error", quality.per_sample(reconstruction, batch.targets)["error"])
        return sums

    def metrics(self, sums: Mapping[str, Tensor], networks: nn.ModuleDict) -> dict[str, float]:
        """``mse``, ``psnr``, ``rounded_accuracy``, ``cycle_mse``, the term, ``penalty`` if there is one, ``loss``."""
        count, term = float(sums["count"]), self.likelihood.term
        found = {**quality.numbers(sums), "cycle_mse": float(sums["cycle"]) / count, term: float(sums[term]) / count}
        loss = found[term] * self.likelihood.weight * self.scale("main")
        penalty = self.penalty(networks, "main")
        if penalty is not None:
            found["penalty"] = float(penalty.detach())
        return {**found, "loss": loss + found.get("penalty", 0.0)}

    def encode(self, networks: nn.ModuleDict, inputs: Tensor) -> Tensor:
        """The code of each image, flat: float32 ``[n, k]`` from prepared inputs ``[n, c, h, w]``."""
        code: Tensor = networks["encoder"](inputs)
        return code.float().flatten(1)

    def translate(self, networks: nn.ModuleDict, inputs: Tensor, domain: int) -> Tensor:
        """Images of ``domain`` (a place in the data's domains) in [0, 1], float32 ``[n, c, h, w]``, from inputs.

        Raises:
            RequestError: there is no such domain.
        """
        if not 0 <= domain < len(self.spec.domains):
            allowed = ", ".join(self.spec.domains)
            raise RequestError(
                _("There is no domain {domain}; allowed: {allowed}.").format(domain=domain, allowed=allowed)
            )
        decoder = _decoders(networks)[domain]
        return self.likelihood.mean(decoder(networks["encoder"](inputs)))

    def layers(self, networks: nn.ModuleDict) -> dict[str, tuple[int, ...]]:
        """Layers in order of computation, ``encoder.…`` before ``decoders.…``, and the shape of what each gives."""
        found, code = computation_order(networks["encoder"], blank(networks, self.spec.shape), "encoder.")
        for number, decoder in enumerate(_decoders(networks)):
            found |= computation_order(decoder, code, f"decoders.{number}.")[0]
        return found

    def _errors(self, networks: nn.ModuleDict, code: Tensor, observed: Tensor) -> Tensor:
        """The likelihood's error of each image by each decoder, ``[domains, n]``."""
        return torch.stack([self.likelihood.negative_log(d(code), observed) for d in _decoders(networks)])

    def _images(self, networks: nn.ModuleDict, code: Tensor) -> Tensor:
        """What each decoder makes of each code, in [0, 1]: float32 ``[domains, n, c, h, w]``."""
        return torch.stack([self.likelihood.mean(decoder(code)) for decoder in _decoders(networks)])


def _decoders(networks: nn.ModuleDict) -> nn.ModuleList:
    decoders = networks["decoders"]
    assert isinstance(decoders, nn.ModuleList)
    return decoders


def _of_own(values: Tensor, domain: Tensor) -> Tensor:
    """``values[domain[i], i]`` for each sample i: ``[n, ...]`` from ``[domains, n, ...]``."""
    return values[domain, torch.arange(len(domain), device=domain.device)]


def _domain(batch: Batch) -> Tensor:
    if batch.domain is None:
        raise DataError(
            _(
                "These images have no domains, which this model needs to judge them; give data with one folder per "
                "domain, or translate them."
            )
        )
    return batch.domain
