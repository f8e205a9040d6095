"""A pretended notebook: IPython is optional, so the tests bring their own."""

from __future__ import annotations

import sys
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest


class Shell:
    def __init__(self) -> None:
        self.kernel = object()


class Handle:
    def __init__(self) -> None:
        self.bundles: list[Any] = []

    def update(self, bundle: Any, *, raw: bool) -> None:
        assert raw
        self.bundles.append(bundle)


@pytest.fixture
def shell(monkeypatch: pytest.MonkeyPatch) -> Shell:
    made = Shell()
    module = ModuleType("IPython")
    module.version_info = (9, 0)  # type: ignore[attr-defined]  # which Matplotlib asks when it draws first
    module.get_ipython = lambda: made  # type: ignore[attr-defined]  # a stand-in for the real module
    monkeypatch.setitem(sys.modules, "IPython", module)
    return made


@pytest.fixture
def display(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> SimpleNamespace:
    """A stand-in for IPython's display: what was displayed, and the handle to replace it."""
    made = SimpleNamespace(handle=Handle(), displayed=[])
    module = ModuleType("IPython.display")

    def show(bundle: Any, *, raw: bool, display_id: bool | None) -> Handle:
        assert raw
        made.displayed.append(bundle)
        handle: Handle = made.handle
        return handle

    module.display = show  # type: ignore[attr-defined]  # a stand-in for the real module
    monkeypatch.setitem(sys.modules, "IPython.display", module)
    monkeypatch.setattr("plotly.io.renderers.default", "plotly_mimetype")
    return made
