"""A visitor who tries everything on a page: each control in turn, in both languages, as a reader would."""

from __future__ import annotations

from typing import Any

_CHOOSE = """most => {
  const kinds = {};
  const controls = "main button, main summary, main input[type=checkbox], main .goes a, nav.contents a";
  for (const node of document.querySelectorAll(controls)) {
    const data = Object.keys(node.dataset).filter(key => !key.startsWith("ariaLabel"));
    const kind = [node.tagName, node.className, ...data].join(" ");
    if ((kinds[kind] ??= 0) >= most || !node.checkVisibility() && !node.closest(".goes")) continue;
    node.dataset.chosen = kinds[kind]++;
    node.dataset.kind_ = kind;
  }
  return kinds;
}"""
_MOST_OF_A_KIND = 2


def click_everything(page: Any) -> dict[str, int]:
    """Clicks all controls (of many alike the first few) and shuts dialogs; returns how many there were of a kind."""
    kinds: dict[str, int] = page.evaluate(_CHOOSE, _MOST_OF_A_KIND)
    for kind, count in kinds.items():
        for number in range(count):
            control = page.locator(f'[data-kind_="{kind}"][data-chosen="{number}"]')
            if control.is_visible():  # a link in the strip shows once its layer was clicked
                control.click()
                shut(page)
    return kinds


def enlarge_pictures(page: Any) -> int:
    """Opens the first pictures of every group by keyboard, steps on, and goes back; returns how many it opened."""
    opened = 0
    for image in page.locator("main img.can-enlarge[tabindex='0']").all()[:6]:
        if not image.is_visible():
            continue
        image.focus()
        page.keyboard.press("Enter")
        large = page.locator("#lightbox img")
        assert large.is_visible()
        assert large.get_attribute("alt") == image.get_attribute("alt")
        page.keyboard.press("ArrowRight")
        page.keyboard.press("ArrowLeft")
        page.keyboard.press("Escape")
        assert not page.locator("#lightbox").is_visible()
        assert image.evaluate("e => document.activeElement === e")
        opened += 1
    return opened


def shut(page: Any) -> None:
    """Closes the dialog that a click opened, if one did."""
    if page.locator("dialog[open]").count():
        page.keyboard.press("Escape")


def speak(page: Any, language: str) -> None:
    """Switches the page's language and waits until its figures are drawn in it."""
    page.click(f"[data-language={language}]")
    page.wait_for_function(f"document.documentElement.dataset.drawn == '{language}'")
