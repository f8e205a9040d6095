"""Perceptron: one threshold unit for two classes (or one per class), taught by its mistakes one sample after another.

Rosenblatt's rule (1958, "The perceptron", Psychological Review 65): a unit says 1 where w·x + b ≥ 0, else 0; where
that is wrong by e = y − said, w moves by rate · e · x and b by rate · e.  The rate is that of ``train.optimiser``,
which must be plain ``sgd``.  Weights begin at 0.  Samples on the right side move nothing, so the walk leaps from
mistake to mistake; what it does is the same.  Each sample waits for those before it, so here, unlike in other families,
a step reads from the device.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace
from typing import Annotated, Any, ClassVar, Literal

import torch
from pydantic import Field
from torch import Tensor, nn

from trasluz.data.feed.batch import Batch
from trasluz.errors import DataError, RecipeError
from trasluz.families.base import BaseFamily, Collector, Losses, Progress, Stepper, Terms, Update, mean_over_samples
from trasluz.families.capabilities import WeightPath
from trasluz.messages import N_, _
from trasluz.metrics.described import Metric
from trasluz.recipe.base import Section
from trasluz.rng import StepRng

NAME = N_("perceptron")
METRICS = {"criterion": Metric(N_("Perceptron criterion"), "number", "lower", least=0.0)}

_AHEAD = 256  # samples that are looked at together for the next mistake


class PerceptronConfig(Section):
    """``order``: walk the samples of a batch in the order of the data (with ``train.batch: full`` that is the file's
    order in every epoch), or as the batch was drawn.  ``path``: how many updates are remembered, the first ones.
    """

    order: Literal["data", "drawn"] = "data"
    path: Annotated[int, Field(ge=1, le=1_000_000)] = 1000


class Units(nn.Module):
    """Threshold units on flat samples, with the weights after each of their first updates.

    Buffers, which travel with checkpoints and with the trained model: ``path`` float32 ``[kept, units, features + 1]``
    (weights, then bias), ``when`` int64 ``[kept, 2]`` (epoch from 0, row of the data), ``updates`` int64, how many
    updates there have been.
    """

    path: Tensor
    when: Tensor
    updates: Tensor

    def __init__(self, features: int, units: int, kept: int) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.zeros(units, features))
        self.bias = nn.Parameter(torch.zeros(units))
        self.register_buffer("path", torch.zeros(kept, units, features + 1))
        self.register_buffer("when", torch.zeros(kept, 2, dtype=torch.int64))
        self.register_buffer("updates", torch.zeros((), dtype=torch.int64))

    def forward(self, inputs: Tensor) -> Tensor:
        """w·x + b of each unit, float32 ``[n, units]`` whatever the precision, from samples ``[n, ...]``."""
        with torch.autocast(inputs.device.type, enabled=False):
            return nn.functional.linear(inputs.float().flatten(1), self.weight, self.bias)

    @torch.no_grad()
    def remember(self, epoch: int, row: Tensor) -> None:
        """Notes the weights after an update by the sample ``row`` of the data."""
        number = int(self.updates)
        if number < len(self.path):
            self.path[number] = torch.cat([self.weight, self.bias[:, None]], 1)
            self.when[number, 0] = epoch
            self.when[number, 1] = row
        self.updates += 1


class Family(BaseFamily):
    """Networks: ``perceptron``, a ``Units``."""

    Config = PerceptronConfig
    config: PerceptronConfig
    capabilities: ClassVar[frozenset[str]] = frozenset({"logits", "classify", "layers", "weight_path"})
    kinds: ClassVar[frozenset[str]] = frozenset({"image", "table"})
    needs_labels: ClassVar[bool] = True
    uses_unlabelled: ClassVar[bool] = False

    @property
    def units(self) -> int:
        """One for two classes that exclude each other, else one per class."""
        classes = len(self.spec.classes)
        return 1 if classes == 2 and not self.spec.multi_label else classes

    def build(self) -> nn.ModuleDict:
        """Units with weights of 0.

        Raises:
            DataError: there are fewer than two classes to tell apart.
        """
        if len(self.spec.classes) < 2 and not self.spec.multi_label:
            message = _("A perceptron needs two classes to tell apart, but there is only {name}; add another.")
            raise DataError(message.format(name=self.spec.classes[0]))
        return nn.ModuleDict({"perceptron": Units(math.prod(self.spec.shape), self.units, self.config.path)})

    def losses(self, networks: nn.ModuleDict, batch: Batch, rng: StepRng, progress: Progress, update: str) -> Losses:
        """``criterion``: how far mistakes lie on the wrong side, |w·x + b|; and ``accuracy``, which is only watched."""
        scores = networks["perceptron"](batch.inputs)
        wanted = self._wanted(batch)
        right = self._right(scores.detach(), batch)
        counting = self._counting(batch)
        criterion = mean_over_samples(_criterion(scores, wanted), counting)
        return Losses({"criterion": criterion}, watched={"accuracy": mean_over_samples(right, counting)})

    def step(self, engine: Stepper, networks: nn.ModuleDict, batch: Batch, rng: StepRng, progress: Progress) -> Losses:
        """Walks the samples of the batch in order and updates at every mistake; terms are of the walk's beginning.

        Raises:
            RecipeError: several processes share the batch, or the optimiser is not plain gradient descent.
        """
        self._check(engine)
        update = self.updates()[0]
        with torch.no_grad():
            losses = self.losses(networks, batch, rng, progress, update.name)
        order = batch.rows.argsort(stable=True) if self.config.order == "data" else torch.arange(len(batch))
        units: Any = networks["perceptron"]
        self._walk(engine, units, batch, order.to(batch.rows.device), progress.epoch, update)
        return replace(losses, terms={**losses.terms, "loss": losses.terms["criterion"]})

    def evaluate(
        self, networks: nn.ModuleDict, batch: Batch, rng: StepRng, collector: Collector | None = None
    ) -> Terms:
        """Sums ``count`` (labelled samples), ``criterion`` and ``hits``; records hard ``probabilities`` of 0 and 1."""
        scores = networks["perceptron"](batch.inputs)
        if collector is not None:
            collector.add("probabilities", self._decide(scores), keep="numbers")
        counting = self._counting(batch)
        weights = torch.ones(len(batch), device=scores.device) if counting is None else counting
        criterion = _criterion(scores, self._wanted(batch))
        hits = self._right(scores, batch)
        return {"count": weights.sum(), "criterion": (criterion * weights).sum(), "hits": (hits * weights).sum()}

    def metrics(self, sums: Mapping[str, Tensor], networks: nn.ModuleDict) -> dict[str, float]:
        """``accuracy``, ``criterion`` and ``loss``, which is the criterion.

        Raises:
            DataError: no sample had a label.
        """
        count = float(sums["count"])
        if count == 0:
            raise DataError(_("None of these samples has a label, so a perceptron cannot be judged on them."))
        criterion = float(sums["criterion"]) / count
        return {"accuracy": float(sums["hits"]) / count, "criterion": criterion, "loss": criterion}

    def logits(self, networks: nn.ModuleDict, inputs: Tensor) -> Tensor:
        """w·x + b per class, float32 ``[n, classes]``; one unit z for two classes is given as (−z/2, z/2)."""
        scores: Tensor = networks["perceptron"](inputs)
        return torch.cat([-scores / 2, scores / 2], 1) if self.units == 1 and not self.spec.multi_label else scores

    def classify(self, networks: nn.ModuleDict, inputs: Tensor) -> Tensor:
        """What it says, float32 ``[n, classes]`` of 0 and 1: a threshold knows no probabilities."""
        return self._decide(networks["perceptron"](inputs))

    def layers(self, networks: nn.ModuleDict) -> dict[str, tuple[int, ...]]:
        """Its only layer."""
        return {"perceptron": (self.units,)}

    def weight_path(self, networks: nn.ModuleDict) -> WeightPath:
        """The lines after each of the first updates."""
        units: Any = networks["perceptron"]
        total = int(units.updates)
        kept = slice(0, min(total, len(units.path)))
        path, when = units.path[kept], units.when[kept]
        return WeightPath(path[..., :-1], path[..., -1], when[:, 0], when[:, 1], total)

    def _walk(self, engine: Stepper, units: Units, batch: Batch, order: Tensor, epoch: int, update: Update) -> None:
        """From mistake to mistake: what lies between two of them changes nothing."""
        inputs, wanted, rows = batch.inputs.flatten(1)[order], self._wanted(batch)[order], batch.rows[order]
        weights = None if batch.weights is None else batch.weights[order]
        index = 0
        while index < len(inputs):
            with torch.no_grad():
                error = _error(units(inputs[index : index + _AHEAD]), wanted[index : index + _AHEAD])
            mistakes = error.any(1).nonzero()
            if not len(mistakes):
                index += _AHEAD
                continue
            first = int(mistakes[0])
            index += first
            moved = -error[first] if weights is None else -error[first] * weights[index]
            engine.backward(update, (moved * units(inputs[index : index + 1])).sum(), 1.0)
            engine.apply(update)
            units.remember(epoch, rows[index])
            index += 1

    def _check(self, engine: Stepper) -> None:
        if engine.process.world > 1:
            raise RecipeError(
                _("compute.devices: a perceptron learns from one sample after another, so only 1 is allowed.")
            )
        section = engine.train.optimisers.get("main", engine.train.optimiser)
        changed = section.model_dump(exclude_defaults=True).keys() - {"name", "learning_rate"}
        if section.name != "sgd" or changed:
            message = _(
                "train.optimiser: Rosenblatt's rule is sgd without momentum and weight decay, but this is {name}; "
                "for others choose model.family=classifier with model.network={{name: dense, hidden: []}}."
            )
            raise RecipeError(message.format(name=section.name))

    def _wanted(self, batch: Batch) -> Tensor:
        """What each unit should say, float ``[n, units]`` of 0 and 1; NaN for samples without a label."""
        labels = batch.labels
        if labels is None:
            raise DataError(_("These samples have no labels, which a perceptron needs."))
        if labels.ndim == 2:
            if not self.spec.multi_label:
                raise RecipeError(
                    _("data.augment.mixup: a perceptron is right or wrong, never in between; set it to 0.")
                )
            return labels.float()
        known = labels >= 0
        wanted = (
            labels[:, None].float()
            if self.units == 1
            else nn.functional.one_hot(labels.clamp_min(0), self.units).float()
        )
        return torch.where(known[:, None], wanted, torch.nan)

    def _counting(self, batch: Batch) -> Tensor | None:
        """Sample weights that leave out samples without a label; ``None`` when all count the same."""
        if batch.labels is None or batch.labels.ndim == 2:
            return batch.weights
        labelled = (batch.labels >= 0).float()
        return labelled if batch.weights is None else labelled * batch.weights

    def _decide(self, scores: Tensor) -> Tensor:
        """0 and 1 ``[n, classes]``: the side of the line, the highest of several scores, or each yes or no."""
        if self.spec.multi_label:
            return (scores >= 0).float()
        chosen = (scores[:, 0] >= 0).long() if self.units == 1 else scores.argmax(1)
        return nn.functional.one_hot(chosen, len(self.spec.classes)).float()

    def _right(self, scores: Tensor, batch: Batch) -> Tensor:
        """1 for each sample whose class (or all of whose labels) it names, float ``[n]``."""
        labels = batch.labels
        assert labels is not None, "_wanted() made sure of it"
        decided = self._decide(scores)
        return ((decided == labels).all(1) if labels.ndim == 2 else decided.argmax(1) == labels).float()


def _error(scores: Tensor, wanted: Tensor) -> Tensor:
    """What was wanted less what was said, −1, 0 or 1, ``[n, units]``; 0 where nothing was wanted."""
    return torch.nan_to_num(wanted - (scores.detach() >= 0).float(), nan=0.0)


def _criterion(scores: Tensor, wanted: Tensor) -> Tensor:
    """Σ −e·(w·x + b) over units, ``[n]``: at a mistake its gradient step is Rosenblatt's rule, else it is 0."""
    return (-_error(scores, wanted) * scores).sum(1)
