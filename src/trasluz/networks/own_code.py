"""Finds the function that ``module: my_package.my_net:build`` names, if its package is allowed (``allowed.py``).

Names are looked at before anything is imported, and where a file lies before that file is.  Importing ``a.b`` imports
``a`` first, so each package on the way is looked at in its turn.
"""

from __future__ import annotations

import importlib
import importlib.util
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType
from typing import Any

from trasluz.allowed import VARIABLE, closed_folders, is_allowed, is_never_called
from trasluz.errors import OwnCodeError
from trasluz.messages import _

# What lies in a folder that Trasluz wrote, and that people pass on: a run, a study that ended, a model.
_PASSED_ON = (
    ("run.json", "recipe.yaml"),
    ("study.yaml", "table.json"),
    ("preprocess.json", "weights.safetensors"),
)
_STUDY = "-study-"  # in the name of a study's folder; a project may well have a study.yaml beside its runs


def find_function(reference: str, where: str) -> Callable[..., Any]:
    """The function or class that ``reference`` names; ``where`` is the recipe's field, named in errors.

    The current folder is searched first, as ``python -m`` does, so that a file beside the recipe is found; but nothing
    is imported that lies in a run, a study or a folder of data.

    Raises:
        OwnCodeError: its package was not allowed, lies where nothing is imported from, or cannot be imported; there is
            no such function, or it is another package's.
    """
    need_allowed(reference, where)
    name, function = reference.split(":")
    with _search_path():
        module = _imported(name, where)
    found = getattr(module, function, None)
    if not callable(found):
        raise OwnCodeError(
            _("{where}.module: {name} has no function {function!r}.").format(where=where, name=name, function=function)
        )
    home = str(getattr(found, "__module__", None) or type(found).__module__)
    package = name.split(".")[0]
    if home.split(".")[0] != package:
        message = _(
            "{where}.module: {function!r} in {name} comes from {home}; only functions and classes that {package} "
            "defines itself are called."
        )
        raise OwnCodeError(message.format(where=where, function=function, name=name, home=home, package=package))
    result: Callable[..., Any] = found
    return result


def need_allowed(reference: str, where: str) -> None:
    """Refuses ``reference`` unless its package was allowed; imports nothing.

    Raises:
        OwnCodeError: names it, and the option that would allow it.
    """
    package = reference.split(":")[0].split(".")[0]
    if is_never_called(package):
        message = _(
            "{where}.module: {reference} is never called from a recipe, because {package} is part of what Python and "
            "Trasluz are built on; write a function of your own that calls it."
        )
        raise OwnCodeError(message.format(where=where, reference=reference, package=package))
    if not is_allowed(package):
        message = _(
            "{where}.module: {reference} is code that nobody allowed here, so nothing of it was imported; if you trust "
            'it, add --allow {package} (in Python allow="{package}"), or set {variable}={package}.'
        )
        raise OwnCodeError(message.format(where=where, reference=reference, package=package, variable=VARIABLE))


def _imported(name: str, where: str) -> ModuleType:
    words = name.split(".")
    try:
        for depth in range(1, len(words) + 1):
            part = ".".join(words[:depth])
            _check_places(part, where)
            module = importlib.import_module(part)
    except OwnCodeError:
        raise
    except Exception as error:  # a user's module may raise anything while it is imported
        raise OwnCodeError(_not_imported(name, where, error)) from error
    return module


def _not_imported(name: str, where: str, error: Exception) -> str:
    reason, folder = str(error).rstrip("."), _untrusted(Path.cwd())
    if folder is None:
        message = _("{where}.module: {name} cannot be imported from {folder} or the installed packages: {reason}.")
        return message.format(where=where, name=name, folder=Path.cwd(), reason=reason)
    message = _(
        "{where}.module: {name} cannot be imported from the installed packages: {reason}. The current folder was not "
        "searched, because nothing is imported from a run, a study or a folder of data, such as {folder}."
    )
    return message.format(where=where, name=name, reason=reason, folder=folder)


def _check_places(name: str, where: str) -> None:
    """Refuses a module whose file, or one of whose folders, lies where nothing is imported from."""
    for place in _places(name):
        folder = _untrusted(place)
        if folder is not None:
            message = _(
                "{where}.module: {name} lies in {folder}, and nothing is imported from a run, a study or a folder of "
                "data, whatever is allowed; move it elsewhere if you trust it."
            )
            raise OwnCodeError(message.format(where=where, name=name, folder=folder))


def _places(name: str) -> list[Path]:
    """Where a module's file and folders are; the packages above it are imported already, so this imports nothing."""
    known: Any = sys.modules.get(name)
    if known is not None:
        file, folders = getattr(known, "__file__", None), getattr(known, "__path__", None)
    else:
        spec = importlib.util.find_spec(name)
        file = spec.origin if spec is not None and spec.has_location else None
        folders = spec.submodule_search_locations if spec is not None else None
    return [Path(place) for place in ([file] if file else []) + list(folders or ())]


def _untrusted(place: Path) -> Path | None:
    """The run, study, model or folder of data that ``place`` lies in, as it is written or through links."""
    for path in (place.absolute(), place.resolve()):
        for folder in (path, *path.parents):
            if any(all(_exists(folder / name) for name in names) for names in _PASSED_ON):
                return folder
            if _STUDY in folder.name and _exists(folder / "study.yaml"):
                return folder
    return next((f for f in closed_folders() if place.resolve().is_relative_to(f.resolve())), None)


def _exists(path: Path) -> bool:
    try:
        return path.exists()
    except OSError:  # in a folder that may not be read
        return False


@contextmanager
def _search_path() -> Iterator[None]:
    """The current folder first; without the folders that nothing is imported from, not even by an allowed package."""
    before = list(sys.path)
    here = str(Path.cwd())
    sys.path[:] = [here, *(entry for entry in before if entry not in ("", here))]
    sys.path[:] = [entry for entry in sys.path if _untrusted(Path(entry)) is None]
    try:
        importlib.invalidate_caches()
        yield
    finally:
        sys.path[:] = before
