"""The ``train`` part of a recipe and its phases: epochs, batches, optimiser, schedule, stopping."""

from __future__ import annotations

from functools import partial
from typing import Annotated, Any, Literal

from pydantic import Field, SerializeAsAny, model_validator

from trasluz.messages import _
from trasluz.recipe.base import Section
from trasluz.recipe.chosen import Chosen, NamedSection, own_values
from trasluz.recipe.data import Side

Positive = Annotated[float, Field(gt=0)]
NotNegative = Annotated[float, Field(ge=0)]
Beta = Annotated[float, Field(ge=0, lt=1)]


class OptimiserSection(NamedSection):
    """One optimiser: what all have; the one that ``name`` names, or ``adam``, has fields of its own.

    A field that only others have is refused unless it is at its default there.  ``decay_norms_and_biases``: weight
    decay spares these unless it is true.
    """

    learning_rate: Positive = 1e-3
    weight_decay: NotNegative = 0.0
    decay_norms_and_biases: bool = False

    @classmethod
    def fields_of_all(cls) -> list[str]:
        """The fields of all optimisers, sorted."""
        return OPTIMISERS.fields()


class ScheduleSection(NamedSection):
    """The learning rate as a function of progress; a factor on the optimiser's rate. What all schedules have.

    The one that ``name`` names, or ``constant``, has fields of its own; a field that only others have is refused
    unless it is at its default there.  ``warmup``: epochs of linear rise from 0 that precede it.
    """

    warmup: NotNegative = 0.0

    @classmethod
    def fields_of_all(cls) -> list[str]:
        """The fields of all schedules, sorted."""
        return SCHEDULES.fields()


OPTIMISERS = Chosen("trasluz.training.optimisers", default="adam")
SCHEDULES = Chosen("trasluz.training.schedules", default="constant")
Optimiser = Annotated[SerializeAsAny[OptimiserSection], OPTIMISERS]
Schedule = Annotated[SerializeAsAny[ScheduleSection], SCHEDULES]


class EarlyStoppingSection(Section):
    """Stop when ``monitor`` has not improved by ``min_delta`` for ``patience`` epochs, from ``start_epoch`` on."""

    monitor: str = "valid/loss"
    mode: Literal["min", "max"] = "min"
    min_delta: NotNegative = 0.0
    patience: Annotated[int, Field(ge=1)] = 3
    start_epoch: Annotated[int, Field(ge=0)] = 0
    restore_best: bool = True


class ProgressiveSection(Section):
    """Smaller images first: ``size`` (height and width) for the share ``until`` of the epochs, then the full size.

    For networks that take any size (Howard 2018, "progressive resizing"): the early epochs cost less.
    """

    size: Side | tuple[Side, Side]
    until: Annotated[float, Field(gt=0, le=1)] = 0.6

    @property
    def shape(self) -> tuple[int, int]:
        """Height and width."""
        return (self.size, self.size) if isinstance(self.size, int) else self.size


# A step takes about three times as long as a forward pass: a tenth of an epoch's images take 3 % of its time.
_PART_COMPARED, _ENOUGH_COMPARED = 10, 100


