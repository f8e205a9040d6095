"""Pictures in the large, tables that sort, and a strip of layers that leads on: by mouse and by keyboard."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.report.made_runs import autoencoder_evaluation, classifier_evaluation, make_run
from tests.report.test_in_browser import Visit, browser  # noqa: F401 - a fixture
from trasluz.look.looks import feature_maps, strip
from trasluz.report import write_report


def _strip() -> strip.StripResult:
    facts: dict[str, Any] = {"parameters": 3, "kernel": (3, 3), "stride": (1, 1), "padding": (0, 0)}
    facts |= {"dilation": (1, 1), "arithmetic": ("8 = 8",), "field": (3, 3), "whole": False, "feeders": 1}
    names = ("net.first", "net.second")
    return strip.StripResult(
        tuple(strip.Layer(n, "Conv2d", (1, 8, 8), (2, 8, 8), **facts) for n in names), (1, 8, 8), 6
    )


def _maps() -> feature_maps.FeatureMapsResult:
    layers = ("net.second",)
    found = {
        "images": np.zeros((1, 8, 8, 1), np.uint8),
        "names": ("7",),
        "layers": layers,
        "shapes": dict.fromkeys(layers, (2, 8, 8)),
        "maps": {name: np.ones((1, 2, 8, 8), np.float16) for name in layers},
        "channels": {name: np.arange(2) for name in layers},
        "dead": {name: np.empty(0, np.int64) for name in layers},
        "zeros": dict.fromkeys(layers, 0.0),
        "examined": 5,
    }
    known = feature_maps.FeatureMapsResult.__dataclass_fields__
    more = {"towards": (), "contributions": {}}
    return feature_maps.FeatureMapsResult(**found, **{name: value for name, value in more.items() if name in known})


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    runs = tmp_path_factory.mktemp("runs")
    looks = {"strip": _strip(), "feature-maps": _maps()}
    return {
        "classifier": write_report(make_run(runs), {"valid": classifier_evaluation()}, "en", looks=looks),
        "autoencoder": write_report(make_run(runs, "autoencoder"), {"valid": autoencoder_evaluation()}, "en"),
    }


def test_a_click_shows_a_picture_large_and_crisp_and_escape_goes_back(browser: Any, pages: dict[str, Path]) -> None:  # noqa: F811
    page = Visit(browser, pages["autoencoder"]).page
    image = page.locator("#reconstructions .gallery img").nth(2)
    image.click()
    large = page.locator("#lightbox img")
    assert large.bounding_box()["width"] % 8 == 0, "8 pixels grow by a whole factor"
    assert large.bounding_box()["width"] > 300
    assert large.evaluate("e => getComputedStyle(e).imageRendering") == "pixelated"
    assert large.get_attribute("alt") == image.get_attribute("alt")
    assert image.get_attribute("alt") in page.locator("#lightbox").inner_text()
    page.keyboard.press("Escape")
    assert page.locator("#lightbox img").count() == 0
    assert image.evaluate("e => document.activeElement === e")


def test_arrow_keys_go_to_neighbours_on_the_page_and_in_the_large(browser: Any, pages: dict[str, Path]) -> None:  # noqa: F811
    page = Visit(browser, pages["autoencoder"]).page
    images = page.locator("#reconstructions .gallery").first.locator("img")
    images.first.focus()
    page.keyboard.press("ArrowRight")
    assert images.nth(1).evaluate("e => document.activeElement === e && e.tabIndex === 0")
    page.keyboard.press("Enter")
    page.keyboard.press("ArrowRight")
    assert page.locator("#lightbox img").get_attribute("alt") == images.nth(2).get_attribute("alt")
    page.click("#lightbox [data-step='-1']")
    page.click("#lightbox .close")
    assert images.nth(1).evaluate("e => document.activeElement === e")
    assert page.locator("#reconstructions .gallery").first.locator("img[tabindex='0']").count() == 1


def test_pictures_behind_a_confusion_cell_can_be_enlarged_too(browser: Any, pages: dict[str, Path]) -> None:  # noqa: F811
    visit = Visit(browser, pages["classifier"])
    visit.page.locator('.matrix button[data-behind="8,8"]').click()
    visit.page.locator("#behind img").nth(1).click()
    assert visit.page.locator("#lightbox img").is_visible()
    visit.page.keyboard.press("Escape")
    assert visit.page.locator("#behind").is_visible(), "Escape shuts one dialog at a time"
    assert visit.complaints == []


def test_a_figure_is_drawn_anew_in_the_large(browser: Any, pages: dict[str, Path]) -> None:  # noqa: F811
    visit = Visit(browser, pages["classifier"])
    button = visit.page.locator("#curves [data-enlarge]").first
    button.click()
    visit.page.wait_for_selector("#lightbox .main-svg")
    small = visit.page.locator("#curves .plot").first.bounding_box()["width"]
    assert visit.page.locator("#lightbox .main-svg").first.bounding_box()["width"] > small
    visit.page.keyboard.press("Escape")
    assert button.evaluate("e => document.activeElement === e")
    assert visit.complaints == []


def test_metrics_sort_by_their_numbers_and_what_is_missing_stays_last(browser: Any, pages: dict[str, Path]) -> None:  # noqa: F811
    page = Visit(browser, pages["classifier"]).page
    head = page.locator("#quality th[data-kind=number] button").nth(1)
    values = page.locator("#quality tbody tr td:nth-child(3)")
    for _turn in range(2):
        head.click()
        texts = [text.strip() for text in values.all_inner_texts()]
        assert texts[0] != ""
        assert texts[-1] == ""
    assert page.locator("#quality th[aria-sort=descending]").count() == 1


def test_a_layer_of_the_strip_leads_to_its_maps(browser: Any, pages: dict[str, Path]) -> None:  # noqa: F811
    page = Visit(browser, pages["classifier"], reduced_motion="reduce").page
    for fold in page.locator(".panel[data-look=strip] details.fold:not([open]) > summary").all():
        fold.click()
    rows = page.locator(".panel[data-look=strip] tbody tr")
    assert rows.nth(0).locator("summary").count() == 0, "nothing else is known of the first layer"
    rows.nth(1).locator("summary").click()
    link = rows.nth(1).locator("a")
    assert link.inner_text() == "Feature maps"
    link.click()
    target = page.locator(":target")
    assert target.get_attribute("data-layer") == "net.second"
    assert target.locator("img").count() == 2
