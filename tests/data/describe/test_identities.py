"""Identities: the same content has the same number wherever it lies and however it is read."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest

from tests.conftest import ImageFolder
from trasluz.data.arrays import from_arrays
from trasluz.data.data import Data
from trasluz.data.describe.identities import identities_of_rows, split_fingerprints
from trasluz.data.opening import open_data
from trasluz.recipe import DataSection


def opened(source: Path, seed: int = 0, **section: object) -> Data:
    return open_data(DataSection.model_validate({"source": str(source), "valid": 0.25, **section}), seed)


def by_identity(data: Data, split: str) -> set[int]:
    assert data.identities is not None
    return set(data.identities[data.split(split)].tolist())


@pytest.mark.parametrize(
    "other",
    [
        {"size": 7},
        {"channels": 1},
        {"size": [9, 5], "resize": "crop"},
        {"normalise": "standard"},
        {"limit": 20},
        {"test": 0.25},
        {"balance": "weights", "augment": {"rotation": 10}},
        {"classes": ["dog", "cat"]},
    ],
)
def test_what_else_a_recipe_says_changes_nothing_of_validation(
    image_folder: ImageFolder, other: dict[str, object]
) -> None:
    folder = image_folder(count=40)
    first, second = opened(folder), opened(folder, **other)
    assert by_identity(first, "valid") == by_identity(second, "valid")
    assert by_identity(first, "train") >= by_identity(second, "train")


def test_another_place_and_other_names_change_nothing(image_folder: ImageFolder, tmp_path: Path) -> None:
    folder = image_folder(count=20)
    moved = Path(shutil.copytree(folder, tmp_path / "moved"))
    for file in sorted(moved.glob("*/*.png")):
        file.rename(file.with_name(f"{9999 - int(file.stem):05}.png"))
    first, second = opened(folder), opened(moved)
    assert by_identity(first, "valid") == by_identity(second, "valid")
    assert first.split("valid").tolist() != second.split("valid").tolist()


def test_a_split_seed_holds_the_images_while_the_seed_changes(image_folder: ImageFolder) -> None:
    folder = image_folder(count=40)
    valid = [by_identity(opened(folder, seed), "valid") for seed in (0, 1)]
    assert valid[0] != valid[1]
    held = [by_identity(opened(folder, seed, split_seed=1), "valid") for seed in (0, 1)]
    assert held == [valid[1], valid[1]]


def test_arrays_and_tables_are_known_by_their_rows(tmp_path: Path) -> None:
    images = np.random.default_rng(0).integers(0, 255, (40, 6, 6, 1), np.uint8)
    labels = [number % 2 for number in range(40)]
    order = np.random.default_rng(1).permutation(40)
    first = open_data(DataSection(source="arrays", valid=0.25), 0, arrays=from_arrays(images, labels))
    mixed = from_arrays(images[order], [labels[row] for row in order])
    second = open_data(DataSection(source="arrays", valid=0.25, size=3), 0, arrays=mixed)
    assert by_identity(first, "valid") == by_identity(second, "valid")
    table = tmp_path / "table.csv"
    rows = [f"{number},{number % 7},{'ab'[number % 2]}" for number in range(60)]
    table.write_text("\n".join(["x,y,kind", *rows]))
    whole = opened(table, target="kind")
    without = opened(table, target="kind", leave_out=["y"])
    assert by_identity(whole, "valid") == by_identity(without, "valid")


def test_equal_rows_have_equal_numbers_and_others_others() -> None:
    rows = np.arange(5000, dtype=np.float32).reshape(1000, 5)
    found = identities_of_rows(np.concatenate([rows, rows[::-1]]))
    assert len(np.unique(found)) == 1000
    assert np.array_equal(found[:1000], found[1000:][::-1])


def test_fingerprints_of_splits_tell_which_samples_and_not_in_which_order() -> None:
    identities = np.array([5, -7, 9, 11])
    found = split_fingerprints({"a": np.array([0, 1]), "b": np.array([2, 3])}, identities)
    other = split_fingerprints({"a": np.array([3, 2]), "b": np.array([0, 2])}, np.array([1, 2, -7, 5]))
    assert found["a"] == other["a"]
    assert len({*found.values(), *other.values()}) == 3
    assert split_fingerprints({"a": np.array([0])}, None) == {}
