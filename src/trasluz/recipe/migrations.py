"""Recipes of earlier versions, brought to the present one.

``STEPS[n]`` turns a tree of version ``n`` into one of version ``n + 1``.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from trasluz.errors import RecipeError
from trasluz.messages import _

VERSION = 1
STEPS: dict[int, Callable[[dict[str, Any]], dict[str, Any]]] = {}


def migrate(tree: dict[str, Any]) -> dict[str, Any]:
    """``tree`` in the present version.

    Raises:
        RecipeError: the version is not a whole number from 1, or is newer than this program.
    """
    version = tree.get("version", VERSION)
    if not isinstance(version, int) or isinstance(version, bool) or version < 1:
        raise RecipeError(
            _("version: {version!r} is not allowed; it is a whole number from 1 to {newest}.").format(
                version=version, newest=VERSION
            )
        )
    if version > VERSION:
        raise RecipeError(
            _(
                "version: this recipe is of version {version}, and this program knows up to {newest}; upgrade trasluz."
            ).format(version=version, newest=VERSION)
        )
    for step in range(version, VERSION):
        tree = {**STEPS[step](tree), "version": step + 1}
    return tree
