"""VQ-VAE: an autoencoder whose code is one of K vectors at each of its places (van den Oord et al. 2017).

The decoder sees the nearest codeword, and the encoder the gradient that the decoder has there, as if nothing had been
in between (straight through, section 3.2).  The codebook follows the encoder by moving averages (appendix A.1).
"""

from __future__ import annotations

import math
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Annotated, Any, ClassVar, Literal

import torch
from pydantic import Field
from torch import Tensor, nn

from trasluz.data.data import DataSpec
from trasluz.data.feed.batch import Batch
from trasluz.errors import RecipeError
from trasluz.families._layers import blank, computation_order
from trasluz.families._likelihood import add_likelihood, likelihood_of
from trasluz.families._penalty import l2_penalty
from trasluz.families.base import BaseFamily, Collector, Losses, Progress, Stepper, Terms, mean_over_samples
from trasluz.messages import N_, _
from trasluz.metrics import reconstruction as quality
from trasluz.metrics.described import Metric
from trasluz.networks.choose import build_decoder, build_encoder
from trasluz.networks.codebook import Codebook, perplexity, spread_around_means
from trasluz.objectives.likelihoods import Likelihood, build_likelihood
from trasluz.recipe.base import Section
from trasluz.rng import StepRng

NAME = N_("autoencoder with a codebook, VQ-VAE")
METRICS = {
    "commitment": Metric(N_("Distance from the codewords"), "number", "lower", least=0.0),
    "perplexity": Metric(N_("Perplexity of the use of codes"), "number", "neither", least=0.0),
    "codes_used": Metric(N_("Codes in use"), "share", "neither"),
    "bits_per_image": Metric(N_("Bits per image"), "number", "neither", least=0.0),
}


class VQVAEConfig(Section):
    """``codebook``: how many vectors there are to choose from, K; ``width``: numbers of each.

    Maps of the encoder are brought to ``width`` channels by one linear layer at every place, and each place is one
    vector; a flat code is cut into vectors of ``width`` numbers.  ``commitment``: β, the weight of the squared
    distance between the encoder's vectors and their codewords, a sum over the code as the likelihood is one over
    the values.  ``decay``: γ of the moving averages that codewords are.  ``restart``: a code that is used less often
    than this share of the mean starts anew among the encoder's vectors; 0 leaves it where it is.

    ``likelihood``, ``scale`` and ``l2`` are those of the autoencoder.
    """

    encoder: dict[str, Any] = Field(default_factory=lambda: {"name": "conv"})
    decoder: dict[str, Any] = Field(default_factory=lambda: {"name": "conv-transpose"})
    codebook: Annotated[int, Field(ge=1)] = 512
    width: Annotated[int, Field(ge=1)] = 16
    commitment: Annotated[float, Field(ge=0)] = 0.25
    decay: Annotated[float, Field(ge=0, lt=1)] = 0.99
    restart: Annotated[float, Field(ge=0, lt=1)] = 0.05
    likelihood: str | dict[str, Any] = "squared-error"
    scale: Literal["mean", "sum"] = "mean"
    l2: Annotated[float, Field(ge=0)] = 0.0


@dataclass(frozen=True)
class Quantised:
    """``vectors``: the encoder's, float32 ``[m, width]``, all places of all samples; ``words``: the nearest
    codewords; ``indices``: theirs, int64 ``[m]``; ``code``: the codewords in the shape that the decoder takes, with
    the gradient passed on to ``vectors``.
    """

    vectors: Tensor
    words: Tensor
    indices: Tensor
    code: Tensor


