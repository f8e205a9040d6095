"""The page as it comes: short while it is closed, within reach of keyboard and address, without barriers, any theme."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from bench.pages_seen import CUT
from tests.draw.looks.made_map import made_map
from tests.report.axe import violations
from tests.report.every_control import speak
from tests.report.made_runs import autoencoder_evaluation, classifier_evaluation, make_run
from tests.report.test_comparison import _comparison
from tests.report.test_in_browser import Visit, browser  # noqa: F401 - a fixture
from tests.report.test_leaders import _histories, _study, _table
from tests.report.test_lightbox import _maps, _strip
from tests.report.test_overlays import _made as photographed
from trasluz.draw.provenance import Origin
from trasluz.draw.resting import StudyResting
from trasluz.evaluation.evaluation import Evaluation
from trasluz.findings.finding import Finding
from trasluz.look.looks.film_strip import FilmStripResult
from trasluz.look.looks.prior_samples import PriorSamplesResult
from trasluz.report import write_report
from trasluz.report.comparison import write_comparison_page
from trasluz.report.study import Shown, write_study_page
from trasluz.runs.folder import RunFolder

_HIGH = {1440: 900, 390: 844}
_MOST = {1440: 6, 390: 10}  # screens before anything is opened
_STOPS = 40  # of the Tab key from the top to the last section
_IN_LAST = "[...document.querySelectorAll('main section')].at(-1).contains(document.activeElement)"
KINDS = (
    *("classifier", "photographs", "autoencoder", "generator", "joint", "swap"),
    *("table", "sequences", "study", "comparison"),
)


def _findings() -> dict[str, tuple[Finding, ...]]:
    return {name: (Finding("warn", "Underfitting", "It is at 60 %. More.", "m", "a"),) for name in ("en", "es")}


def table_run(runs: Path) -> RunFolder:
    """A run on rows of a table, whose class and feature have names that speak of images."""
    return _of_kind(make_run(runs), "table", [4])


def _of_kind(folder: RunFolder, kind: str, shape: list[int]) -> RunFolder:
    file = folder.path / "model" / "config.json"
    made = json.loads(file.read_text())
    made["spec"] |= {"kind": kind, "shape": shape}
    file.write_text(json.dumps(made))
    return folder


def _swapped(folder: RunFolder) -> RunFolder:
    """With translations, as training keeps them."""
    images = np.random.default_rng(0).integers(0, 256, (4, 8, 8, 3), dtype=np.uint8)
    (folder.path / "looks").mkdir(exist_ok=True)
    np.savez(
        folder.path / "looks" / "translations.npz",
        originals=images,
        made=np.stack([images, images]),
        domain=np.array([0, 0, 1, 1]),
        rows=np.arange(4),
        domains=np.array(["cats", "dogs"]),
    )
    return folder


def _photographs(place: Path) -> Path:
    """A classifier's page with maps over the photographs themselves."""
    context, found = photographed(place)
    return write_report(context.folder, {"valid": classifier_evaluation()}, "en", looks={"cam": found})


def _joint() -> Evaluation:
    """What classifies and rebuilds."""
    said, rebuilt = classifier_evaluation(), autoencoder_evaluation()
    return dataclasses.replace(
        said,
        metrics=said.metrics | rebuilt.metrics,
        baselines=said.baselines | rebuilt.baselines,
        arrays=said.arrays | rebuilt.arrays,
    )


def _study_page(place: Path) -> Path:
    study, place = _study(3), place / "study"
    place.mkdir()
    resting = StudyResting("rate-0", None, (), few=False)
    return write_study_page(place, study, _table(study), Shown(_histories(study), {}, {}, resting, 3), "en")


