"""Patterns of names: what they find, what they refuse, and that no name makes them slow."""

from __future__ import annotations

import itertools
import re
import time

import pytest

from trasluz.errors import RecipeError
from trasluz.recipe import Recipe, parse_overrides
from trasluz.recipe.name_pattern import read_pattern


@pytest.mark.parametrize(
    ("pattern", "path", "group"),
    [
        ("(video#)_frame#", "cat/video3_frame0012.png", "video3"),
        ("(video#)_", "video12_0001.jpg", "video12"),
        ("(*)_", "anna_maria_01.png", "anna"),
        ("(*)_#.", "anna_maria_01.png", "anna_maria"),
        ("(*)_#.", "2020_01_05.png", "2020_01"),
        ("(####)-*", "2024-05-01.jpg", "2024"),
        ("P(#)", "P0012L.png", "0012"),
        ("*_(#)_*", "left_007_x.png", "007"),
        ("(*)", "whole.png", "whole.png"),
        ("scan ?(#)?", "scan (12).png", "12"),
        ("(*)/*", "a/patient 4/1.png", "patient 4"),
        ("(*/*)/*", "a/patient 4/1.png", "a/patient 4"),
        ("(niño#)", "niño7_2.png", "niño7"),
        ("(video#)_", "film3_1.png", None),
        ("(*)_", "_1.png", None),
        ("(*)/*", "1.png", None),
        ("(?)b", "b.png", None),
    ],
)
def test_a_pattern_finds_the_group_in_a_name(pattern: str, path: str, group: str | None) -> None:
    assert read_pattern(pattern).group(path) == group


def test_patterns_find_what_backtracking_expressions_find() -> None:
    """Every name of up to six of four characters, against plain expressions that try all possibilities."""
    names = ["".join(letters) for size in range(1, 7) for letters in itertools.product("a1_/", repeat=size)]
    names = [name for name in names if "/" not in name][:400] + [name for name in names if "/" in name][:50]
    plain = {
        "(*)_#": r"([^/]*?)_(?:[0-9]+)(?![0-9])",
        "(*_*)a": r"([^/]*?_[^/]*?)a",
        "*(#)a": r"[^/]*?((?<![0-9])[0-9]+)(?![0-9])a",
        "(?#)_*a": r"([^/][0-9]+)(?![0-9])_[^/]*?a",
    }
    for (pattern, expression), name in itertools.product(plain.items(), names):
        found = re.match(expression, name.rsplit("/", 1)[-1])
        assert read_pattern(pattern).group(name) == ((found[1] or None) if found else None), (pattern, name)


@pytest.mark.parametrize(
    "pattern", ["(*a)*a*a*a*a*a*a*a*a*ab", "(#a)#a#a#a#b", "*1*1*1*1*1*1*(1)2", "(*?*?*?*?*?*?*?)b"]
)
@pytest.mark.parametrize("name", ["a" * 4000, "1" * 4000, "1a" * 2000])
def test_no_name_takes_long(pattern: str, name: str) -> None:
    start = time.process_time()
    read_pattern(pattern).group(name)
    assert time.process_time() - start < 2


@pytest.mark.parametrize("pattern", ["video#", "()", "(a)(b)", "((a))", ")a(", "(a**)", "(*)*b", "(" + "a" * 300 + ")"])
def test_a_pattern_without_one_group_is_refused_with_the_recipe(pattern: str) -> None:
    with pytest.raises(RecipeError, match=r"data\.group\.pattern: .* is not allowed"):
        Recipe().override({"data.group.pattern": pattern})


def test_a_text_alone_is_a_column() -> None:
    for given in ("data.group=patient", "data.group.column=patient", "data.group={column: patient}"):
        section = Recipe().override(parse_overrides([given])).data.group
        assert section is not None
        assert section.column == "patient"


def test_two_ways_to_group_are_refused() -> None:
    with pytest.raises(RecipeError, match=r"data\.group: column and folder both say"):
        Recipe().override({"data.group": {"column": "patient", "folder": 1}})