class Family(BaseFamily):
    """Networks: ``encoder``, ``project`` (its maps → ``width`` channels; absent for a flat code), ``codebook``,
    ``decoder`` (codewords → the likelihood's raw numbers), and the likelihood where it has something to learn.
    """

    Config = VQVAEConfig
    config: VQVAEConfig
    capabilities: ClassVar[frozenset[str]] = frozenset({"encode", "decode", "reconstruct", "layers"})
    kinds: ClassVar[frozenset[str]] = frozenset({"image", "table"})

    def __init__(self, config: VQVAEConfig, spec: DataSpec, class_weights: Tensor | None = None) -> None:
        super().__init__(config, spec, class_weights)
        self.likelihood = build_likelihood(config.likelihood, spec.shape)
        self._code_shape: tuple[int, ...] | None = None

    def build(self) -> nn.ModuleDict:
        """Fresh networks for the data's shape.

        Raises:
            RecipeError: they cannot exist for this shape, do not fit each other, or a flat code cannot be cut.
        """
        config = self.config
        encoder, code = build_encoder(config.encoder, self.spec.shape)
        networks = nn.ModuleDict({"encoder": encoder})
        if len(code) == 3:
            networks["project"] = nn.Sequential(OrderedDict(maps=nn.Conv2d(code[0], config.width, 1)))
            code = (config.width, *code[1:])
        elif code[0] % config.width:
            message = _(
                "model.width: a flat code of {code} numbers cannot be cut into vectors of {width}; "
                "give a width that divides it, or another model.encoder.code."
            )
            raise RecipeError(message.format(code=code[0], width=config.width))
        networks["codebook"] = Codebook(config.codebook, config.width)
        likelihood = build_likelihood(config.likelihood, self.spec.shape)
        networks["decoder"] = build_decoder(config.decoder, code, likelihood.raw_shape)
        add_likelihood(networks, likelihood)
        return networks

    def losses(self, networks: nn.ModuleDict, batch: Batch, rng: StepRng, progress: Progress, update: str) -> Losses:
        """A term of the likelihood, a sum over values, and ``commitment``, a sum over the code.

        Statistics, per sample: ``code_use`` ``[K]``, how often each code was used, and what ``step`` moves the
        codebook by, ``code_sums`` ``[K, width]`` and ``code_squares``.
        """
        found = self._quantise(networks, batch.inputs)
        error = self._error(networks, networks["decoder"](found.code), batch, rng)
        terms = {self.likelihood.term: error, "commitment": self._commitment(found, len(batch))}
        book, vectors = self._book(networks), found.vectors.detach()
        return Losses(
            {name: mean_over_samples(values, batch.weights) for name, values in terms.items()},
            statistics={
                "code_use": book.use(found.indices, len(batch)),
                "code_sums": book.gather(vectors, found.indices, len(batch)),
                "code_squares": vectors.square().sum() / len(batch),
            },
        )

    def step(self, engine: Stepper, networks: nn.ModuleDict, batch: Batch, rng: StepRng, progress: Progress) -> Losses:
        """The optimiser's step, then that of the codebook, by the whole batch of all processes."""
        recorded = super().step(engine, networks, batch, rng, progress)
        use, sums, squares = (
            engine.mean_over_batch(recorded.statistics[name]) for name in ("code_use", "code_sums", "code_squares")
        )
        book = self._book(networks)
        book.follow(use, sums, self.config.decay)
        if self.config.restart:
            spread = spread_around_means(squares, use, sums)
            book.restart(self.config.restart, spread, rng.rng.child("restart", rng.epoch, rng.step))
        return replace(recorded, statistics={"code_use": recorded.statistics["code_use"]})

    def training_metrics(self, means: Mapping[str, Tensor]) -> dict[str, float]:
        """``perplexity`` and ``codes_used`` of an epoch's codes as they were while training."""
        return _of_use(means["code_use"]) if "code_use" in means else {}

    def term_weights(self, update: str, progress: Progress) -> Mapping[str, float | Tensor]:
        """The likelihood's own weight, and β."""
        return {self.likelihood.term: self.likelihood.weight, "commitment": self.config.commitment}

    def scale(self, update: str) -> float:
        """1, or one over the number of values of a sample."""
        return 1.0 if self.config.scale == "sum" else 1.0 / math.prod(self.spec.shape)

    def penalty(self, networks: nn.ModuleDict, update: str) -> Tensor | None:
        """L2 as Keras means it."""
        return l2_penalty(networks, self.config.l2)

    def evaluate(
        self, networks: nn.ModuleDict, batch: Batch, rng: StepRng, collector: Collector | None = None
    ) -> Terms:
        """Sums ``count``, ``pixels``, ``squared_error``, ``rounded_hits``, the terms, ``code_use`` ``[K]`` and
        ``code_bits``; records ``reconstruction``, ``code_bits`` ``[n]`` and ``error``, the MSE of each sample.
        """
        found = self._quantise(networks, batch.inputs)
        raw = networks["decoder"](found.code)
        reconstruction = self._judge(networks).mean(raw)
        places = len(found.indices) // len(batch)
        bits = torch.full((len(batch),), places * math.log2(self.config.codebook), device=raw.device)
        sums = quality.statistics(reconstruction, batch.targets)
        sums[self.likelihood.term] = self._error(networks, raw, batch, rng).sum()
        sums["commitment"] = self._commitment(found, len(batch)).sum()
        sums |= {"code_use": self._book(networks).use(found.indices, 1), "code_bits": bits.sum()}
        if collector is not None:
            collector.add("reconstruction", reconstruction)
            collector.add("code_bits", bits)
            collector.add("error", quality.per_sample(reconstruction, batch.targets)["error"])
        return sums

    def metrics(self, sums: Mapping[str, Tensor], networks: nn.ModuleDict) -> dict[str, float]:
        """``mse``, for images ``psnr`` and ``rounded_accuracy``, ``perplexity`` of the use of codes, ``codes_used``,
        the share of them that were used at all, ``bits_per_image``, the terms, ``penalty`` if any, ``loss``."""
        count = float(sums["count"])
        found = quality.numbers(sums)
        if self.spec.kind != "image":
            found = {"mse": found["mse"]}
        found |= {**_of_use(sums["code_use"]), "bits_per_image": float(sums["code_bits"]) / count}
        terms = {name: float(sums[name]) / count for name in (self.likelihood.term, "commitment")}
        weighted = terms[self.likelihood.term] * self.likelihood.weight + terms["commitment"] * self.config.commitment
        found |= {**terms, "loss": weighted * self.scale("main")}
        penalty = self.penalty(networks, "main")
        if penalty is not None:
            found["penalty"] = float(penalty.detach())
            found["loss"] += found["penalty"]
        return found

    def encode(self, networks: nn.ModuleDict, inputs: Tensor) -> Tensor:
        """The codewords of each sample, flat: float32 ``[n, places · width]`` from prepared inputs."""
        return self._quantise(networks, inputs).code.flatten(1)

    def decode(self, networks: nn.ModuleDict, codes: Tensor) -> Tensor:
        """Images in [0, 1], or tables as the network sees them: float32, from flat codes ``[n, places · width]``.

        Each vector is replaced by the nearest codeword first: the decoder knows nothing else.
        """
        if self._code_shape is None:  # of one shape of data an encoder gives one shape of code: asked for once
            self._code_shape = tuple(self._trace(networks)[1].shape[1:])
        given = codes.reshape(len(codes), *self._code_shape)
        words, _indices = networks["codebook"](self._as_rows(given))
        return self._judge(networks).mean(networks["decoder"](self._as_code(words, given)))

    def reconstruct(self, networks: nn.ModuleDict, inputs: Tensor) -> Tensor:
        """Images in [0, 1], or tables as the network sees them: float32, from prepared inputs of that shape."""
        return self._judge(networks).mean(networks["decoder"](self._quantise(networks, inputs).code))

    def layers(self, networks: nn.ModuleDict) -> dict[str, tuple[int, ...]]:
        """Layers in order of computation, ``encoder.…``, ``project.…``, ``decoder.…``, and what shape each gives."""
        found, code = self._trace(networks)
        decoder, _sample = computation_order(networks["decoder"], code, "decoder.")
        return found | decoder

    def _trace(self, networks: nn.ModuleDict) -> tuple[dict[str, tuple[int, ...]], Tensor]:
        """The layers up to the code, and the code of a blank sample before it is quantised."""
        found, code = computation_order(networks["encoder"], blank(networks, self.spec.shape), "encoder.")
        if "project" in networks:
            more, code = computation_order(networks["project"], code, "project.")
            found |= more
        return found, code

    def _quantise(self, networks: nn.ModuleDict, inputs: Tensor) -> Quantised:
        given = networks["encoder"](inputs)
        given = (networks["project"](given) if "project" in networks else given).float()
        vectors = self._as_rows(given)
        words, indices = networks["codebook"](vectors)
        return Quantised(vectors, words, indices, given + (self._as_code(words, given) - given).detach())

    def _as_rows(self, code: Tensor) -> Tensor:
        """``[n, width, h, w]`` or ``[n, k]`` as ``[n · places, width]``."""
        return (code.movedim(1, -1) if code.ndim == 4 else code).reshape(-1, self.config.width)

    def _as_code(self, rows: Tensor, like: Tensor) -> Tensor:
        """What ``_as_rows`` made rows of, in the shape of ``like``."""
        if like.ndim == 4:
            return rows.reshape(len(like), *like.shape[2:], -1).movedim(-1, 1)
        return rows.reshape(like.shape)

    def _commitment(self, found: Quantised, samples: int) -> Tensor:
        """‖z − e‖² of each sample, summed over its code: ``[n]``; only the encoder can make it smaller."""
        return (found.vectors - found.words).square().reshape(samples, -1).sum(1)

    def _error(self, networks: nn.ModuleDict, raw: Tensor, batch: Batch, rng: StepRng) -> Tensor:
        """What the likelihood says of each sample, ``[n]``."""
        likelihood = self._judge(networks)
        return likelihood.negative_log(raw, likelihood.observe(batch.targets, rng))

    def _judge(self, networks: nn.ModuleDict) -> Likelihood:
        return likelihood_of(networks, self.likelihood)

    def _book(self, networks: nn.ModuleDict) -> Codebook:
        book = networks["codebook"]
        assert isinstance(book, Codebook)
        return book


def _of_use(use: Tensor) -> dict[str, float]:
    return {"perplexity": perplexity(use), "codes_used": float((use > 0).double().mean())}
