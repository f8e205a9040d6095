"""HeldRun: a run folder whose lock this process has, or takes before it trains, as the store of that training.

What only grows or replaces a file under a name of its own (evaluations, looks, findings, reports, pictures) is written
whole and needs no lock: a report can be made while the run trains.  Training, resuming and deleting need it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from trasluz.locks import Lock, lock_of
from trasluz.recipe import Recipe
from trasluz.runs.folder import RunFolder

if TYPE_CHECKING:
    from trasluz.model.model import Model


@dataclass(frozen=True)
class HeldRun(RunFolder):
    """A run that one process trains: it refuses to write once another has taken it over.

    Raises:
        TakenOverError: by whatever writes the state of the training.
    """

    lock: Lock

    @staticmethod
    def at(path: Path) -> HeldRun:
        """The run at ``path``, whose lock is still to be taken."""
        return HeldRun(path, lock_of(path))

    def update_info(self, **values: Any) -> None:
        """Replaces fields of ``run.json`` atomically."""
        self.lock.check()
        super().update_info(**values)

    def extend_metrics(self, records: Iterable[Mapping[str, Any]]) -> None:
        """Appends records to ``metrics.jsonl``."""
        self.lock.check()
        super().extend_metrics(records)

    def write_checkpoint(self, name: str, state: Mapping[str, Any]) -> None:
        """Writes ``checkpoints/<name>`` atomically."""
        self.lock.check()
        super().write_checkpoint(name, state)

    def write_model(self, recipe: Recipe, model: Model) -> None:
        """Writes ``model/`` atomically."""
        self.lock.check()
        super().write_model(recipe, model)
