"""Autoencoder: an encoder to a code and a decoder back to the image (Hinton & Salakhutdinov 2006).

The reconstruction is σ(decoder's output), so it lies in [0, 1] whatever the normalisation of the inputs.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field
from torch import Tensor, nn

from trasluz.data.batch import Batch
from trasluz.data.data import DataSpec
from trasluz.draws import StepDraws
from trasluz.families._layers import blank, computation_order
from trasluz.families._likelihood import add_likelihood, likelihood_of
from trasluz.families._penalty import l2_penalty
from trasluz.families.base import BaseFamily, Collector, Progress, Terms, mean_over_samples
from trasluz.metrics import reconstruction as quality
from trasluz.networks.choose import build_decoder, build_encoder
from trasluz.objectives.likelihoods import Likelihood, build_likelihood
from trasluz.recipe.base import Section


class AutoencoderConfig(Section):
    """``likelihood``: what a reconstruction is judged by while training, summed over the values of an image: a name
    of ``objectives/likelihoods``, or that name with its settings.

    ``scale``: ``sum`` minimises that sum; ``mean`` divides it by the number of values of an image, so that rates
    and penalties mean what they mean in Keras.  ``l2``: factor of Σ w² for layers that do not ask for their own.
    """

    encoder: dict[str, Any] = Field(default_factory=lambda: {"name": "conv"})
    decoder: dict[str, Any] = Field(default_factory=lambda: {"name": "conv-transpose"})
    likelihood: str | dict[str, Any] = "squared-error"
    scale: Literal["mean", "sum"] = "mean"
    l2: Annotated[float, Field(ge=0)] = 0.0


class Family(BaseFamily):
    """Networks: ``encoder`` (image → code), ``decoder`` (code → the likelihood's raw numbers), and the likelihood
    where it has something to learn.
    """

    Config = AutoencoderConfig
    config: AutoencoderConfig
    capabilities: ClassVar[frozenset[str]] = frozenset({"encode", "decode", "reconstruct", "layers"})

    def __init__(self, config: AutoencoderConfig, spec: DataSpec, class_weights: Tensor | None = None) -> None:
        super().__init__(config, spec, class_weights)
        self.likelihood = build_likelihood(config.likelihood, spec.shape)

    def build(self) -> nn.ModuleDict:
        """Fresh encoder and decoder for the data's shape.

        Raises:
            RecipeError: the networks cannot exist for this shape, or do not fit each other.
        """
        encoder, code = build_encoder(self.config.encoder, self.spec.shape)
        likelihood = build_likelihood(self.config.likelihood, self.spec.shape)
        decoder = build_decoder(self.config.decoder, code, likelihood.raw_shape)
        networks = nn.ModuleDict({"encoder": encoder, "decoder": decoder})
        add_likelihood(networks, likelihood)
        return networks

    def losses(self, networks: nn.ModuleDict, batch: Batch, draws: StepDraws, progress: Progress, update: str) -> Terms:
        """One term, such as ``squared_error`` or ``cross_entropy``: a sum over values and a mean over images."""
        raw = networks["decoder"](networks["encoder"](batch.inputs))
        error = self._judge(networks).negative_log(raw, self.likelihood.observe(batch.targets, draws))
        return {self.likelihood.term: mean_over_samples(error, batch.weights)}

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
        self, networks: nn.ModuleDict, batch: Batch, draws: StepDraws, collector: Collector | None = None
    ) -> Terms:
        """Sums ``count``, ``pixels``, ``squared_error``, ``rounded_hits`` and the likelihood's term; records
        ``reconstruction`` ``[n, c, h, w]``, flat ``code`` ``[n, k]`` and ``error``, the MSE of each image."""
        code = networks["encoder"](batch.inputs)
        raw = networks["decoder"](code)
        likelihood = self._judge(networks)
        reconstruction = likelihood.mean(raw)
        sums = quality.statistics(reconstruction, batch.targets)
        sums[likelihood.term] = likelihood.negative_log(raw, likelihood.observe(batch.targets, draws)).sum()
        if collector is not None:
            collector.add("reconstruction", reconstruction)
            collector.add("code", code.float().flatten(1))
            collector.add("error", quality.per_sample(reconstruction, batch.targets)["error"])
        return sums

    def metrics(self, sums: Mapping[str, Tensor], networks: nn.ModuleDict) -> dict[str, float]:
        """``mse``, ``psnr``, ``rounded_accuracy``, the term, ``penalty`` where there is one, and ``loss``."""
        term = self.likelihood.term
        value = float(sums[term]) / float(sums["count"])
        found = {**quality.numbers(sums), term: value, "loss": value * self.likelihood.weight * self.scale("main")}
        penalty = self.penalty(networks, "main")
        if penalty is not None:
            found["penalty"] = float(penalty.detach())
            found["loss"] += found["penalty"]
        return found

    def encode(self, networks: nn.ModuleDict, inputs: Tensor) -> Tensor:
        """The code of each image, flat: float32 ``[n, k]`` from prepared inputs ``[n, c, h, w]``."""
        code: Tensor = networks["encoder"](inputs)
        return code.float().flatten(1)

    def decode(self, networks: nn.ModuleDict, codes: Tensor) -> Tensor:
        """Images in [0, 1], float32 ``[n, c, h, w]``, from flat codes ``[n, k]``."""
        _layers, code = computation_order(networks["encoder"], blank(networks, self.spec.shape))
        return self._judge(networks).mean(networks["decoder"](codes.reshape(len(codes), *code.shape[1:])))

    def reconstruct(self, networks: nn.ModuleDict, inputs: Tensor) -> Tensor:
        """Images in [0, 1], float32 ``[n, c, h, w]``, from prepared inputs of the same shape."""
        return self._judge(networks).mean(networks["decoder"](networks["encoder"](inputs)))

    def layers(self, networks: nn.ModuleDict) -> dict[str, tuple[int, ...]]:
        """Layers in order of computation, ``encoder.…`` before ``decoder.…``, and the shape of what each gives."""
        encoder, code = computation_order(networks["encoder"], blank(networks, self.spec.shape), "encoder.")
        decoder, _image = computation_order(networks["decoder"], code, "decoder.")
        return encoder | decoder

    def _judge(self, networks: nn.ModuleDict) -> Likelihood:
        """The likelihood with what it has learned."""
        return likelihood_of(networks, self.likelihood)
