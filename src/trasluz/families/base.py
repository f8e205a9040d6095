"""Family: what is trained. One or more networks, an objective, the updates that move them, and what they can do.

A family is built from a recipe's ``model`` part and the shape of the data, and holds no weights itself: the
networks are an ``nn.ModuleDict`` made by ``build`` and handed to every method, so that the same methods serve a
trained model, its exponential moving average, and many models at once under ``vmap``.

    losses(networks, batch, draws, progress, update) -> {term: mean over the batch's samples}      pure
    step(engine, networks, batch, draws, progress)   -> runs every update that is due              default here
    evaluate(networks, batch, draws, collector)      -> {statistic: sum over the batch's samples}  summed by the loop
    metrics(sums, networks)                          -> {metric: number}                           from the sums

A plain model has one update.  A GAN has two (``discriminator`` every step, ``generator`` every n-th), each with
the parameters that it moves.  Greedy training is phases: ``enter_phase`` tells the family which one runs.
A term is a sum over pixels or latent dimensions and a mean over samples; ``term_weights`` says how terms add up,
and ``scale`` multiplies the sum.  An L2 penalty as Keras means it is one more term, outside ``scale``.

Adding a family is adding a file here with a class ``Family(BaseFamily)``; its name is the file's.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any, ClassVar, Protocol

import torch
from torch import Tensor, nn

from trasluz import components
from trasluz.data.data import DataSpec
from trasluz.data.feed.batch import Batch
from trasluz.draws import StepDraws
from trasluz.recipe.base import Section


@dataclass(frozen=True)
class Progress:
    """Where training is. ``done`` is the finished share of the phase, a float tensor on the device (0 to 1)."""

    phase: str
    epoch: int
    step: int
    done: Tensor


@dataclass(frozen=True)
class Update:
    """One optimiser step: its name, the networks whose parameters it moves, and how often (every n-th step)."""

    name: str
    networks: tuple[str, ...]
    every: int = 1


class Collector(Protocol):
    """Takes per-sample records during evaluation; keeps what was asked for and ignores the rest."""

    def add(self, name: str, values: Tensor) -> None:
        """Keep ``values`` ``[n, ...]``, one row per sample of the batch."""


class Stepper(Protocol):
    """What a step may ask of the engine: everything that is not the family's business."""

    def due(self, update: Update) -> bool:
        """Whether this update runs at this step."""

    def parts(self, batch: Batch, draws: StepDraws) -> Iterator[tuple[Batch, StepDraws, float]]:
        """The batch in the parts that fit at once, each with its share of the batch (shares add up to 1)."""

    def forward(self) -> AbstractContextManager[None]:
        """Precision for a forward pass."""

    def backward(self, update: Update, total: Tensor, share: float) -> None:
        """Adds the gradient of ``share * total`` to the parameters that the update moves."""

    def apply(self, update: Update) -> None:
        """Averages gradients over processes, clips, and takes the optimiser step."""


Terms = dict[str, Tensor]


