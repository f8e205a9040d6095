"""The runs of cells that train together: what those on the same data have in common is worked out once, and each is
made by a function that another process can be sent."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from trasluz.api.run_facts import facts_of_data
from trasluz.data.data import Data
from trasluz.files import new_folder, write_bytes
from trasluz.model.hardware import choose, describe
from trasluz.recipe import ComputeSection, Recipe
from trasluz.runs.folder import RunFolder
from trasluz.runs.groups import save_groups
from trasluz.runs.held import HeldRun
from trasluz.runs.splits import arrays_to_keep, save_splits


@dataclass(frozen=True)
class Beginning:
    """What runs on the same data begin with: facts, and files that lie ready in ``folder`` to be copied."""

    facts: Mapping[str, Any]
    folder: Path

    @staticmethod
    def of(data: Data, source: str, runs: Path, folder: Path) -> Beginning:
        """Of runs under ``runs`` on ``data``, which their recipes call ``source``; fills ``folder``."""
        save_splits(folder, arrays_to_keep(data.splits, data.identities))
        if data.groups is not None:
            save_groups(folder, data.groups)
        return Beginning(facts_of_data(data, source, runs / "run"), folder)


@dataclass(frozen=True)
class NewRun:
    """Makes the run of ``recipe`` at ``path``; one that a killed process left there is gone on with."""

    path: Path
    recipe: Recipe
    beginning: Beginning

    def __call__(self) -> HeldRun:
        """The run, whose lock is still to be taken.

        Raises:
            StorageError: the folder cannot be written.
        """
        run = HeldRun.at(self.path)
        if (self.path / "run.json").is_file():
            return run
        shutil.rmtree(self.path, ignore_errors=True)  # nothing, or half a run, of a process that is gone
        self._begin(run, {})
        return run

    @contextmanager
    def whole(self, **facts: Any) -> Iterator[RunFolder]:
        """The run beside its place, to be filled, with ``facts`` of its training; in its place when the block ends.

        Raises:
            StorageError: the folder cannot be written.
        """
        with new_folder(self.path) as beside:
            run = RunFolder(beside)
            self._begin(run, facts)
            yield run

    def _begin(self, run: RunFolder, facts: Mapping[str, Any]) -> None:
        run.begin(self.recipe)
        for file in self.beginning.folder.iterdir():
            write_bytes(run.path / file.name, file.read_bytes())
        own = {"hardware": _hardware(self.recipe.compute.model_dump_json()), "started_from": []}
        run.describe(self.recipe, **{**self.beginning.facts, **own, **facts})

    @property
    def folder(self) -> RunFolder:
        """Where it lies."""
        return RunFolder(self.path)


@lru_cache(maxsize=16)
def _hardware(compute: str) -> dict[str, Any]:
    """The machine in words, of the process that trains; a population of hundreds asks for it once."""
    return describe(choose(ComputeSection.model_validate_json(compute)))
