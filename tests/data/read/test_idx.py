"""IDX files: every type, both forms, and every way in which one can be broken."""

from __future__ import annotations

import gzip
import hashlib
import os
import struct
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from tests import real
from tests.data.conftest import Open, noise
from trasluz.data.read import idx
from trasluz.data.read.idx import read_idx
from trasluz.data.sources import fashion_mnist
from trasluz.errors import DataError

CODES = {np.uint8: 8, np.int8: 9, np.int16: 11, np.int32: 12, np.float32: 13, np.float64: 14}


def idx_bytes(array: np.ndarray) -> bytes:
    """The array as an IDX file."""
    head = struct.pack(">HBB", 0, CODES[array.dtype.type], array.ndim) + struct.pack(f">{array.ndim}I", *array.shape)
    return head + array.astype(array.dtype.newbyteorder(">")).tobytes()


def write_idx(path: Path, array: np.ndarray) -> None:
    """Gzipped when the name says so."""
    path.parent.mkdir(parents=True, exist_ok=True)
    content = idx_bytes(array)
    path.write_bytes(gzip.compress(content) if path.suffix == ".gz" else content)


@pytest.mark.parametrize("dtype", CODES)
@pytest.mark.parametrize("ending", ["", ".gz"])
def test_every_type_is_read_in_either_form(tmp_path: Path, dtype: type, ending: str) -> None:
    array = (np.arange(24) - 5).astype(dtype).reshape(2, 3, 4)
    write_idx(tmp_path / f"a-images-idx3-ubyte{ending}", array)
    found = read_idx(tmp_path / f"a-images-idx3-ubyte{ending}")
    np.testing.assert_array_equal(found, array)
    assert found.dtype == dtype
    assert found.dtype.isnative


@pytest.mark.parametrize("ending", ["", ".gz"])
def test_a_folder_gives_its_splits_train_first(tmp_path: Path, opened: Open, ending: str) -> None:
    train, test = noise(6, 4, 5), noise(3, 4, 5, seed=1)
    write_idx(tmp_path / f"t10k-images-idx3-ubyte{ending}", test)
    write_idx(tmp_path / f"t10k-labels-idx1-ubyte{ending}", np.array([9, 7, 9], np.uint8))
    write_idx(tmp_path / f"train-images-idx3-ubyte{ending}", train)
    write_idx(tmp_path / f"train-labels-idx1-ubyte{ending}", np.array([7, 9, 7, 9, 7, 9], np.uint8))
    data = opened(tmp_path)
    np.testing.assert_array_equal(data.samples[..., 0], np.concatenate([train, test]))
    assert {name: rows.tolist() for name, rows in data.splits.items()} == {"train": list(range(6)), "test": [6, 7, 8]}
    assert data.classes == ("7", "9")
    assert data.labels is not None
    assert data.labels[6:].tolist() == [1, 0, 1]


def test_a_single_file_finds_its_labels(tmp_path: Path, opened: Open) -> None:
    write_idx(tmp_path / "letters-images-idx3-ubyte", noise(2, 3, 3))
    write_idx(tmp_path / "letters-labels-idx1-ubyte", np.array([4, 2], np.uint8))
    data = opened(tmp_path / "letters-images-idx3-ubyte")
    assert data.labels is not None
    assert data.labels.tolist() == [1, 0]


def test_images_without_labels_and_with_colour_are_read(tmp_path: Path, opened: Open) -> None:
    write_idx(tmp_path / "train-images-idx4-ubyte", noise(2, 3, 3, 3))
    data = opened(tmp_path)
    assert data.labels is None
    assert data.spec.shape == (3, 3, 3)


Break = Callable[[bytes], bytes]
BROKEN: dict[str, tuple[Break, str]] = {
    "empty": (lambda b: b"", "not an IDX file"),
    "one byte": (lambda b: b[:1], "not an IDX file"),
    "wrong magic": (lambda b: b"\x89PNG" + b[4:], "not an IDX file.*89504e47"),
    "unknown type": (lambda b: b"\0\0\x07" + b[3:], "not an IDX file"),
    "no dimensions": (lambda b: b[:3] + b"\0" + b[4:], "not an IDX file"),
    "many dimensions": (lambda b: b[:3] + b"\xff" + b[4:], "not an IDX file"),
    "short header": (lambda b: b[:9], "cut short"),
    "short body": (lambda b: b[:-1], "cut short.*24 bytes, and 23"),
    "long body": (lambda b: b + b"x", "longer than its header"),
    "absurd dimensions": (lambda b: b[:4] + b"\xff" * 12 + b[16:], "cut short"),
}


