"""What sections are made from: the run, its evaluations, and the page's stock of pictures and figures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from functools import cached_property
from typing import Any

import numpy as np

from trasluz.draw.history import History, read_history
from trasluz.draw.provenance import Origin
from trasluz.draw.steps import Steps
from trasluz.evaluation.evaluation import Evaluation
from trasluz.findings.evidence import Evidence
from trasluz.findings.finding import Finding
from trasluz.look.result import Result
from trasluz.model.storing import load_spec
from trasluz.recipe import EarlyStoppingSection, Recipe
from trasluz.report.images import Made, data_address
from trasluz.report.stock import Stock
from trasluz.runs.folder import RunFolder
from trasluz.runs.weights import Weights

_PREFERRED = ("test", "valid", "train")


@dataclass
class Context(Stock):
    """One page in the making.

    ``findings``: language → what the rules found, the same ones in each; ``None`` where they were not asked.
    ``chosen``: the weights that the page speaks of, the final ones by default.  ``failed_looks``: name → what kept a
    look from being had.  ``lacking``: why a split could not be evaluated, where it could not.
    ``data``: where the run's data lie, where that is not what its recipe names.
    """

    folder: RunFolder
    evaluations: Mapping[str, Evaluation]
    looks: Mapping[str, Result] = field(default_factory=dict)
    findings: Mapping[str, Sequence[Finding]] | None = None
    chosen: Weights | None = None
    failed_looks: Mapping[str, Exception] = field(default_factory=dict)
    lacking: Exception | None = None
    data: str | None = None
    _known: dict[tuple[str, int], int] = field(default_factory=dict)

    @cached_property
    def weights(self) -> Weights:
        """The weights that evaluations, looks and samples are of."""
        return self.chosen or Weights(self.folder.path)

    @cached_property
    def info(self) -> dict[str, Any]:
        """What ``run.json`` says."""
        return self.folder.info()

    @cached_property
    def recipe(self) -> Recipe:
        """The resolved recipe."""
        return self.folder.recipe()

    @cached_property
    def history(self) -> History:
        """One point per epoch."""
        return read_history(self.folder.metrics())

    @cached_property
    def steps(self) -> Steps:
        """What was kept of stretches of steps; empty for older runs."""
        return Steps(self.folder.steps(), self.folder.metrics())

    @cached_property
    def main(self) -> Evaluation | None:
        """The evaluation that the page speaks of: test before validation before training."""
        names = [*_PREFERRED, *self.evaluations]
        return next((self.evaluations[name] for name in names if name in self.evaluations), None)

    @cached_property
    def curves_lag(self) -> bool:
        """Whether the curves were measured with running statistics that lagged behind the weights."""
        return Evidence(self.recipe, self.info, self.folder.metrics()).curves_lag

    @cached_property
    def best(self) -> tuple[str, int, float] | None:
        """What the last phase watched, the epoch (counted through all phases) in which it was best, its value there;
        ``None`` where the curves lag behind the weights, unless those of that epoch were taken."""
        stopping = self.recipe.resolved_phases()[-1][1].early_stopping
        if self.curves_lag and not (stopping and stopping.restore_best):
            return None
        section = stopping or EarlyStoppingSection()
        first = self.history.phases[-1][1] if self.history.phases else 1
        found = self.history.best(section.monitor, section.mode, first + section.start_epoch)
        return None if found is None else (section.monitor, *found)

    @cached_property
    def spec(self) -> dict[str, Any]:
        """The data's kind, shape and classes as the model keeps them; empty where there is no model yet."""
        folder = self.folder.path / "model"
        return asdict(load_spec(folder)) if (folder / "config.json").is_file() else {}

    @cached_property
    def origin(self) -> Origin:
        """What images that the run made say of it."""
        return Origin(self.weights.label, self.recipe.name, self.recipe.hash)

    def picture(self, kind: str, index: int) -> int:
        """The number on the page of example ``index`` of ``kind``, a name of ``Evaluation.examples``, stored once."""
        if self.main is None:
            raise LookupError("a page without an evaluation has no example images")
        key = (kind, index)
        if key not in self._known:
            self._known[key] = len(self.pictures)
            made = Made("reconstructed", self.origin) if kind == "reconstructions" else None
            self.pictures.append(data_address(np.asarray(self.main.examples[kind][index]), made))
        return self._known[key]
