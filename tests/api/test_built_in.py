"""The list of built-in recipes: a few to begin with, all on request, as text and as a table."""

from __future__ import annotations

import trasluz as tz
from trasluz.messages import language
from trasluz.recipe import built_in_names


def test_the_short_list_holds_those_to_begin_with_and_says_how_to_use_them() -> None:
    few, text = tz.recipes(), str(tz.recipes())
    assert 5 <= len(few.recipes) <= 12
    assert few.hidden == len(built_in_names()) - len(few.recipes)
    assert all(f"trasluz train {one.name}" in text for one in few.recipes)
    assert text.index("Your own photographs") < text.index("Tables")
    assert len(text) < 4000


def test_all_of_them_stand_under_a_heading_each_once() -> None:
    found = tz.recipes(all=True)
    names = [one.name for _title, recipes in found.groups() for one in recipes]
    assert sorted(names) == list(built_in_names())
    assert [line for line in str(found).splitlines() if line.startswith("  digits-cnn ")]


def test_it_shows_itself_as_a_table_in_the_language_in_force() -> None:
    found = tz.recipes()
    with language("es"):
        html = found._repr_html_()
        assert "Tus propias fotografías" in html
        assert "Tus propias fotografías" in repr(found)
    assert "Your own photographs" in found._repr_html_()
    assert "&lt;" not in html
