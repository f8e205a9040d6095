"""Maps over photographs on a page: packed exactly, switched in place, in both languages."""

from __future__ import annotations

import base64
import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from tests.draw.looks.test_cam import _found
from tests.report.made_runs import classifier_evaluation
from tests.report.test_in_browser import Visit, browser  # noqa: F401 - a fixture
from tests.report.test_originals import _context, _photo
from trasluz.data.read.images import load_images
from trasluz.look.looks.cam import CamResult
from trasluz.report import write_report
from trasluz.report.context import Context
from trasluz.report.images import size_of
from trasluz.report.looks import look_panels
from trasluz.reporting import Reporter


def _made(tmp_path: Path) -> tuple[Context, CamResult]:
    for i in range(2):
        _photo(tmp_path / "data" / f"{i}.jpg", seed=i)
    context, preprocess = _context(tmp_path, tmp_path / "data", "stretch")
    stored = load_images(tmp_path / "data", preprocess, Reporter())
    return context, replace(_found(), images=stored.samples, names=("0.jpg", "1.jpg"))


def test_maps_travel_on_their_own_grid_to_within_half_a_step(tmp_path: Path) -> None:
    context, found = _made(tmp_path)
    html = str(look_panels(context, found))
    data = json.loads(next(re.finditer(r'<div class="over">.*?application/json">(.*?)</script>', html, re.DOTALL))[1])
    heat = data["photos"][1]["heats"][1][2][0]
    grid = np.frombuffer(base64.b64decode(heat["m"]), np.uint8).reshape(heat["h"], heat["w"])
    maps = found.maps["late"][1]
    np.testing.assert_allclose(grid / 255, np.maximum(maps[2], 0) / maps.max(), atol=0.5 / 255 + 1e-6)
    assert len(base64.b64decode(data["colours"])) == 4 * 256
    photo = Image.open(
        __import__("io").BytesIO(base64.b64decode(context.pictures[data["photos"][0]["p"]].split(",")[1]))
    )
    assert photo.size == (640, 480)


def test_without_the_files_the_page_is_as_it_was(tmp_path: Path) -> None:
    context, found = _made(tmp_path)
    for path in (tmp_path / "data").iterdir():
        path.unlink()
    assert 'class="over"' not in look_panels(context, found)


def test_copies_that_are_large_themselves_need_no_files(tmp_path: Path) -> None:
    context, found = _made(tmp_path)
    for path in (tmp_path / "data").iterdir():
        path.unlink()
    large = found.images.repeat(7, 1).repeat(7, 2)
    html = str(look_panels(context, replace(found, images=large)))
    assert 'class="over"' in html
    assert (224, 224) in {size_of(address) for address in context.pictures}


@pytest.mark.parametrize("width", [1440, 390])
def test_it_is_switched_in_place_by_pointer_and_keyboard(browser: Any, tmp_path: Path, width: int) -> None:  # noqa: F811
    context, found = _made(tmp_path)
    path = write_report(context.folder, {"valid": classifier_evaluation()}, "en", looks={"cam": found})
    visit = Visit(browser, path, viewport={"width": width, "height": 900})
    page = visit.page
    over = page.locator(".over")
    pixels = "c => c.toDataURL().length + ' ' + c.width"
    canvas = over.locator("canvas")
    before = canvas.evaluate(pixels)
    over.locator('[data-choose="class"] button').nth(1).click()
    assert canvas.evaluate(pixels) != before
    over.locator('[data-choose="photo"] button').first.press("ArrowRight")
    assert "1.jpg" in over.locator(".over-caption").inner_text()
    over.locator("[data-grid]").check()
    assert canvas.evaluate("c => [c.width, c.height]") == [7, 5]
    assert over.locator(".over-picture").evaluate("p => p.clientWidth") >= (480 if width == 1440 else 250)
    page.click("[data-language=es]")
    assert "en realidad" in over.locator(".over-caption").inner_text()
    state = page.evaluate("location.hash")
    again = Visit(browser, path, state=state).page
    assert again.locator(".over canvas").evaluate("c => c.width") == 7
    assert "1.jpg" in again.locator(".over-caption").inner_text()
    assert visit.complaints == []
