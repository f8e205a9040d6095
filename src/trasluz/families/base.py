"""Family: what is trained. One or more networks, an objective, the updates that move them, and what they can do.

A family is built from a recipe's ``model`` part and the shape of the data, and holds no weights itself: the
networks are an ``nn.ModuleDict`` made by ``build`` and handed to every method, so that the same methods serve a
trained model, its exponential moving average, and many models at once under ``vmap``.

    losses(networks, batch, rng, progress, update) -> Losses: terms, what is watched, statistics  pure
    step(engine, networks, batch, rng, progress)     -> runs every update that is due              default here
    evaluate(networks, batch, rng, collector)        -> {statistic: sum over the batch's samples}  summed by the loop
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
from dataclasses import dataclass, field
from functools import partial
from typing import Any, ClassVar, Literal, Protocol

import torch
from torch import Tensor, nn

from trasluz import components
from trasluz.data.data import DataSpec
from trasluz.data.feed.batch import Batch
from trasluz.data.feed.batches import Process
from trasluz.messages import N_
from trasluz.metrics.described import Metric
from trasluz.networks.dropout import masks_from
from trasluz.recipe import TrainSection
from trasluz.recipe.base import Section
from trasluz.rng import StepRng

METRICS = {
    "loss": Metric(N_("Loss"), "number", "lower"),
    "penalty": Metric(N_("Weight penalty"), "number", "lower", least=0.0),
}


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


Keep = Literal["measured", "numbers", "first images"]


class Collector(Protocol):
    """Takes per-sample records during evaluation; keeps what was asked for and ignores the rest.

    Whoever adds records says what is kept of them: of ``numbers`` every row; of ``first images`` ``[n, c, h, w]`` in
    [0, 1] the first few, for pages; else what is ``measured`` of those that are known by name, such as the error of a
    ``reconstruction``.
    """

    def add(self, name: str, values: Tensor, keep: Keep = "measured") -> None:
        """Keep ``values`` ``[n, ...]``, one row per sample of the batch."""


class Stepper(Protocol):
    """What a step may ask of the engine: everything that is not the family's business.

    ``process``: which of the processes that share a batch this is.  ``train``: the settings of the phase.
    """

    process: Process
    train: TrainSection

    def due(self, update: Update) -> bool:
        """Whether this update runs at this step."""

    def parts(self, batch: Batch, rng: StepRng) -> Iterator[tuple[Batch, StepRng, float]]:
        """The batch in the parts that fit at once, each with its share of the batch (shares add up to 1)."""

    def forward(self) -> AbstractContextManager[None]:
        """Precision for a forward pass."""

    def backward(self, update: Update, total: Tensor, share: float) -> None:
        """Adds the gradient of ``share * total`` to the parameters that the update moves."""

    def apply(self, update: Update) -> None:
        """Averages gradients over processes, clips, and takes the optimiser step."""

    def mean_over_batch(self, values: Tensor) -> Tensor:
        """The mean over the whole batch, from each process's mean over its part: for what moves without gradients."""


Terms = dict[str, Tensor]


@dataclass(frozen=True)
class Losses:
    """What one update says of a batch, told apart by what becomes of it; never by shape, which ``vmap`` may widen.

    ``terms`` add up to what is minimised; ``watched`` are only recorded, such as accuracy: both are means over the
    batch's samples, 0-d, or ``[k]`` of k members trained as one.  ``statistics`` have any shape; their mean over an
    epoch goes to ``training_metrics``.
    """

    terms: Mapping[str, Tensor]
    watched: Mapping[str, Tensor] = field(default_factory=dict)
    statistics: Mapping[str, Tensor] = field(default_factory=dict)

    def __getitem__(self, name: str) -> Tensor:
        """The value of that name, whatever becomes of it."""
        found = next((values for values in (self.terms, self.watched) if name in values), self.statistics)
        return found[name]

    def share(self, share: float, prefix: str = "") -> Losses:
        """``share`` of everything, detached, under names that begin with ``prefix``."""
        parts = (self.terms, self.watched, self.statistics)
        if share == 1.0 and not prefix:  # at every step of most trainings
            return Losses(*({name: value.detach() for name, value in part.items()} for part in parts))
        return Losses(*({prefix + n: v.detach() * share for n, v in part.items()} for part in parts))

    def __add__(self, other: Losses) -> Losses:
        """Sums by name; what only one of both has stays as it is."""
        if not (self.terms or self.watched or self.statistics):
            return other
        return Losses(
            _added(self.terms, other.terms),
            _added(self.watched, other.watched),
            _added(self.statistics, other.statistics),
        )


