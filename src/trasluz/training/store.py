"""Store: where a training keeps what must outlive its steps: facts, records, checkpoints, arrays, and the model.

``MemoryStore`` keeps all of it in this process, for estimators and trials; ``runs/folder.py`` in a run folder, where
it survives a kill.  The loop and its callbacks know this protocol alone.
"""

from __future__ import annotations

import copy
from collections.abc import Iterable, Mapping
from typing import Any, Protocol

import numpy as np

from trasluz.messages import _
from trasluz.model.model import Model
from trasluz.recipe import Recipe
from trasluz.reporting import Reporter

State = dict[str, Any]  # a tree of tensors and plain values


class Store(Protocol):
    """What a training asks of the place where it is kept."""

    @property
    def how_to_resume(self) -> str:
        """What a person does to go on after an interruption, as the end of a sentence."""

    def info(self) -> dict[str, Any]:
        """The facts known so far (status, timings, failure…)."""

    def update_info(self, **values: Any) -> None:
        """Replaces facts."""

    def metrics(self) -> list[dict[str, Any]]:
        """The records of epochs, oldest first."""

    def append_metrics(self, record: Mapping[str, Any]) -> None:
        """Adds the record of an epoch."""

    def extend_metrics(self, records: Iterable[Mapping[str, Any]]) -> None:
        """Adds the records of several epochs."""

    def append_steps(self, records: Iterable[Mapping[str, Any]]) -> None:
        """Adds records of stretches of steps."""

    def metrics_offset(self) -> int:
        """Where the records of epochs end now, for ``cut_metrics``."""

    def steps_offset(self) -> int:
        """Where the records of stretches end now, for ``cut_steps``."""

    def cut_metrics(self, offset: int) -> None:
        """Takes the records of epochs back to where they once ended."""

    def cut_steps(self, offset: int) -> None:
        """Takes the records of stretches back to where they once ended."""

    def write_checkpoint(self, name: str, state: State) -> None:
        """Keeps ``state`` under ``name``: a global step in digits, of which the newest are kept, or ``best``."""

    def newest_checkpoint(self, reporter: Reporter) -> State | None:
        """The newest whole state under a number; ``None`` where there is none.

        Raises:
            CheckpointError: there are some, but every one is damaged.
        """

    def discard_checkpoints_after(self, step: int) -> None:
        """Drops numbered states later than ``step``, which the training will write again."""

    def write_arrays(self, name: str, arrays: Mapping[str, np.ndarray]) -> None:
        """Keeps arrays under ``name``, such as ``samples/000000012``."""

    def array_names(self, folder: str) -> tuple[str, ...]:
        """The names under ``folder`` of arrays that were kept, sorted."""

    def delete_arrays(self, name: str) -> None:
        """Drops the arrays of that name."""

    def write_model(self, recipe: Recipe, model: Model) -> None:
        """Keeps the trained model."""


class MemoryStore:
    """A store in this process: nothing is written anywhere, and the newest checkpoint alone is kept."""

    def __init__(self) -> None:
        self.model: Model | None = None
        self.checkpoints: dict[str, State] = {}
        self.arrays: dict[str, dict[str, np.ndarray]] = {}
        self._info: dict[str, Any] = {"status": "created", "timings": {"training_seconds": 0.0}}
        self._metrics: list[dict[str, Any]] = []
        self._steps: list[dict[str, Any]] = []

    @property
    def how_to_resume(self) -> str:
        """Fitting again with this store goes on."""
        return _("fit again with the same store")

    def info(self) -> dict[str, Any]:
        """The facts known so far."""
        return dict(self._info)

    def update_info(self, **values: Any) -> None:
        """Replaces facts."""
        self._info |= values

    def metrics(self) -> list[dict[str, Any]]:
        """The records of epochs, oldest first."""
        return list(self._metrics)

    def steps(self) -> list[dict[str, Any]]:
        """The records of stretches of steps, oldest first."""
        return list(self._steps)

    def append_metrics(self, record: Mapping[str, Any]) -> None:
        """Adds the record of an epoch."""
        self.extend_metrics([record])

    def extend_metrics(self, records: Iterable[Mapping[str, Any]]) -> None:
        """Adds the records of several epochs."""
        self._metrics.extend(dict(record) for record in records)

    def append_steps(self, records: Iterable[Mapping[str, Any]]) -> None:
        """Adds records of stretches of steps."""
        self._steps.extend(dict(record) for record in records)

    def metrics_offset(self) -> int:
        """How many records of epochs there are."""
        return len(self._metrics)

    def steps_offset(self) -> int:
        """How many records of stretches there are."""
        return len(self._steps)

    def cut_metrics(self, offset: int) -> None:
        """Keeps the first ``offset`` records of epochs."""
        del self._metrics[offset:]

    def cut_steps(self, offset: int) -> None:
        """Keeps the first ``offset`` records of stretches."""
        del self._steps[offset:]

    def write_checkpoint(self, name: str, state: State) -> None:
        """Keeps a copy of ``state``; of numbered ones only this."""
        if name.isdigit():
            self.discard_checkpoints_after(-1)
        self.checkpoints[name] = copy.deepcopy(state)

    def newest_checkpoint(self, reporter: Reporter) -> State | None:
        """A copy of the last numbered state."""
        numbered = [name for name in self.checkpoints if name.isdigit()]
        return copy.deepcopy(self.checkpoints[max(numbered, key=int)]) if numbered else None

    def discard_checkpoints_after(self, step: int) -> None:
        """Drops numbered states later than ``step``."""
        self.checkpoints = {n: s for n, s in self.checkpoints.items() if not n.isdigit() or int(n) <= step}

    def write_arrays(self, name: str, arrays: Mapping[str, np.ndarray]) -> None:
        """Keeps arrays under ``name``."""
        self.arrays[name] = dict(arrays)

    def array_names(self, folder: str) -> tuple[str, ...]:
        """The names under ``folder``, sorted."""
        return tuple(sorted(name for name in self.arrays if name.startswith(f"{folder}/")))

    def delete_arrays(self, name: str) -> None:
        """Drops the arrays of that name."""
        self.arrays.pop(name, None)

    def write_model(self, recipe: Recipe, model: Model) -> None:
        """Keeps the trained model."""
        self.model = model
