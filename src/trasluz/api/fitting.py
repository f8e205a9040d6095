"""fit(): trains a recipe in memory and gives the model; no folder, no file."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from trasluz.api.asked import resolve
from trasluz.api.given import Source
from trasluz.api.listening import listening
from trasluz.api.run import open_source
from trasluz.api.trusting import Packages, check_code, trusting
from trasluz.data.arrays import GivenGroups
from trasluz.model.model import Model
from trasluz.recipe import Recipe
from trasluz.reporting import Reporter
from trasluz.training.callbacks.base import Callback
from trasluz.training.fit import fit as fit_data
from trasluz.training.store import Store


def fit(
    recipe: str | Path | Recipe,
    *,
    data: Source | None = None,
    set: dict[str, Any] | None = None,
    seed: int | None = None,
    store: Store | None = None,
    allow: Packages = (),
    reporter: Reporter | None = None,
    callbacks: Sequence[Callback] = (),
    groups: GivenGroups | None = None,
) -> Model:
    """Trains a recipe and returns the model alone, with the bits that ``train`` would give.

    ``store``: where records, checkpoints and arrays go, this process's memory by default; a store that holds a
    checkpoint is gone on with.  The other arguments are those of ``train``.

    Raises:
        RequestError: the recipe, the data or a value is wrong; nothing was started.
        Interrupted: Ctrl-C or SIGTERM.
        WorkError: training failed.
    """
    whole, arrays = resolve(recipe, data=data, set=set, seed=seed, groups=groups)
    speaker = listening(reporter)
    with trusting(allow, whole.data.source):
        check_code(whole.model)
        opened = open_source(whole.data, whole.seed, speaker, arrays)
        return fit_data(whole, opened, store, callbacks=callbacks, reporter=speaker)
