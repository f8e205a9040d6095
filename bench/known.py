"""Runs that a measurement needs: made once, found again, so that it can be made in pieces."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import trasluz as tz
from trasluz.api.asked import resolve
from trasluz.reporting import Reporter


def trained(
    recipe: str | tz.Recipe,
    seed: int,
    runs: Path,
    settings: dict[str, Any] | None = None,
    reporter: Reporter | None = None,
) -> tz.Run:
    """The finished run of this recipe, seed and settings in ``runs``, or a new one."""
    runs.mkdir(parents=True, exist_ok=True)
    wanted = resolve(recipe, seed=seed, set=settings)[0].hash
    for known in tz.list_runs(runs):
        # The hash of the recipe as it is read today: a field that came later stands there with its default.
        if known.status == "finished" and (run := tz.open_run(known.path)).recipe.hash == wanted:
            return run
    return tz.train(recipe, seed=seed, set=settings, runs=runs, reporter=reporter)
