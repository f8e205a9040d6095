"""Results of looks: what is written comes back, in the types in which it was."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from trasluz.errors import RunError
from trasluz.look.result import Result, load_result, save_result, stored_for


@dataclass(frozen=True)
class Made(Result):
    names: tuple[str, ...]
    shares: dict[str, float]
    maps: np.ndarray
    by_layer: dict[str, np.ndarray]
    nothing: int | None = None


MADE = Made(("a", "ñ"), {"x": 0.5}, np.arange(6, dtype=np.float32).reshape(2, 3), {"conv.1/a": np.ones(2, np.int64)})


def test_a_result_comes_back_as_it_was_kept(tmp_path: Path) -> None:
    save_result(tmp_path / "made", MADE, {"split": "valid"})
    found = load_result(tmp_path / "made", Made)
    assert (found.names, found.shares, found.nothing) == (MADE.names, MADE.shares, None)
    np.testing.assert_array_equal(found.maps, MADE.maps)
    assert found.maps.dtype == np.float32
    np.testing.assert_array_equal(found.by_layer["conv.1/a"], [1, 1])
    assert stored_for(tmp_path / "made") == {"split": "valid"}


def test_a_damaged_look_says_what_to_do(tmp_path: Path) -> None:
    save_result(tmp_path / "made", MADE, {})
    (tmp_path / "made" / "arrays.npz").write_bytes(b"no archive")
    with pytest.raises(RunError, match="trasluz look"):
        load_result(tmp_path / "made", Made)


def test_what_was_never_kept_was_made_from_nothing(tmp_path: Path) -> None:
    assert stored_for(tmp_path / "absent") is None
