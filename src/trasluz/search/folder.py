"""The folder of a study: ``study.yaml``, its runs under ``runs/``, and what came out (``table.json``, ``study.html``).

The runs are the truth: which cells are done is read from them, by the hash of each cell's recipe, so that a study
that was stopped at any moment goes on from what lies there.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from pathlib import Path

from trasluz.errors import RunError
from trasluz.files import refuse_links_out, storage, write_bytes
from trasluz.locks import Lock
from trasluz.messages import _
from trasluz.recipe import Recipe
from trasluz.recipe.study import Study, load_study

_LEASE, _DIGITS = ".cell-", 16  # the name of a lease, and how much of the hash is in it


@dataclass(frozen=True)
class Cell:
    """One run of a study: its variant, the number of its seed (from 0), and its recipe."""

    variant: str
    number: int
    recipe: Recipe

    @cached_property
    def recipe_hash(self) -> str:
        """The recipe's hash, by which its run is found."""
        return self.recipe.hash


@dataclass(frozen=True)
class StudyFolder:
    """A study on disk; holds no state of its own."""

    path: Path

    @staticmethod
    def create(runs: Path, study: Study) -> StudyFolder:
        """A new folder ``<date>-study-<name>-<short id>`` under ``runs``.

        Raises:
            StorageError: it cannot be written.
        """
        stamp = datetime.now().astimezone().strftime("%Y%m%d")
        folder = StudyFolder(runs / f"{stamp}-study-{study.name}-{secrets.token_hex(3)}")
        with storage(folder.path):
            folder.runs.mkdir(parents=True)
        write_bytes(folder.path / "study.yaml", study.to_yaml().encode())
        return folder

    @staticmethod
    def is_one(path: Path) -> bool:
        """Whether ``path`` is the folder of a study."""
        return (path / "study.yaml").is_file()

    @staticmethod
    def open(path: Path) -> StudyFolder:
        """An existing study.

        Raises:
            RunError: there is none, or something in it is a link that leads out of it.
        """
        if not StudyFolder.is_one(path):
            raise RunError(_("{path}: this is not the folder of a study: study.yaml is missing.").format(path=path))
        refuse_links_out(path)
        return StudyFolder(path)

    @property
    def runs(self) -> Path:
        """Where its runs lie."""
        return self.path / "runs"

    def lease(self, cell: Cell) -> Lock:
        """The lock of one cell: who has it trains that cell, while others train the rest."""
        return Lock(self.path / f"{_LEASE}{cell.recipe_hash[:_DIGITS]}", self.path)

    def leases_left(self) -> list[Lock]:
        """The leases that lie in the folder, held or left behind."""
        names = sorted({path.name[: len(_LEASE) + _DIGITS] for path in self.path.glob(f"{_LEASE}*")})
        return [Lock(self.path / name, self.path) for name in names]

    @property
    def writing(self) -> Lock:
        """The lock of what is written about all cells."""
        return Lock(self.path / ".table", self.path)

    def study(self) -> Study:
        """What it was asked for."""
        return load_study(self.path / "study.yaml")


def cells_of(study: Study) -> list[Cell]:
    """Every run that the study needs: all variants of the first seed, then of the next.

    Raises:
        RecipeError: a variant does not fit its base.
    """
    first = study.first_recipes()
    return [Cell(v, n, recipe.with_seed(recipe.seed + n)) for n in range(study.seeds) for v, recipe in first.items()]