@pytest.mark.parametrize(("how", "words"), BROKEN.values(), ids=list(BROKEN))
@pytest.mark.parametrize("ending", ["", ".gz"])
def test_a_broken_file_is_one_sentence(tmp_path: Path, opened: Open, how: Break, words: str, ending: str) -> None:
    content = how(idx_bytes(noise(2, 3, 4)))
    path = tmp_path / f"train-images-idx3-ubyte{ending}"
    path.write_bytes(gzip.compress(content) if ending else content)
    with pytest.raises(DataError, match=words) as caught:
        opened(tmp_path)
    assert str(path) in str(caught.value)


@pytest.mark.parametrize("how", [lambda b: b[:-9], lambda b: b"plain" + b, lambda b: b[:20] + b"\xff\xff" + b[22:]])
def test_broken_gzip_is_one_sentence(tmp_path: Path, opened: Open, how: Break) -> None:
    path = tmp_path / "train-images-idx3-ubyte.gz"
    path.write_bytes(how(gzip.compress(idx_bytes(noise(9, 30, 40)))))
    with pytest.raises(DataError, match="gzip"):
        opened(path)


def test_labels_of_another_length_are_refused(tmp_path: Path, opened: Open) -> None:
    write_idx(tmp_path / "train-images-idx3-ubyte", noise(3, 3, 3))
    write_idx(tmp_path / "train-labels-idx1-ubyte", np.zeros(2, np.uint8))
    with pytest.raises(DataError, match="2 labels for 3 images"):
        opened(tmp_path)


def test_parts_of_different_size_are_refused(tmp_path: Path, opened: Open) -> None:
    write_idx(tmp_path / "train-images-idx3-ubyte", noise(3, 3, 3))
    write_idx(tmp_path / "t10k-images-idx3-ubyte", noise(3, 4, 4))
    with pytest.raises(DataError, match="differ in size"):
        opened(tmp_path)


def test_labels_alone_are_no_images(tmp_path: Path, opened: Open) -> None:
    write_idx(tmp_path / "x-images-idx1-ubyte", np.zeros(4, np.uint8))
    with pytest.raises(DataError, match=r"shape \[4\]"):
        opened(tmp_path)


def test_fashion_mnist_is_what_was_published(opened: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = real.fashion_mnist()
    monkeypatch.setenv("TRASLUZ_DATA", str(folder.parent))
    data = opened("fashion-mnist", valid="last 5000")
    assert data.samples.shape == (70_000, 28, 28, 1)
    assert {name: len(rows) for name, rows in data.splits.items()} == {"train": 55_000, "valid": 5_000, "test": 10_000}
    assert data.labels is not None
    assert np.bincount(data.labels).tolist() == [7000] * 10
    assert data.labels[:5].tolist() == [9, 0, 0, 3, 0]  # ankle boot, two T-shirts, a dress, a T-shirt
    assert data.classes[9] == "Ankle boot"


def test_the_checksums_of_fashion_mnist_are_those_of_the_published_files() -> None:
    folder = real.fashion_mnist()
    for name, published in fashion_mnist.ENTRY.sha256.items():
        path = folder / f"{name}.gz"
        if not path.is_file():
            pytest.skip(f"{path}: only the unpacked files are here")
        assert hashlib.sha256(path.read_bytes()).hexdigest() == published


def test_a_bomb_is_refused_after_what_its_size_allows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(idx, "_FREE_GROWTH", 1 << 20)
    head = struct.pack(">HBB", 0, 8, 3) + struct.pack(">3I", 20_000, 32, 32)
    path = tmp_path / "train-images-idx3-ubyte.gz"
    path.write_bytes(gzip.compress(head + bytes(20_000 * 1024)))
    with pytest.raises(DataError, match="unpack to far more"):
        read_idx(path)


def test_a_pipe_among_them_is_refused_and_not_waited_for(tmp_path: Path, opened: Open) -> None:
    os.mkfifo(tmp_path / "train-images-idx3-ubyte")
    with pytest.raises(DataError, match="a pipe, socket or device"):
        opened(tmp_path)
