"""Autoencoder: an encoder to a code and a decoder back to the image (Hinton & Salakhutdinov 2006).

The reconstruction is σ(decoder's output), so it lies in [0, 1] whatever the normalisation of the inputs.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Annotated, Any, ClassVar, Literal

import torch
from pydantic import Field
from torch import Tensor, nn

from trasluz.data.batch import Batch
from trasluz.draws import StepDraws
from trasluz.families._layers import blank, computation_order
from trasluz.families._penalty import l2_penalty
from trasluz.families.base import BaseFamily, Collector, Progress, Terms, mean_over_samples
from trasluz.metrics import reconstruction as quality
from trasluz.networks.choose import build_decoder, build_encoder
from trasluz.objectives.likelihoods import bernoulli_cross_entropy, squared_error
from trasluz.recipe.base import Section

_TERMS = {"squared-error": "squared_error", "bernoulli": "cross_entropy"}


class AutoencoderConfig(Section):
    """``likelihood``: what a reconstruction is judged by while training, summed over the values of an image.

    ``scale``: ``sum`` minimises that sum; ``mean`` divides it by the number of values of an image, so that rates
    and penalties mean what they mean in Keras.  ``l2``: factor of Σ w² for layers that do not ask for their own.
    """

    encoder: dict[str, Any] = Field(default_factory=lambda: {"name": "conv"})
    decoder: dict[str, Any] = Field(default_factory=lambda: {"name": "conv-transpose"})
    likelihood: Literal["squared-error", "bernoulli"] = "squared-error"
    scale: Literal["mean", "sum"] = "mean"
    l2: Annotated[float, Field(ge=0)] = 0.0


class Family(BaseFamily):
    """Networks: ``encoder`` (image → code) and ``decoder`` (code → logits of the image)."""

    Config = AutoencoderConfig
    config: AutoencoderConfig
    capabilities: ClassVar[frozenset[str]] = frozenset({"encode", "decode", "reconstruct", "layers"})

    def build(self) -> nn.ModuleDict:
        """Fresh encoder and decoder for the data's shape.

        Raises:
            RecipeError: the networks cannot exist for this shape, or do not fit each other.
        """
        encoder, code = build_encoder(self.config.encoder, self.spec.shape)
        decoder = build_decoder(self.config.decoder, code, self.spec.shape)
        return nn.ModuleDict({"encoder": encoder, "decoder": decoder})

    def losses(self, networks: nn.ModuleDict, batch: Batch, draws: StepDraws, progress: Progress, update: str) -> Terms:
        """One term: ``squared_error`` or ``cross_entropy``, a sum over values and a mean over images."""
        logits = networks["decoder"](networks["encoder"](batch.inputs))
        return {_TERMS[self.config.likelihood]: mean_over_samples(self._error(logits, batch.targets), batch.weights)}

    def scale(self, update: str) -> float:
        """1, or one over the number of values of an image."""
        return 1.0 / math.prod(self.spec.shape) if self.config.scale == "mean" else 1.0

    def penalty(self, networks: nn.ModuleDict, update: str) -> Tensor | None:
        """L2 as Keras means it."""
        return l2_penalty(networks, self.config.l2)

    def evaluate(
        self, networks: nn.ModuleDict, batch: Batch, draws: StepDraws, collector: Collector | None = None
    ) -> Terms:
        """Sums ``count``, ``pixels``, ``squared_error``, ``rounded_hits`` (and ``cross_entropy``); records
        ``reconstruction`` ``[n, c, h, w]``, flat ``code`` ``[n, k]`` and ``error``, the MSE of each image."""
        code = networks["encoder"](batch.inputs)
        logits = networks["decoder"](code)
        reconstruction = torch.sigmoid(logits.float())
        sums = quality.statistics(reconstruction, batch.targets)
        if self.config.likelihood == "bernoulli":
            sums["cross_entropy"] = self._error(logits, batch.targets).sum()
        if collector is not None:
            collector.add("reconstruction", reconstruction)
            collector.add("code", code.float().flatten(1))
            collector.add("error", quality.per_sample(reconstruction, batch.targets)["error"])
        return sums

    def metrics(self, sums: Mapping[str, Tensor], networks: nn.ModuleDict) -> dict[str, float]:
        """``mse``, ``psnr``, ``rounded_accuracy``, the term, ``penalty`` where there is one, and ``loss``."""
        term = _TERMS[self.config.likelihood]
        value = float(sums[term]) / float(sums["count"])
        found = {**quality.numbers(sums), term: value, "loss": value * self.scale("main")}
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
        logits: Tensor = networks["decoder"](codes.reshape(len(codes), *code.shape[1:]))
        return torch.sigmoid(logits.float())

    def reconstruct(self, networks: nn.ModuleDict, inputs: Tensor) -> Tensor:
        """Images in [0, 1], float32 ``[n, c, h, w]``, from prepared inputs of the same shape."""
        logits: Tensor = networks["decoder"](networks["encoder"](inputs))
        return torch.sigmoid(logits.float())

    def layers(self, networks: nn.ModuleDict) -> dict[str, tuple[int, ...]]:
        """Layers in order of computation, ``encoder.…`` before ``decoder.…``, and the shape of what each gives."""
        encoder, code = computation_order(networks["encoder"], blank(networks, self.spec.shape), "encoder.")
        decoder, _image = computation_order(networks["decoder"], code, "decoder.")
        return encoder | decoder

    def _error(self, logits: Tensor, targets: Tensor) -> Tensor:
        """The likelihood's error of each image, ``[n]``."""
        if self.config.likelihood == "bernoulli":
            return bernoulli_cross_entropy(logits, targets)
        return squared_error(torch.sigmoid(logits.float()), targets)