class TrainSection(Section):
    """How a phase trains. In ``phases`` each entry overrides these fields.

    ``learning_rate_factors``: by shell patterns over parameter names (``classifier.conv*: 0.1``); the first that fits
    counts, and what none fits keeps the whole rate.

    ``compare``: training images on which, as they are and in evaluation mode, the same is measured wherever validation
    is (``train_eval/loss`` beside ``valid/loss``), because the running means of an epoch are of other weights and other
    images; never more than validation has, nor than a tenth of the images of an epoch where that is 100 or more (which
    costs little beside the training), and `null` for none.

    ``statistics: auto`` computes the running statistics of batch norms anew from training images at the end of a phase
    whose steps were fewer than 100 times those that the statistics remember (1 / momentum), because they lag behind the
    weights then; ``running`` leaves what training has counted.
    """

    epochs: Annotated[int, Field(ge=1)] = 10
    steps_per_epoch: Annotated[int, Field(ge=1)] | None = None
    batch: Annotated[int, Field(ge=1)] | Literal["full"] = 32
    accumulate: Annotated[int, Field(ge=1)] = 1
    optimiser: Optimiser = Field(default_factory=partial(OPTIMISERS.read, {}))
    optimisers: dict[str, Optimiser] = Field(default_factory=dict)
    learning_rate_factors: dict[str, Positive] = Field(default_factory=dict)
    schedule: Schedule = Field(default_factory=partial(SCHEDULES.read, {}))
    progressive: ProgressiveSection | None = None
    clip: Positive | None = None
    ema: Annotated[float, Field(gt=0, lt=1)] | None = None
    early_stopping: EarlyStoppingSection | None = None
    evaluate_every: Annotated[int, Field(ge=1)] = 1
    compare: Annotated[int, Field(ge=1)] | None = 1000
    statistics: Literal["auto", "running"] = "auto"
    checkpoint_minutes: NotNegative = 1.0

    def compared(self, images: int) -> int:
        """How many training images are compared with validation at most, where there are ``images`` to train on."""
        shown = images if self.steps_per_epoch is None or self.batch == "full" else self.steps_per_epoch * self.batch
        return min(self.compare or 0, max(min(shown, images) // _PART_COMPARED, _ENOUGH_COMPARED))

    def to_change(self) -> dict[str, Any]:
        """Plain values, of optimisers and schedule only what differs from their defaults.

        Whoever puts another ``name`` among them gets that one's defaults, not those of the one before.
        """
        tree: dict[str, Any] = self.model_dump(mode="json")
        tree["optimiser"], tree["schedule"] = own_values(self.optimiser), own_values(self.schedule)
        return {**tree, "optimisers": {name: own_values(section) for name, section in self.optimisers.items()}}


class PhaseSection(Section):
    """One phase: a name, what it overrides of ``train``, which parameters move, and whose weights it starts from.

    ``trainable`` and ``frozen`` are shell patterns over parameter names (``encoder.*``); frozen wins.  Modules whose
    parameters are all frozen rest as in evaluation; ``frozen_norms: train`` lets their batch norms go on normalising
    by the batch and counting its statistics, as a frozen network does that is left in training mode.  With
    ``frozen_norms: all`` every batch norm normalises by the statistics that it brings, also where weights move, as a
    pretrained network wants that learns on from few images; their scales and shifts still move.

    ``augmented: false`` shows images as they are.  ``cache_features: auto`` computes what a frozen, resting part makes
    of images once, where only one network's last layers move and nothing is augmented, and trains these on what was
    kept (up to 256 MB also for later runs, in the user's cache); ``never`` computes it in every step.

    ``from`` names the weights that are loaded, by name and shape, before the phase starts: a run's folder,
    ``timm:NAME``, ``torchvision:NAME``, ``file:PATH`` (safetensors, or PyTorch's with nothing but tensors), or
    ``found:ARCHITECTURE``, weights of that network of timm or torchvision wherever they lie on this machine.  ``map``
    renames them first: the first pattern that fits a name decides, each ``*`` on the right stands for what that on
    the left has met, ``null`` leaves the weight behind, and what no pattern fits keeps its name.
    """

    name: str = "train"
    train: dict[str, object] = Field(default_factory=dict)
    trainable: tuple[str, ...] = ("*",)
    frozen: tuple[str, ...] = ()
    frozen_norms: Literal["rest", "train", "all"] = "rest"
    augmented: bool = True
    cache_features: Literal["auto", "never"] = "auto"
    weights_from: Annotated[str | None, Field(alias="from", min_length=1)] = None
    map: dict[str, str | None] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _renames_make_sense(self) -> PhaseSection:
        if self.map and self.weights_from is None:
            raise ValueError(_("map renames the weights that `from` names; give both or neither"))
        for pattern, name in self.map.items():
            if name is not None and name.count("*") not in (0, pattern.count("*")):
                message = _("map: {pattern!r} and {name!r} need as many * as each other")
                raise ValueError(message.format(pattern=pattern, name=name))
        return self


class ComputeSection(Section):
    """Where and how to compute; ``auto`` follows a rule from the processor, recorded in ``run.json``."""

    device: Literal["auto", "cpu", "cuda", "mps"] = "auto"
    devices: Annotated[int, Field(ge=1, le=4096)] = 1
    nodes: Annotated[int, Field(ge=1, le=4096)] = 1
    precision: Literal["auto", "fp32", "bf16"] = "auto"
    layout: Literal["auto", "contiguous", "channels-last"] = "auto"
    threads: Annotated[int, Field(ge=1, le=4096)] | Literal["auto"] = "auto"
