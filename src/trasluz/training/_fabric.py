"""Lightning Fabric, imported without torchmetrics.

Fabric asks at import which version of torchmetrics there is, and torchmetrics brings torchvision's operators, the
compiler of PyTorch and SciPy's signals with it: over a third of the time in which a command starts.  Only Fabric's
detector of loss spikes, which nothing here uses, needs the answer; to it torchmetrics is not installed.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def _hidden(package: str) -> Iterator[None]:
    """Inside, importing ``package`` fails, unless it was imported before."""
    if package in sys.modules:
        yield
        return
    sys.modules[package] = None  # type: ignore[assignment]  # this is how Python is told that there is no such module
    try:
        yield
    finally:
        del sys.modules[package]


with _hidden("torchmetrics"):
    from lightning_fabric import Fabric

__all__ = ["Fabric"]
