"""From a recipe's data part to ``Data``: finding sources, limits, splits, audit."""

from __future__ import annotations

import json
import os
from pathlib import Path

import numpy as np
import pytest

from tests.data.conftest import Encode, Heard, Open, noise
from trasluz.data.arrays import from_arrays
from trasluz.data.opening import open_data
from trasluz.errors import DataError, RecipeError
from trasluz.recipe import DataSection


def test_digits_are_there_without_any_file(opened: Open) -> None:
    data = opened("digits", valid=0.2)
    assert data.samples.shape == (1797, 8, 8, 1)
    assert data.value_range == (0.0, 16.0)
    assert data.classes == tuple("0123456789")
    assert len(data.splits["valid"]) == pytest.approx(359, abs=2)
    assert data.audit["ignored"] == 0


@pytest.mark.parametrize(
    ("source", "guess"),
    [("digit", "digits"), ("fashion-mnits", "fashion-mnist"), ("MNIST", "mnist"), ("photo", "photos")],
)
def test_an_unknown_source_is_answered_with_the_nearest(
    tmp_path: Path, opened: Open, source: str, guess: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "data" / "photos").mkdir(parents=True)
    monkeypatch.setenv("TRASLUZ_DATA", str(tmp_path / "data"))
    with pytest.raises(DataError, match=rf"known names: .*digits, fashion-mnist, .*mnist.*Did you mean {guess}\?"):
        opened(source)


def test_a_mistyped_path_is_answered_with_its_neighbour(tmp_path: Path, opened: Open) -> None:
    (tmp_path / "photographs").mkdir()
    with pytest.raises(DataError, match=r"Did you mean .*photographs\?"):
        opened(tmp_path / "photografs")


def test_a_name_is_looked_for_in_trasluz_data(
    tmp_path: Path, encode: Encode, opened: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "data" / "pets" / "cat").mkdir(parents=True)
    (tmp_path / "data" / "pets" / "cat" / "1.png").write_bytes(encode(noise(3, 3)))
    monkeypatch.setenv("TRASLUZ_DATA", os.pathsep.join([str(tmp_path / "none"), str(tmp_path / "data")]))
    assert opened("pets").classes == ("cat",)


def test_a_file_of_another_kind_is_refused(tmp_path: Path, opened: Open) -> None:
    (tmp_path / "notes.docx").write_text("x")
    with pytest.raises(DataError, match=r"notes\.docx: not data of a known kind"):
        opened(tmp_path / "notes.docx")


def test_one_image_is_data(tmp_path: Path, encode: Encode, opened: Open) -> None:
    (tmp_path / "1.png").write_bytes(encode(noise(3, 4, 3)))
    data = opened(tmp_path / "1.png")
    np.testing.assert_array_equal(data.samples, noise(3, 4, 3)[None])
    with pytest.raises(RecipeError, match=r"data\.valid"):
        opened(tmp_path / "1.png", valid=0.1)


def test_a_class_that_only_the_test_part_has_is_in_the_audit(opened: Open) -> None:
    x = noise(4, 3, 3)
    raw = from_arrays(x, ["a", "b", "a", "b"], test=(x[:2], ["a", "fox"]))
    data = open_data(DataSection(source="arrays", valid=None), 0, arrays=raw)
    assert data.classes == ("a", "b", "fox")
    assert data.audit["missing_classes"]["train"] == ["fox"]


@pytest.mark.parametrize("limit", [1, 10, 33, 99, 100, 1000])
def test_a_limit_keeps_training_rows_in_proportion_and_validation_whole(limit: int) -> None:
    y = ["a"] * 100 + ["b"] * 60 + ["c"] * 40
    raw = from_arrays(noise(200, 2, 2), y)
    data = open_data(DataSection(source="arrays", valid=0.5, limit=limit), 3, arrays=raw)
    assert len(data.splits["valid"]) == 100
    kept = data.splits["train"]
    assert len(kept) == min(limit, 100)
    assert (np.diff(kept) > 0).all()
    assert data.labels is not None
    shares = np.bincount(data.labels[kept], minlength=3) - len(kept) * np.array([0.5, 0.3, 0.2])
    assert np.abs(shares).max() <= 1


def test_a_limit_is_drawn_from_the_seed_and_larger_limits_keep_the_smaller() -> None:
    raw = from_arrays(noise(300, 2, 2), list(range(3)) * 100)

    def kept(seed: int, limit: int) -> set[int]:
        data = open_data(DataSection(source="arrays", valid=None, limit=limit), seed, arrays=raw)
        return set(data.splits["train"].tolist())

    assert kept(0, 50) == kept(0, 50)
    assert kept(0, 50) != kept(1, 50)
    assert kept(0, 50) < kept(0, 120)


def test_the_seed_changes_splits_but_not_the_fingerprint(opened: Open) -> None:
    first, second = (opened("digits", valid=0.1, seed=seed) for seed in (0, 1))
    assert first.fingerprint == second.fingerprint
    assert not np.array_equal(first.splits["valid"], second.splits["valid"])


def test_duplicates_are_looked_for_once(opened: Open, heard: Heard) -> None:
    opened("digits", heard)
    assert len(heard.tasks) == 2
    heard.tasks.clear()
    opened("digits", heard)
    assert heard.tasks == []


@pytest.mark.parametrize("source", ["digits", "folder"])
def test_an_audit_can_be_written_as_json(tmp_path: Path, encode: Encode, opened: Open, source: str) -> None:
    (tmp_path / "folder" / "a").mkdir(parents=True)
    (tmp_path / "folder" / "a" / "1.png").write_bytes(encode(noise(3, 3)))
    (tmp_path / "folder" / "a" / "2.png").write_bytes(b"")
    path = source if source == "digits" else tmp_path / source
    json.dumps(dict(opened(path, allow_unreadable=True).audit))
