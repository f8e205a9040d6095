"""Lettering for pictures: a font of the system that has accents, else Pillow's own and plain letters."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from functools import cache

from PIL import ImageDraw, ImageFont

# Found by name on Linux, macOS and Windows, in this order.
_FONTS = ("DejaVuSans.ttf", "LiberationSans-Regular.ttf", "NotoSans-Regular.ttf", "Arial.ttf", "arial.ttf")


@dataclass(frozen=True)
class Lettering:
    """A font at one size; ``accents`` tells whether it has letters beyond ASCII."""

    font: ImageFont.FreeTypeFont | ImageFont.ImageFont
    accents: bool

    def spell(self, text: str) -> str:
        """``text`` in letters that the font has: ``ñandú`` may be ``nandu``, and other scripts ``?``."""
        if self.accents:
            return text
        known = text.replace("…", "...").replace("–", "-").replace("—", "-").replace("×", "x")
        plain = "".join(c for c in unicodedata.normalize("NFKD", known) if not unicodedata.combining(c))
        return plain.encode("ascii", "replace").decode()

    def cut(self, pen: ImageDraw.ImageDraw, text: str, width: int) -> str:
        """``text`` spelt, and ended with an ellipsis where it is wider than ``width`` pixels."""
        whole = self.spell(text)
        if pen.textlength(whole, self.font) <= width:
            return whole
        dots = self.spell("…")
        short = whole
        while short and pen.textlength(short.rstrip() + dots, self.font) > width:
            short = short[:-1]
        return short.rstrip() + dots


@cache
def lettering(size: int) -> Lettering:
    """The best lettering of this machine, ``size`` pixels high."""
    for name in _FONTS:
        try:
            return Lettering(ImageFont.truetype(name, size), accents=True)
        except OSError:
            continue
    return Lettering(ImageFont.load_default(size), accents=False)