def _added(left: Mapping[str, Tensor], right: Mapping[str, Tensor]) -> dict[str, Tensor]:
    both = {name: left[name] + right[name] for name in left.keys() & right.keys()}
    return {**left, **right, **both}


class BaseFamily(ABC):
    """Base of all families. Subclasses are named ``Family`` in a file of their own.

    ``needs_labels``: data without labels are refused.  ``uses_unlabelled``: training samples without a label teach
    it something; a family that they teach nothing is never shown any.  ``needs_pixels``: it changes its inputs as
    images in [0, 1], which other normalisations than ``unit`` do not give.  ``weighs_classes``: it makes use of the
    weights of ``data.balance: weights``.  ``trained_alone``: a weight in its settings → the network that only this term
    trains.  ``only_weighs``: dotted settings that nothing but ``term_weights``, ``scale``, ``penalty`` and ``metrics``
    read, so that networks which train as one may differ in them.
    """

    Config: ClassVar[type[Section]]
    capabilities: ClassVar[frozenset[str]] = frozenset()
    kinds: ClassVar[frozenset[str]] = frozenset({"image"})
    needs_labels: ClassVar[bool] = False
    uses_unlabelled: ClassVar[bool] = True
    needs_pixels: bool = False
    weighs_classes: ClassVar[bool] = False
    trained_alone: ClassVar[Mapping[str, str]] = {}
    only_weighs: ClassVar[frozenset[str]] = frozenset()

    def __init__(self, config: Section, spec: DataSpec, class_weights: Tensor | None = None) -> None:
        self.config = config
        self.spec = spec
        self.class_weights = class_weights

    @abstractmethod
    def build(self) -> nn.ModuleDict:
        """Fresh networks, initialised from PyTorch's global generator (the caller seeds it).

        Raises:
            RecipeError: the networks cannot exist for this data (too small, no labels).
        """

    @property
    def classes(self) -> int:
        """How many classes it makes images of on request; 0 where it is told of none."""
        return 0

    def updates(self) -> tuple[Update, ...]:
        """The updates of one step, in order. By default one that moves everything."""
        return (Update("main", ("*",)),)

    @abstractmethod
    def losses(self, networks: nn.ModuleDict, batch: Batch, rng: StepRng, progress: Progress, update: str) -> Losses:
        """Terms of one update, means over samples (weighted by ``batch.weights`` if given), and what is watched."""

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

    def total(self, networks: nn.ModuleDict, losses: Losses, progress: Progress, update: str) -> tuple[Tensor, Losses]:
        """The number to minimise, and what to record (with ``loss``, and ``penalty`` where there is one)."""
        weights = self.term_weights(update, progress)
        summed: Any = sum(term * weights.get(name, 1.0) for name, term in losses.terms.items())
        loss = summed * self.scale(update)
        recorded = dict(losses.terms)
        penalty = self.penalty(networks, update)
        if penalty is not None:
            loss = loss + penalty
            recorded["penalty"] = penalty
        recorded["loss"] = loss
        return loss, Losses(recorded, losses.watched, losses.statistics)

    def step(self, engine: Stepper, networks: nn.ModuleDict, batch: Batch, rng: StepRng, progress: Progress) -> Losses:
        """Runs every update that is due; what it gives is detached, and named after the update if there are several.

        Each update has masks of its own, so that which others run beside it changes nothing.
        """
        recorded = Losses({})
        several = len(self.updates()) > 1
        for update in self.updates():
            if not engine.due(update):
                continue
            with masks_from(partial(rng.of_step, f"masks/{update.name}")):
                for part, part_rng, share in engine.parts(batch, rng):
                    with engine.forward():
                        losses = self.losses(networks, part, part_rng, progress, update.name)
                        total, shown = self.total(networks, losses, progress, update.name)
                    engine.backward(update, total, share)
                    recorded += shown.share(share, f"{update.name}/" if several else "")
            engine.apply(update)
        return recorded

    @abstractmethod
    def evaluate(
        self, networks: nn.ModuleDict, batch: Batch, rng: StepRng, collector: Collector | None = None
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
                "model.family: {name} needs labels, but these data have none; sort the images into one folder per "
                "class with no image beside these folders, give a table of their labels (a CSV file), or choose an "
                "autoencoder."
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
