"""The verbs about data: check a source, preview an augmentation."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from trasluz.data.opening import open_data
from trasluz.recipe import DataSection, Recipe, load
from trasluz.recipe.files import built_in_names
from trasluz.reporting import Reporter


def check_data(
    source: str | Path, *, set: dict[str, Any] | None = None, reporter: Reporter | None = None
) -> dict[str, Any]:
    """The audit of a source: counts, sizes, unreadable files, duplicates within and across splits, imbalance.

    Unreadable files are listed, not refused.

    Raises:
        DataError: no such source, or nothing in it can be read.
    """
    recipe = Recipe().override({"data.source": str(source), "data.allow_unreadable": True, **(set or {})})
    return dict(open_data(recipe.data, recipe.seed, reporter or Reporter()).audit)


def data_section(source: str | Path, set: dict[str, Any] | None = None) -> DataSection:
    """The ``data`` part of a recipe (by name or file), or of a bare source."""
    known = str(source) in built_in_names() or Path(source).suffix in (".yaml", ".yml")
    recipe = load(source) if known else Recipe().override({"data.source": str(source)})
    return recipe.override(set or {}).data
