"""Finding recipes: a built-in name or a YAML file, with ``a.b=c`` overrides."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

from trasluz.errors import RecipeError
from trasluz.messages import _, short
from trasluz.recipe.nearby import perhaps
from trasluz.recipe.recipe import Recipe, from_yaml
from trasluz.recipe.text import RefusedTextError, read_text, read_yaml

_BUILT_IN = Path(__file__).parent.parent / "recipes"


def built_in_names() -> tuple[str, ...]:
    """The names of the built-in recipes, sorted."""
    return tuple(sorted(path.stem for path in _BUILT_IN.glob("*.yaml")))


def is_recipe(name: str | Path) -> bool:
    """Whether ``name`` means a recipe, where data may be meant, too: a built-in one, or a YAML file."""
    return str(name) in built_in_names() or Path(name).suffix in (".yaml", ".yml")


def load(name: str | Path) -> Recipe:
    """A built-in recipe by name, or a YAML file by path.

    Raises:
        RecipeError: there is no such recipe, or it is not valid.
    """
    path = _BUILT_IN / f"{name}.yaml" if str(name) in built_in_names() else Path(name)
    if not path.is_file():
        message = _("{name}: there is no such recipe, file or folder; `trasluz recipes` lists the recipes.")
        raise RecipeError(message.format(name=short(str(name))) + perhaps(str(name), built_in_names()))
    try:
        text = read_text(path)
    except (OSError, UnicodeDecodeError, RefusedTextError) as error:
        raise RecipeError(
            _("{path}: cannot be read as UTF-8 text: {reason}.").format(path=path, reason=error)
        ) from None
    return from_yaml(text, str(path))


def parse_overrides(pairs: list[str]) -> dict[str, Any]:
    """``["train.epochs=5"]`` → ``{"train.epochs": 5}``; values are YAML.

    Raises:
        RecipeError: a pair has no ``=`` or its value is not YAML.
    """
    values: dict[str, Any] = {}
    for pair in pairs:
        path, equals, text = pair.partition("=")
        if not equals or not path.strip():
            raise RecipeError(
                _("--set {pair}: give a field and a value, such as train.epochs=5.").format(pair=short(pair))
            )
        try:
            values[path.strip()] = read_yaml(text)
        except RefusedTextError as error:
            message = _("--set {pair}: the value is not read ({reason}).")
            raise RecipeError(message.format(pair=short(pair), reason=error)) from None
        except yaml.YAMLError:
            raise RecipeError(_("--set {pair}: the value is not YAML.").format(pair=short(pair))) from None
    return values
