"""YAML within limits: what a few hundred bytes could become is refused before it is made, with reason and line."""

from __future__ import annotations

import resource
import time
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from trasluz.recipe import built_in_names, load
from trasluz.recipe.text import RefusedTextError, read_yaml, read_yaml_file, write_yaml


def _laughs(last: str) -> str:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 10)]
    return "\n".join([*lines, last])


def _merges() -> str:
    return "\n".join(
        ["a0: &a0 {x: 1}", *(f"a{n}: &a{n} {{<<: [{', '.join([f'*a{n - 1}'] * 9)}]}}" for n in range(1, 10))]
    )


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: _laughs("description: *a9"), "more than 200000 values"),
        (_merges, "more than 200000 values"),
        (lambda: "model: " + "[" * 5000 + "]" * 5000, "nested more than 64 levels"),
        (lambda: "[" * 1_000_000, "nested more than 64 levels"),
        (lambda: "- " * 100_000, "nested more than 64 levels"),
        (lambda: "model: &a [*a]", "holds itself"),
        (lambda: "model: &a {family: *a}", "holds itself"),
        (lambda: "seed: 1\nseed: 2", "'seed' is given twice"),
        (lambda: "seed: " + "9" * 100_000, "more than 64 digits"),
        (lambda: "seed: 0x" + "f" * 100_000, "more than 64 digits"),
        (lambda: "seed: 1" + ":59" * 50_000, "more than 64 digits"),
        (lambda: "seed: 2001-99-99", "month"),
        (lambda: "#" * (5 << 20), "larger than 4 MiB"),
    ],
)
def test_what_explodes_is_refused_in_a_moment_and_in_little_memory(make: Callable[[], str], words: str) -> None:
    text = make()
    before, started = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, time.process_time()
    with pytest.raises(RefusedTextError, match=words):
        read_yaml(text)
    assert time.process_time() - started < 1
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 200 << 10  # kB


def test_the_line_is_told() -> None:
    with pytest.raises(RefusedTextError) as refused:
        read_yaml("a: 1\nb:\n  c: &x [*x]")
    assert refused.value.line == 3


@pytest.mark.parametrize("text", ["!!python/object/apply:os.system [true]", "!!python/name:os.system", "!mine 1", "*a"])
def test_tags_and_aliases_of_nothing_are_no_yaml(text: str) -> None:
    with pytest.raises(yaml.YAMLError):
        read_yaml(text)


@pytest.mark.parametrize(
    "text",
    [
        "a: &x {b: 1}\nc: *x\nd: {<<: *x, e: 2}",
        "a: [1, 2.5, 1.0e-3, .inf, 0x1F, '9']\nb: null\nc: yes",
        "? [1, 2]\n: pair",
        "",
        "a: {b: 1}\nc: {b: 1}",
    ],
)
def test_what_people_write_is_read_as_before(text: str) -> None:
    try:
        expected = yaml.safe_load(text)
    except yaml.YAMLError as error:
        with pytest.raises(type(error)):
            read_yaml(text)
    else:
        assert read_yaml(text) == expected


def test_a_complete_recipe_stays_far_below_every_limit(tmp_path: Path) -> None:
    (tmp_path / "x.yaml").write_text(load("digits-cnn").to_yaml(), encoding="utf-8")
    assert read_yaml_file(tmp_path / "x.yaml") == yaml.safe_load((tmp_path / "x.yaml").read_text())


_PLAIN = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=300)
_TREES = st.recursive(
    _PLAIN, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=200), inner, max_size=4)
)


@given(st.dictionaries(st.text(), _TREES))
def test_what_is_written_is_read_back_by_any_reader(tree: dict[str, object]) -> None:
    assert yaml.safe_load(write_yaml(tree)) == tree


def test_recipes_are_written_as_if_in_one_piece_but_for_where_lines_break() -> None:
    for name in built_in_names():
        tree = load(name).to_dict()
        whole = yaml.safe_dump(tree, sort_keys=False, allow_unicode=True)
        assert write_yaml(tree).split() == whole.split(), name
        assert yaml.safe_load(write_yaml(tree)) == tree
    assert write_yaml({}) == "{}\n"
    assert write_yaml({"x": {"y": True}}) != write_yaml({"x": {"y": 1}})  # which Python takes for equal
