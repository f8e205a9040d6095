"""Evidence: all that is known of a run when its rules are asked. Nothing here needs the run's folder or its data."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from trasluz.evaluation.evaluation import Evaluation
from trasluz.evaluation.sample_evaluation import SampleEvaluation
from trasluz.look.result import Result
from trasluz.metrics.clustered import worth_for_interval
from trasluz.metrics.intervals import score_interval, shares_apart, wilson
from trasluz.metrics.multi_label import THRESHOLD
from trasluz.recipe import AugmentSection, Recipe
from trasluz.recipe.train import PhaseSection, TrainSection

if TYPE_CHECKING:
    from trasluz.families.base import BaseFamily

Record = Mapping[str, Any]
_PREFERRED = ("test", "valid", "train")
_LAG = 0.1  # of the loss
_BESIDE = ("valid", "train_eval")
_SAME = 3  # epochs
BEHIND = 0.1  # of accuracy
_OF_ONE_GROUP = 1e-6  # of a sample each: then nothing is known


@dataclass(frozen=True)
class Evidence:
    """``info``: what ``run.json`` says, with the data's ``audit``.  ``history``: the records of ``metrics.jsonl``.
    ``evaluations``: by split.  ``samples``: what its generated images are worth, where they were judged.  ``looks``:
    results by name.  ``parameters``: how many numbers each of the model's arrays holds, by name; empty without a model.
    """

    recipe: Recipe
    info: Mapping[str, Any] = field(default_factory=dict)
    history: Sequence[Record] = ()
    evaluations: Mapping[str, Evaluation] = field(default_factory=dict)
    samples: SampleEvaluation | None = None
    looks: Mapping[str, Result] = field(default_factory=dict)
    parameters: Mapping[str, int] = field(default_factory=dict)

    @cached_property
    def main(self) -> Evaluation | None:
        """The evaluation that findings speak of: test before validation before training."""
        return next((self.evaluations[name] for name in _PREFERRED if name in self.evaluations), None)

    @property
    def audit(self) -> Mapping[str, Any]:
        """What is known of the data; empty where nothing is."""
        found: Mapping[str, Any] = self.info.get("audit") or {}
        return found

    @property
    def finished(self) -> bool:
        """Whether training came to its end."""
        return self.info.get("status") == "finished"

    @cached_property
    def family(self) -> type[BaseFamily]:
        """What was trained: rules ask it what it can do and which settings it has, not for its name."""
        from trasluz.families.base import get

        return get(str(self.recipe.model["family"]))

    @cached_property
    def taught_here(self) -> tuple[str, ...]:
        """The names of the parameters that this run made from nothing: moved in a phase, and not loaded from elsewhere.

        Of a start that found few of the weights ``run.json`` names only the first that were new.
        """
        starts = self.info.get("started_from") or ()
        new = [set(start.get("fresh_names") or ()) for start in starts if start.get("loaded")]
        phases = self.recipe.phases
        return tuple(
            name
            for name in self.parameters
            if all(name in names for names in new) and (not phases or any(_moves(phase, name) for phase in phases))
        )

    def has_setting(self, name: str) -> bool:
        """Whether the family has a field ``model.<name>``."""
        return name in self.family.Config.model_fields

    @cached_property
    def train(self) -> TrainSection:
        """How the last phase trains."""
        return self.recipe.resolved_phases()[-1][1]

    @cached_property
    def augment(self) -> AugmentSection:
        """How the last phase varies images."""
        return self.recipe.augment_in(self.recipe.resolved_phases()[-1][0])

    @cached_property
    def phase(self) -> tuple[Record, ...]:
        """The records of the phase that was trained last."""
        name = self.history[-1].get("phase") if self.history else None
        return tuple(record for record in self.history if record.get("phase") == name)

    def series(self, key: str) -> list[float]:
        """The finite values of one metric in the last phase, oldest first."""
        values = [record[key] for record in self.phase if isinstance(record.get(key), (int, float))]
        return [float(value) for value in values if math.isfinite(value)]

    def together(self, *keys: str) -> list[tuple[float, ...]]:
        """The values of several metrics of those epochs of the last phase in which all were measured and finite."""
        rows = [tuple(float(r[key]) for key in keys) for r in self.phase if all(key in r for key in keys)]
        return [row for row in rows if all(math.isfinite(value) for value in row)]

    def metric(self, name: str) -> float | None:
        """A metric of the main evaluation, or of the last validation; ``None`` where it was not measured."""
        if self.main is not None and name in self.main.metrics:
            return self.main.metrics[name]
        measured = self.series(f"valid/{name}")
        return measured[-1] if measured else None

    @cached_property
    def kept(self) -> Record:
        """The record of the epoch whose weights training ended with: the best one's where early stopping took them
        back, else the last one's; empty without any."""
        stopping, rows = self.train.early_stopping, [row for row in self.phase if _measured(row)]
        if not rows:
            return {}
        known = [] if stopping is None else [row for row in rows if stopping.monitor in row]
        if stopping is None or not stopping.restore_best or not known:
            return rows[-1]
        return (min if stopping.mode == "min" else max)(known, key=lambda row: float(row[stopping.monitor]))

    def kept_value(self, key: str) -> float | None:
        """A metric of ``kept``; ``None`` where it was not measured or is not finite."""
        value = self.kept.get(key)
        return float(value) if isinstance(value, (int, float)) and math.isfinite(value) else None

    @property
    def trained_share(self) -> tuple[float, int] | None:
        """Accuracy on training samples in evaluation mode, and of how many samples: of all where they were evaluated,
        else of those that stand beside validation."""
        judged = self.evaluations.get("train")
        if judged is not None and "accuracy" in judged.metrics:
            return judged.metrics["accuracy"], judged.count
        value = self.kept_value("train_eval/accuracy")
        return None if value is None else (value, self.compared)

    @property
    def stopped_itself(self) -> bool:
        """Whether early stopping ended the training, so that more epochs would change nothing."""
        return bool(self.info.get("stop_reason"))

    @cached_property
    def constant_rate(self) -> bool:
        """Whether the rate of the last phase never fell below half of its largest."""
        rates = self.series("learning_rate")
        return bool(rates) and min(rates) >= 0.5 * max(rates)

    @property
    def recomputed(self) -> Mapping[str, Any]:
        """What ``run.json`` tells of batch norms' statistics that were computed anew at the end of the last phase."""
        phases: Mapping[str, Any] = self.info.get("statistics") or {}
        found: Mapping[str, Any] = phases.get(str(self.phase[-1].get("phase")), {}) if self.phase else {}
        return found

    @cached_property
    def curves_lag(self) -> bool:
        """Whether curves were measured with statistics that lagged, so that they are not those of the weights.

        A sign of it is a leap of validation, or of the training samples beside it, where statistics were computed anew;
        another is ``left_behind``.
        """
        before, after = (self.recomputed.get(when, {}) for when in ("before", "after"))
        leaps = {key: abs(before[key] - after[key]) for key in before.keys() & after.keys()}
        losses = (leaps.get(f"{of}/loss", 0.0) > _LAG * abs(before.get(f"{of}/loss", 0.0)) for of in _BESIDE)
        shares = (leaps.get(f"{of}/accuracy", 0.0) >= BEHIND for of in _BESIDE)
        return any(losses) or any(shares) or self.left_behind is not None

    @cached_property
    def left_behind(self) -> tuple[float, float, float, float] | None:
        """Running accuracy of the last epoch, that of training samples in evaluation with its interval, where this lies
        surely a tenth below; else ``None``.

        Augmentation, dropout and weights from earlier in the epoch only ever make the running one lower.  Where all
        training samples stand beside validation both are of the very same ones, and nothing was drawn: then it must
        have been so for three epochs.
        """
        both = self.together("train/accuracy", "train_eval/accuracy")
        if not both:
            return None
        running, evaluated = both[-1]
        low, high = self.share_interval(evaluated, self.compared)
        if 0 < self.compared == self.count("train") and len(both) >= _SAME:
            low = high = evaluated
            running = evaluated + min(first - second for first, second in both[-_SAME:])
        return None if running - high < BEHIND else (both[-1][0], evaluated, low, high)

    @cached_property
    def compared(self) -> int:
        """How many training images ``train_eval/…`` was measured on."""
        return min(self.train.compared(self.count("train")), self.count("train"), self.count("valid"))

    @cached_property
    def chance_loss(self) -> float | None:
        """The cross-entropy of always giving the classes the shares that they have in training; ``None`` if unknown.

        Of several labels per sample it is the sum of those of each label alone.
        """
        sizes: list[int] = [counts.get("train", 0) for counts in (self.audit.get("classes") or {}).values()]
        total = sum(sizes)
        if self.recipe.data.balance != "none" or min(len(sizes), total) < 2:
            return None
        if self.several_labels:
            shares = [size / self.count("train") for size in sizes] if self.count("train") else []
            return math.fsum(_entropy((share, 1 - share)) for share in shares) if shares else None
        return _entropy([size / total for size in sizes])

    @property
    def several_labels(self) -> bool:
        """Whether a sample may have several labels: then validation measures how often all of them are right."""
        return any(str(key).endswith("/subset_accuracy") for record in self.phase for key in record) or (
            self.main is not None and "subset_accuracy" in self.main.metrics
        )

    def count(self, split: str) -> int:
        """How many samples a split has."""
        return int((self.info.get("splits") or {}).get(split, 0))

    @cached_property
    def worth(self) -> float:
        """As how much of an independent sample each of the samples counts that were evaluated: 1, or less where groups
        are right or wrong together."""
        arrays = {} if self.main is None else self.main.arrays
        if not {"groups", "labels", "probabilities"} <= arrays.keys():
            return 1.0
        labels, probabilities = arrays["labels"], arrays["probabilities"]
        known = labels >= 0 if labels.ndim == 1 else np.ones(len(labels), bool)
        said = probabilities.argmax(1) if labels.ndim == 1 else probabilities > THRESHOLD
        right = said == labels if labels.ndim == 1 else (said == labels).all(1)
        if not known.any():
            return 1.0
        return worth_for_interval(right[known], arrays["groups"][known]) / int(known.sum()) or _OF_ONE_GROUP

    def share_interval(self, share: float, count: int) -> tuple[float, float]:
        """The 95 % interval of a share of ``count`` samples, which are as alike in their groups as those evaluated."""
        return wilson(round(share * count), count) if self.worth == 1 else score_interval(share, self.worth * count)

    def shares_apart(self, first: tuple[float, int], second: tuple[float, int]) -> tuple[float, float]:
        """The 95 % interval of a share less another, each with its number of samples, alike as above."""
        one, other = ((share * self.worth * count, self.worth * count) for share, count in (first, second))
        return shares_apart(one, other)

    @property
    def divergence(self) -> dict[str, Any]:
        """The recipe's divergence with its settings; empty where the model has none."""
        setting = self.recipe.model.get("divergence", "kl" if self.metric("effective_beta") is not None else None)
        return {"name": setting} if isinstance(setting, str) else dict(setting or {})

    @property
    def code_size(self) -> int | None:
        """Dimensions of a code with a posterior; ``None`` for models without one."""
        if self.main is not None and "kl" in self.main.arrays:
            return int(self.main.arrays["kl"].shape[1])
        latent = self.recipe.model.get("latent")
        return latent if isinstance(latent, int) and self.metric("active_units") is not None else None


