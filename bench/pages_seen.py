"""What is measured of a page in Chromium: its length, its keyboard, what is cut, what its address keeps, barriers."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from itertools import product
from pathlib import Path
from typing import Any

from tests.report.axe import violations

HIGH = {1440: 900, 1024: 768, 768: 1024, 390: 844}
_FLAGS = ["--headless", "--no-sandbox", "--disable-gpu"]
_MOST_STOPS = 400
_IN_LAST = "[...document.querySelectorAll('main section')].at(-1).contains(document.activeElement)"
_UNFOLD = "document.querySelectorAll('details.question').forEach(one => { one.open = true; })"
_DRAWN = """() => [...document.querySelectorAll(".plot")].every(
  one => !one.checkVisibility() || one.querySelector(".main-svg"))"""
# What is wider than the box that shows it, where no fade, bar or dots say so.  Figures draw within themselves; what is
# for readers of screens alone is one pixel wide.
CUT = """() => {
  const sign = (node) => node.matches(".more-right, .more-left, pre")
    || getComputedStyle(node).textOverflow === "ellipsis";
  const found = [];
  if (document.documentElement.scrollWidth > innerWidth) found.push("page");
  for (const node of document.querySelectorAll("body *:not(svg *, .plot *, script, style)")) {
    if (!node.checkVisibility() || node.clientWidth < 2 || node.closest(".skip, .plot")) continue;
    const style = getComputedStyle(node);
    const cuts = style.overflowX !== "visible" && node.scrollWidth > node.clientWidth + 1;
    const beyond = node.getBoundingClientRect().right > innerWidth + 1 && !node.closest(".scroll, pre, dialog");
    const name = `${node.tagName}.${node.className} in ${node.closest("section")?.id}`;
    if ((cuts && !sign(node)) || beyond) found.push(name);
  }
  return found;
}"""
# Every switch is moved; the address must say so.
_SWITCH = """() => {
  for (const node of document.querySelectorAll("main section :is(input[type=checkbox], select, input[type=range])")) {
    if (!node.checkVisibility() || node.closest("thead")) continue;
    if (node.type === "checkbox") node.checked = !node.checked;
    else if (node.type === "range") node.value = node.value === node.min ? node.max : node.min;
    else node.selectedIndex = (node.selectedIndex + 1) % node.options.length;
    node.dispatchEvent(new Event("input", { bubbles: true }));
    node.dispatchEvent(new Event("change", { bubbles: true }));
  }
  for (const node of document.querySelectorAll("main section .choice:not(.zoom)")) {
    const others = [...node.querySelectorAll("[aria-pressed=false]:not([hidden])")];
    if (node.checkVisibility() && others.length) others.at(-1).click();
  }
}"""
_STATE = """() => JSON.stringify([
  [...document.querySelectorAll("details.question")].map(one => one.open),
  [...document.querySelectorAll("main section :is(input[type=checkbox], select, input[type=range])")]
    .map(one => one.type === "checkbox" ? one.checked : one.value),
  [...document.querySelectorAll("main section .choice:not(.zoom)")]
    .map(one => [...one.querySelectorAll("[aria-pressed]")].findIndex(b => b.getAttribute("aria-pressed") === "true")),
].flat())"""


def seen(pages: Mapping[str, Path]) -> Iterator[tuple[str, dict[str, Any]]]:
    """What is measured of each page, by kind."""
    from playwright.sync_api import sync_playwright

    chromium = next(path for path in map(Path, ("/usr/bin/chromium", "/usr/bin/google-chrome")) if path.exists())
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=str(chromium), args=_FLAGS)
        for kind, path in pages.items():
            yield kind, _seen(browser, path)
        browser.close()


def _seen(browser: Any, path: Path) -> dict[str, Any]:
    complaints: list[str] = []
    found: dict[str, Any] = {"size": path.stat().st_size / 1e6, "screens": {}, "cut": 0, "barriers": 0, "what": []}
    for width, height in HIGH.items():
        page = _open(browser, path, width, complaints)
        found["screens"][width] = page.evaluate("document.documentElement.scrollHeight") / height
        if width == 390:
            found["first"] = page.evaluate("document.querySelector('.layer').getBoundingClientRect().top") / height
        if width == 1440:
            found["stops"] = _stops(page)
        cut = page.evaluate(CUT)
        _unfold(page)
        cut += page.evaluate(CUT)
        found["cut"] += len(set(cut))
        found["what"] += sorted(set(cut))
        page.context.close()
    barriers = _barriers(browser, path, complaints)
    found["barriers"] = len(barriers)
    found["what"] += barriers
    found["lost"] = _lost(browser, path, complaints)
    found["complaints"] = len(complaints)
    return found


def _open(browser: Any, path: Path, width: int, complaints: list[str], state: str = "") -> Any:
    size = {"width": width, "height": HIGH[width]}
    page = browser.new_context(offline=True, viewport=size, reduced_motion="reduce").new_page()
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.goto(path.as_uri() + state)
    page.wait_for_function("document.documentElement.dataset.drawn")
    return page


def _unfold(page: Any) -> None:
    page.evaluate(_UNFOLD)
    page.wait_for_function(_DRAWN)


def _stops(page: Any) -> int:
    """Presses of Tab until the last section has the focus."""
    for stop in range(1, _MOST_STOPS):
        page.keyboard.press("Tab")
        if page.evaluate(_IN_LAST):
            return stop
    return _MOST_STOPS


def _barriers(browser: Any, path: Path, complaints: list[str]) -> list[str]:
    """What axe finds, each once: light and dark, in both languages, closed and open."""
    found: dict[str, None] = {}
    for theme, tongue in product(("light", "dark"), ("en", "es")):
        page = _open(browser, path, 1440, complaints, f"#&lang={tongue}&theme={theme}")
        found |= dict.fromkeys(violations(page))
        _unfold(page)
        found |= dict.fromkeys(violations(page))
        page.context.close()
    return list(found)


def _lost(browser: Any, path: Path, complaints: list[str]) -> int:
    """How many switches stand otherwise where the address of a page with all of them moved is opened anew."""
    page = _open(browser, path, 1440, complaints)
    _unfold(page)
    page.evaluate(_SWITCH)
    page.wait_for_timeout(300)
    state, address = page.evaluate(_STATE), page.evaluate("location.hash")
    page.context.close()
    other = _open(browser, path, 1440, complaints, address)
    other.wait_for_timeout(600)
    again = other.evaluate(_STATE)
    other.context.close()

    return sum(one != two for one, two in zip(json.loads(state), json.loads(again), strict=True))
