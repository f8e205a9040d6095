"""``.npz`` files: names of arrays, splits, labels of any kind, and what is never loaded."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.data.conftest import Open, noise
from trasluz.errors import DataError

X = noise(6, 3, 4)
Y = np.array([5, -1, 5, -1, 5, 900])


@pytest.mark.parametrize(
    "names", [("X", "y"), ("x", "Y"), ("images", "labels"), ("data", "target"), ("arr_0", "arr_1")]
)
def test_usual_names_are_known(tmp_path: Path, opened: Open, names: tuple[str, str]) -> None:
    np.savez(tmp_path / "a.npz", **{names[0]: X, names[1]: Y})
    data = opened(tmp_path / "a.npz")
    np.testing.assert_array_equal(data.samples[..., 0], X)
    assert data.classes == ("-1", "5", "900")
    assert not data.audit["in_memory"]


@pytest.mark.parametrize("form", ["x_{}", "{}_x"])
@pytest.mark.parametrize("valid", ["valid", "validation", "val"])
def test_splits_by_name(tmp_path: Path, opened: Open, form: str, valid: str) -> None:
    samples = {form.format(split): X[:n] for split, n in (("train", 6), (valid, 3), ("test", 2))}
    labels = {
        form.format(split).replace("x", "y", 1) if form[0] == "x" else f"{split}_y": Y[:n]
        for split, n in (("train", 6), (valid, 3), ("test", 2))
    }
    np.savez(tmp_path / "a.npz", **samples, **labels)
    assert {k: len(v) for k, v in opened(tmp_path / "a.npz").splits.items()} == {"train": 6, "valid": 3, "test": 2}


def test_labels_of_text_and_images_without_labels(tmp_path: Path, opened: Open) -> None:
    np.savez_compressed(tmp_path / "a.npz", X=X, y=np.array(["ñu", "b", "b", "ñu", "b", "b"]))
    np.savez(tmp_path / "b.npz", X=X)
    assert opened(tmp_path / "a.npz").classes == ("b", "ñu")
    assert opened(tmp_path / "b.npz").labels is None


class _Bomb:
    def __reduce__(self) -> Any:
        return (print, ("this ran",))


@pytest.mark.parametrize("name", ["X", "y", "other"])
def test_pickled_objects_are_never_loaded(tmp_path: Path, opened: Open, name: str, capsys: Any) -> None:
    np.savez(tmp_path / "a.npz", **{"X": X, name: np.array([_Bomb()], dtype=object)})
    with pytest.raises(DataError, match="Python objects"):
        opened(tmp_path / "a.npz")
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize("arrays", [{}, {"labels": Y}, {"weird": X}])
def test_a_file_without_samples_says_what_it_holds(tmp_path: Path, opened: Open, arrays: dict[str, np.ndarray]) -> None:
    np.savez(tmp_path / "a.npz", **arrays)
    with pytest.raises(DataError, match=f"holds {', '.join(arrays) or 'nothing'}"):
        opened(tmp_path / "a.npz")


@pytest.mark.parametrize("cut", [0, 10, -30])
def test_a_damaged_file_is_one_sentence(tmp_path: Path, opened: Open, cut: int) -> None:
    np.savez(tmp_path / "a.npz", X=X)
    (tmp_path / "a.npz").write_bytes((tmp_path / "a.npz").read_bytes()[:cut])
    with pytest.raises(DataError, match="damaged"):
        opened(tmp_path / "a.npz")


def test_the_file_is_named_when_its_arrays_do_not_fit(tmp_path: Path, opened: Open) -> None:
    np.savez(tmp_path / "a.npz", X=X, y=Y[:2])
    with pytest.raises(DataError, match=r"a\.npz: y"):
        opened(tmp_path / "a.npz")


def test_what_unpacks_to_far_more_than_it_is_is_refused_before_it_does(tmp_path: Path, opened: Open) -> None:
    np.savez_compressed(tmp_path / "a.npz", X=np.zeros((400_000, 28, 28), np.uint8))
    with pytest.raises(DataError, match="unpack to far more"):
        opened(tmp_path / "a.npz")


def test_a_pipe_called_so_is_refused_and_not_waited_for(tmp_path: Path, opened: Open) -> None:
    os.mkfifo(tmp_path / "a.npz")
    with pytest.raises(DataError, match="a pipe, socket or device"):
        opened(tmp_path / "a.npz")
