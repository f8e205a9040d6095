"""Readable JSON: what is read back is what Python's own way of writing gives, and a list of numbers is one line."""

from __future__ import annotations

import json
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trasluz.json_text import readable

_PLAIN = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text()
_KEYS = st.text() | st.integers() | st.booleans() | st.none()
_TREES = st.recursive(_PLAIN, lambda inner: st.lists(inner) | st.dictionaries(_KEYS, inner), max_leaves=20)


@given(_TREES)
def test_what_is_read_back_is_what_python_would_have_written(tree: object) -> None:
    assert json.loads(readable(tree)) == json.loads(json.dumps(tree))


def test_a_line_for_each_entry_and_one_for_each_list() -> None:
    tree = {"a": 1, "ñ": [1, 2.5, "x"], "in": {"b": None, "c": True}, "rows": [[1, 2], [3, 4]], "no": {}, "none": []}
    expected = """{
  "a": 1,
  "ñ": [1, 2.5, "x"],
  "in": {
    "b": null,
    "c": true
  },
  "rows": [
    [1, 2],
    [3, 4]
  ],
  "no": {},
  "none": []
}"""
    assert readable(tree) == expected


def test_what_is_no_number_and_what_is_no_json_are_as_ever() -> None:
    assert math.isnan(json.loads(readable({"x": math.nan}))["x"])
    assert json.loads(readable({"x": (1, (2, 3))})) == {"x": [1, [2, 3]]}
    with pytest.raises(TypeError):
        readable({"x": {1, 2}})