def _moves(phase: PhaseSection, name: str) -> bool:
    """Whether a phase trains that parameter; ``frozen`` wins over ``trainable``."""
    fits = [any(fnmatchcase(name, pattern) for pattern in of) for of in (phase.trainable, phase.frozen)]
    return fits == [True, False]


def _entropy(shares: Sequence[float]) -> float:
    return -math.fsum(share * math.log(share) for share in shares if share > 0)


def _measured(record: Record) -> bool:
    """Whether validation, or what stands beside it, was measured in this epoch."""
    return any(key.startswith(("valid/", "train_eval/")) for key in record)


def longer(evidence: Evidence) -> tuple[str, ...]:
    """Twice the epochs; nothing where the training stopped itself, and would do so again at the same epoch."""
    return () if evidence.stopped_itself else (train_setting(evidence, "epochs", 2 * evidence.train.epochs),)


def train_setting(evidence: Evidence, name: str, value: object) -> str:
    """``--set`` that gives the field ``name`` of the last phase's ``train`` a value, wherever the recipe states it."""
    phases = evidence.recipe.phases
    own = bool(phases) and name.split(".")[0] in phases[-1].train
    return f"{f'phases.{len(phases) - 1}.' if own else ''}train.{name}={value}"


def divergence_setting(evidence: Evidence, **changes: object) -> str:
    """``--set`` that changes fields of the divergence and keeps the others."""
    both = {**evidence.divergence, **changes}
    return f"model.divergence={{{', '.join(f'{key}: {_yaml(value)}' for key, value in both.items())}}}"


def _yaml(value: object) -> str:
    if isinstance(value, float):
        return f"{value:g}" if "e" not in f"{value:g}" else f"{value:.10f}".rstrip("0")
    return f"[{', '.join(_yaml(v) for v in value)}]" if isinstance(value, (list, tuple)) else str(value)
