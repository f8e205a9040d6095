"""Named data sets: looked for in order, fetched once, and one sentence when there is no way."""

from __future__ import annotations

import gzip
import hashlib
import os
from pathlib import Path

import numpy as np
import pytest

from tests.data.conftest import Heard, Open, noise
from tests.data.read.test_idx import idx_bytes, write_idx
from trasluz.data.read import folders
from trasluz.data.read.catalogue import FILES, Entry, fetch_files, find_files
from trasluz.data.sources import fashion_mnist, mnist
from trasluz.errors import DataError


@pytest.fixture(autouse=True)
def _no_data_of_this_machine(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("TRASLUZ_DATA", "")
    monkeypatch.setattr(folders, "_SYSTEM", tmp_path / "system")


def _arrays() -> list[np.ndarray]:
    return [noise(4, 3, 3), np.array([0, 1, 2, 3], np.uint8), noise(2, 3, 3, seed=1), np.array([1, 0], np.uint8)]


def _put(folder: Path, ending: str = ".gz") -> None:
    for name, array in zip(FILES, _arrays(), strict=True):
        write_idx(folder / f"{name}{ending}", array)


def _entry(mirror: Path | None = None, **fields: str) -> Entry:
    sums = {}
    for name, array in zip(FILES, _arrays(), strict=True):
        content = gzip.compress(idx_bytes(array), mtime=0)
        sums[name] = hashlib.sha256(content).hexdigest()
        if mirror:
            mirror.mkdir(exist_ok=True)
            (mirror / f"{name}.gz").write_bytes(content)
    return Entry("things", sums, (f"{(mirror or Path('/nowhere')).as_uri()}/",), **fields)  # type: ignore[arg-type]  # texts


@pytest.mark.parametrize("ending", ["", ".gz"])
@pytest.mark.parametrize("sub", ["", "things"])
def test_a_folder_of_trasluz_data_or_one_below_it_is_enough(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, ending: str, sub: str
) -> None:
    _put(tmp_path / "second" / sub, ending)
    monkeypatch.setenv("TRASLUZ_DATA", os.pathsep.join([str(tmp_path / "first"), str(tmp_path / "second")]))
    found = find_files(_entry())
    assert isinstance(found, list)
    assert [part.split for part in found] == ["train", "test"]
    assert found[0].images.parent == tmp_path / "second" / sub


def test_the_order_is_trasluz_data_system_cache(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, own_cache: Path
) -> None:
    entry = _entry()
    assert find_files(entry) is None
    for folder in (own_cache / "downloads" / "things", tmp_path / "system" / "things", tmp_path / "mine"):
        _put(folder)
        monkeypatch.setenv("TRASLUZ_DATA", str(tmp_path / "mine"))
        found = find_files(entry)
        assert isinstance(found, list)
        assert found[0].images.parent == folder


def test_an_archive_is_found_where_there_are_no_idx_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TRASLUZ_DATA", str(tmp_path))
    (tmp_path / "things.tar.gz").write_bytes(b"")
    assert find_files(_entry(archive="things.tar.gz")) == tmp_path / "things.tar.gz"
    assert find_files(_entry()) is None


def test_half_of_the_files_are_not_enough(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _put(tmp_path)
    (tmp_path / f"{FILES[3]}.gz").unlink()
    monkeypatch.setenv("TRASLUZ_DATA", str(tmp_path))
    assert find_files(_entry()) is None


def test_what_is_nowhere_is_downloaded_once(tmp_path: Path, heard: Heard, own_cache: Path) -> None:
    entry = _entry(tmp_path / "mirror")
    fetch_files(entry, heard)
    assert len(heard.tasks) == 4
    assert {path.name for path in (own_cache / "downloads" / "things").iterdir()} == {f"{name}.gz" for name in FILES}
    fetch_files(entry, heard)
    assert len(heard.tasks) == 4


def test_without_network_one_sentence_names_every_way(heard: Heard) -> None:
    entry = _entry(package="dataset-things", archive="things-png.tar.gz")
    with pytest.raises(DataError) as caught:
        fetch_files(entry, heard)
    sentence = str(caught.value)
    for word in ("things", "TRASLUZ_DATA", "things-png.tar.gz", "dataset-things", "network"):
        assert word in sentence
    assert "\n" not in sentence


@pytest.mark.parametrize("module", [mnist, fashion_mnist])
def test_the_catalogue_knows_where_and_what(module: object) -> None:
    entry: Entry = module.ENTRY  # type: ignore[attr-defined]  # both have one
    assert set(entry.sha256) == set(FILES)
    assert all(len(digits) == 64 and int(digits, 16) >= 0 for digits in entry.sha256.values())
    assert all(mirror.startswith("http") and mirror.endswith("/") for mirror in entry.mirrors)


def test_mnist_opens_from_idx_files_train_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, opened: Open) -> None:
    _put(tmp_path / "mnist")
    monkeypatch.setenv("TRASLUZ_DATA", str(tmp_path))
    data = opened("mnist")
    assert {name: rows.tolist() for name, rows in data.splits.items()} == {"train": [0, 1, 2, 3], "test": [4, 5]}
    assert data.classes == ("0", "1", "2", "3")
