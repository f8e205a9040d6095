"""Lettering: nothing is ever printed as an empty box."""

from __future__ import annotations

import pytest
from PIL import Image, ImageDraw, ImageFont

from trasluz.draw.lettering import Lettering, lettering

PEN = ImageDraw.Draw(Image.new("RGB", (10, 10)))
PLAIN = Lettering(ImageFont.load_default(12), accents=False)


def test_a_font_without_accents_spells_plainly() -> None:
    assert PLAIN.spell("Fotografía n.º 3 × ñandú…") == "Fotografia n.o 3 x nandu..."
    assert PLAIN.spell("猫.jpg") == "?.jpg"


def test_a_font_with_accents_keeps_them() -> None:
    assert Lettering(PLAIN.font, accents=True).spell("ñandú…") == "ñandú…"


@pytest.mark.parametrize("letters", [PLAIN, lettering(12)])
@pytest.mark.parametrize("width", [0, 20, 60, 500])
def test_cut_text_fits_and_uncut_text_is_whole(letters: Lettering, width: int) -> None:
    text = "una fotografía de un perro"
    shown = letters.cut(PEN, text, width)
    if width == 500:
        assert shown == letters.spell(text)
    elif width > 15:
        assert PEN.textlength(shown, letters.font) <= width
        assert shown.endswith(letters.spell("…"))


def test_letters_differ_from_the_box_of_a_missing_one() -> None:
    letters = lettering(20)
    drawn = {}
    for character in ("ñ", "\U000f1234"):
        picture = Image.new("L", (40, 40))
        ImageDraw.Draw(picture).text((5, 5), letters.spell(character), fill=255, font=letters.font)
        drawn[character] = picture.tobytes()
    assert len(set(drawn.values())) == 2
