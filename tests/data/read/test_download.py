"""Downloads without a network: mirrors are ``file:`` addresses."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from tests.data.conftest import Heard
from trasluz.data.read.download import DownloadError, download
from trasluz.errors import DataError, StorageError


def _serve(folder: Path, content: bytes) -> str:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "a.gz").write_bytes(content)
    return (folder / "a.gz").as_uri()


def test_a_file_arrives_whole_with_progress(tmp_path: Path, heard: Heard) -> None:
    content = bytes(range(256)) * 4000
    target = tmp_path / "new" / "folder" / "a.gz"
    download([_serve(tmp_path / "mirror", content)], target, hashlib.sha256(content).hexdigest(), heard)
    assert target.read_bytes() == content
    assert heard.tasks == [("Downloading a.gz", len(content))]
    assert [path.name for path in target.parent.iterdir()] == ["a.gz"]


def test_a_wrong_checksum_keeps_nothing(tmp_path: Path, heard: Heard) -> None:
    target = tmp_path / "to" / "a.gz"
    with pytest.raises(DataError, match=r"SHA-256 is .* not the published 0000"):
        download([_serve(tmp_path / "mirror", b"changed")], target, "0" * 64, heard)
    assert list(target.parent.iterdir()) == []


def test_the_next_mirror_is_tried(tmp_path: Path, heard: Heard) -> None:
    urls = [(tmp_path / "nowhere").as_uri(), _serve(tmp_path / "mirror", b"x")]
    download(urls, tmp_path / "to" / "a.gz", hashlib.sha256(b"x").hexdigest(), heard)
    assert (tmp_path / "to" / "a.gz").read_bytes() == b"x"


def test_no_mirror_says_why(tmp_path: Path, heard: Heard) -> None:
    with pytest.raises(DownloadError, match="No such file"):
        download([(tmp_path / "nowhere").as_uri()], tmp_path / "a.gz", "", heard)


def test_a_target_that_cannot_be_written_is_one_sentence(tmp_path: Path, heard: Heard) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StorageError, match="TRASLUZ_CACHE"):
        download([_serve(tmp_path / "mirror", b"x")], tmp_path / "file" / "a.gz", "", heard)
