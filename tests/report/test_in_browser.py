"""The page in a real browser without a network: nothing is asked for, nothing is complained about, everything works."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.report.made_runs import autoencoder_evaluation, classifier_evaluation, make_run
from trasluz.report import write_report

_FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    chromium = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if chromium is None:
        if os.environ.get("TRASLUZ_REQUIRE_DATA") == "1":
            pytest.fail("no Chromium on this machine, and TRASLUZ_REQUIRE_DATA=1 demands it")
        pytest.skip("no Chromium on this machine")
    playwright = pytest.importorskip("playwright.sync_api")
    with playwright.sync_playwright() as driver:
        opened = driver.chromium.launch(executable_path=chromium, args=_FLAGS)
        yield opened
        opened.close()


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    runs = tmp_path_factory.mktemp("runs")
    made = {"classifier": classifier_evaluation(), "autoencoder": autoencoder_evaluation()}
    return {family: write_report(make_run(runs, family), {"valid": found}, "en") for family, found in made.items()}


_ALL_DRAWN = """() => [...document.querySelectorAll(".plot")].every(
  one => !one.checkVisibility() || one.querySelector(".main-svg"))"""


class Visit:
    """One page open in the browser, with what it asked for and complained about; all its sections open, or ``folded``
    as it comes, at the address that ends in ``state``."""

    def __init__(self, browser: Any, path: Path, *, folded: bool = False, state: str = "", **how: Any) -> None:
        self.complaints: list[str] = []
        self.requests: list[str] = []
        self.page = browser.new_context(offline=True, **how).new_page()
        self.page.on("console", lambda message: self.complaints.append(message.text))
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("request", lambda request: self.requests.append(request.url))
        self.page.goto(path.as_uri() + state)
        self.page.wait_for_function("document.documentElement.dataset.drawn")
        if not folded:
            self.unfold()

    def unfold(self) -> None:
        """Opens all sections and waits for their figures."""
        self.page.evaluate("document.querySelectorAll('details.question').forEach(one => { one.open = true; })")
        self.page.wait_for_function(_ALL_DRAWN)

    def foreign(self) -> list[str]:
        return [url for url in self.requests if not url.startswith(("file:", "data:", "blob:"))]


@pytest.mark.parametrize("family", ["classifier", "autoencoder"])
@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_page_opens_offline_without_complaint(
    browser: Any, pages: dict[str, Path], family: str, width: int, scheme: str
) -> None:
    visit = Visit(browser, pages[family], viewport={"width": width, "height": 800}, color_scheme=scheme)
    assert visit.complaints == []
    assert visit.foreign() == []
    assert visit.page.evaluate("document.documentElement.scrollWidth") <= width
    assert visit.page.locator(".plot .main-svg").count() > 0
    assert visit.page.evaluate("[...document.images].every(i => i.alt && i.complete && i.naturalWidth)")


def test_the_switch_turns_words_figures_and_alternative_texts_into_spanish(
    browser: Any, pages: dict[str, Path]
) -> None:
    page = Visit(browser, pages["classifier"]).page
    page.click("[data-language=es]")
    page.wait_for_function("document.documentElement.dataset.drawn == 'es'")
    assert page.locator("#confusion-title").inner_text() == "¿Qué confunde?"
    plot = page.locator("#curves .plot").first
    assert "Época" in plot.inner_text()
    assert "Pérdida" in str(plot.get_attribute("aria-label"))


def test_the_keyboard_opens_the_images_behind_a_confusion_cell(browser: Any, pages: dict[str, Path]) -> None:
    page = Visit(browser, pages["classifier"]).page
    page.locator('.matrix button[data-behind="8,8"]').focus()
    page.keyboard.press("ArrowUp")
    page.keyboard.press("ArrowDown")
    page.locator('.matrix button[data-behind="8,8"]').focus()
    page.keyboard.press("Enter")
    assert page.locator("#behind img").count() > 3
    page.keyboard.press("Escape")
    assert not page.locator("#behind").is_visible()


def test_the_table_of_classes_sorts_by_number(browser: Any, pages: dict[str, Path]) -> None:
    page = Visit(browser, pages["classifier"]).page
    page.locator("#classes th[data-kind=number] button").nth(2).click()
    values = [
        float(v)
        for v in page.locator("#classes tbody tr td:nth-child(4)").evaluate_all("c => c.map(x => x.dataset.value)")
    ]
    assert values == sorted(values)
    assert page.locator("#classes th[aria-sort=ascending]").count() == 1
