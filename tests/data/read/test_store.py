"""The store: once decoded, never again; safe against kills, damage, full disks and a second process."""

from __future__ import annotations

import errno
import multiprocessing
import os
import shutil
import warnings
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from tests import real
from tests.data.conftest import Encode, Heard, Open, noise
from trasluz.data import opening
from trasluz.data.opening import open_data
from trasluz.data.read import cache, store
from trasluz.errors import StorageError
from trasluz.recipe import DataSection


@pytest.fixture
def photos(tmp_path: Path, encode: Encode) -> Path:
    """Two classes of four small colour images."""
    for number in range(8):
        path = tmp_path / "photos" / ("cat", "dog")[number % 2] / f"{number}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(encode(noise(6, 5, 3, seed=number)))
    return tmp_path / "photos"


def _entries(folder: Path) -> list[Path]:
    """All entries of decoded images, half-made ones too."""
    return sorted((folder / "images").iterdir()) if (folder / "images").is_dir() else []


def _decoded(heard: Heard) -> bool:
    return any(title == "Decoding" for title, _total in heard.tasks)


def test_images_are_decoded_once_with_a_total(photos: Path, opened: Open, heard: Heard) -> None:
    first = opened(photos, heard)
    assert ("Decoding", 8) in heard.tasks
    heard.tasks.clear()
    second = opened(photos, heard)
    assert heard.tasks == []
    np.testing.assert_array_equal(first.samples, second.samples)
    assert (first.files, first.classes, first.fingerprint) == (second.files, second.classes, second.fingerprint)
    assert first.audit == second.audit


@pytest.mark.parametrize("fields", [{"size": 3}, {"channels": 1}, {"size": (6, 5), "resize": "crop"}])
def test_other_decoding_options_are_another_entry(
    photos: Path, opened: Open, heard: Heard, own_cache: Path, fields: dict[str, Any]
) -> None:
    opened(photos)
    opened(photos, heard, **fields)
    assert _decoded(heard)
    assert len(_entries(own_cache)) == 2


@pytest.mark.parametrize("fields", [{"valid": 0.5}, {"limit": 2}, {"allow_unreadable": True}, {"normalise": "raw"}])
def test_options_that_do_not_change_pixels_use_the_same_entry(
    photos: Path, opened: Open, heard: Heard, fields: dict[str, Any]
) -> None:
    opened(photos)
    opened(photos, heard, **fields)
    assert not _decoded(heard)


@pytest.mark.parametrize("what", ["changed", "touched", "added", "removed", "renamed"])
def test_a_change_of_any_file_is_noticed(photos: Path, opened: Open, heard: Heard, encode: Encode, what: str) -> None:
    opened(photos)
    file = photos / "cat" / "0.png"
    if what == "changed":
        file.write_bytes(encode(noise(6, 5, 3, seed=99)))
    elif what == "touched":
        os.utime(file, (1, 1))
    elif what == "added":
        (photos / "dog" / "9.png").write_bytes(encode(noise(6, 5, 3, seed=99)))
    elif what == "removed":
        file.unlink()
    else:
        file.rename(photos / "dog" / "0.png")
    opened(photos, heard)
    assert _decoded(heard)


def test_the_fingerprint_is_of_the_content_not_of_paths_and_times(
    photos: Path, opened: Open, tmp_path: Path, encode: Encode
) -> None:
    first = opened(photos).fingerprint
    moved = shutil.copytree(photos, tmp_path / "elsewhere")
    os.utime(moved / "cat" / "0.png", (1, 1))
    assert opened(moved).fingerprint == first
    assert opened(moved, size=3).fingerprint != first
    (moved / "cat" / "0.png").write_bytes(encode(noise(6, 5, 3, seed=99)))
    assert opened(moved).fingerprint != first


