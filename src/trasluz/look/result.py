"""Result: what a look found, as arrays and plain values; and how it is kept in a run's folder.

A look's result is a frozen dataclass over ``Result``.  Its fields are NumPy arrays, dictionaries of arrays, or plain
values (numbers, texts, tuples and dictionaries of them); docstrings give names, shapes and units.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, ClassVar, TypeVar, get_type_hints

import numpy as np
from pydantic import TypeAdapter

from trasluz import components
from trasluz.errors import DamagedError
from trasluz.evaluation.shown import ShownInNotebooks
from trasluz.files import new_folder, whole_folder
from trasluz.look import LOOKS
from trasluz.messages import _
from trasluz.reading import read_arrays, read_sealed, write_sealed
from trasluz.recipe.migrations import present_names_of

R = TypeVar("R", bound="Result")
_KEY = "/"  # between a field and a key of its dictionary; no field's name holds one


@dataclass(frozen=True)
class Result(ShownInNotebooks):
    """Base of the results of looks; shows itself in a notebook by the drawing of its look."""

    shown_by: ClassVar[str] = "trasluz.draw.notebook:look_shown"

    @property
    def look(self) -> str:
        """The name of the look that found it."""
        return components.name_of(LOOKS, type(self).__module__)


def save_result(target: Path, result: Result, made_from: dict[str, Any]) -> None:
    """Writes ``arrays.npz`` and ``look.json`` into the folder ``target``, atomically.

    ``made_from``: what the result depends on (options, split, weights), by which ``stored_for`` knows it again.
    """
    arrays: dict[str, np.ndarray] = {}
    plain: dict[str, Any] = {}
    for field in fields(result):
        value = getattr(result, field.name)
        if isinstance(value, np.ndarray):
            arrays[field.name] = value
        elif isinstance(value, dict) and value and all(isinstance(v, np.ndarray) for v in value.values()):
            arrays |= {f"{field.name}{_KEY}{key}": array for key, array in value.items()}
        else:
            plain[field.name] = TypeAdapter(Any).dump_python(value, mode="json")
    with new_folder(target) as folder:
        np.savez_compressed(folder / "arrays.npz", **arrays)  # type: ignore[arg-type]  # numpy's stub mistakes names for flags
        write_sealed(folder / "look.json", {"look": result.look, "made_from": made_from, "values": plain})


def stored_for(folder: Path) -> dict[str, Any] | None:
    """The ``made_from`` of a stored result; ``None`` where there is none, or none that can be read."""
    try:
        stored = read_sealed(folder / "look.json")
        found: dict[str, Any] = stored["made_from"]
        options = (
            {"options": _renamed(found["options"], present_names_of(stored["look"]))} if "options" in found else {}
        )
        return {**found, **options}
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None


def stored_result(folder: Path, kind: type[R], made_from: dict[str, Any]) -> R | None:
    """The result in ``folder`` if it was made from just this; ``None`` otherwise, also where it cannot be read.

    Both are read from one and the same folder, although another thread or process may put its own there meanwhile.
    """

    def read(folder: Path) -> R | None:
        return load_result(folder, kind) if stored_for(folder) == made_from else None

    with suppress(DamagedError):
        return whole_folder(read)(folder)
    return None


def _renamed(values: Mapping[str, Any], names: Mapping[str, str]) -> dict[str, Any]:
    return {names.get(name, name): value for name, value in values.items()}


def load_result(folder: Path, kind: type[R]) -> R:
    """The result of type ``kind`` that ``save_result`` wrote.

    Raises:
        DamagedError: files are missing, damaged or from another version.
    """
    try:
        found = read_sealed(folder / "look.json")
        names = present_names_of(found["look"])
        values, hints = _renamed(found["values"], names), get_type_hints(kind)
        known: dict[str, Any] = {
            name: v if v == {} else TypeAdapter(hints[name]).validate_python(v)  # arrays have no adapter
            for name, v in values.items()
        }
        for key, array in read_arrays(folder / "arrays.npz").items():
            name, inside, entry = key.partition(_KEY)
            name = names.get(name, name)
            if inside:
                known.setdefault(name, {})[entry] = array
            else:
                known[name] = array
        return kind(**known)
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        message = _("{path}: this look is damaged or from another version ({reason}); run `trasluz look` again.")
        raise DamagedError(
            message.format(path=folder, reason=str(error).splitlines()[0] if str(error) else error)
        ) from None
