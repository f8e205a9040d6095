"""Reports of trained runs, and runs side by side, in a real browser: everything is tried in both languages."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.report.every_control import click_everything, enlarge_pictures, speak
from tests.report.test_in_browser import Visit, browser  # noqa: F401 - a fixture
from trasluz import api

SMALL = {"train.epochs": 2, "data.limit": 150, "data.valid": 0.4, "data.test": None}
CNN = {**SMALL, "model.network.channels": [6, 8]}
_MARKED = """canvas => {
  const copy = new OffscreenCanvas(canvas.width, canvas.height).getContext("2d", { willReadFrequently: true });
  copy.drawImage(canvas, 0, 0);
  const pixels = new Uint32Array(copy.getImageData(0, 0, canvas.width, canvas.height).data.buffer);
  return pixels.filter(one => one !== pixels[0]).length;
}"""


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    runs = tmp_path_factory.mktemp("runs")
    first = api.train("digits-cnn", set=CNN, runs=runs)
    second = api.train("digits-cnn", set={**CNN, "train.optimiser.learning_rate": 1e-4}, runs=runs)
    return {"report": first.report("en"), "comparison": api.compare(first, second, lang="en").page}


@pytest.mark.parametrize("kind", ["report", "comparison"])
def test_every_control_works_in_both_languages_without_a_request_or_a_complaint(
    browser: Any,  # noqa: F811 - the fixture
    pages: dict[str, Path],
    kind: str,
) -> None:
    visit = Visit(browser, pages[kind], viewport={"width": 1280, "height": 900}, reduced_motion="reduce")
    for tongue in ("en", "es"):
        speak(visit.page, tongue)
        visit.unfold()
        clicked = click_everything(visit.page)
        visit.unfold()
        assert any("sort" in name for name in clicked)
        assert any("enlarge" in name for name in clicked)
        if kind == "report":
            assert clicked["A "], "a layer of the strip leads somewhere"
            _sees_points(visit.page)
    visit.unfold()
    assert enlarge_pictures(visit.page) > 0
    assert visit.complaints == []
    assert visit.foreign() == []
    visit.page.context.close()


def _sees_points(page: Any) -> None:
    canvas = page.locator(".points-field > canvas").first
    canvas.scroll_into_view_if_needed()
    page.wait_for_selector(".points[data-drawn]")
    assert canvas.evaluate(_MARKED) > 500


@pytest.mark.parametrize("kind", ["report", "comparison"])
def test_no_page_scrolls_sideways_on_a_phone_or_is_cut_off_on_paper(
    browser: Any,  # noqa: F811
    pages: dict[str, Path],
    kind: str,
) -> None:
    page = Visit(browser, pages[kind], viewport={"width": 390, "height": 800}).page
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    page.emulate_media(media="print")
    page.set_viewport_size({"width": 700, "height": 900})
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    page.wait_for_timeout(300)
    cut = page.evaluate(
        "[...document.querySelectorAll('main table, main .plot svg')].filter(e => e.checkVisibility() &&"
        " e.getBoundingClientRect().right > innerWidth).map(e => e.closest('section').id)"
    )
    assert cut == []
    assert page.pdf(format="A4")[:5] == b"%PDF-"
    page.context.close()
