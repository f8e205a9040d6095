"""The ``train`` part of a recipe and its phases: epochs, batches, optimiser, schedule, stopping."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import Field, model_validator

from trasluz.messages import _
from trasluz.recipe.base import Section
from trasluz.recipe.data import Side

Positive = Annotated[float, Field(gt=0)]
NotNegative = Annotated[float, Field(ge=0)]
Beta = Annotated[float, Field(ge=0, lt=1)]


def _refuse_strangers(section: Section, name: str, fields: Mapping[str, tuple[str, ...]]) -> None:
    """Refuses fields that are not at their default and that ``name`` is not among the owners of.

    Raises:
        ValueError: names the field and whose it is.
    """
    for field, owners in fields.items():
        if name not in owners and getattr(section, field) != type(section).model_fields[field].default:
            message = _("{name} has no {field}; it belongs to {owners}")
            raise ValueError(message.format(name=name, field=field, owners=", ".join(owners)))


class OptimiserSection(Section):
    """One optimiser. A field that the method does not have is refused unless it is at its default.

    ``rule``: whose formula, where they differ. ``keras``: RMSprop's ``eps`` stands under the root, Adam's is not
    divided by the bias correction, and Nadam's momentum rises within its first hundred steps instead of thousands
    (Keras up to 2.10 let it rise as PyTorch does).
    """

    name: Literal["sgd", "rmsprop", "adam", "adamw", "nadam"] = "adam"
    rule: Literal["torch", "keras"] = "torch"
    rate: Positive = 1e-3
    momentum: Beta = 0.0
    nesterov: bool = False
    betas: tuple[Beta, Beta] = (0.9, 0.999)
    alpha: Beta = 0.99
    eps: Positive = 1e-8
    weight_decay: NotNegative = 0.0
    decay_norms_and_biases: bool = False

    @model_validator(mode="after")
    def _only_what_it_has(self) -> OptimiserSection:
        fields = {
            "momentum": ("sgd", "rmsprop"),
            "nesterov": ("sgd",),
            "betas": ("adam", "adamw", "nadam"),
            "alpha": ("rmsprop",),
            "eps": ("rmsprop", "adam", "adamw", "nadam"),
            "rule": ("rmsprop", "adam", "nadam"),
        }
        _refuse_strangers(self, self.name, fields)
        if self.nesterov and self.momentum == 0:
            raise ValueError(_("nesterov needs a momentum above 0"))
        return self


class ScheduleSection(Section):
    """The learning rate as a function of progress; a factor on the optimiser's rate.

    A field that the schedule does not have is refused unless it is at its default.

    ``constant``; ``piecewise``: ``factors[i]`` from epoch ``epochs[i-1]`` on (one factor more than epochs);
    ``step``: times ``gamma`` every ``every`` epochs; ``cosine``: from 1 to ``final``; ``one-cycle``: linear from
    ``start`` to 1 over the first ``peak`` of the phase, then cosine to ``final``. ``warmup`` epochs of linear
    rise from 0 precede any of the others.
    """

    name: Literal["constant", "piecewise", "step", "cosine", "one-cycle"] = "constant"
    warmup: NotNegative = 0.0
    epochs: tuple[Annotated[int, Field(ge=1)], ...] = ()
    factors: tuple[NotNegative, ...] = ()
    every: Annotated[int, Field(ge=1)] = 10
    gamma: Positive = 0.1
    start: NotNegative = 0.04
    peak: Annotated[float, Field(gt=0, lt=1)] = 0.3
    final: NotNegative = 0.0

    @model_validator(mode="after")
    def _only_what_it_has(self) -> ScheduleSection:
        if self.name == "one-cycle" and self.warmup:
            raise ValueError(_("one-cycle already warms up; leave warmup at 0 and set peak"))
        fields = {
            "epochs": ("piecewise",),
            "factors": ("piecewise",),
            "every": ("step",),
            "gamma": ("step",),
            "start": ("one-cycle",),
            "peak": ("one-cycle",),
            "final": ("cosine", "one-cycle"),
        }
        _refuse_strangers(self, self.name, fields)
        if self.name == "piecewise" and (
            len(self.factors) != len(self.epochs) + 1 or list(self.epochs) != sorted(set(self.epochs))
        ):
            raise ValueError(_("piecewise needs rising epochs and one factor more than epochs"))
        return self


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


class TrainSection(Section):
    """How a phase trains. In ``phases`` each entry overrides these fields.

    ``rates``: factors on the learning rate by shell patterns over parameter names (``classifier.conv*: 0.1``); the
    first that fits counts, and what none fits keeps the whole rate.
    """

    epochs: Annotated[int, Field(ge=1)] = 10
    steps_per_epoch: Annotated[int, Field(ge=1)] | None = None
    batch: Annotated[int, Field(ge=1)] | Literal["full"] = 32
    accumulate: Annotated[int, Field(ge=1)] = 1
    optimiser: OptimiserSection = OptimiserSection()
    optimisers: dict[str, OptimiserSection] = Field(default_factory=dict)
    rates: dict[str, Positive] = Field(default_factory=dict)
    schedule: ScheduleSection = ScheduleSection()
    progressive: ProgressiveSection | None = None
    clip: Positive | None = None
    ema: Annotated[float, Field(gt=0, lt=1)] | None = None
    early_stopping: EarlyStoppingSection | None = None
    evaluate_every: Annotated[int, Field(ge=1)] = 1
    checkpoint_minutes: NotNegative = 1.0


class PhaseSection(Section):
    """One phase: a name, what it overrides of ``train``, which parameters move, and whose weights it starts from.

    ``trainable`` and ``frozen`` are shell patterns over parameter names (``encoder.*``); frozen wins.  Modules whose
    parameters are all frozen rest as in evaluation; ``frozen_norms: train`` lets their batch norms go on normalising
    by the batch and counting its statistics, as a frozen network does that is left in training mode.

    ``augmented: false`` shows images as they are.  ``cache_features: auto`` computes what a frozen, resting part makes
    of images once, where only one network's last layers move and nothing is augmented, and trains these on what was
    kept; ``never`` computes it in every step.

    ``from`` names the weights that are loaded, by name and shape, before the phase starts: a run's folder,
    ``timm:NAME``, ``torchvision:NAME``, or ``file:PATH`` (safetensors, or PyTorch's with nothing but tensors).  ``map``
    renames them first: the first pattern that fits a name decides, each ``*`` on the right stands for what that on
    the left has met, ``null`` leaves the weight behind, and what no pattern fits keeps its name.
    """

    name: str = "train"
    train: dict[str, object] = Field(default_factory=dict)
    trainable: tuple[str, ...] = ("*",)
    frozen: tuple[str, ...] = ()
    frozen_norms: Literal["rest", "train"] = "rest"
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
    devices: Annotated[int, Field(ge=1)] = 1
    nodes: Annotated[int, Field(ge=1)] = 1
    precision: Literal["auto", "fp32", "bf16"] = "auto"
    layout: Literal["auto", "contiguous", "channels-last"] = "auto"
    threads: Annotated[int, Field(ge=1)] | Literal["auto"] = "auto"
