"""What a table's numbers become: fitted on training rows, stored, and the same for files never seen."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from sklearn.impute import SimpleImputer
from sklearn.preprocessing import StandardScaler

from tests.data.conftest import Heard
from trasluz.data.data import Data
from trasluz.data.feed.preprocess import Preprocess, fit_preprocess
from trasluz.data.read.images import load_images
from trasluz.data.read.table_columns import Column
from trasluz.errors import DataError
from trasluz.recipe import DataSection

STANDARD = DataSection(normalise="standard")


def table(samples: np.ndarray, train: int = 40, **fields: object) -> Data:
    rows = np.arange(len(samples))
    columns = tuple(Column(name=f"c{i}") for i in range(samples.shape[1]))
    return Data("t", "table", samples, {"train": rows[:train], "test": rows[train:]}, columns=columns, **fields)


def test_standardisation_is_scikit_learns_fitted_on_the_training_rows_only() -> None:
    samples = np.random.default_rng(0).normal(size=(60, 3)) * [1, 100, 1e-3] + [0, 5, 1e4]
    samples[40:] += 1000
    found = fit_preprocess(table(samples), STANDARD)
    scaler = StandardScaler().fit(samples[:40])
    seen = found.normalise(found.to_pixels(torch.from_numpy(samples)))
    assert seen.dtype == torch.float32
    np.testing.assert_allclose(seen.numpy(), scaler.transform(samples), rtol=1e-5, atol=1e-6)


def test_large_numbers_that_differ_little_keep_their_differences() -> None:
    samples = np.stack([1.7e9 + np.arange(60.0), np.arange(60.0)], 1)
    found = fit_preprocess(table(samples), STANDARD)
    seen = found.to_pixels(torch.from_numpy(samples))
    torch.testing.assert_close(seen[:, 0], seen[:, 1])


def test_a_column_that_never_changes_in_training_becomes_zero_and_stays_small_elsewhere() -> None:
    samples = np.full((60, 1), 0.1)
    samples[50] = 0.3
    found = fit_preprocess(table(samples), STANDARD)
    seen = found.to_pixels(torch.from_numpy(samples))
    assert seen[:40].abs().max() < 1e-6
    assert seen[50].item() == pytest.approx(0.2)


def test_missing_values_become_the_training_mean() -> None:
    samples = np.random.default_rng(1).normal(size=(60, 2))
    samples[[3, 50], 0] = np.nan
    found = fit_preprocess(table(samples), DataSection(missing="mean"))
    expected = SimpleImputer().fit(samples[:40]).transform(samples)
    np.testing.assert_allclose(found.to_pixels(torch.from_numpy(samples)).numpy(), expected, rtol=1e-6)
    again = Preprocess.model_validate_json(found.model_dump_json())
    assert again == found
    samples[:40, 1] = np.nan
    with pytest.raises(DataError, match="no training row has a value of c1"):
        fit_preprocess(table(samples), DataSection(missing="mean"))


def test_numbers_that_nobody_asked_to_change_stay_as_they_are() -> None:
    samples = np.array([[3.0, -7.5], [1e6, 0.0]])
    found = fit_preprocess(table(samples, train=1), DataSection())
    np.testing.assert_array_equal(found.normalise(found.to_pixels(torch.from_numpy(samples))).numpy(), samples)


def test_sequences_are_standardised_over_the_steps_that_they_have() -> None:
    samples = np.zeros((3, 4, 2))
    samples[0, :2], samples[1, :4], samples[2, :1] = 1.0, 3.0, 99.0
    rows = {"train": np.array([0, 1]), "test": np.array([2])}
    data = Data("s", "sequence", samples, rows, lengths=np.array([2, 4, 1]))
    found = fit_preprocess(data, STANDARD)
    assert found.mean == pytest.approx((14 / 6, 14 / 6))
    assert found.std == pytest.approx((np.std([1, 1, 3, 3, 3, 3]),) * 2)


@pytest.fixture
def known() -> Preprocess:
    columns = (Column(name="size"), Column(name="colour", categories=("blue", "red")))
    return Preprocess(kind="table", columns=columns)


def test_rows_of_a_new_file_are_found_by_the_names_of_their_columns(
    tmp_path: Path, known: Preprocess, heard: Heard
) -> None:
    path = tmp_path / "new.csv"
    path.write_text("colour;other;size\nred;x;1,5\nblue;y;2\n", encoding="utf-8")
    found = load_images(path, known, heard)
    np.testing.assert_array_equal(found.samples, [[1.5, 0, 1], [2, 1, 0]])
    assert found.files == (f"{path}:2", f"{path}:3")
    assert heard.tasks


def test_rows_that_cannot_be_used_are_named_with_the_reason(tmp_path: Path, known: Preprocess, heard: Heard) -> None:
    path = tmp_path / "new.csv"
    path.write_text("size,colour\n1,red\n,red\n2,green\n3x,blue\n", encoding="utf-8")
    found = load_images([path], known, heard)
    np.testing.assert_array_equal(found.samples, [[1, 0, 1]])
    assert found.unreadable == (
        (f"{path}:3", "no value of size"),
        (f"{path}:4", "colour holds 'green'"),
        (f"{path}:5", "size holds '3x'"),
    )
    filled = known.model_copy(update={"fill": (7.0, 0.5, 0.5)})
    assert len(load_images([path], filled, heard).samples) == 2


@pytest.mark.parametrize(
    ("text", "words"),
    [("size\n1\n", "no column 'colour'"), ("size,color\n1,red\n", "Did you mean color"), ("", "no rows")],
)
def test_a_file_without_the_columns_is_refused(
    tmp_path: Path, known: Preprocess, heard: Heard, text: str, words: str
) -> None:
    path = tmp_path / "new.csv"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(DataError, match=words):
        load_images(path, known, heard)
    with pytest.raises(DataError, match="no such file"):
        load_images(tmp_path / "lost.csv", known, heard)


def test_arrays_are_one_row_or_many_with_all_features(known: Preprocess, heard: Heard) -> None:
    assert load_images(np.array([1.0, 0, 1]), known, heard).samples.shape == (1, 3)
    assert load_images(np.ones((5, 3)), known, heard).samples.shape == (5, 3)
    with pytest.raises(DataError, match="size, colour=blue, colour=red"):
        load_images(np.ones((5, 2)), known, heard)
    with pytest.raises(DataError, match="NaN or infinite"):
        load_images(np.array([[1, np.nan, 0]]), known, heard)
