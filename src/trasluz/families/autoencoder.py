"""Autoencoder: an encoder to a code and a decoder back to the sample (Hinton & Salakhutdinov 2006).

The likelihood makes the reconstruction of the decoder's raw numbers: images lie in [0, 1] whatever the normalisation
of the inputs; tables and sequences are rebuilt as the network sees them.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field
from torch import Tensor, nn

from trasluz.data.data import DataSpec
from trasluz.data.feed.batch import Batch
from trasluz.families._call import apply, per_step, unroll
from trasluz.families._corruption import NoiseSection, corrupt, corrupt_the_same
from trasluz.families._layers import blank, computation_order
from trasluz.families._layerwise import Layer, check_stack, enter_layer
from trasluz.families._likelihood import add_likelihood, likelihood_of
from trasluz.families._penalty import l2_penalty
from trasluz.families._sparsity import (
    SparsitySection,
    need_code_in_unit_range,
    need_layer_in_unit_range,
    sparsity_numbers,
    sparsity_sums,
    sparsity_terms,
)
from trasluz.families.base import BaseFamily, Collector, Losses, Progress, Terms, mean_over_samples
from trasluz.messages import N_
from trasluz.metrics import reconstruction as quality
from trasluz.metrics.described import Metric
from trasluz.networks.choose import build_decoder, build_encoder
from trasluz.networks.tied import tie
from trasluz.objectives.likelihoods import Likelihood, build_likelihood
from trasluz.recipe.base import Section
from trasluz.rng import StepRng

NAME = N_("autoencoder")
METRICS = {
    "noisy_mse": Metric(N_("Mean squared error from noisy images"), "number", "lower", least=0.0),
    "noisy_input_mse": Metric(N_("Mean squared error of the noisy images themselves"), "number", "neither", least=0.0),
    "noisy_code_error": Metric(N_("Squared error of the codes, from noisy ones"), "number", "lower", least=0.0),
}

_NOISY = ("noisy_mse", "noisy_input_mse")
_NOISY_CODES = "noisy_code_error"


class AutoencoderConfig(Section):
    """``likelihood``: what a reconstruction is judged by while training, summed over the values of a sample: a name
    of ``objectives/likelihoods``, or that name with its settings.

    ``scale``: ``sum`` minimises that sum; ``mean`` divides it by the number of values of a sample, so that rates
    and penalties mean what they mean in Keras.  ``l2``: factor of Σ w² for layers that do not ask for their own.

    Of a sequence only the real steps count: its sum is over features and its mean over steps, so that neither
    padding nor length weighs in, and ``scale: mean`` divides by the features.

    ``noise``: what is done to the inputs while training, with the targets left clean; in the phase of an inner layer
    to the codes that it is given.  ``sparsity``: a penalty on the activities of the code, beside the loss; in the
    phase of a layer, of its own code.

    ``tied``: the decoder's kernels are the encoder's, transposed; for dense networks that mirror each other.
    ``layerwise``: a phase called ``layer-1``, ``layer-2``, … trains that layer of a dense stack alone, from the
    outside, as an autoencoder of the samples or of the codes of the layer before it; other phases train all layers.
    """

    encoder: dict[str, Any] = Field(default_factory=lambda: {"name": "conv"})
    decoder: dict[str, Any] = Field(default_factory=lambda: {"name": "conv-transpose"})
    likelihood: str | dict[str, Any] = "squared-error"
    scale: Literal["mean", "sum"] = "mean"
    l2: Annotated[float, Field(ge=0)] = 0.0
    noise: NoiseSection | None = None
    sparsity: SparsitySection | None = None
    tied: bool = False
    layerwise: bool = False


class Family(BaseFamily):
    """Networks: ``encoder`` (sample → code), ``decoder`` (code → the likelihood's raw numbers), and the likelihood
    where it has something to learn.
    """

    Config = AutoencoderConfig
    config: AutoencoderConfig
    capabilities: ClassVar[frozenset[str]] = frozenset({"encode", "decode", "reconstruct", "layers"})
    kinds: ClassVar[frozenset[str]] = frozenset({"image", "table", "sequence"})
    only_weighs: ClassVar[frozenset[str]] = frozenset({"l2", "scale", "sparsity.weight", "likelihood.weight"})

    def __init__(self, config: AutoencoderConfig, spec: DataSpec, class_weights: Tensor | None = None) -> None:
        super().__init__(config, spec, class_weights)
        self.likelihood = build_likelihood(config.likelihood, spec.shape)
        self._layer: Layer | None = None
        self._code_shape: tuple[int, ...] | None = None

    def build(self) -> nn.ModuleDict:
        """Fresh encoder and decoder for the data's shape.

        Raises:
            RecipeError: the networks cannot exist for this shape, or do not fit each other.
        """
        encoder, code = build_encoder(self.config.encoder, self.spec.shape)
        likelihood = build_likelihood(self.config.likelihood, self.spec.shape)
        decoder = build_decoder(self.config.decoder, code, likelihood.raw_shape)
        if self.config.sparsity is not None and "module" not in self.config.encoder:
            need_code_in_unit_range(self.config.sparsity, encoder)
        if self.config.tied:
            tie(encoder, decoder)
        networks = nn.ModuleDict({"encoder": encoder, "decoder": decoder})
        if self.config.layerwise:
            check_stack(networks, self.spec.shape)
        add_likelihood(networks, likelihood)
        return networks

    def enter_phase(self, networks: nn.ModuleDict, phase: str) -> None:
        """Where layers are trained one by one, chooses the phase's layer and freezes the others.

        Raises:
            RecipeError: there is no such layer, nothing in it may move, or its code cannot be as sparse as asked.
        """
        self._layer = enter_layer(networks, phase, self.spec.shape) if self.config.layerwise else None
        if self._layer is not None and self.config.sparsity is not None:
            need_layer_in_unit_range(self.config.sparsity, self._layer.parts(networks)[0], phase)

    def losses(self, networks: nn.ModuleDict, batch: Batch, rng: StepRng, progress: Progress, update: str) -> Losses:
        """A term such as ``squared_error`` or ``cross_entropy``, a sum over values and a mean over samples, and with
        ``sparsity`` ``activity_l1`` or ``activity_kl``.

        In the phase of an inner layer it is ``code_error``, the squared error of the codes that the layer rebuilds;
        then noise meets these codes, and sparsity the layer's own.
        """
        noise, sparsity, inner = self.config.noise, self.config.sparsity, self._inner
        given = batch.inputs if inner is None else inner.given(networks, batch.inputs)
        seen = given if noise is None else corrupt(given, noise, rng)
        if inner is None:
            code = self._encode(networks, seen, batch.lengths)
            error = self._error(networks, self._decode(networks, code, batch.targets), batch, rng)
        else:
            code = inner.encode_given(networks, seen)
            error = inner.code_error(networks, code, given)
        terms = {self._term: mean_over_samples(error, batch.weights)}
        return Losses(terms if sparsity is None else terms | sparsity_terms(sparsity, code, batch.weights))

    def term_weights(self, update: str, progress: Progress) -> Mapping[str, float | Tensor]:
        """The likelihood's own weight, and that of ``sparsity``, whatever the ``scale``."""
        weights: dict[str, float | Tensor] = {self._term: self._weight}
        if self.config.sparsity is not None:
            weights[self.config.sparsity.term] = self.config.sparsity.weight / self.scale(update)
        return weights

    def scale(self, update: str) -> float:
        """1, or one over the number of values that are rebuilt of a sample."""
        if self.config.scale == "sum":
            return 1.0
        if self._inner is not None:
            return 1.0 / self._inner.width
        return 1.0 / (self.spec.shape[-1] if self.spec.kind == "sequence" else math.prod(self.spec.shape))

    def penalty(self, networks: nn.ModuleDict, update: str) -> Tensor | None:
        """L2 as Keras means it, of what the phase trains."""
        parts = [networks] if self._layer is None else self._layer.parts(networks)
        found = [penalty for part in parts if (penalty := l2_penalty(part, self.config.l2)) is not None]
        return sum(found[1:], found[0]) if found else None

    def evaluate(
        self, networks: nn.ModuleDict, batch: Batch, rng: StepRng, collector: Collector | None = None
    ) -> Terms:
        """Sums ``count``, ``pixels``, ``squared_error``, ``rounded_hits`` and the ``objective``; records
        ``reconstruction`` of the inputs' shape, flat ``code`` ``[n, k]`` and ``error``, the MSE of each sample.

        A denoiser is judged on clean inputs, and apart from that on noisy ones.  In the phase of a layer, samples
        are rebuilt from its code through the layers outside it, and an inner one's ``objective`` is of the codes that
        it is given.
        """
        code = self._encode(networks, batch.inputs, batch.lengths)
        raw = self._decode(networks, code, batch.targets)
        reconstruction = self._learned_likelihood(networks).mean(raw)
        sums = quality.statistics(reconstruction, batch.targets, batch.lengths)
        if self._inner is None:
            sums["objective"] = self._error(networks, raw, batch, rng).sum()
        else:
            given = self._inner.given(networks, batch.inputs)
            sums["objective"] = self._inner.code_error(networks, code, given).sum()
        if self.config.sparsity is not None:
            sums |= sparsity_sums(code)
        if self.config.noise is not None:
            sums |= self._noisy_sums(networks, batch, self.config.noise, rng, collector)
        if collector is not None:
            collector.add("reconstruction", reconstruction)
            collector.add("code", code.float().flatten(1))
            collector.add("error", quality.per_sample(reconstruction, batch.targets, batch.lengths)["error"])
        return sums

    def metrics(self, sums: Mapping[str, Tensor], networks: nn.ModuleDict) -> dict[str, float]:
        """``mse``, for images ``psnr`` and ``rounded_accuracy``, the terms, ``penalty`` where there is one, ``loss``.

        With ``noise`` also ``noisy_mse``, of what is rebuilt from noisy inputs, and ``noisy_input_mse``, of these
        inputs themselves; in the phase of an inner layer ``noisy_code_error``, of the codes that the layer rebuilds
        from noisy ones.  With ``sparsity`` also ``mean_activity``, of the code.
        """
        value = float(sums["objective"]) / float(sums["count"])
        found = quality.numbers(sums)
        if self.spec.kind != "image":
            found = {"mse": found["mse"]}
        found |= {self._term: value, "loss": value * self._weight * self.scale("main")}
        sparsity = self.config.sparsity
        if sparsity is not None:
            found |= sparsity_numbers(sparsity, sums)
            found["loss"] += sparsity.weight * found[sparsity.term]
        found |= {name: float(sums[name]) / float(sums["pixels"]) for name in _NOISY if name in sums}
        if _NOISY_CODES in sums:
            found[_NOISY_CODES] = float(sums[_NOISY_CODES]) / float(sums["count"])
        penalty = self.penalty(networks, "main")
        if penalty is not None:
            found["penalty"] = float(penalty.detach())
            found["loss"] += found["penalty"]
        return found

    def encode(self, networks: nn.ModuleDict, inputs: Tensor, lengths: Tensor | None = None) -> Tensor:
        """The code of each sample, flat: float32 ``[n, k]`` from prepared inputs."""
        return apply(networks["encoder"], inputs, lengths).float().flatten(1)

    def decode(self, networks: nn.ModuleDict, codes: Tensor) -> Tensor:
        """Images in [0, 1], or other samples as the network sees them: float32, from flat codes ``[n, k]``."""
        if self._code_shape is None:  # of one shape of data an encoder gives one shape of code: asked for once
            _layers, code = computation_order(networks["encoder"], blank(networks, self.spec.shape))
            self._code_shape = tuple(code.shape[1:])
        return self._learned_likelihood(networks).mean(
            networks["decoder"](codes.reshape(len(codes), *self._code_shape))
        )

    def reconstruct(self, networks: nn.ModuleDict, inputs: Tensor, lengths: Tensor | None = None) -> Tensor:
        """Images in [0, 1], or other samples as the network sees them: float32, from prepared inputs of that shape."""
        code = apply(networks["encoder"], inputs, lengths)
        return self._learned_likelihood(networks).mean(unroll(networks["decoder"], code, inputs))

    def layers(self, networks: nn.ModuleDict) -> dict[str, tuple[int, ...]]:
        """Layers in order of computation, ``encoder.…`` before ``decoder.…``, and the shape of what each gives."""
        encoder, code = computation_order(networks["encoder"], blank(networks, self.spec.shape), "encoder.")
        decoder, _image = computation_order(networks["decoder"], code, "decoder.")
        return encoder | decoder

    @property
    def _inner(self) -> Layer | None:
        """The layer in training, where it rebuilds codes."""
        return self._layer if self._layer is not None and self._layer.inner else None

    @property
    def _term(self) -> str:
        return self.likelihood.term if self._inner is None else "code_error"

    @property
    def _weight(self) -> float:
        return self.likelihood.weight if self._inner is None else 1.0

    def _encode(self, networks: nn.ModuleDict, inputs: Tensor, lengths: Tensor | None) -> Tensor:
        """The code that the phase trains."""
        layer = self._layer
        return apply(networks["encoder"], inputs, lengths) if layer is None else layer.encode(networks, inputs)

    def _decode(self, networks: nn.ModuleDict, code: Tensor, like: Tensor) -> Tensor:
        """The decoder's raw numbers, from the code that the phase trains; of sequences as many steps as ``like``."""
        layer = self._layer
        return unroll(networks["decoder"], code, like) if layer is None else layer.decode(networks, code)

    def _error(self, networks: nn.ModuleDict, raw: Tensor, batch: Batch, rng: StepRng) -> Tensor:
        """What the likelihood says of each sample, ``[n]``."""
        likelihood = self._learned_likelihood(networks)
        targets = likelihood.observe(batch.targets, rng)
        if self.spec.kind == "sequence":
            return per_step(likelihood.negative_log, raw, targets, batch.lengths)
        return likelihood.negative_log(raw, targets)

    def _noisy_sums(
        self, networks: nn.ModuleDict, batch: Batch, noise: NoiseSection, rng: StepRng, collector: Collector | None
    ) -> Terms:
        """Squared errors of what is rebuilt from noisy inputs, and of these inputs where they have targets' units; in
        the phase of an inner layer those of the codes that it rebuilds from noisy ones."""
        if self._inner is not None:
            given = self._inner.given(networks, batch.inputs)
            code = self._inner.encode_given(networks, corrupt_the_same(given, batch.rows, noise, rng))
            return {_NOISY_CODES: self._inner.code_error(networks, code, given).sum()}
        noisy = corrupt_the_same(batch.inputs, batch.rows, noise, rng)
        raw = self._decode(networks, self._encode(networks, noisy, batch.lengths), batch.targets)
        rebuilt = self._learned_likelihood(networks).mean(raw)
        sums = {"noisy_mse": quality.statistics(rebuilt, batch.targets, batch.lengths)["squared_error"]}
        if batch.inputs is batch.targets:  # nothing was subtracted, divided or scaled
            sums["noisy_input_mse"] = quality.statistics(noisy, batch.targets, batch.lengths)["squared_error"]
            if collector is not None:
                collector.add("noisy_originals", batch.targets, keep="first images")
                collector.add("noisy_inputs", noisy, keep="first images")
                collector.add("noisy_reconstructions", rebuilt, keep="first images")
        return sums

    def _learned_likelihood(self, networks: nn.ModuleDict) -> Likelihood:
        """The likelihood with what it has learned."""
        return likelihood_of(networks, self.likelihood)
