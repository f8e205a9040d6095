"""What a caller asks for: a recipe with its changes, and the arrays where the data are given as such."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

from trasluz.api.given import Source, in_memory
from trasluz.data.arrays import GivenGroups, read_groups
from trasluz.data.read.raw import Raw
from trasluz.errors import DataError
from trasluz.messages import _
from trasluz.recipe import Recipe, load


def resolve(
    recipe: str | Path | Recipe,
    *,
    data: Source | None = None,
    set: dict[str, Any] | None = None,
    seed: int | None = None,
    device: str | None = None,
    precision: str | None = None,
    devices: int | None = None,
    nodes: int | None = None,
    groups: GivenGroups | None = None,
) -> tuple[Recipe, Raw | None]:
    """The complete recipe of a request, and the arrays when the data are given as such.

    Raises:
        RecipeError: an unknown recipe, field or value.
    """
    chosen = recipe if isinstance(recipe, Recipe) else load(recipe)
    given = {"seed": seed, "compute.device": device, "compute.precision": precision}
    given |= {"compute.devices": devices, "compute.nodes": nodes}
    changes, arrays = gathered(data, set, given, groups)
    return chosen.override(changes), arrays


def gathered(
    data: Source | None, set: dict[str, Any] | None, given: dict[str, Any], groups: GivenGroups | None
) -> tuple[dict[str, Any], Raw | None]:
    """The fields of a recipe that a request changes (of ``given`` those that are not ``None``), and its arrays.

    Raises:
        DataError: the arrays are no data, or groups are given without any.
    """
    changes = dict(set or {})
    arrays = None
    if isinstance(data, (str, Path)):
        changes["data.source"] = str(data)
    elif data is not None:
        arrays = in_memory(data)
        changes["data.source"] = arrays.name
    arrays = _with_groups(arrays, groups)
    return changes | {field: value for field, value in given.items() if value is not None}, arrays


def _with_groups(arrays: Raw | None, groups: GivenGroups | None) -> Raw | None:
    """``arrays`` whose samples belong together as ``groups`` say.

    Raises:
        DataError: there are no arrays, or another number of groups.
    """
    if groups is None:
        return arrays
    if arrays is None:
        message = _("groups: are for data in memory; of files, data.group says by column, folder or name who belongs.")
        raise DataError(message)
    return dataclasses.replace(arrays, groups=read_groups(groups, len(arrays.samples)))
