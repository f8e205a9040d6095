"""Archives: read as the folder that was packed, and refused when they are more than that."""

from __future__ import annotations

import io
import stat
import tarfile
import warnings
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from tests.data.conftest import Encode, Heard, Open, noise
from trasluz.data.read import archives
from trasluz.errors import DataError

PATHS = ["train/cat/1.png", "train/ñu x/2.png", "val/cat/3.png", "test/cat/4.png", "readme.txt", "__MACOSX/._1.png"]
TAR_MODES = {".tar": "w", ".tar.gz": "w:gz", ".tgz": "w:gz", ".tar.bz2": "w:bz2", ".tar.xz": "w:xz"}


def pack(path: Path, members: dict[str, bytes]) -> Path:
    """A zip or tar archive by the path's ending, its members in the given order."""
    if path.suffix == ".zip":
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as packed:
            for name, content in members.items():
                packed.writestr(name, content)
        return path
    ending = next(ending for ending in TAR_MODES if path.name.endswith(ending))
    with tarfile.open(path, TAR_MODES[ending]) as packed:  # type: ignore[call-overload]  # the mode is a variable
        for name, content in members.items():
            info = tarfile.TarInfo(name)
            info.size = len(content)
            packed.addfile(info, io.BytesIO(content))
    return path


def _members(encode: Encode) -> dict[str, bytes]:
    return {path: encode(noise(4, 4, seed=number)) for number, path in enumerate(PATHS)}


@pytest.mark.parametrize("ending", [".zip", *TAR_MODES])
def test_every_kind_reads_as_the_folder_does(tmp_path: Path, encode: Encode, opened: Open, ending: str) -> None:
    members = _members(encode)
    for name, content in members.items():
        (tmp_path / "pets" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "pets" / name).write_bytes(content)
    folder = opened(tmp_path / "pets")
    packed = opened(pack(tmp_path / f"pets{ending}", dict(reversed(members.items()))))
    assert packed.files == folder.files
    assert packed.classes == folder.classes
    assert packed.fingerprint == folder.fingerprint
    for told in ("ignored", "ignored_kinds", "ignored_folders"):
        assert packed.audit[told] == folder.audit[told]
    assert packed.audit["ignored_kinds"] == {".txt": 1}
    assert packed.audit["ignored_folders"] == {"__MACOSX": 1}
    np.testing.assert_array_equal(packed.samples, folder.samples)
    np.testing.assert_array_equal(packed.labels, folder.labels)
    assert {k: v.tolist() for k, v in packed.splits.items()} == {k: v.tolist() for k, v in folder.splits.items()}


@pytest.mark.parametrize("ending", [".zip", ".tar.gz"])
def test_an_outer_folder_is_looked_through_and_nothing_is_unpacked(
    tmp_path: Path, encode: Encode, opened: Open, ending: str
) -> None:
    path = pack(tmp_path / f"p{ending}", {f"photos-main/{k}": v for k, v in _members(encode).items()})
    before = sorted(tmp_path.iterdir())
    assert opened(path).classes == ("cat", "ñu x")
    assert sorted(set(tmp_path.iterdir()) - {tmp_path / "own-cache"}) == before
    assert not list((tmp_path / "own-cache").rglob("*.png"))