def test_the_fingerprint_knows_labels_and_splits(photos: Path, opened: Open, tmp_path: Path) -> None:
    prints = {opened(photos).fingerprint}
    (photos / "dog").rename(photos / "wolf")
    prints.add(opened(photos).fingerprint)
    shutil.copytree(photos, tmp_path / "split" / "train")
    shutil.copytree(photos, tmp_path / "split" / "test")
    shutil.rmtree(tmp_path / "split" / "test" / "wolf")
    shutil.rmtree(tmp_path / "split" / "train" / "cat")
    prints.add(opened(tmp_path / "split").fingerprint)
    assert len(prints) == 3


DAMAGE = {
    "cut short": lambda e: (e / "samples.bin").write_bytes((e / "samples.bin").read_bytes()[:-1]),
    "a changed byte": lambda e: (e / "samples.bin").write_bytes(b"\x07" + (e / "samples.bin").read_bytes()[1:]),
    "no samples": lambda e: (e / "samples.bin").unlink(),
    "no entry": lambda e: (e / "entry.json").unlink(),
    "half an entry": lambda e: (e / "entry.json").write_text((e / "entry.json").read_text()[:50]),
    "another kind of entry": lambda e: (e / "entry.json").write_text("[]"),
    "no rows": lambda e: (e / "rows.npz").unlink(),
    "half of the rows": lambda e: (e / "rows.npz").write_bytes((e / "rows.npz").read_bytes()[:40]),
    "an empty folder": lambda e: [file.unlink() for file in e.iterdir()],
}


@pytest.mark.parametrize("damage", DAMAGE.values(), ids=list(DAMAGE))
def test_a_damaged_entry_is_noticed_and_made_again(
    photos: Path, opened: Open, heard: Heard, own_cache: Path, damage: Any
) -> None:
    whole = opened(photos).samples.copy()
    damage(_entries(own_cache)[0])
    np.testing.assert_array_equal(opened(photos, heard).samples, whole)
    assert "damaged" in heard.warned[0]
    heard.tasks.clear()
    opened(photos, heard)
    assert not _decoded(heard)


def test_large_arrays_are_mapped_and_writing_into_them_leaves_the_cache_alone(
    photos: Path, opened: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = opened(photos).samples.copy()
    monkeypatch.setattr(store, "_KEPT_IN_MEMORY", 0)
    mapped = opened(photos).samples
    assert isinstance(mapped, np.memmap)
    np.testing.assert_array_equal(mapped, whole)
    mapped[:] = 0
    np.testing.assert_array_equal(opened(photos).samples, whole)


def test_damage_in_a_checked_block_of_a_large_file_is_noticed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store, "_BLOCK", 16)
    content = bytearray(noise(16 * 64 * 10).tobytes())
    (tmp_path / "a").write_bytes(content)
    before = store._check_of(tmp_path / "a")
    for position in (0, len(content) - 1):
        changed = content.copy()
        changed[position] ^= 1
        (tmp_path / "a").write_bytes(changed)
        assert store._check_of(tmp_path / "a") != before


