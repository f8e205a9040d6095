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

BASE = "base.yaml"  # a base that is no built-in recipe, kept with the study
_LEASE, _DIGITS = ".cell-", 16  # the name of a lease, and how much of the hash is in it


@dataclass(frozen=True)
class Cell:
    """One run of a study: its variant, its number among the runs of that variant (from 0), and its recipe.

    ``seed``, ``repeat`` and ``fold``: which of the seeds, of the dealings into folds, and of the folds; the number
    counts these, folds first, so that cells of one number share all three.
    """

    variant: str
    number: int
    recipe: Recipe
    seed: int = 0
    repeat: int = 0
    fold: int | None = None

    @cached_property
    def recipe_hash(self) -> str:
        """The recipe's hash, by which its run is found."""
        return self.recipe.hash


@dataclass(frozen=True)
class StudyFolder:
    """A study on disk; holds no state of its own."""

    path: Path

    @staticmethod
    def create(runs: Path, study: Study, base: Recipe | None = None) -> StudyFolder:
        """A new folder ``<date>-study-<name>-<short id>`` under ``runs``; ``base`` is kept in it, as the study's.

        Raises:
            StorageError: it cannot be written.
        """
        stamp = datetime.now().astimezone().strftime("%Y%m%d")
        folder = StudyFolder(runs / f"{stamp}-study-{study.name}-{secrets.token_hex(3)}")
        folder.fill(study, base)
        return folder

    def fill(self, study: Study, base: Recipe | None = None) -> None:
        """Makes the folder and what it holds at first.

        Raises:
            StorageError: it cannot be written.
        """
        with storage(self.path):
            self.runs.mkdir(parents=True, exist_ok=True)
        if base is not None:
            write_bytes(self.path / BASE, base.to_yaml().encode())
            study = study.model_copy(update={"base": BASE})
        write_bytes(self.path / "study.yaml", study.to_yaml().encode())

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
        """What it was asked for; a base that lies in the folder is named by where it is now."""
        asked = load_study(self.path / "study.yaml")
        own = self.path / asked.base
        return asked.model_copy(update={"base": str(own)}) if asked.base == BASE and own.is_file() else asked


def cells_of(study: Study, folds: int | None = None) -> list[Cell]:
    """Every run that the study's variants need: all variants of the first seed, then of the next.

    ``folds``: how many the data have, where the study leaves one group out.

    Raises:
        RecipeError: a variant does not fit its base.
    """
    of_each = [cells_of_variant(study, name, recipe, folds) for name, recipe in study.first_recipes().items()]
    return [cell for same in zip(*of_each, strict=True) for cell in same]


def cells_of_variant(study: Study, name: str, first: Recipe, folds: int | None = None) -> list[Cell]:
    """The runs of one variant, or trial, of which ``first`` is the recipe of the first seed.

    Raises:
        RecipeError: the study's folds do not fit the recipe.
    """
    if study.folds is None:
        return [Cell(name, n, first.with_seed(first.seed + n), n) for n in range(study.seeds)]
    count = folds or study.folds.count
    cells: list[Cell] = []
    dealt = {
        (repeat, index): first.override({"data.fold": study.folds.field(index, repeat)})
        for repeat in range(study.folds.repeats)
        for index in range(count)
    }
    for seed in range(study.seeds):
        for (repeat, index), recipe in dealt.items():
            cells.append(Cell(name, len(cells), recipe.with_seed(first.seed + seed), seed, repeat, index))
    return cells
