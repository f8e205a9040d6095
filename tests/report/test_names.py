"""Names on pages: no mark in them is obeyed, as markup or as a control character."""

from __future__ import annotations

import json
import os

from markupsafe import Markup

from trasluz.report.canvas import script_json
from trasluz.report.page import _environment
from trasluz.report.phrase import Phrase, both, plain

_NASTY = "<script>alert(1)</script>\x1b[31m\u202egnp\x9b" + os.fsdecode(b"\xf1")


def test_a_template_spells_out_what_a_page_would_obey_and_leaves_markup_alone() -> None:
    page = _environment().from_string("{{ name }} {{ made }} {{ number }}")
    told = page.render(name=f"a\n{_NASTY}", made=Markup("<b>\u202e</b>"), number=3)
    assert told == "a\n&lt;script&gt;alert(1)&lt;/script&gt;\\x1b[31m\\u202egnp\\x9b\\xf1 <b>\u202e</b> 3"


def test_phrases_spell_names_out_in_every_language() -> None:
    for phrase in (plain(_NASTY), both("{first} and {last}", first=_NASTY, last="b"), Phrase.of(lambda: _NASTY)):
        for text in phrase.texts.values():
            assert not set("\x1b\u202e\x9b<") & set(text)
            assert "\\u202egnp" in text


def test_a_script_holds_names_spelled_out_and_stays_json() -> None:
    text = str(script_json({"name": _NASTY, "plain": "niño"}))
    assert "<" not in text
    assert "\u202e" not in text
    text.encode()
    found = json.loads(text)
    assert found["plain"] == "niño"
    assert found["name"] == "<script>alert(1)</script>\x1b[31m\\u202egnp\\x9b\\xf1"
