"""Joint: one encoder whose code a decoder turns back into the image and a classifier into scores, trained together.

With ``latent`` the code is a draw from a Gaussian per image that a divergence keeps near the prior: a variational
autoencoder that also classifies.  Every term is logged; a term of weight 0 trains nothing, and then the network that
only it reaches stays as it was drawn.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from contextlib import AbstractContextManager, nullcontext
from typing import Annotated, Any, ClassVar, Literal

import torch
from pydantic import Field, model_validator
from torch import Tensor, nn

from trasluz.data.data import DataSpec
from trasluz.data.feed.augment import Augment
from trasluz.data.feed.batch import Batch
from trasluz.errors import RequestError
from trasluz.families._evidence import log_weights, need_normalised
from trasluz.families._labels import LabelObjective, Outputs
from trasluz.families._layers import blank, computation_order
from trasluz.families._likelihood import add_likelihood, likelihood_of
from trasluz.families._penalty import l2_penalty
from trasluz.families._posterior import draw_codes, posterior_of
from trasluz.families.base import BaseFamily, Collector, Losses, Progress, Terms, mean_over_samples
from trasluz.messages import N_, _
from trasluz.metrics import reconstruction as quality
from trasluz.networks.choose import build_classifier, build_decoder, build_encoder
from trasluz.networks.gaussian_head import GaussianHead
from trasluz.networks.initialise import Initialiser
from trasluz.objectives.divergences import Codes, build_divergence
from trasluz.objectives.likelihoods import Likelihood, build_likelihood
from trasluz.recipe import AugmentSection
from trasluz.recipe.base import Section
from trasluz.rng import StepRng

NAME = N_("classifier that also reconstructs")
Weight = Annotated[float, Field(ge=0)]
_ALWAYS = frozenset({"encode", "decode", "reconstruct", "logits", "classify", "layers"})
_WITH_PRIOR = frozenset({"posterior", "prior", "generate", "evidence"})
_PREFIX = "label/"  # of the sums that count labelled images only


class JointConfig(Section):
    """``latent``: numbers of a Gaussian code; ``null`` takes the encoder's own code as it is.

    ``likelihood`` and ``divergence``: a name of ``objectives/likelihoods`` and ``objectives/divergences``, or that
    name with its settings; ``divergence: null`` for none, and only a Gaussian code has one.  The weights of the
    cross-entropy (``classification``) and of the ``reconstruction`` stand beside the divergence's own.
    ``reconstruction_scale``: ``mean`` divides the reconstruction's weight by the number of values of an image, so that
    it means what it means in Keras.  ``augment_inputs``: changes of what the encoder sees while training; the target
    stays as it is.  ``l2``: factor of Σ w² for layers that do not ask for their own.
    """

    encoder: dict[str, Any] = Field(default_factory=lambda: {"name": "conv"})
    decoder: dict[str, Any] = Field(default_factory=lambda: {"name": "conv-transpose"})
    classifier: dict[str, Any] = Field(default_factory=lambda: {"name": "dense"})
    latent: Annotated[int, Field(ge=1, le=65536)] | None = None
    initial_head: Initialiser = "torch"
    likelihood: str | dict[str, Any] = "bernoulli"
    divergence: str | dict[str, Any] | None = None
    classification: Weight = 1.0
    reconstruction: Weight = 1.0
    reconstruction_scale: Literal["mean", "sum"] = "mean"
    augment_inputs: AugmentSection = AugmentSection()
    outputs: Outputs = "auto"
    label_smoothing: Annotated[float, Field(ge=0, lt=1)] = 0.0
    l2: Weight = 0.0

    @model_validator(mode="after")
    def _fits_together(self) -> JointConfig:
        if self.divergence is not None and self.latent is None:
            raise ValueError(_("a divergence compares Gaussian codes with the prior; give latent, or divergence: null"))
        if self.classification == self.reconstruction == 0:
            raise ValueError(_("classification and reconstruction both weigh 0, so nothing would be learned"))
        return self


class Family(BaseFamily):
    """Networks: ``encoder`` (image → code), ``head`` (to mean and log-variance, with ``latent``), ``decoder`` (code →
    the likelihood's raw numbers), ``classifier`` (code → scores), and the likelihood where it has something to learn.
    """

    Config = JointConfig
    config: JointConfig
    capabilities: ClassVar[frozenset[str]] = _ALWAYS | _WITH_PRIOR
    needs_labels: ClassVar[bool] = True
    weighs_classes: ClassVar[bool] = True
    trained_alone: ClassVar[Mapping[str, str]] = {"reconstruction": "decoder", "classification": "classifier"}
    only_weighs: ClassVar[frozenset[str]] = frozenset(
        {"classification", "reconstruction", "reconstruction_scale", "l2", "likelihood.weight"}
        | {"divergence.beta", "divergence.warmup", "divergence.weight"}
    )

    def __init__(self, config: JointConfig, spec: DataSpec, class_weights: Tensor | None = None) -> None:
        super().__init__(config, spec, class_weights)
        self.labels = LabelObjective(spec, config.outputs, config.label_smoothing, class_weights)
        self.likelihood = build_likelihood(config.likelihood, spec.shape)
        self.divergence = None if config.divergence is None else build_divergence(config.divergence)
        self.augment = Augment(config.augment_inputs) if config.augment_inputs.active else None
        self.needs_pixels = self.augment is not None or self.likelihood.binarises
        if config.latent is None:
            self.capabilities = _ALWAYS  # type: ignore[misc]  # follows from the settings here, not from the class

    def build(self) -> nn.ModuleDict:
        """Fresh networks for the data's shape and classes.

        Raises:
            RecipeError: the networks cannot exist for this shape, do not fit each other, or do not suit the labels.
            DataError: there are fewer than two classes to tell apart.
        """
        outputs, latent = self.labels.outputs, self.config.latent
        encoder, code = build_encoder(self.config.encoder, self.spec.shape)
        networks = nn.ModuleDict({"encoder": encoder})
        if latent is not None:
            networks["head"] = GaussianHead(math.prod(code), latent, self.config.initial_head)
            code = (latent,)
        likelihood = build_likelihood(self.config.likelihood, self.spec.shape)
        networks["decoder"] = build_decoder(self.config.decoder, code, likelihood.raw_shape)
        networks["classifier"] = build_classifier(self.config.classifier, code, outputs, "model.classifier")
        add_likelihood(networks, likelihood)
        return networks

    def losses(self, networks: nn.ModuleDict, batch: Batch, rng: StepRng, progress: Progress, update: str) -> Losses:
        """``cross_entropy``, a mean over labelled images; ``reconstruction``, a sum over values and a mean over images;
        ``divergence`` where there is one; ``accuracy`` and the statistic for F1, which are only watched.
        """
        observed = self.likelihood.observe(batch.targets, rng)
        seen = self._seen(batch, observed)
        if self.augment is not None:
            own = rng.child("augment-inputs")
            seen = self.augment(seen, own)
        code, codes = self._code(networks, seen, rng, batch.weights)
        error = self._error(networks, code, observed)
        terms = {"reconstruction": mean_over_samples(error, batch.weights)}
        if self.divergence is not None and codes is not None:
            terms["divergence"] = self.divergence.term(codes, rng)
        return self.labels.losses(self._scores(networks, code), batch) + Losses(terms)

    def training_metrics(self, means: Mapping[str, Tensor]) -> dict[str, float]:
        """``macro_f1`` over the samples of an epoch as they were predicted while training."""
        return self.labels.training_metrics(means)

    def term_weights(self, update: str, progress: Progress) -> Mapping[str, float | Tensor]:
        """The recipe's weights."""
        weights: dict[str, float | Tensor] = {
            "cross_entropy": self.config.classification,
            "reconstruction": self._reconstruction_weight,
        }
        if self.divergence is not None:
            weights["divergence"] = self.divergence.weight(progress.done)
        return weights

    def penalty(self, networks: nn.ModuleDict, update: str) -> Tensor | None:
        """L2 as Keras means it, of the networks that a term reaches."""
        idle = {"decoder": self.config.reconstruction == 0, "classifier": self.config.classification == 0}
        parts = [l2_penalty(part, self.config.l2) for name, part in networks.items() if not idle.get(name)]
        found = [part for part in parts if part is not None]
        return torch.stack(found).sum() if found else None

    def evaluate(
        self, networks: nn.ModuleDict, batch: Batch, rng: StepRng, collector: Collector | None = None
    ) -> Terms:
        """Sums of all terms from one draw of each code, and of hits and errors from the mean code.

        Records ``probabilities``, ``labels``, ``reconstruction`` ``[n, c, h, w]``, flat ``code`` ``[n, k]``, ``error``.
        """
        observed = self.likelihood.observe(batch.targets, rng)
        drawn, codes = self._code(networks, self._seen(batch, observed), rng)
        mean = drawn if codes is None else codes.mean
        found = self.labels.sums(networks["classifier"](mean), batch, collector)
        reconstruction = self._learned_likelihood(networks).mean(networks["decoder"](mean))
        sums = quality.statistics(reconstruction, batch.targets)
        sums["reconstruction"] = self._error(networks, drawn, observed).sum()
        if codes is not None:
            found["cross_entropy"] = self.labels.sums(networks["classifier"](drawn), batch)["cross_entropy"]
        if self.divergence is not None and codes is not None:
            sums["divergence"] = self.divergence.term(codes, rng) * len(batch)
            sums |= {name: value * len(batch) for name, value in self.divergence.watched(codes, rng).items()}
        if collector is not None:
            collector.add("reconstruction", reconstruction)
            collector.add("code", mean.float().flatten(1))
            collector.add("error", quality.per_sample(reconstruction, batch.targets)["error"])
        return sums | {_PREFIX + name: value for name, value in found.items()}

    def metrics(self, sums: Mapping[str, Tensor], networks: nn.ModuleDict) -> dict[str, float]:
        """``accuracy`` and what goes with it, ``mse``, ``psnr``, ``rounded_accuracy``, all terms, ``loss``.

        Raises:
            DataError: no image had a label.
        """
        found = self.labels.metrics({n.removeprefix(_PREFIX): v for n, v in sums.items() if n.startswith(_PREFIX)})
        kept = ("count", "pixels", "squared_error", "rounded_hits")
        means = {n: v for n, v in sums.items() if n not in kept and not n.startswith(_PREFIX)}
        found |= quality.numbers(sums)
        found |= {name: float(value) / float(sums["count"]) for name, value in means.items()}
        loss = self.config.classification * found["cross_entropy"]
        loss += self._reconstruction_weight * found["reconstruction"]
        if self.divergence is not None:
            loss += float(self.divergence.weight()) * found["divergence"]
        penalty = self.penalty(networks, "main")
        if penalty is not None:
            found["penalty"] = float(penalty.detach())
        return {**found, "loss": loss + found.get("penalty", 0.0)}

    def encode(self, networks: nn.ModuleDict, inputs: Tensor) -> Tensor:
        """The code of each image (of a Gaussian its mean), flat: float32 ``[n, k]`` from inputs ``[n, c, h, w]``."""
        return self._mean(networks, inputs).float().flatten(1)

    def posterior(self, networks: nn.ModuleDict, inputs: Tensor) -> tuple[Tensor, Tensor]:
        """Mean and log-variance of each image's code, float32 ``[n, latent]`` each."""
        return posterior_of(networks, self._zeros_and_ones(inputs))

    def prior(self, networks: nn.ModuleDict, count: int, rng: StepRng) -> Tensor:
        """Codes ``[count, latent]``, standard normal; ``rng`` holds ``count`` positions."""
        assert self.config.latent is not None, "without latent this is no capability"
        return rng.normal("prior", self.config.latent)[:count]

    def decode(self, networks: nn.ModuleDict, codes: Tensor) -> Tensor:
        """Images in [0, 1], float32 ``[n, c, h, w]``, from flat codes ``[n, k]``."""
        shape = self._mean(networks, blank(networks, self.spec.shape)).shape[1:]
        return self._learned_likelihood(networks).mean(networks["decoder"](codes.reshape(len(codes), *shape)))

    def reconstruct(self, networks: nn.ModuleDict, inputs: Tensor) -> Tensor:
        """Images in [0, 1], float32 ``[n, c, h, w]``, from prepared inputs of the same shape."""
        return self._learned_likelihood(networks).mean(networks["decoder"](self._mean(networks, inputs)))

    def generate(self, networks: nn.ModuleDict, count: int, rng: StepRng, labels: Tensor | None = None) -> Tensor:
        """``count`` images in [0, 1], float32 ``[n, c, h, w]``, from draws of the prior.

        Raises:
            RequestError: labels, by which this decoder is not told what to draw.
        """
        if labels is not None:
            raise RequestError(_("This model was trained without classes, so it generates of none; leave them out."))
        return self.decode(networks, self.prior(networks, count, rng))

    def logits(self, networks: nn.ModuleDict, inputs: Tensor) -> Tensor:
        """Scores float32 ``[n, classes]``, whose softmax (for several labels their sigmoid) is ``classify``."""
        return self.labels.scores(networks["classifier"](self._mean(networks, inputs)))

    def classify(self, networks: nn.ModuleDict, inputs: Tensor) -> Tensor:
        """Probabilities float32 ``[n, classes]`` from prepared inputs ``[n, c, h, w]``."""
        return self.labels.probabilities(networks["classifier"](self._mean(networks, inputs)))

    def layers(self, networks: nn.ModuleDict) -> dict[str, tuple[int, ...]]:
        """Layers of all networks in order of computation, and the shape of what each gives."""
        found, code = computation_order(networks["encoder"], blank(networks, self.spec.shape), "encoder.")
        if self.config.latent is not None:
            head, both = computation_order(networks["head"], code, "head.")
            found, code = found | head, both.chunk(2, 1)[0]
        for name in ("decoder", "classifier"):
            found |= computation_order(networks[name], code, f"{name}.")[0]
        return found

    def need_evidence(self) -> None:
        """Makes sure that bounds on the evidence, of a Gaussian code, mean something.

        Raises:
            RequestError: the likelihood is no density or mass of what it observes.
        """
        need_normalised(self.likelihood, self.config.likelihood)

    def log_weights(self, networks: nn.ModuleDict, batch: Batch, rng: StepRng, chunk: int, samples: int) -> Tensor:
        """log p(x, z) − log q(z | x) for ``samples`` draws of each image's code, float32 ``[samples, n]``.

        ``chunk`` numbers the draws: another chunk, other draws of the same posterior.
        """
        return log_weights(networks, self._learned_likelihood(networks), batch, rng, chunk, samples)

    def _code(
        self, networks: nn.ModuleDict, inputs: Tensor, rng: StepRng, weights: Tensor | None = None
    ) -> tuple[Tensor, Codes | None]:
        """What decoder and classifier are given, and the Gaussian that it was drawn from, where there is one."""
        if self.config.latent is None:
            return networks["encoder"](inputs), None
        codes = draw_codes(networks, inputs, rng, weights)
        return codes.latents, codes

    def _mean(self, networks: nn.ModuleDict, inputs: Tensor) -> Tensor:
        """The code of each image, of a Gaussian its mean."""
        seen = self._zeros_and_ones(inputs)
        code: Tensor = networks["encoder"](seen) if self.config.latent is None else posterior_of(networks, seen)[0]
        return code

    def _seen(self, batch: Batch, observed: Tensor) -> Tensor:
        """What the encoder sees of a batch: zeros and ones where the likelihood makes them."""
        return observed if self.likelihood.binarises else batch.inputs

    def _zeros_and_ones(self, inputs: Tensor) -> Tensor:
        return (inputs > 0.5).to(inputs.dtype) if self.likelihood.binarises else inputs

    def _scores(self, networks: nn.ModuleDict, code: Tensor) -> Tensor:
        with _trained(self.config.classification):
            scores: Tensor = networks["classifier"](code)
        return scores

    def _error(self, networks: nn.ModuleDict, code: Tensor, observed: Tensor) -> Tensor:
        """The likelihood's error of each image, ``[n]``."""
        with _trained(self.config.reconstruction):
            return self._learned_likelihood(networks).negative_log(networks["decoder"](code), observed)

    @property
    def _reconstruction_weight(self) -> float:
        values = math.prod(self.spec.shape) if self.config.reconstruction_scale == "mean" else 1
        return self.config.reconstruction * self.likelihood.weight / values

    def _learned_likelihood(self, networks: nn.ModuleDict) -> Likelihood:
        """The likelihood with what it has learned."""
        return likelihood_of(networks, self.likelihood)


def _trained(weight: float) -> AbstractContextManager[Any]:
    """Gradients where a term weighs anything; a term of weight 0 would only cost time."""
    return nullcontext() if weight else torch.no_grad()
