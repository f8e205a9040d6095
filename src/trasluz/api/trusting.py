"""What the doors of this room do before a recipe or a run is opened: whose code it may call, and from where never."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from trasluz import allowed, components

Packages = str | Iterable[str]


@contextmanager
def trusting(packages: Packages, source: str) -> Iterator[None]:
    """Inside the block ``packages`` are allowed too, and nothing is imported from ``source``, if that is a folder.

    Raises:
        RequestError: not the name of a package, or of one that may never be called from a recipe.
    """
    folders = () if components.knows("trasluz.data.sources", source) else (Path(source).expanduser(),)
    with allowed.allow(packages), allowed.closed(*(folder for folder in folders if folder.is_dir())):
        yield
