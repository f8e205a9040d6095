"""A map of points in a real browser: it has pixels, answers pointer and keyboard, and complains of nothing."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.draw.looks.made_map import made_map
from tests.report.made_runs import classifier_evaluation, make_run
from tests.report.test_in_browser import Visit, browser  # noqa: F401 - a fixture
from trasluz.report import write_report

# How many pixels have the first class's colour (#0072B2, stored backwards), and how many are not the paper's.
_COLOURS = """canvas => {
  const copy = new OffscreenCanvas(canvas.width, canvas.height).getContext("2d", { willReadFrequently: true });
  copy.drawImage(canvas, 0, 0);
  const { data } = copy.getImageData(0, 0, canvas.width, canvas.height);
  const pixels = new Uint32Array(data.buffer);
  const counts = new Map();
  for (const one of pixels) counts.set(one, (counts.get(one) ?? 0) + 1);
  const sizes = [...counts.values()];
  return { blue: counts.get(0xffb27200) ?? 0, marked: pixels.length - Math.max(...sizes) };
}"""


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = make_run(tmp_path_factory.mktemp("runs"), "classifier")
    return write_report(folder, {"valid": classifier_evaluation()}, "en", looks={"latent-map": made_map(300, given=3)})


class Seen:
    """The map of a page."""

    def __init__(self, opened: Any, path: Path, **how: Any) -> None:
        self.visit = Visit(opened, path, **how)
        self.page = self.visit.page
        self.page.wait_for_selector(".points[data-drawn]")
        self.canvas = self.page.locator(".points-field > canvas")
        self.canvas.scroll_into_view_if_needed()

    def pixels(self) -> dict[str, int]:
        self.page.evaluate("() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")
        found: dict[str, int] = self.canvas.evaluate(_COLOURS)
        return found


@pytest.mark.parametrize("tongue", ["en", "es"])
@pytest.mark.parametrize(("width", "scheme", "ratio"), [(1280, "light", 1), (390, "dark", 3)])
def test_every_map_and_colouring_has_pixels_and_no_complaint(
    browser: Any,  # noqa: F811 - the fixture
    path: Path,
    tongue: str,
    width: int,
    scheme: str,
    ratio: int,
) -> None:
    seen = Seen(browser, path, viewport={"width": width, "height": 800}, color_scheme=scheme, device_scale_factor=ratio)
    seen.page.click(f"[data-language={tongue}]")
    for chosen in ("[data-map]", "[data-colouring]"):
        for button in seen.page.locator(chosen).all():
            button.click()
            assert seen.pixels()["marked"] > 1000
            assert button.get_attribute("aria-pressed") == "true"
    assert seen.visit.complaints == []
    assert seen.visit.foreign() == []
    assert seen.page.evaluate("document.documentElement.scrollWidth") <= width


def test_the_legend_hides_and_shows_a_class(browser: Any, path: Path) -> None:  # noqa: F811
    seen = Seen(browser, path)
    before = seen.pixels()
    button = seen.page.locator("[data-legend='0'] [data-kind='0']")
    button.click()
    hidden = seen.pixels()
    assert before["blue"] > 300
    assert hidden["blue"] == 0
    assert hidden["marked"] < before["marked"]
    button.click()
    assert seen.pixels() == before


def test_a_point_tells_its_class_its_error_and_its_row_in_the_language_in_force(
    browser: Any,  # noqa: F811
    path: Path,
) -> None:
    seen = Seen(browser, path)
    seen.canvas.focus()
    seen.page.keyboard.press("+")
    tip = seen.page.locator(".points-tip")
    tip.wait_for(state="visible")
    words = tip.inner_text()
    assert "class " in words
    assert "#" in words
    assert "density of the codes" in words
    assert seen.page.evaluate("document.querySelector('.points-tip canvas').width") == 8


def test_buttons_wheel_and_drag_move_the_map(browser: Any, path: Path) -> None:  # noqa: F811
    seen = Seen(browser, path)
    images = [seen.canvas.evaluate("c => c.toDataURL()")]

    def changed() -> bool:
        seen.pixels()
        images.append(seen.canvas.evaluate("c => c.toDataURL()"))
        return bool(images[-1] != images[-2])

    seen.page.click("[data-zoom=in]")
    assert changed()
    box = seen.canvas.bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    seen.page.mouse.move(x, y)
    seen.page.mouse.wheel(0, -200)
    assert not changed(), "the wheel belongs to the page until the map was clicked"
    seen.canvas.scroll_into_view_if_needed()
    box = seen.canvas.bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    seen.page.mouse.move(x, y)
    seen.page.mouse.down()
    seen.page.mouse.move(x + 60, y + 20)
    seen.page.mouse.up()
    assert changed()
    seen.page.mouse.wheel(0, -200)
    assert changed()
    seen.page.click("[data-zoom=all]")
    assert changed()
    assert images[-1] == images[0]
