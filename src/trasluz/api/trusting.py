"""What the doors of this room do before a recipe or a run is opened: whose code it may call, and from where never."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from trasluz import allowed, components
from trasluz.networks.own_code import need_allowed

Packages = str | Iterable[str]


@contextmanager
def trusting(packages: Packages, *sources: str | None) -> Iterator[None]:
    """Inside the block ``packages`` are allowed too, and nothing is imported from the ``sources`` that are folders.

    They are of data, as a recipe has them; ``None`` where one is not known.

    Raises:
        RequestError: not the name of a package, or of one that may never be called from a recipe.
    """
    paths = [s for s in sources if s is not None and not components.knows("trasluz.data.sources", s)]
    folders = [Path(path).expanduser() for path in paths]
    with allowed.allow(packages), allowed.closed(*(folder for folder in folders if folder.is_dir())):
        yield


def check_code(model: Mapping[str, Any], where: str = "model") -> None:
    """Refuses a recipe's ``model`` part that names code which was not allowed, before data are read or a run is made.

    Raises:
        RecipeError: names the code, and the option that would allow it.
    """
    for name, value in model.items():
        if isinstance(value, Mapping) and isinstance(value.get("module"), str):
            need_allowed(value["module"], f"{where}.{name}")
        elif isinstance(value, Mapping) and name != "arguments":
            check_code(value, f"{where}.{name}")
