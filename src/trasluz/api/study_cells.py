"""How the cells of a study or of a learning curve are trained, which several processes may share: new ones together, as
those of a search, and one after another what was begun before."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from trasluz.api.search_cells import After, OneByOne
from trasluz.api.search_together import Together
from trasluz.errors import HeldError, TakenOverError
from trasluz.messages import _
from trasluz.model.hardware import choose
from trasluz.recipe import Recipe
from trasluz.reporting import Reporter
from trasluz.runs.folder import RunFolder
from trasluz.search.folder import Cell, StudyFolder
from trasluz.search.index import RunIndex
from trasluz.search.sharing import Numbered, share_together
from trasluz.search.trials.working import CellDone, Trainer

_MOST = 32  # cells at once: others may want some, too
_PART = 600.0  # seconds that these should take, as soon as it is known


def trainer_of(recipes: Sequence[Recipe], runs: Path, split: str, reporter: Reporter, after: After) -> Trainer:
    """What trains the cells of these ``recipes``: together on a processor, one after another on a GPU, which one fills,
    and where a training has several processes of its own.

    ``after`` is called with each run that was judged, and its cell.
    """
    alone = OneByOne(runs, split, reporter, after)
    for compute in (recipe.compute for recipe in recipes):
        if compute.devices * compute.nodes > 1 or choose(compute).device != "cpu":
            return alone
    return _InParts(alone, runs, split, reporter, _MOST)


class _InParts(Together):
    """Takes fewer cells where these take long, so that whoever joins finds some left."""

    filmed = True

    @property
    def at_once(self) -> int:
        """As many as end soon."""
        if self._each is None:
            return self._most
        return max(os.cpu_count() or 1, min(self._most, int(_PART / max(self._each, 1e-3))))


def train_shared(
    folder: StudyFolder,
    cells: Sequence[Cell],
    trainer: Trainer,
    is_done: Callable[[RunFolder | None], bool],
    go_on: Callable[[int, Cell], None],
    ended: Callable[[CellDone], None],
    reporter: Reporter,
) -> None:
    """Trains the cells whose run is not ``is_done``: those that were begun by ``go_on``, all others by ``trainer``.

    ``ended`` is told what came out of the latter.

    Raises:
        Interrupted: somebody asked to stop.
    """
    index, counted = RunIndex(folder.runs), set[str]()
    with reporter.task(_("Study"), len(cells), _("runs")) as task:

        def count(cell: Cell) -> None:
            if cell.recipe_hash not in counted:
                counted.add(cell.recipe_hash)
                task.advance(1, cell.variant)

        def done(cell: Cell) -> bool:
            known = is_done(index.find(cell.recipe_hash))
            if known:
                count(cell)
            return known

        def tell(found: CellDone) -> None:
            count(found.cell)
            ended(found)

        def work(taken: Sequence[Numbered]) -> Iterator[tuple[Cell, Exception | None]]:
            begun = {number: index.find(cell.recipe_hash) is not None for number, cell in taken}
            for number, cell in taken:
                if not begun[number]:
                    continue
                try:
                    go_on(number, cell)
                except (HeldError, TakenOverError) as error:
                    yield cell, error
                else:
                    count(cell)
                    yield cell, None
            yield from _fresh([cell for number, cell in taken if not begun[number]], trainer, tell)

        share_together(folder, cells, done, work, lambda: trainer.at_once, reporter)


def _fresh(
    cells: Sequence[Cell], trainer: Trainer, ended: Callable[[CellDone], None]
) -> Iterator[tuple[Cell, Exception | None]]:
    """Trains cells that nobody began; those that another process took over meanwhile are waited for."""
    left = {cell.recipe_hash: cell for cell in cells}
    try:
        for found in trainer.train(list(cells), None, True):
            ended(found)
            del left[found.cell.recipe_hash]
            yield found.cell, None
    except (HeldError, TakenOverError) as error:
        for cell in left.values():
            yield cell, error