def _generator_looks() -> dict[str, Any]:
    images = np.random.default_rng(0).integers(0, 256, (20, 8, 8, 1), dtype=np.uint8)
    numbers = {"real": 0.2, "prior": 0.16}
    found = {"images": {"real": images, "prior": images}, "spread": numbers, "nearest": numbers, "copies": numbers}
    known = {"measured": 20, "references": 50, "split": "valid", "components": 0, "size": 2, "too_wide": False}
    fields = {field.name for field in dataclasses.fields(PriorSamplesResult)}
    samples = PriorSamplesResult(**{name: value for name, value in (found | known).items() if name in fields})
    nothing = np.zeros(0, np.float32)
    film = FilmStripResult(
        epochs=np.arange(3),
        steps=np.arange(3),
        rows=np.zeros(0, np.int64),
        images=np.zeros((0, 8, 8, 1), np.uint8),
        labels=np.zeros(0, np.int64),
        classes=(),
        reconstructions=np.zeros((0, 0, 8, 8, 1), np.uint8),
        error=nothing,
        samples=np.stack([images[:2]] * 3),
        probabilities=nothing,
        maps=nothing,
        chosen=np.zeros(0, np.int64),
        layer="",
    )
    return {"prior-samples": samples, "film-strip": film}


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    runs = tmp_path_factory.mktemp("runs")
    looks = {"strip": _strip(), "feature-maps": _maps(), "latent-map": made_map(300)}
    rows = dataclasses.replace(classifier_evaluation(), examples={})
    origin = Origin("folder-1, folder-2", "first, second", "1, 2")
    classified = {"valid": classifier_evaluation()}
    rebuilt = {"valid": autoencoder_evaluation()}
    series = {"valid": dataclasses.replace(autoencoder_evaluation(), examples={})}
    auto = make_run(runs, "autoencoder")
    return {
        "classifier": write_report(make_run(runs), classified, "en", looks=looks, findings=_findings()),
        "autoencoder": write_report(auto, rebuilt, "en", findings={"en": (), "es": ()}),
        "generator": write_report(make_run(runs, "autoencoder"), rebuilt, "en", looks=_generator_looks()),
        "photographs": _photographs(runs / "photographs"),
        "joint": write_report(make_run(runs), {"valid": _joint()}, "en", findings=_findings()),
        "swap": write_report(_swapped(make_run(runs, "autoencoder")), rebuilt, "en", findings=_findings()),
        "sequences": write_report(_of_kind(make_run(runs, "autoencoder"), "sequence", [24, 3]), series, "en"),
        "study": _study_page(runs),
        "table": write_report(table_run(runs), {"valid": rows}, "en", findings=_findings()),
        "comparison": write_comparison_page(runs / "page.html", _comparison(classifier_evaluation()), origin, "en"),
    }


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("width", [1440, 390])
def test_a_closed_page_is_short_has_its_contents_at_hand_and_is_not_cut(
    browser: Any,  # noqa: F811 - the fixture
    pages: dict[str, Path],
    kind: str,
    width: int,
) -> None:
    size = {"width": width, "height": _HIGH[width]}
    page = Visit(browser, pages[kind], folded=True, viewport=size).page
    assert page.evaluate("document.documentElement.scrollHeight") <= _MOST[width] * _HIGH[width]
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    if width == 390:  # what matters first
        assert page.evaluate("document.querySelector('.layer').getBoundingClientRect().top") <= 1.5 * _HIGH[390]
    page.evaluate("scrollTo(0, document.documentElement.scrollHeight / 2)")
    assert page.locator("nav.contents").evaluate(
        "one => { const box = one.getBoundingClientRect(); return box.top < innerHeight && box.bottom > 0; }"
    )
    page.context.close()


@pytest.mark.parametrize("kind", KINDS)
def test_the_last_section_is_reached_by_keyboard_soon(browser: Any, pages: dict[str, Path], kind: str) -> None:  # noqa: F811
    page = Visit(browser, pages[kind], folded=True).page
    stops = 0
    while stops < _STOPS and not page.evaluate(_IN_LAST):
        page.keyboard.press("Tab")
        stops += 1
    assert stops < _STOPS
    page.context.close()


