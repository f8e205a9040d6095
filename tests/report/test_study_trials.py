"""The page of a study in a real browser: ranges choose trials, any training shows its confusion matrix, in both
languages, on a phone and at a desk, without complaint."""

from __future__ import annotations

import dataclasses
import re
from pathlib import Path
from typing import Any

import pytest

from tests.report.axe import violations
from tests.report.made_study import RATE, study_trials, write_made_study
from tests.report.test_in_browser import Visit
from tests.report.test_in_browser import browser as browser
from trasluz.report.study_trials import trials_section


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_made_study(tmp_path_factory.mktemp("study"))


def test_the_page_says_what_the_winner_is_worth_and_what_speaks_against_it(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    assert re.search(r"the best of 25 is trial-\d+ with", text), "neither failed nor pruned trials were compared"
    assert "on new samples expect" in text
    assert "A value with which every trial failed" in text
    assert f"--over {RATE}=0.001,0.0001,1e-05" in text


def test_where_there_is_neither_a_field_nor_a_matrix_there_is_no_section() -> None:
    bare = [
        dataclasses.replace(t, fields={}, cells=tuple(dataclasses.replace(c, confusion=None) for c in t.cells))
        for t in study_trials()[:8]
    ]
    assert trials_section(bare, "accuracy", True, "", ()) is None


@pytest.mark.parametrize("width", [1440, 390])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_opens_without_complaint_and_fits(browser: Any, page: Path, width: int, scheme: str) -> None:
    visit = Visit(browser, page, viewport={"width": width, "height": 800}, color_scheme=scheme)
    assert visit.complaints == []
    assert visit.foreign() == []
    assert visit.page.evaluate("document.documentElement.scrollWidth") <= width
    assert visit.page.locator(".trials-lines path").count() == 30


def test_a_range_on_an_axis_leaves_what_lies_in_it(browser: Any, page: Path) -> None:
    shown = Visit(browser, page).page
    assert shown.locator(".trials-count").inner_text().startswith("30 of 30")
    shown.locator('[data-axis="0"] select').nth(0).select_option(label="0.01")
    assert shown.locator(".trials-count").inner_text().startswith("15 of 30")
    assert shown.locator(".trials-lines path.out").count() >= 14
    shown.click(".trials-clear")
    assert shown.locator(".trials-count").inner_text().startswith("30 of 30")
    shown.locator(".trials-lines").evaluate("one => one.scrollIntoView({ block: 'end' })")
    shown.evaluate("new Promise(done => setTimeout(done, 600))")  # the page scrolls smoothly
    box = shown.locator(".trials-lines .hold").nth(1).bounding_box()
    shown.mouse.move(box["x"] + 14, box["y"] + 2)
    shown.mouse.down()
    shown.mouse.move(box["x"] + 14, box["y"] + box["height"] / 4, steps=4)
    shown.mouse.up()
    assert shown.locator(".trials-count").inner_text().startswith("10 of 30"), "the widest networks alone"


def test_any_training_shows_its_confusion_matrix(browser: Any, page: Path) -> None:
    shown = Visit(browser, page).page
    trials = {trial.name: trial for trial in study_trials()}
    wanted = trials["trial-7"].cells[1].confusion
    assert wanted is not None
    choice = shown.locator(".trials-choice")
    choice.select_option(index=[o.split(":")[0] for o in choice.locator("option").all_inner_texts()].index("trial-7"))
    shown.locator(".trials-cell").select_option(index=1)
    told = shown.locator(".trials-matrix tbody td").all_inner_texts()
    assert [int(text) for text in told] == wanted.ravel().tolist()


def test_it_speaks_spanish(browser: Any, page: Path) -> None:
    shown = Visit(browser, page, state="#trials&lang=es").page
    shown.wait_for_function("document.documentElement.dataset.drawn == 'es'")
    assert "30 de 30" in shown.locator(".trials-count").inner_text()
    assert "0,001" in shown.locator('[data-axis="0"] select').first.inner_text()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_wrong(browser: Any, page: Path, scheme: str) -> None:
    shown = Visit(browser, page, color_scheme=scheme).page
    assert violations(shown) == []
