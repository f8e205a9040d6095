"""The cache as people see it: what is in it, clearing it, and what is remembered."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest

from tests.data.conftest import Encode, Open, noise
from trasluz.data.read.cache import cache_folder, clear_cache, entry_folder, list_cache, new_entry, remembered
from trasluz.errors import RequestError


@pytest.fixture
def filled(tmp_path: Path, encode: Encode, opened: Open) -> None:
    """Decoded images of two folders, and what is remembered about them."""
    for name in ("año 1", "b"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "1.png").write_bytes(encode(noise(4, 4)))
        opened(tmp_path / name)


@pytest.mark.usefixtures("filled")
def test_entries_have_a_source_a_size_and_a_date() -> None:
    entries = list_cache()
    assert {(entry.room, entry.source) for entry in entries} == {
        ("images", "año-1"),
        ("images", "b"),
        ("facts", "año-1"),
        ("facts", "b"),
    }
    assert all(entry.bytes > 0 and entry.path.is_dir() and entry.changed.tzinfo for entry in entries)
    assert [entry.changed for entry in entries] == sorted(entry.changed for entry in entries)


@pytest.mark.usefixtures("filled")
def test_clearing_by_source_by_name_and_all() -> None:
    assert {entry.source for entry in clear_cache(["b"])} == {"b"}
    assert {entry.source for entry in list_cache()} == {"año-1"}
    name = list_cache()[0].name
    assert [entry.name for entry in clear_cache([name])] == [name]
    clear_cache()
    assert list_cache() == []


@pytest.mark.usefixtures("filled")
def test_an_unknown_name_removes_nothing_and_names_the_nearest() -> None:
    with pytest.raises(RequestError, match=r"anno-1.*Did you mean año-1\?"):
        clear_cache(["b", "anno-1"])
    assert len(list_cache()) == 4


def test_an_absent_cache_is_empty() -> None:
    assert list_cache() == []
    assert clear_cache() == []


def test_cleared_data_are_decoded_again(tmp_path: Path, encode: Encode, opened: Open) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "1.png").write_bytes(encode(noise(4, 4)))
    first = opened(tmp_path / "a")
    clear_cache()
    np.testing.assert_array_equal(opened(tmp_path / "a").samples, first.samples)


@pytest.mark.parametrize("name", ["../../etc", "/abs", "a/b", "", ".", "..", "ñ x", "a" * 300])
def test_no_name_leads_out_of_the_cache(own_cache: Path, name: str) -> None:
    folder = entry_folder("images", name, "0" * 32)
    assert folder.parent == own_cache / "images"
    assert len(folder.name) <= 57


def test_what_a_killed_process_left_is_removed_after_a_day(own_cache: Path) -> None:
    old, new = own_cache / "images" / ".old.1234", own_cache / "images" / ".new.1234"
    for path in (old, new):
        path.mkdir(parents=True)
    os.utime(old, (1, 1))
    with new_entry(own_cache / "images" / "x"):
        pass
    assert not old.exists()
    assert new.exists()
    assert [entry.name for entry in list_cache()] == ["x"]


def test_remembered_computes_once_and_again_when_damaged(own_cache: Path) -> None:
    calls: list[int] = []

    def compute() -> dict[str, np.ndarray]:
        calls.append(1)
        return {"a": np.arange(3)}

    for _time in range(2):
        np.testing.assert_array_equal(remembered("x", "f" * 32, "what-1", compute)["a"], [0, 1, 2])
    assert len(calls) == 1
    remembered("x", "f" * 32, "what-2", compute)
    remembered("x", "e" * 32, "what-1", compute)
    assert len(calls) == 3
    (file,) = (own_cache / "facts" / f"x-{'f' * 16}").glob("what-1.npz")
    for damage in (b"", b"PK\x03\x04 no", file.read_bytes()[:-40]):
        file.write_bytes(damage)
        np.testing.assert_array_equal(remembered("x", "f" * 32, "what-1", compute)["a"], [0, 1, 2])
    assert len(calls) == 6


def test_without_a_choice_the_cache_is_where_the_platform_keeps_caches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("TRASLUZ_CACHE")
    monkeypatch.setenv("XDG_CACHE_HOME", "/somewhere")
    assert cache_folder().name == "trasluz" or "trasluz" in cache_folder().parts
