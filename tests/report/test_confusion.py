"""The cells of the confusion matrix: their counts are read on light and dark pages, whatever share they stand for."""

from __future__ import annotations

import re

import pytest

from trasluz.report.page import source
from trasluz.report.sections.confusion import depth

_ENOUGH = 4.5  # to 1, for text of this size (WCAG 2.2, 1.4.3)
_OTHER = {"#fff": "#000", "#000": "#fff"}


def _luminance(colour: tuple[float, ...]) -> float:
    """Relative luminance (WCAG 2.2) of red, green and blue from 0 to 255."""
    linear = [c / 12.92 if (c := value / 255) <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for value in colour]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def _contrast(one: tuple[float, ...], other: tuple[float, ...]) -> float:
    dark, light = sorted((_luminance(one), _luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def _hex(text: str) -> tuple[float, ...]:
    digits = text.lstrip("#")
    digits = digits if len(digits) == 6 else "".join(2 * digit for digit in digits)
    return tuple(int(digits[i : i + 2], 16) for i in (0, 2, 4))


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_a_count_is_read_at_every_share(theme: str) -> None:
    style = str(source("page.css"))
    root = style if theme == "light" else style[style.index(':root[data-theme="dark"]') :]
    sheet = _hex(re.findall(r"--sheet: (#\w+)", root)[0])
    cell = tuple(map(float, re.findall(r"--cell: (\d+) (\d+) (\d+)", root)[0]))
    least, most = map(float, re.findall(r"var\(--cell\) / calc\((\S+) \+ var\(--amount\) \* (\S+)\)\)", style)[0])
    worst = {}
    for share in (i / 1000 for i in range(1, 1001)):
        classes, alpha = depth(share).split(), least + most * round(share, 3)
        ground = tuple(round(alpha * c + (1 - alpha) * s) for c, s in zip(cell, sheet, strict=True))
        special = "strong" if theme == "light" else "middle"
        usual = "#000" if theme == "light" else "#fff"
        worst[share] = _contrast(_hex(_OTHER[usual] if special in classes else usual), ground)
    assert min(worst.values()) >= _ENOUGH, min(worst.items(), key=lambda one: one[1])
