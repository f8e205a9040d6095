"""Tar archives are whole or refused: what ``tarfile`` passes over in silence is noticed."""

from __future__ import annotations

import gzip
import io
import tarfile
from pathlib import Path

import pytest

from trasluz.data.read.tar_members import tar_members
from trasluz.errors import DataError

_COUNT = 40


def _tar(form: int = tarfile.PAX_FORMAT) -> tuple[bytes, list[tarfile.TarInfo]]:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=form) as archive:
        for number in range(_COUNT):
            info = tarfile.TarInfo(f"{'n' * 120}/{number}.png")  # long enough for a note of its own
            info.size = 700 + number
            archive.addfile(info, io.BytesIO(bytes([number]) * info.size))
    with tarfile.open(fileobj=io.BytesIO(buffer.getvalue())) as archive:
        return buffer.getvalue(), archive.getmembers()


def _read(path: Path) -> list[tuple[str, bytes]]:
    return [(member.name, member.read()) for member in tar_members(path)]


@pytest.mark.parametrize("form", [tarfile.PAX_FORMAT, tarfile.GNU_FORMAT])
@pytest.mark.parametrize("mode", ["w", "w:gz", "w:bz2", "w:xz"])
def test_a_whole_archive_gives_what_tarfile_gives(tmp_path: Path, form: int, mode: str) -> None:
    path = tmp_path / "x.tar"
    with tarfile.open(path, mode, format=form) as archive:  # type: ignore[call-overload]  # a mode of four
        for number in range(_COUNT):
            info = tarfile.TarInfo(f"{'n' * 120}/{number}.png")
            info.size = number * 100
            archive.addfile(info, io.BytesIO(bytes([number]) * info.size))
    with tarfile.open(path) as archive:
        expected = [(info.name, archive.extractfile(info).read()) for info in archive]  # type: ignore[union-attr]  # files
    assert _read(path) == expected


@pytest.mark.parametrize("packed", [False, True])
@pytest.mark.parametrize("number", [1, 20, _COUNT - 1])
def test_an_archive_cut_between_members_is_refused_with_their_number(tmp_path: Path, number: int, packed: bool) -> None:
    content, members = _tar(tarfile.GNU_FORMAT)
    cut = content[: members[number].offset]
    path = tmp_path / "x.tar"
    path.write_bytes(gzip.compress(cut) if packed else cut)
    with pytest.raises(DataError, match=rf"x\.tar: this archive is cut short after {number} entr"):
        _read(path)


def test_a_header_of_noise_in_the_middle_is_refused_with_the_number_before_it(tmp_path: Path) -> None:
    content, members = _tar(tarfile.GNU_FORMAT)
    at = members[20].offset
    (tmp_path / "x.tar").write_bytes(content[:at] + b"\xff" * 512 + content[at + 512 :])
    with pytest.raises(DataError, match="damaged after its first 20 entries"):
        _read(tmp_path / "x.tar")


def _header(name: str, kind: bytes, size: bytes) -> bytes:
    info = tarfile.TarInfo(name)
    info.type = kind
    head = bytearray(info.tobuf(tarfile.GNU_FORMAT))
    head[124:136] = size
    head[148:156] = b" " * 8
    head[148:156] = b"%06o\0 " % sum(head)
    return bytes(head)


@pytest.mark.parametrize("blocks", [1, 2, 3])
@pytest.mark.parametrize("kind", [tarfile.REGTYPE, tarfile.XHDTYPE, tarfile.GNUTYPE_LONGNAME])
def test_a_negative_size_does_not_send_the_reader_in_circles(tmp_path: Path, blocks: int, kind: bytes) -> None:
    size = (-512 * blocks).to_bytes(12, signed=True)  # in base 256
    good = _header("a.png", tarfile.REGTYPE, b"%011o\0" % 0)
    (tmp_path / "x.tar").write_bytes(good * 4 + _header("a.png", kind, size) + good * 4 + bytes(1024))
    with pytest.raises((tarfile.ReadError, DataError), match=r"negative size|notes|damaged"):
        _read(tmp_path / "x.tar")


def test_a_long_name_is_not_read_at_whatever_size_it_announces(tmp_path: Path) -> None:
    note = _header("././@LongLink", tarfile.GNUTYPE_LONGNAME, b"%011o\0" % (64 << 20))
    (tmp_path / "x.tar").write_bytes(gzip.compress(note + bytes(64 << 20) + bytes(1024), 1))
    with pytest.raises(tarfile.ReadError, match="larger than 1 MiB"):
        _read(tmp_path / "x.tar")