def test_a_full_disk_is_one_sentence_and_leaves_nothing(
    photos: Path, opened: Open, own_cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_arguments: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(store, "_write_pixels", full)
    with pytest.raises(StorageError, match=r"No space left.*TRASLUZ_CACHE") as caught:
        opened(photos)
    assert "\n" not in str(caught.value)
    assert _entries(own_cache) == []


def test_too_little_space_is_said_before_decoding(
    photos: Path, opened: Open, heard: Heard, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store, "_SPARE_BYTES", 1 << 60)
    with pytest.raises(StorageError, match=r"nearly full: [\d,]+ MB are free, and 1,152,921,504,607 MB of"):
        opened(photos, heard)
    assert not _decoded(heard)
    monkeypatch.setattr(store, "_SPARE_BYTES", 0)
    monkeypatch.setattr(store.shutil, "disk_usage", lambda _folder: SimpleNamespace(free=7))
    with pytest.raises(StorageError, match=r"need 1 MB, and of 0 MB that are free 0 MB are left.*a smaller data\.size"):
        opened(photos, heard)
    assert not _decoded(heard)


@pytest.mark.parametrize("place", ["file", "file/below"])
def test_a_cache_that_cannot_be_is_one_sentence(
    photos: Path, opened: Open, tmp_path: Path, place: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("TRASLUZ_CACHE", str(tmp_path / place))
    with pytest.raises(StorageError, match="TRASLUZ_CACHE"):
        opened(photos)


def test_arrays_need_no_cache_that_can_be_written(
    opened: Open, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("TRASLUZ_CACHE", str(tmp_path / "file"))
    assert len(opened("digits").samples) == 1797


def test_an_interrupted_decoding_leaves_no_entry(
    photos: Path, opened: Open, own_cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stop(*_arguments: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(store, "_keep_rows", stop)
        with pytest.raises(KeyboardInterrupt):
            opened(photos)
    assert _entries(own_cache) == []
    assert len(opened(photos).samples) == 8


def test_decoding_leaves_the_filters_of_warnings_alone(photos: Path, opened: Open) -> None:
    before = list(warnings.filters)
    opened(photos)
    assert warnings.filters == before


def _open_and_tell(path: str, start: Any, answers: Any) -> None:
    heard = Heard()
    start.wait(60)
    data = open_data(DataSection(source=path, valid=None), 0, heard)
    decoded = any(title == "Decoding" for title, _total in heard.tasks)
    answers.put((decoded, int(data.samples.astype(np.int64).sum())))


def test_two_processes_at_once_make_one_entry_and_decode_once(photos: Path, own_cache: Path, opened: Open) -> None:
    context = multiprocessing.get_context("spawn")
    start, answers = context.Event(), context.Queue()
    workers = [context.Process(target=_open_and_tell, args=(str(photos), start, answers)) for _ in range(2)]
    for worker in workers:
        worker.start()
    start.set()
    told = [answers.get(timeout=60) for _worker in workers]
    for worker in workers:
        worker.join(30)
    assert len(_entries(own_cache)) == 1
    assert sorted(decoded for decoded, _sum in told) == [False, True]
    assert {total for _decoded, total in told} == {int(opened(photos).samples.astype(np.int64).sum())}
    assert not list((own_cache / "images").glob(".*"))


def test_the_slower_of_two_drops_its_copy(own_cache: Path) -> None:
    target = own_cache / "images" / "a"
    with cache.new_entry(target) as slow:
        (slow / "x").write_text("slow")
        with cache.new_entry(target) as fast:
            (fast / "x").write_text("fast")
    assert (target / "x").read_text() == "fast"
    assert _entries(own_cache) == [target]


def test_mnist_from_png_files_opens_again_without_decoding(
    opened: Open, heard: Heard, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    path = real.mnist_png()
    monkeypatch.setenv("TRASLUZ_DATA", str(path.parent))
    # Decoded once for all runs of the tests, because it takes a quarter of a minute.
    monkeypatch.setenv("TRASLUZ_CACHE", str(tmp_path.parent / "mnist-cache"))
    data = opened("mnist", valid="last 10000")
    assert data.samples.shape == (70_000, 28, 28, 1)
    assert data.files is not None
    assert data.files[0].startswith("train/0/")
    assert data.files[-1].startswith("test/9/")
    assert data.labels is not None
    assert np.bincount(data.labels[data.splits["test"]]).tolist() == [
        980,
        1135,
        1032,
        1010,
        982,
        892,
        958,
        1028,
        974,
        1009,
    ]
    assert {name: len(rows) for name, rows in data.splits.items()} == {"train": 50_000, "valid": 10_000, "test": 10_000}
    monkeypatch.setattr(opening, "near_duplicates", None)  # would be called if it were not remembered
    opened("mnist", heard, valid="last 10000")
    assert heard.tasks == []
