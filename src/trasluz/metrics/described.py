"""What numbers are called, how they are written and which way is better: said where each number is made.

A module that gives numbers describes them in a constant, a dictionary of literals:

    METRICS = {"mse": Metric(N_("Mean squared error"), "number", "lower", least=0.0)}

and a family of several updates says what these are called: ``UPDATES = {"generator": N_("generator")}``; so does a
yardstick beside models: ``BASELINES = {"pca": N_("PCA")}``.  A number
that several modules give is described by the one that computes it.  A key such as ``samples/precision`` describes what
is called ``precision`` among ``samples`` only.

Nothing lists these modules.  They are found by their text: every file of the package is searched for the constant,
and only the constant is computed; the module is not run.  So numbers are named without PyTorch, which most of these
modules need, and a new metric, loss or family touches no other file.  Modules of other packages are searched in the
same way, where an entry point of a group ``trasluz.…`` names them.
"""

from __future__ import annotations

import importlib
import importlib.util
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.metadata import distributions
from pathlib import Path
from typing import Any, Literal

from trasluz.messages import N_

Kind = Literal["number", "share", "count", "decibel", "coefficient"]
Better = Literal["higher", "lower", "neither"]
_PACKAGE = "trasluz"
_BOUNDS: dict[str, tuple[float | None, float | None]] = {
    "share": (0.0, 1.0),
    "count": (0.0, None),
    "coefficient": (-1.0, 1.0),
}


@dataclass(frozen=True)
class Metric:
    """``name``: for people, marked with ``N_``.  ``kind``: a ``share`` of 1 is written in percent, a ``count`` without
    decimals, a ``coefficient`` (−1 to 1) with three.  ``better``: which way; ``neither`` where it only tells.
    ``least`` and ``most``: bounds that a ``number`` or ``decibel`` has beyond what its kind says."""

    name: str
    kind: Kind
    better: Better
    least: float | None = None
    most: float | None = None

    @property
    def bounds(self) -> tuple[float | None, float | None]:
        """The least and the largest value that it can have; ``None`` where there is none."""
        return _BOUNDS.get(self.kind, (self.least, self.most))


def metric(key: str) -> Metric | None:
    """What is said of a number, by the last two words of its key (``samples/fid``) or the last; ``None``: nothing."""
    words = key.split("/")
    found: Metric | None = _find("METRICS", "/".join(words[-2:]), words[-1])
    return found


def described_names() -> tuple[str, ...]:
    """The keys of all numbers that our own modules describe, sorted."""
    return tuple(sorted(_ours("METRICS")))


def update_name(name: str) -> str | None:
    """What an update of a family is called, marked with ``N_``; ``None`` where no family says."""
    found: str | None = _find("UPDATES", name)
    return found


def baseline_name(name: str) -> str | None:
    """What a baseline is called, marked with ``N_``; ``None`` where nobody says."""
    found: str | None = _find("BASELINES", name)
    return found


def _find(constant: str, *names: str) -> Any:
    """What the first of ``names`` that is known stands for, here before elsewhere."""
    for said in (_ours, _theirs):
        for name in names:
            if name in said(constant):
                return said(constant)[name]
    return None


@cache
def _ours(constant: str) -> Mapping[str, Any]:
    """What the modules of this package say."""
    folders = importlib.import_module(_PACKAGE).__path__
    return _said(constant, (path for folder in folders for path in sorted(Path(folder).rglob("*.py"))))


@cache
def _theirs(constant: str) -> Mapping[str, Any]:
    """What modules of other packages say; looked for only when something is not known here."""
    points = (point for package in distributions() for point in package.entry_points)
    modules = sorted({point.module for point in points if point.group.startswith(f"{_PACKAGE}.")})
    return _said(constant, (path for module in modules if (path := _file_of(module)) is not None))


def _file_of(module: str) -> Path | None:
    """The source of a module; ``None`` where it has none, or its package cannot be imported."""
    try:
        spec = importlib.util.find_spec(module)
    except ImportError:
        return None
    return Path(spec.origin) if spec is not None and spec.origin is not None and spec.has_location else None


def _said(constant: str, files: Iterable[Path]) -> dict[str, Any]:
    """The constants of all files together; where two describe the same, the first file counts."""
    found: dict[str, Any] = {}
    # Up to the next line that begins with anything but what a dictionary goes on or ends with.
    assignment = re.compile(rf"^{constant} = (.*?)(?=^[^\s}})\]]|\Z)", re.MULTILINE | re.DOTALL)
    begins = f"\n{constant} = ".encode()
    for path in files:
        source = path.read_bytes() if path.suffix == ".py" else b""
        if begins in source and (match := assignment.search(source.decode())):
            found = _computed(match[1], constant, path) | found
    return found


def _computed(text: str, constant: str, path: Path) -> dict[str, Any]:
    """The value of one constant of a file.

    Raises:
        ValueError: it is more than a dictionary of literals.
    """
    known = {"Metric": Metric, "N_": N_, "__builtins__": {}}
    try:
        found: dict[str, Any] = eval(text, known)
    except (NameError, SyntaxError, TypeError) as error:
        message = f"{path}: {constant} is read without running its file, so it may hold Metric(…), N_(…) and text only"
        raise ValueError(message) from error
    return found