def test_a_large_tar_is_streamed_again_instead_of_held(
    tmp_path: Path, encode: Encode, opened: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = pack(tmp_path / "p.tar.gz", _members(encode))
    held = opened(path)
    monkeypatch.setattr(archives, "_HELD_BYTES", 100)
    streamed = opened(path, size=4)
    np.testing.assert_array_equal(streamed.samples, held.samples)


@pytest.mark.parametrize(
    "member", ["../out.png", "a/../../out.png", "/tmp/out.png", "C:\\out.png", "..\\out.png", "C:x.png"]
)
@pytest.mark.parametrize("ending", [".zip", ".tar"])
def test_members_that_climb_out_are_refused(
    tmp_path: Path, encode: Encode, opened: Open, ending: str, member: str
) -> None:
    path = pack(tmp_path / f"p{ending}", {"a/1.png": encode(noise(2, 2)), member: encode(noise(2, 2))})
    with pytest.raises(DataError, match=r"would lie outside of it"):
        opened(path)


@pytest.mark.parametrize("kind", [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.CHRTYPE, tarfile.FIFOTYPE])
def test_links_and_devices_in_a_tar_are_refused(tmp_path: Path, opened: Open, kind: bytes) -> None:
    with tarfile.open(tmp_path / "p.tar", "w") as packed:
        info = tarfile.TarInfo("a/passwd.png")
        info.type, info.linkname = kind, "/etc/passwd"
        packed.addfile(info)
    with pytest.raises(DataError, match="is a link or a device"):
        opened(tmp_path / "p.tar")


def test_links_in_a_zip_are_refused(tmp_path: Path, opened: Open) -> None:
    info = zipfile.ZipInfo("a/1.png")
    info.external_attr = (stat.S_IFLNK | 0o777) << 16
    with zipfile.ZipFile(tmp_path / "p.zip", "w") as packed:
        packed.writestr(info, "/etc/passwd")
    with pytest.raises(DataError, match="is a link"):
        opened(tmp_path / "p.zip")


@pytest.mark.parametrize("ending", [".zip", ".tar.gz"])
def test_a_bomb_is_refused_before_it_is_unpacked(
    tmp_path: Path, opened: Open, ending: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(archives, "_FREE_GROWTH", 1 << 16)
    path = pack(tmp_path / f"p{ending}", {"a/1.png": bytes(4 << 20)})
    with pytest.raises(DataError, match="far more than an archive of images"):
        opened(path)


@pytest.mark.parametrize("ending", [".zip", ".tar", ".tar.gz", ".tar.xz"])
@pytest.mark.parametrize("how", [lambda b: b"", lambda b: b"no archive at all" * 99, lambda b: b[: len(b) // 2]])
def test_a_damaged_archive_is_one_sentence(
    tmp_path: Path, encode: Encode, opened: Open, ending: str, how: Callable[[bytes], bytes]
) -> None:
    path = pack(tmp_path / f"p{ending}", {f"a/{i}.png": encode(noise(30, 30, seed=i)) for i in range(9)})
    path.write_bytes(how(path.read_bytes()))
    with pytest.raises(DataError, match=rf"p{ending}") as caught:
        opened(path)
    assert "\n" not in str(caught.value)


def test_a_damaged_member_of_a_zip_is_one_unreadable_file(tmp_path: Path, encode: Encode, opened: Open) -> None:
    contents = {f"a/{i}.png": encode(noise(9, 9, seed=i)) for i in range(3)}
    path = tmp_path / "p.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as packed:
        for name, content in contents.items():
            packed.writestr(name, content)
    raw = bytearray(path.read_bytes())
    raw[raw.index(contents["a/1.png"]) + 60] ^= 255
    path.write_bytes(raw)
    data = opened(path, allow_unreadable=True)
    assert data.files == ("a/0.png", "a/2.png")
    assert "cut short or damaged" in data.audit["unreadable"]["files"][0]["reason"]


def test_a_locked_zip_says_so(tmp_path: Path, encode: Encode, opened: Open) -> None:
    path = pack(tmp_path / "p.zip", {"a/1.png": encode(noise(2, 2))})
    raw = bytearray(path.read_bytes())
    raw[raw.index(b"PK\x01\x02") + 8] |= 1  # the flag in the directory
    path.write_bytes(raw)
    with pytest.raises(DataError, match="password"):
        opened(path)


@pytest.mark.parametrize("ending", [".zip", ".tar"])
def test_an_archive_without_images_is_refused(tmp_path: Path, opened: Open, ending: str) -> None:
    with pytest.raises(DataError, match=r"there are no images here \(1 other files\)"):
        opened(pack(tmp_path / f"p{ending}", {"a.txt": b"a"}))


def test_an_archive_in_the_cache_is_not_looked_into_again(
    tmp_path: Path, encode: Encode, opened: Open, heard: Heard
) -> None:
    path = pack(tmp_path / "p.tar.gz", _members(encode))
    opened(path, heard)
    assert ("Decoding", 4) in heard.tasks
    heard.tasks.clear()
    opened(path, heard)
    assert heard.tasks == []


def test_of_members_of_one_name_the_first_counts(tmp_path: Path, encode: Encode, opened: Open) -> None:
    images = [encode(noise(4, 5, seed=n)) for n in range(3)]
    with tarfile.open(tmp_path / "a.tar", "w") as tar, zipfile.ZipFile(tmp_path / "a.zip", "w") as packed:
        for name, content in zip(("a/1.png", "a/1.png", "b/2.png"), images, strict=True):
            info = tarfile.TarInfo(name)
            info.size = len(content)
            tar.addfile(info, io.BytesIO(content))
            with warnings.catch_warnings(action="ignore"):
                packed.writestr(name, content)
    for name in ("a.tar", "a.zip"):
        data = opened(tmp_path / name)
        assert data.files == ("a/1.png", "b/2.png")
        np.testing.assert_array_equal(data.samples[0, ..., 0], noise(4, 5, seed=0))
