"""Whose code ``module:`` in a recipe or a run may call: packages that the person at this machine allowed.

Recipes and runs are passed on, and whoever opens a stranger's has not read what it names.  So a package is called by
its name in a recipe only if it was allowed, by its top-level name, in one of these ways:

    trasluz … --allow my_package        for one command
    TRASLUZ_ALLOW=my_package,other      in the environment
    with tz.allow("my_package"): …      in Python, for what is opened inside; ``allow=`` of a verb is the same
    an entry point of Trasluz           in the metadata of an installed package, whose code runs anyway

Like the language, this is what the person wants and no property of the work, so it is a context variable that is set
at the door.  A run that was opened remembers what was allowed then.  Further processes of a training are started with
the words and the environment of the first one, and so allow the same.

What may never be called from a recipe, allowed or not: Python's own library and those that Trasluz is built on.  They
hold functions that open files, download or execute (``torch.hub.load``), and none that was written to be called so.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path

from trasluz.entry_points import foreign_parts
from trasluz.errors import RequestError
from trasluz.messages import _

VARIABLE = "TRASLUZ_ALLOW"
# The libraries of pyproject.toml by the names that they are imported by, and others that load or install code.
_LIBRARIES = """
    PIL alembic cv2 filelock functorch huggingface_hub jinja2 joblib lightning lightning_fabric matplotlib mpl_toolkits
    numpy onnx openTSNE optuna pandas pip pkg_resources platformdirs plotly psycopg pydantic pylab pytorch_lightning
    rich safetensors scipy setuptools sklearn sqlalchemy timm torch torchaudio torchgen torchvision transformers trasluz
    triton typer umap yaml
"""
_NEVER = frozenset(_LIBRARIES.split()) | sys.stdlib_module_names
_allowed: ContextVar[frozenset[str]] = ContextVar("allowed", default=frozenset())
_closed: ContextVar[tuple[Path, ...]] = ContextVar("closed", default=())


@contextmanager
def allow(*packages: str | Iterable[str]) -> Iterator[None]:
    """Inside the block, recipes and runs may call functions of these ``packages`` too (top-level names) by ``module:``.

    Whoever allows a package lets any run opened meanwhile call any function that it defines, with any arguments.

    Raises:
        RequestError: not the name of a package, or of one that may never be called so.
    """
    words = [word for given in packages for word in ([given] if isinstance(given, str) else given)]
    for word in words:
        _check(word)
    token = _allowed.set(_allowed.get() | frozenset(words))
    try:
        yield
    finally:
        _allowed.reset(token)


@contextmanager
def closed(*folders: Path) -> Iterator[None]:
    """Inside the block nothing is imported from these ``folders`` of data, whatever was allowed."""
    token = _closed.set((*_closed.get(), *folders))
    try:
        yield
    finally:
        _closed.reset(token)


def named() -> frozenset[str]:
    """What was allowed by name: in the blocks around, and in the environment."""
    words = (word.strip() for word in os.environ.get(VARIABLE, "").split(","))
    return _allowed.get() | {word for word in words if word.isidentifier() and not is_never_called(word)}


def is_allowed(package: str) -> bool:
    """Whether the top-level ``package`` may be called now; metadata are read only where nobody named it."""
    if is_never_called(package):
        return False
    return package in named() or any(part.entry.module.split(".")[0] == package for part in foreign_parts())


def closed_folders() -> tuple[Path, ...]:
    """Folders of data that nothing is imported from now."""
    return _closed.get()


def is_never_called(package: str) -> bool:
    """Whether ``package`` is Python's own, or one that Trasluz is built on."""
    return package in _NEVER


def _check(package: str) -> None:
    if not package.isidentifier():
        top = package.split(".")[0].split(":")[0]
        hint = _(" Did you mean {guess}?").format(guess=top) if top.isidentifier() else ""
        message = _("--allow {package}: give the name of a top-level package, such as my_package.")
        raise RequestError(message.format(package=package) + hint)
    if is_never_called(package):
        message = _(
            "--allow {package}: what Python and Trasluz are built on is never called from a recipe; write a function "
            "of your own that calls it, and allow the package that it is in."
        )
        raise RequestError(message.format(package=package))
