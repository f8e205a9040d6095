"""Arrays in memory: what is kept, what is changed, what is refused."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from tests.data.conftest import noise
from trasluz.data.arrays import from_arrays
from trasluz.data.opening import open_data
from trasluz.data.read.raw import Raw
from trasluz.errors import DataError
from trasluz.recipe import DataSection


def _open(raw: Raw, **fields: Any) -> Any:
    return open_data(DataSection(source=raw.name, **{"valid": None, **fields}), 0, arrays=raw)


@pytest.mark.parametrize("shape", [(6, 1, 1), (6, 5, 3), (6, 5, 3, 1), (6, 5, 3, 3), (1, 5, 3, 4)])
def test_bytes_are_kept_as_images(shape: tuple[int, ...]) -> None:
    pixels = noise(*shape)
    data = _open(from_arrays(pixels))
    channels = shape[3] if len(shape) == 4 else 1
    assert data.samples.dtype == np.uint8
    assert data.value_range == (0.0, 255.0)
    assert data.spec.shape == (channels, *shape[1:3])
    np.testing.assert_array_equal(data.samples.reshape(shape), pixels)
    assert data.audit["in_memory"]


@pytest.mark.parametrize(
    ("values", "dtype", "value_range"),
    [
        (np.array([0.0, 0.5, 1.0], np.float32), np.float32, (0.0, 1.0)),
        (np.array([0.0, 0.5, 1.0], np.float64), np.float64, (0.0, 1.0)),
        (np.array([-2.0, 0.0, 6.0], np.float32), np.float32, (-2.0, 6.0)),
        (np.array([3.0, 3.0, 3.0], np.float32), np.float32, (3.0, 4.0)),
        (np.array([0, 9, 65535], np.uint16), np.uint16, (0.0, 65535.0)),
        (np.array([0, 9, 200], np.int64), np.uint8, (0.0, 255.0)),
        (np.array([0, 9, 300], np.int64), np.uint16, (0.0, 1023.0)),
        (np.array([-5, 0, 3], np.int16), np.float32, (-5.0, 3.0)),
        (np.array([True, False, True]), np.uint8, (0.0, 255.0)),
    ],
)
def test_types_and_ranges(values: np.ndarray, dtype: type, value_range: tuple[float, float]) -> None:
    data = _open(from_arrays(np.tile(values.reshape(3, 1, 1), (1, 4, 4))))
    assert data.samples.dtype == dtype
    assert data.value_range == value_range


def test_the_range_of_floats_comes_from_the_training_rows_alone() -> None:
    train, valid = np.full((4, 2, 2), 2.0), np.full((2, 2, 2), 50.0)
    train[0] = -1
    assert _open(from_arrays(train, valid=(valid, None))).value_range == (-1.0, 2.0)


def test_given_splits_are_used_as_they_are() -> None:
    x, y = noise(10, 3, 3), list("aabbaabbab")
    data = _open(from_arrays(x, y, valid=(x[:3], y[:3]), test=(x[:2], y[:2])), valid=0.5)
    assert {name: rows.tolist() for name, rows in data.splits.items()} == {
        "train": list(range(10)),
        "valid": [10, 11, 12],
        "test": [13, 14],
    }
    np.testing.assert_array_equal(data.labels[data.splits["test"]], data.labels[:2])


def test_weights_belong_to_training_rows_and_others_weigh_one() -> None:
    x = noise(3, 2, 2)
    data = _open(from_arrays(x, [0, 1, 0], valid=(x[:1], [0]), sample_weight=[2, 0, 1]))
    assert data.weights.tolist() == [2, 0, 1, 1]


def test_tables_are_float32_without_pixels() -> None:
    data = _open(from_arrays(np.arange(12).reshape(4, 3), [1, 2, 1, 2]))
    assert (data.kind, data.samples.dtype, data.spec.shape) == ("table", np.float32, (3,))


@pytest.mark.parametrize("y", [[["a", "b"], ["b"], []], [{"a", "b"}, {"b"}, set()], np.array([[1, 1], [0, 1], [0, 0]])])
def test_several_labels_per_sample(y: Any) -> None:
    data = _open(from_arrays(noise(3, 2, 2), y))
    np.testing.assert_array_equal(data.labels, [[True, True], [False, True], [False, False]])
    assert data.multi_label


def test_a_column_of_labels_is_one_label_each() -> None:
    assert _open(from_arrays(noise(3, 2, 2), np.array([[5], [7], [5]]))).labels.tolist() == [0, 1, 0]


X = noise(4, 3, 3)
BAD: dict[str, tuple[dict[str, Any], str]] = {
    "NaN": ({"X": np.full((2, 3, 3), np.nan)}, "NaN or infinite"),
    "infinite": ({"X": np.full((2, 3), np.inf)}, "NaN or infinite"),
    "texts": ({"X": np.array([["a"]])}, "no array of numbers"),
    "complex": ({"X": np.ones((2, 2, 2), complex)}, "no array of numbers"),
    "images of different sizes": ({"X": [np.zeros((2, 2)), np.zeros((3, 3))]}, "different sizes need a folder"),
    "one axis": ({"X": np.zeros(4)}, r"has the shape \[4\]"),
    "five axes": ({"X": np.zeros((1, 1, 1, 1, 1))}, "has the shape"),
    "channels first": ({"X": np.zeros((2, 3, 8, 8))}, r"transpose\(0, 2, 3, 1\)"),
    "two channels": ({"X": np.zeros((2, 8, 8, 2))}, "1, 3 or 4 channels"),
    "nothing": ({"X": np.zeros((0, 3, 3))}, "has the shape"),
    "too few labels": ({"X": X, "y": [1, 2]}, r"shape \[2\] for 4 samples"),
    "a cube of labels": ({"X": X, "y": np.zeros((4, 2, 2))}, "one label, or a list"),
    "a matrix of numbers": ({"X": X, "y": np.full((4, 2), 7)}, "holds 0 and 1 only"),
    "labels that cannot be hashed": ({"X": X, "y": [{}, {}, {}, {}]}, "must be hashable"),
    "labels of one split only": ({"X": X, "y": [1, 2, 1, 2], "valid": (X, None)}, "for all of the"),
    "splits of another size": ({"X": X, "valid": (noise(2, 9, 9), None)}, "differ in shape or type"),
    "splits of another type": ({"X": X, "test": (X.astype(np.float32) / 255, None)}, "differ in shape or type"),
    "negative weights": ({"X": X, "sample_weight": [1, 1, 1, -1]}, "sample_weight"),
    "weights of another length": ({"X": X, "sample_weight": [1]}, "sample_weight"),
    "no weight at all": ({"X": X, "sample_weight": [0, 0, 0, 0]}, "sample_weight"),
}


@pytest.mark.parametrize(("given", "words"), BAD.values(), ids=list(BAD))
def test_what_cannot_be_trained_on_is_one_sentence(given: dict[str, Any], words: str) -> None:
    with pytest.raises(DataError, match=words) as caught:
        from_arrays(**given)
    assert "\n" not in str(caught.value)


def test_a_table_has_no_size() -> None:
    with pytest.raises(DataError, match=r"data\.size"):
        _open(from_arrays(np.zeros((3, 2))), size=8)


@pytest.mark.parametrize("rule", ["stretch", "fit", "crop"])
def test_arrays_are_resized_as_files_are(rule: str, encode: Any, opened: Any, tmp_path: Any) -> None:
    pixels = noise(3, 12, 20, 3)
    for i, image in enumerate(pixels):
        (tmp_path / "files").mkdir(exist_ok=True)
        (tmp_path / "files" / f"{i}.png").write_bytes(encode(image))
    files = opened(tmp_path / "files", size=(6, 7), resize=rule).samples.astype(int)
    arrays = _open(from_arrays(pixels), size=(6, 7), resize=rule).samples.astype(int)
    assert np.abs(files - arrays).max() <= 1


@pytest.mark.parametrize(("have", "want"), [(1, 3), (3, 1), (4, 3), (4, 1), (3, 4), (1, 4)])
def test_channels_are_changed_as_those_of_files_are(
    have: int, want: int, encode: Any, opened: Any, tmp_path: Any
) -> None:
    pixels = noise(2, 5, 6, have)
    (tmp_path / "files").mkdir()
    for i, image in enumerate(pixels):
        (tmp_path / "files" / f"{i}.png").write_bytes(encode(image.squeeze()))
    files = opened(tmp_path / "files", channels=want).samples.astype(int)
    arrays = _open(from_arrays(pixels), channels=want).samples.astype(int)
    assert np.abs(files - arrays).max() <= 1


def test_few_levels_become_floats_when_resized() -> None:
    data = open_data(DataSection(source="digits", size=16), 0)
    assert data.samples.dtype == np.float32
    assert data.value_range == (0.0, 16.0)
    assert 0 <= data.samples.min() <= data.samples.max() <= 16