class BaseFamily(ABC):
    """Base of all families. Subclasses are named ``Family`` in a file of their own.

    ``needs_labels``: data without labels are refused.  ``uses_unlabelled``: training samples without a label teach
    it something; a family that they teach nothing is never shown any.  ``needs_unit``: it changes its inputs as
    images in [0, 1], which other normalisations than ``unit`` do not give.  ``weighs_classes``: it makes use of the
    weights of ``data.balance: weights``.
    """

    Config: ClassVar[type[Section]]
    capabilities: ClassVar[frozenset[str]] = frozenset()
    kinds: ClassVar[frozenset[str]] = frozenset({"image"})
    needs_labels: ClassVar[bool] = False
    uses_unlabelled: ClassVar[bool] = True
    needs_unit: bool = False
    weighs_classes: ClassVar[bool] = False

    def __init__(self, config: Any, spec: DataSpec, class_weights: Tensor | None = None) -> None:
        self.config = config
        self.spec = spec
        self.class_weights = class_weights

    @abstractmethod
    def build(self) -> nn.ModuleDict:
        """Fresh networks, initialised from PyTorch's global generator (the caller seeds it).

        Raises:
            RecipeError: the networks cannot exist for this data (too small, no labels).
        """

    def updates(self) -> tuple[Update, ...]:
        """The updates of one step, in order. By default one that moves everything."""
        return (Update("main", ("*",)),)

    @abstractmethod
    def losses(self, networks: nn.ModuleDict, batch: Batch, draws: StepDraws, progress: Progress, update: str) -> Terms:
        """Named terms of one update: 0-d tensors, means over samples (weighted by ``batch.weights`` if given).

        A tensor with more dimensions is no term of the loss but a statistic, whose mean over an epoch goes to
        ``training_metrics``.
        """

    def training_metrics(self, means: Mapping[str, Tensor]) -> dict[str, float]:
        """Named numbers from the means over an epoch of the statistics that ``losses`` gave, on the CPU."""
        return {}

    def term_weights(self, update: str, progress: Progress) -> Mapping[str, float | Tensor]:
        """Weight of each term in the total; absent terms weigh 1."""
        return {}

    def scale(self, update: str) -> float:
        """Factor on the weighted sum, so that a notebook's learning rate means the same here."""
        return 1.0

    def penalty(self, networks: nn.ModuleDict, update: str) -> Tensor | None:
        """What is added to the scaled total, such as L2 as Keras means it; ``None`` for nothing."""
        return None

    def total(self, networks: nn.ModuleDict, terms: Terms, progress: Progress, update: str) -> tuple[Tensor, Terms]:
        """The number to minimise, and the terms to log (with ``loss``, and ``penalty`` where there is one)."""
        weights = self.term_weights(update, progress)
        summed: Any = sum(term * weights.get(name, 1.0) for name, term in terms.items() if term.ndim == 0)
        loss = summed * self.scale(update)
        logged = dict(terms)
        penalty = self.penalty(networks, update)
        if penalty is not None:
            loss = loss + penalty
            logged["penalty"] = penalty
        return loss, {**logged, "loss": loss}

    def step(
        self, engine: Stepper, networks: nn.ModuleDict, batch: Batch, draws: StepDraws, progress: Progress
    ) -> Terms:
        """Runs every update that is due; returns detached terms, prefixed by the update's name if there are several."""
        logged: Terms = {}
        several = len(self.updates()) > 1
        for update in self.updates():
            if not engine.due(update):
                continue
            for part, part_draws, share in engine.parts(batch, draws):
                with engine.forward():
                    terms = self.losses(networks, part, part_draws, progress, update.name)
                    total, shown = self.total(networks, terms, progress, update.name)
                engine.backward(update, total, share)
                for term, value in shown.items():
                    key = f"{update.name}/{term}" if several else term
                    logged[key] = logged[key] + value.detach() * share if key in logged else value.detach() * share
            engine.apply(update)
        return logged

    @abstractmethod
    def evaluate(
        self, networks: nn.ModuleDict, batch: Batch, draws: StepDraws, collector: Collector | None = None
    ) -> Terms:
        """Statistics summed over the batch's samples (0-d or small tensors), always with ``count``.

        Loss terms are summed under their own names; ``loss`` is not among them (``metrics`` makes it).  Per-sample
        records go to ``collector`` under the names that looks and reports ask for: ``reconstruction``, ``code``,
        ``probabilities``, ``error``.
        """

    @abstractmethod
    def metrics(self, sums: Mapping[str, Tensor], networks: nn.ModuleDict) -> dict[str, float]:
        """Named numbers from summed statistics; the first is the one to look at.

        Includes ``loss`` where a lower one means a better model.
        """

    def reads_inputs_through(self) -> str | None:
        """The one network that is shown a batch's inputs, once and as they are, where they serve for nothing else.

        Features may then stand for the inputs, and that network's last layers for the network.
        """
        return None

    def enter_phase(self, networks: nn.ModuleDict, phase: str) -> None:  # noqa: B027 - optional
        """Called when a phase starts (also on resume): greedy families change what is in use."""


def get(name: str) -> type[BaseFamily]:
    """The family of that name.

    Raises:
        RecipeError: there is no such family.
    """
    family: type[BaseFamily] = components.load("trasluz.families", name, "model.family").Family
    return family


def create(model: Mapping[str, Any], spec: DataSpec, class_weights: Tensor | None = None) -> BaseFamily:
    """The family that a recipe's ``model`` part describes, for data of this shape.

    Raises:
        RecipeError: unknown family or field, or data that the family cannot use.
    """
    from trasluz.errors import RecipeError
    from trasluz.messages import _

    family = get(str(model["family"]))
    config = components.configure(family.Config, {k: v for k, v in model.items() if k != "family"}, "model")
    if spec.kind not in family.kinds:
        allowed = ", ".join(sorted(family.kinds))
        raise RecipeError(
            _("model.family: {name} works on {allowed} data, but these are {kind} data.").format(
                name=model["family"], allowed=allowed, kind=spec.kind
            )
        )
    if family.needs_labels and not spec.classes and spec.kind == "table":
        message = _("model.family: {name} needs labels; name the column that holds them with --set data.target=…")
        raise RecipeError(message.format(name=model["family"]))
    if family.needs_labels and not spec.classes:
        raise RecipeError(
            _(
                "model.family: {name} needs labels, but these data have none; sort the images into "
                "one folder per class, or choose an autoencoder."
            ).format(name=model["family"])
        )
    return family(config, spec, class_weights)


def mean_over_samples(values: Tensor, weights: Tensor | None) -> Tensor:
    """Mean of ``values`` ``[n]``, weighted when there are weights."""
    return (
        values.mean()
        if weights is None
        else (values * weights).sum() / weights.sum().clamp_min(torch.finfo(values.dtype).tiny)
    )
