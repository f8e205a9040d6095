"""A section or a look that raises costs its own place in the report, and nothing else."""

from __future__ import annotations

import html
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.report.made_runs import classifier_evaluation, make_run
from trasluz.draw.looks import kernels as drawing
from trasluz.errors import StorageError
from trasluz.look.looks.kernels import KernelsResult
from trasluz.report import write_report
from trasluz.report.sections import calibration, curves


def _raising(error: BaseException) -> Any:
    def raise_it(*_words: object, **_more: object) -> None:
        raise error

    return raise_it


def _page(folder: Path, **more: Any) -> str:
    page = write_report(make_run(folder), {"valid": classifier_evaluation()}, "en", **more)
    return html.unescape(page.read_text(encoding="utf-8"))


@pytest.mark.parametrize("function", ["applies", "render"])
def test_a_section_that_raises_says_so_in_its_place(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, function: str
) -> None:
    monkeypatch.setattr(calibration, function, _raising(ValueError("bins\nmust increase.")))
    page = _page(tmp_path)
    assert "section: 'calibration' failed (ValueError: bins must increase); that is a fault of Trasluz" in page
    assert "es un error de Trasluz" in page
    order = [page.index(f'<section id="{name}"') for name in ("rest", "failed-calibration", "data", "recipe")]
    assert order == sorted(order)


def test_figures_of_a_section_that_failed_later_are_taken_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = _page(tmp_path / "whole")
    monkeypatch.setattr(curves, "fill", _raising(ValueError("no such template")))
    page = _page(tmp_path / "less")
    assert page.count('class="plot"') < whole.count('class="plot"')
    assert page.count('class="plot"') == len(re.findall(r'id="plot-\d+-data"', page))


def test_something_that_is_no_section_is_a_failure(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(calibration, "render", lambda _context: "text")
    assert "failed (TypeError: render() gave str, not Section)" in _page(tmp_path)


@pytest.mark.parametrize("error", [KeyboardInterrupt(), MemoryError(), StorageError("disk full")])
def test_what_is_not_a_sections_own_failure_goes_through(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: BaseException
) -> None:
    monkeypatch.setattr(calibration, "render", _raising(error))
    with pytest.raises(type(error)):
        _page(tmp_path)


def test_a_drawing_that_raises_and_a_look_that_failed_say_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(drawing, "draw", _raising(IndexError("no kernel")))
    shown = KernelsResult("first", np.zeros((2, 1, 3, 3), np.float32))
    page = _page(tmp_path, looks={"kernels": shown}, failed_looks={"latent-map": RuntimeError("no such layer")})
    assert "drawing: 'kernels' failed (IndexError: no kernel)" in page
    assert "look: 'latent-map' failed (RuntimeError: no such layer)" in page
    assert page.index('id="inside"') < page.index('id="unseen"')
