"""GAN: a generator from noise to images against a discriminator that tells them from real ones (Goodfellow 2014).

Two updates: the discriminator moves at every step, the generator at every n-th.  Images are compared in [0, 1]
whatever ``data.normalise`` says; networks see and give them in [−1, 1].  With ``train.ema`` evaluation and generation
use the moving average of the weights.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import nullcontext
from functools import partial
from typing import Annotated, Any, ClassVar, Literal

import torch
from pydantic import Field, model_validator
from torch import Tensor, nn
from torch.nn import functional as F
from torch.nn.utils import parametrize

from trasluz.data.feed.arrange import arrange, is_channels_last
from trasluz.data.feed.augment.differentiable import Change, diff_augment
from trasluz.data.feed.batch import Batch
from trasluz.errors import RecipeError, RequestError
from trasluz.families._layers import blank, computation_order
from trasluz.families._penalty import l2_penalty
from trasluz.families.base import BaseFamily, Collector, Losses, Progress, Stepper, Terms, Update, mean_over_samples
from trasluz.messages import N_, _
from trasluz.metrics import sample_health
from trasluz.metrics.described import Metric
from trasluz.metrics.sample_distance import characteristic, sample_distance
from trasluz.networks.choose import build_discriminator, build_generator
from trasluz.networks.dropout import masks_from
from trasluz.objectives.adversarial import LOSSES
from trasluz.objectives.gradient_penalty import r1
from trasluz.recipe.base import Section
from trasluz.rng import StepRng

NAME = N_("generative adversarial network")
METRICS = {
    "real": Metric(N_("Error on real images"), "number", "neither"),
    "generated": Metric(N_("Error on generated images"), "number", "neither"),
    "adversarial": Metric(N_("Adversarial loss"), "number", "neither"),
    "real_accuracy": Metric(N_("Accuracy on real images"), "share", "neither"),
    "generated_accuracy": Metric(N_("Accuracy on generated images"), "share", "neither"),
    "real_score": Metric(N_("Score of real images"), "number", "neither"),
    "generated_score": Metric(N_("Score of generated images"), "number", "neither"),
}
UPDATES = {"discriminator": N_("discriminator"), "generator": N_("generator")}

_R1_EVERY = 16


class GanConfig(Section):
    """``latent``: standard normal numbers that an image is made from.  ``generator_every``: the generator moves at
    every n-th step of the discriminator.

    ``r1``: γ of the penalty γ/2 · ‖∂ score / ∂ image‖² on real images in [−1, 1]; it is computed at every
    ``r1_every``-th step and counts that many times (Karras et al. 2020, section 3.1).  ``diff_augment``: changes
    that real and generated images pass through, for small sets.  ``conditional``: images of a class on request.
    """

    generator: dict[str, Any] = Field(default_factory=lambda: {"name": "dcgan"})
    discriminator: dict[str, Any] = Field(default_factory=lambda: {"name": "dcgan"})
    latent: Annotated[int, Field(ge=1, le=65536)] = 64
    loss: Literal["non-saturating", "hinge"] = "non-saturating"
    generator_every: Annotated[int, Field(ge=1)] = 1
    r1: Annotated[float, Field(ge=0)] = 0.0
    r1_every: Annotated[int, Field(ge=1)] = _R1_EVERY
    diff_augment: tuple[Change, ...] = ()
    conditional: bool = False

    @model_validator(mode="after")
    def _interval_of_something(self) -> GanConfig:
        if self.r1 == 0 and self.r1_every != _R1_EVERY:
            raise ValueError(_("r1_every needs an r1 above 0"))
        return self


class Family(BaseFamily):
    """Networks: ``generator`` (latents → raw images) and ``discriminator`` (images → scores, high for real)."""

    Config = GanConfig
    config: GanConfig
    capabilities: ClassVar[frozenset[str]] = frozenset({"generate", "prior", "decode", "layers", "discriminate"})

    @property
    def classes(self) -> int:
        """Classes that images are generated of on request; 0 without."""
        return len(self.spec.classes) if self.config.conditional else 0

    def build(self) -> nn.ModuleDict:
        """Fresh networks for the data's shape.

        Raises:
            RecipeError: the networks cannot exist for this shape, or there are no classes to choose from.
        """
        if self.config.conditional and not self.spec.classes:
            raise RecipeError(
                _(
                    "model.conditional: these data have no labels; sort the images into one folder per class, or set "
                    "it to false."
                )
            )
        shape = self.spec.shape
        generator = build_generator(self.config.generator, self.config.latent, shape, self.classes)
        discriminator = build_discriminator(self.config.discriminator, shape, self.classes)
        if self.config.r1 and _mixes_samples(discriminator):
            raise RecipeError(
                _(
                    "model.r1: under batch normalisation the score of an image depends on the others; set "
                    "model.discriminator.norm to null, or r1 to 0."
                )
            )
        return nn.ModuleDict({"generator": generator, "discriminator": discriminator})

    def updates(self) -> tuple[Update, ...]:
        """``discriminator`` at every step, then ``generator`` at every n-th."""
        every = self.config.generator_every
        return (Update("discriminator", ("discriminator",)), Update("generator", ("generator",), every))

    def losses(self, networks: nn.ModuleDict, batch: Batch, rng: StepRng, progress: Progress, update: str) -> Losses:
        """``real`` and ``generated`` of the discriminator, ``adversarial`` of the generator.

        The penalty is asked for as the update ``r1``: ``r1``, ‖∂ score / ∂ image‖², which needs float32.
        """
        if update == "r1":
            return self._gradient_penalty(networks, batch, rng)
        classes = self._shares(batch.labels)
        loss = LOSSES[self.config.loss]
        if update == "generator":
            made = self._make(networks, self._noise(rng, update), classes)
            scores = self._score_changed(networks, made, classes, batch, rng, "generator")
            return Losses({"adversarial": mean_over_samples(loss.generator(scores), batch.weights)})
        with torch.no_grad():
            made = self._make(networks, self._noise(rng, update), classes)
        with parametrize.cached():  # one spectral norm for both halves of the batch
            real = self._score_changed(networks, 2 * batch.targets - 1, classes, batch, rng, "real")
            generated = self._score_changed(networks, made, classes, batch, rng, "generated")
        terms = {"real": loss.real(real), "generated": loss.generated(generated)}
        return Losses({name: mean_over_samples(values, batch.weights) for name, values in terms.items()})

    def term_weights(self, update: str, progress: Progress) -> Mapping[str, float | Tensor]:
        """γ/2 of the penalty, as many times as there are steps between two."""
        return {"r1": self.config.r1 / 2 * self.config.r1_every}

    def penalty(self, networks: nn.ModuleDict, update: str) -> Tensor | None:
        """L2 as Keras means it, of the kernels that the update moves."""
        return l2_penalty(networks[update], 0.0) if update in networks else None

    def step(self, engine: Stepper, networks: nn.ModuleDict, batch: Batch, rng: StepRng, progress: Progress) -> Losses:
        """Runs the updates that are due; the gradient of a due penalty joins the discriminator's own."""
        recorded = Losses({})
        for update in self.updates():
            if not engine.due(update):
                continue
            parts = [update.name, "r1"] if self._penalised(engine, update) else [update.name]
            with masks_from(partial(rng.of_step, f"masks/{update.name}")):
                for part, part_rng, share in engine.parts(batch, rng):
                    for objective in parts:
                        with nullcontext() if objective == "r1" else engine.forward():
                            losses = self.losses(networks, part, part_rng, progress, objective)
                            total, shown = self.total(networks, losses, progress, objective)
                        engine.backward(update, total, share)
                        recorded += shown.share(share, f"{update.name}/")
            engine.apply(update)
        return recorded

    def evaluate(
        self, networks: nn.ModuleDict, batch: Batch, rng: StepRng, collector: Collector | None = None
    ) -> Terms:
        """Judges the batch and as many generated images.

        Sums ``count``, the terms, ``real_score``, ``generated_score``, ``real_hits``, ``generated_hits`` and the
        statistics of ``metrics/sample_health.py`` and ``metrics/sample_distance.py``.  Records ``real_score`` and
        ``generated_score``, ``[n]``.
        """
        classes = self._shares(batch.labels)
        made = self._make(networks, self._noise(rng, "evaluation"), classes)
        last = is_channels_last(batch.targets)
        real = self._scores(networks, arrange(2 * batch.targets - 1, last), classes)
        generated = self._scores(networks, arrange(made, last), classes)
        if collector is not None:
            collector.add("real_score", real)
            collector.add("generated_score", generated)
        loss = LOSSES[self.config.loss]
        return {
            "count": torch.tensor(float(len(batch)), device=real.device),
            "discriminator/real": loss.real(real).sum(),
            "discriminator/generated": loss.generated(generated).sum(),
            "generator/adversarial": loss.generator(generated).sum(),
            "real_score": real.sum(),
            "generated_score": generated.sum(),
            "real_hits": (real > 0).float().sum(),
            "generated_hits": (generated <= 0).float().sum(),
            **sample_health.statistics(batch.targets, "real"),
            **sample_health.statistics((made + 1) / 2, "generated"),
            **characteristic(batch.targets, "real"),
            **characteristic((made + 1) / 2, "generated"),
        }

    def metrics(self, sums: Mapping[str, Tensor], networks: nn.ModuleDict) -> dict[str, float]:
        """``real_accuracy`` and ``generated_accuracy`` (shares that the discriminator places right), the mean scores,
        ``sample_distance``, ``sample_std``, ``real_std``, ``checkerboard`` and the terms.

        There is no ``loss``: how well the generator fools this discriminator does not say how good its images are,
        so no epoch is the best by it.
        """
        count = float(sums["count"])
        shares = {"real_accuracy": "real_hits", "generated_accuracy": "generated_hits"}
        means = (
            "real_score",
            "generated_score",
            "discriminator/real",
            "discriminator/generated",
            "generator/adversarial",
        )
        found = {name: float(sums[hits]) / count for name, hits in shares.items()}
        found |= {"sample_distance": sample_distance(sums, count), **sample_health.numbers(sums, count)}
        found |= {name: float(sums[name]) / count for name in means}
        return found

    def prior(self, networks: nn.ModuleDict, count: int, rng: StepRng) -> Tensor:
        """Latents ``[count, latent]``, standard normal; ``rng`` holds ``count`` positions."""
        return rng.normal("prior", self.config.latent)[:count]

    def decode(self, networks: nn.ModuleDict, latents: Tensor, labels: Tensor | None = None) -> Tensor:
        """Images in [0, 1], float32 ``[n, c, h, w]``, from latents ``[n, latent]`` and labels int64 ``[n]``.

        A conditional generator without labels is told of no class.
        """
        return (self._make(networks, latents, self._shares(labels)) + 1) / 2

    def generate(self, networks: nn.ModuleDict, count: int, rng: StepRng, labels: Tensor | None = None) -> Tensor:
        """``count`` images in [0, 1], float32 ``[n, c, h, w]``; of the classes ``labels`` int64 ``[n]``, which a
        conditional generator takes in turns unless they are given.

        Raises:
            RequestError: labels for a generator that is not conditional.
        """
        if labels is not None and not self.classes:
            raise RequestError(_("This model was trained without classes, so it generates of none; leave them out."))
        latents = self.prior(networks, count, rng)
        if labels is None and self.classes:
            labels = rng.positions[:count] % self.classes
        return self.decode(networks, latents, labels)

    def discriminate(self, networks: nn.ModuleDict, images: Tensor, labels: Tensor | None = None) -> Tensor:
        """The discriminator's scores, float32 ``[n]``, above 0 for real, of ``images`` ``[n, c, h, w]`` in [0, 1]."""
        return self._scores(networks, 2 * images - 1, self._shares(labels))

    def layers(self, networks: nn.ModuleDict) -> dict[str, tuple[int, ...]]:
        """Layers in order of computation, ``generator.…`` before ``discriminator.…``, and the shapes they give."""
        latent = blank(networks, (self.config.latent,))
        more = (blank(networks, (self.classes,)),) if self.classes else ()
        generator, image = computation_order(networks["generator"], latent, "generator.", *more)
        discriminator, _score = computation_order(networks["discriminator"], image, "discriminator.", *more)
        return generator | discriminator

    def _penalised(self, engine: Stepper, update: Update) -> bool:
        """Whether this step's update of the discriminator takes the penalty along."""
        lazy = Update("r1", update.networks, self.config.r1_every)
        return update.name == "discriminator" and self.config.r1 > 0 and engine.due(lazy)

    def _gradient_penalty(self, networks: nn.ModuleDict, batch: Batch, rng: StepRng) -> Losses:
        """On the images as the discriminator sees them, with the changes of this step's update."""
        seen = diff_augment(2 * batch.targets - 1, self.config.diff_augment, rng, "diff-augment/real")
        seen = arrange(seen, is_channels_last(batch.targets)).requires_grad_()
        with parametrize.cached():
            scores = self._scores(networks, seen, self._shares(batch.labels))
        return Losses({"r1": mean_over_samples(r1(scores, seen), batch.weights)})

    def _noise(self, rng: StepRng, purpose: str) -> Tensor:
        return rng.normal(f"latent/{purpose}", self.config.latent)

    def _make(self, networks: nn.ModuleDict, latents: Tensor, classes: Tensor | None) -> Tensor:
        """Images in [−1, 1], float32."""
        raw: Tensor = networks["generator"](latents, *(() if classes is None else (classes,)))
        return torch.tanh(raw.float())

    def _score_changed(
        self,
        networks: nn.ModuleDict,
        images: Tensor,
        classes: Tensor | None,
        batch: Batch,
        rng: StepRng,
        origin: str,
    ) -> Tensor:
        """Scores of images in [−1, 1] after the changes that training shows them with."""
        changed = diff_augment(images, self.config.diff_augment, rng, f"diff-augment/{origin}")
        return self._scores(networks, arrange(changed, is_channels_last(batch.targets)), classes)

    def _scores(self, networks: nn.ModuleDict, images: Tensor, classes: Tensor | None) -> Tensor:
        """Float32 ``[n]`` from images in [−1, 1]."""
        raw: Tensor = networks["discriminator"](images, *(() if classes is None else (classes,)))
        return raw.float().squeeze(1)

    def _shares(self, labels: Tensor | None) -> Tensor | None:
        """Class shares ``[n, classes]``: one 1 per image, several labels, mixed ones, or zeros where there is none."""
        if labels is None or not self.classes:
            return None
        if labels.ndim == 2:
            return labels.float()
        return F.one_hot(labels.clamp_min(0), self.classes).float() * (labels >= 0)[:, None]


def _mixes_samples(network: nn.Module) -> bool:
    return any(isinstance(module, nn.modules.batchnorm._BatchNorm) for module in network.modules())
