"""One recipe with several seeds: the honest way to a number with an interval."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from trasluz.api.listening import listening
from trasluz.api.results import SeedsResult
from trasluz.api.run import Run
from trasluz.api.training import train
from trasluz.errors import RequestError
from trasluz.messages import _
from trasluz.metrics.over_seeds import bounds_of, over_seeds
from trasluz.recipe import Recipe, load
from trasluz.reporting import Reporter


def train_seeds(
    recipe: str | Path | Recipe,
    seeds: int,
    *,
    seed: int | None = None,
    reporter: Reporter | None = None,
    **settings: Any,
) -> SeedsResult:
    """Trains ``seeds`` runs with consecutive seeds from ``seed`` (the recipe's by default) on.

    The splits are drawn anew for each seed where the source does not give them.

    Raises:
        RequestError: fewer than one seed.
    """
    if seeds < 1:
        raise RequestError(_("--seeds {seeds}: give at least 1.").format(seeds=seeds))
    base = recipe if isinstance(recipe, Recipe) else load(recipe)
    first = base.seed if seed is None else seed
    speaker = listening(reporter)
    runs: list[Run] = []
    for number in range(seeds):
        speaker.say(_("Seed {number} of {seeds}").format(number=number + 1, seeds=seeds))
        runs.append(train(base, seed=first + number, reporter=speaker, **settings))
    scores = [run.metrics for run in runs]
    table = {name: over_seeds([score[name] for score in scores], bounds_of(name)) for name in scores[0]}
    return SeedsResult(tuple(runs), table)
