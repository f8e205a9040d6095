"""Runs that a measurement needs: made once, found again, so that it can be made in pieces."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import trasluz as tz
from trasluz.api.training import resolve
from trasluz.reporting import Reporter


def trained(
    recipe: str, seed: int, runs: Path, settings: dict[str, Any] | None = None, reporter: Reporter | None = None
) -> tz.Run:
    """The finished run of this recipe, seed and settings in ``runs``, or a new one."""
    wanted = resolve(recipe, seed=seed, set=settings)[0].hash
    for known in tz.list_runs(runs):
        if known.status == "finished" and tz.open_run(known.path).info["recipe_hash"] == wanted:
            return tz.open_run(known.path)
    return tz.train(recipe, seed=seed, set=settings, runs=runs, reporter=reporter)