@pytest.mark.parametrize("kind", KINDS)
def test_axe_finds_no_barrier_closed_or_open_light_or_dark_in_either_language(
    browser: Any,  # noqa: F811
    pages: dict[str, Path],
    kind: str,
) -> None:
    """One visit: theme and language are switched as a reader does, which costs less than opening the page anew.

    Closed and open each have both themes and both languages; ``bench.pages`` measures every combination.
    """
    visit = Visit(browser, pages[kind], folded=True, color_scheme="light")
    page = visit.page
    for opened in (False, True):
        if opened:
            visit.unfold()
        for theme, tongue in (("dark", "en"), ("light", "es")) if opened else (("light", "en"), ("dark", "es")):
            if page.evaluate("document.documentElement.dataset.theme") != theme:
                page.click("#theme")
            speak(page, tongue)
            assert page.evaluate("[document.documentElement.dataset.theme, document.documentElement.lang]") == [
                theme,
                tongue,
            ]
            assert violations(page) == [], f"{theme} {tongue} {'open' if opened else 'closed'}"
    assert visit.complaints == []
    assert visit.foreign() == []
    page.context.close()


@pytest.mark.parametrize("kind", KINDS)
def test_nothing_is_cut_without_a_sign_at_any_width(browser: Any, pages: dict[str, Path], kind: str) -> None:  # noqa: F811
    visit = Visit(browser, pages[kind], folded=True)
    for opened in (False, True):
        if opened:
            visit.unfold()
        for width in (390, 768, 1024, 1440):
            visit.page.set_viewport_size({"width": width, "height": 900})
            for _time in range(40):  # until figures and fades have followed, which a busy machine takes seconds for
                visit.page.wait_for_timeout(150)
                if not visit.page.evaluate(CUT):
                    break
            assert visit.page.evaluate(CUT) == [], width
    visit.page.context.close()


def test_every_closed_question_stands_with_its_answer(browser: Any, pages: dict[str, Path]) -> None:  # noqa: F811
    for path in pages.values():
        page = Visit(browser, path, folded=True).page
        answers = page.locator("details.question > summary").evaluate_all(
            "all => all.map(one => one.querySelector('.answer')?.innerText.trim() ?? '')"
        )
        assert all(answers)
        page.context.close()


def test_an_address_opens_sections_and_says_how_everything_is_switched(browser: Any, pages: dict[str, Path]) -> None:  # noqa: F811
    page = Visit(browser, pages["classifier"], folded=True).page
    page.locator("#confusion summary").first.click()
    page.locator("#confusion input[data-shares]").check()
    page.locator("#latent summary").first.click()
    page.locator("#latent [data-colouring='1']").click()
    page.click("[data-language=es]")
    page.click("#theme")
    page.wait_for_function("location.hash.includes('theme=dark') && location.hash.includes('latent.')")
    state = page.evaluate("location.hash")
    assert state.startswith("#latent+confusion&")
    page.context.close()
    other = Visit(browser, pages["classifier"], folded=True, state=state).page
    other.wait_for_function("document.querySelector('#confusion details').open")
    assert other.locator("#latent [data-colouring='1']").get_attribute("aria-pressed") == "true"
    assert other.locator("#confusion input[data-shares]").is_checked()
    assert other.evaluate("[document.documentElement.lang, document.documentElement.dataset.theme]") == ["es", "dark"]
    assert other.locator("#curves details").evaluate("one => one.open") is False
    other.context.close()


def test_a_word_of_the_field_is_explained_on_focus_and_escape_hides_it(browser: Any, pages: dict[str, Path]) -> None:  # noqa: F811
    page = Visit(browser, pages["classifier"]).page
    tip = page.locator("#term-tip")
    term = page.locator("#summary .term").first
    term.focus()
    assert tip.is_visible()
    assert tip.inner_text() == page.evaluate(
        "document.getElementById(document.activeElement.getAttribute('aria-describedby')).textContent"
    )
    page.keyboard.press("Escape")
    assert not tip.is_visible()
    term.hover()
    assert tip.is_visible()
    page.context.close()


def test_a_film_shows_one_moment_at_a_time_and_all_on_paper(browser: Any, pages: dict[str, Path]) -> None:  # noqa: F811
    page = Visit(browser, pages["generator"]).page
    film = page.locator("#learned .film").first
    table = page.locator("#learned .tile-grid").first
    assert table.locator("tbody tr").first.locator("td:visible").count() == 1
    film.locator("input[type=range]").fill("0")
    assert film.locator("output").inner_text() == "before training"
    assert "learned.0=0" in page.evaluate("location.hash")
    page.emulate_media(media="print")
    assert table.locator("tbody tr").first.locator("td:visible").count() == 3
    page.context.close()
