"""Hostile archives: cut, damaged, bombs, members that climb out, lie about their size or share a name."""

from __future__ import annotations

import gzip
import io
import struct
import tarfile
import warnings
import zipfile
from collections.abc import Callable
from functools import partial
from pathlib import Path

from attack.hostile.case import MARKER, RUN, SPECIAL, Case, Words, good_folder, picture


def _bytes(number: int = 1) -> bytes:
    buffer = io.BytesIO()
    picture(number).save(buffer, "PNG")
    return buffer.getvalue()


def _whole_tar(place: Path, count: int = 20) -> tuple[bytes, list[tarfile.TarInfo]]:
    folder = good_folder(place / "whole", count=count)
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        archive.add(folder, "whole")
    with tarfile.open(fileobj=io.BytesIO(buffer.getvalue())) as archive:
        return buffer.getvalue(), archive.getmembers()


def _whole_zip(place: Path) -> bytes:
    folder = good_folder(place / "whole")
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(folder.rglob("*.png")):
            archive.write(path, str(path.relative_to(folder)))
    return buffer.getvalue()


Bytes = Callable[[Path], bytes]


def _cut_at_member(place: Path) -> bytes:
    content, members = _whole_tar(place)
    return content[: members[30].offset]


def _cut_in_header(place: Path) -> bytes:
    content, members = _whole_tar(place)
    return content[: members[30].offset + 100]


def _cut_in_member(place: Path) -> bytes:
    content, members = _whole_tar(place)
    return content[: members[30].offset_data + 10]


def _damaged_header(place: Path) -> bytes:
    content, members = _whole_tar(place)
    at = members[30].offset
    return content[:at] + b"\xff" * 512 + content[at + 512 :]


def _tar_of(*members: tuple[str, int, bytes, bytes], announced: int | None = None) -> bytes:
    """A tar of (name, size announced, kind, content); written by hand, because tarfile does not lie."""
    out = b""
    for name, size, kind, content in members:
        info = tarfile.TarInfo(name)
        info.size, info.type = size, kind
        if kind in (tarfile.SYMTYPE, tarfile.LNKTYPE):
            info.linkname = "/etc/passwd"
        out += info.tobuf(tarfile.GNU_FORMAT) + content + bytes(-len(content) % 512)
    return out + bytes(1024)


def _negative(place: Path) -> bytes:
    info = tarfile.TarInfo("a/1.png")
    head = bytearray(info.tobuf(tarfile.GNU_FORMAT))
    head[124:136] = b"\xff" * 11 + b"\x00"  # -256 in base 256
    head[148:156] = b" " * 8
    head[148:156] = b"%06o\0 " % sum(head)
    return bytes(head) * 3 + bytes(1024)


def _note(size: int, place: Path) -> bytes:
    return _tar_of(("././@LongLink", size, tarfile.GNUTYPE_LONGNAME, bytes(size)), ("x", 9, tarfile.REGTYPE, bytes(9)))


def _nested_notes(place: Path) -> bytes:
    note = ("././@LongLink", 4, tarfile.GNUTYPE_LONGNAME, b"a/b\0")
    return _tar_of(*[note] * 3000, ("x", 9, tarfile.REGTYPE, bytes(9)))


def _zip_of(*members: tuple[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members:
            archive.writestr(name, content)
    return buffer.getvalue()


def _zip_lying(factor: float, place: Path) -> bytes:
    """The central directory and the local heads announce another size than the member has."""
    content = bytearray(_zip_of(("a/1.png", _bytes(1)), ("b/2.png", _bytes(2))))
    real = struct.pack("<I", len(_bytes(1)))
    return bytes(content).replace(real, struct.pack("<I", int(len(_bytes(1)) * factor)))


def _zip_bomb(files: int, each: int, place: Path) -> bytes:
    return _zip_of(("a/1.png", _bytes(1)), *((f"b/{n}.png", bytes(each)) for n in range(files)))


def _two_of_one_name(place: Path) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for number in range(9):
            with warnings.catch_warnings(action="ignore"):
                archive.writestr("a/1.png", _bytes(number))
            archive.writestr(f"a/b{number}.png", _bytes(number + 90))
            archive.writestr(f"b/{number}.png", _bytes(number + 9))
    return buffer.getvalue()


def _tar_of_one_name(place: Path) -> bytes:
    return _tar_of(*(("a/1.png", len(_bytes(n)), tarfile.REGTYPE, _bytes(n)) for n in range(4)))


def _zip_link(place: Path) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        info = zipfile.ZipInfo("a/1.png")
        info.create_system, info.external_attr = 3, 0o120777 << 16
        archive.writestr(info, "/etc/passwd")
    return buffer.getvalue()


def _latin(place: Path) -> bytes:
    names = [(f"ni\udcf1o/{n}.png", len(_bytes(n)), tarfile.REGTYPE, _bytes(n)) for n in range(6)]
    names += [(f"b/{n}.png", len(_bytes(n + 50)), tarfile.REGTYPE, _bytes(n + 50)) for n in range(6)]
    return _tar_of(*names)


def _locked(place: Path) -> bytes:
    content = bytearray(_zip_of(("a/1.png", _bytes(1))))
    content[6] |= 1
    content[content.rindex(b"PK\x01\x02") + 8] |= 1
    return bytes(content)


def _method(place: Path) -> bytes:
    content = bytearray(_zip_of(("a/1.png", _bytes(1)), ("b/2.png", _bytes(2))))
    for start in (b"PK\x03\x04", b"PK\x01\x02"):
        at = content.index(start) + (8 if start == b"PK\x03\x04" else 10)
        content[at : at + 2] = b"\x63\x00"
    return bytes(content)


_P = ("a/1.png", _bytes(1))
ARCHIVES: dict[str, tuple[str, Bytes, tuple[int, ...]]] = {
    "cut between members": ("x.tar", _cut_at_member, (2,)),
    "cut in a header": ("x.tar", _cut_in_header, (2,)),
    "cut in a member": ("x.tar", _cut_in_member, (2,)),
    "gzipped, cut between members": ("x.tar.gz", lambda p: gzip.compress(_cut_at_member(p)), (2,)),
    "gzip cut": ("x.tar.gz", lambda p: gzip.compress(_whole_tar(p)[0])[:-900], (2,)),
    "a header of noise": ("x.tar", _damaged_header, (2,)),
    "negative size": ("x.tar", _negative, (2,)),
    "long name of 300 MB": ("x.tar.gz", lambda p: gzip.compress(_note(300 << 20, p), 1), (2,)),
    "3,000 long names": ("x.tar", _nested_notes, (2,)),
    "announces 8 GB": ("x.tar", lambda p: _tar_of(("a/1.png", (8 << 30) - 1, tarfile.REGTYPE, bytes(512))), (2,)),
    "announces more than there is": ("x.tar", lambda p: _tar_of(("a/1.png", 10**6, tarfile.REGTYPE, bytes(512))), (2,)),
    "symbolic link": ("x.tar", lambda p: _tar_of(("a/1.png", 0, tarfile.SYMTYPE, b"")), (2,)),
    "hard link": ("x.tar", lambda p: _tar_of(("a/1.png", 0, tarfile.LNKTYPE, b"")), (2,)),
    "device": ("x.tar", lambda p: _tar_of(("a/1.png", 0, tarfile.CHRTYPE, b"")), (2,)),
    "pipe": ("x.tar", lambda p: _tar_of(("a/1.png", 0, tarfile.FIFOTYPE, b"")), (2,)),
    "climbs out": ("x.tar", lambda p: _tar_of((f"../{MARKER}", 9, tarfile.REGTYPE, bytes(9))), (2,)),
    "absolute": ("x.tar", lambda p: _tar_of(("/tmp/1.png", 9, tarfile.REGTYPE, bytes(9))), (2,)),
    "one name four times": ("x.tar", _tar_of_one_name, (0, 2)),
    "names of Latin-1": ("x.tar", _latin, (0,)),
    "bomb": (
        "x.tar.gz",
        lambda p: gzip.compress(_tar_of(("a/1.png", 2 << 30, tarfile.REGTYPE, b"")) + bytes(1 << 30), 1),
        (2,),
    ),
    "gzip of zeros": ("x.tar.gz", lambda p: gzip.compress(bytes(1 << 30), 1), (2,)),
    "no tar": ("x.tar", lambda p: b"hello" * 1000, (2,)),
    "empty tar": ("x.tar", lambda p: b"", (2,)),
    "only zeros": ("x.tar", lambda p: bytes(10240), (2,)),
    "xz of noise": ("x.tar.xz", lambda p: b"\xfd7zXZ\0" + bytes(range(256)), (2,)),
    "bzip2 of noise": ("x.tar.bz2", lambda p: b"BZh9" + bytes(range(256)), (2,)),
    "zip cut": ("x.zip", lambda p: _whole_zip(p)[:-300], (2,)),
    "zip without a middle": ("x.zip", lambda p: _whole_zip(p)[:200] + _whole_zip(p.parent / "q")[900:], (0, 2)),
    "zip that announces less": ("x.zip", partial(_zip_lying, 0.5), (0, 2)),
    "zip that announces more": ("x.zip", partial(_zip_lying, 1e6), (0, 2)),
    "zip climbs out": ("x.zip", lambda p: _zip_of(_P, (f"../../{MARKER}.png", b"x")), (2,)),
    "zip absolute": ("x.zip", lambda p: _zip_of(_P, ("/etc/1.png", b"x")), (2,)),
    "zip drive": ("x.zip", lambda p: _zip_of(_P, ("C:\\windows\\1.png", b"x")), (2,)),
    "zip backslashes that climb": ("x.zip", lambda p: _zip_of(_P, ("..\\..\\1.png", b"x")), (2,)),
    "zip link": ("x.zip", _zip_link, (2,)),
    "zip locked": ("x.zip", _locked, (2,)),
    "zip of an unknown method": ("x.zip", _method, (0, 2)),
    "zip bomb of one": ("x.zip", partial(_zip_bomb, 1, 1 << 30), (0, 2)),
    "zip bomb of many": ("x.zip", partial(_zip_bomb, 8, 120 << 20), (0, 2)),
    "two members of one name": ("x.zip", _two_of_one_name, (0,)),
    "archive in an archive": ("x.zip", lambda p: _zip_of(("inner.zip", _zip_of(_P))), (2,)),
    "no zip": ("x.zip", lambda p: b"PK\x03\x04" + bytes(100), (2,)),
    "empty zip": ("x.zip", lambda p: b"PK\x05\x06" + bytes(18), (2,)),
    "zip of escapes in names": (
        "x.zip",
        lambda p: _zip_of(*((f"\x1b[31m{c}/\x07{n}.png", _bytes(n)) for n, c in enumerate("aabbaabb"))),
        (0,),
    ),
    "a class of the deepest path": (
        "x.zip",
        lambda p: _zip_of(*(("d/" * 2000 + f"{n}.png", _bytes(n)) for n in range(4))),
        (0, 2),
    ),
}


def _archive(words: tuple[str, ...], name: str, make: Bytes, place: Path) -> Words:
    (place / name).write_bytes(make(place / "made"))
    return (*words, name)


def _special(name: str, words: tuple[str, ...], make: Callable[[Path], None], place: Path) -> Words:
    make(place / name)
    return (*words, name)


CASES = [
    *(
        Case("archive", kind, partial(_archive, ("data", "check"), name, make), name, codes)
        for kind, (name, make, codes) in ARCHIVES.items()
    ),
    *(
        Case("archive, predict", kind, partial(_archive, ("predict", RUN), name, make), name, (0, 2))
        for kind, (name, make, _codes) in [*ARCHIVES.items()][::3]
    ),
    *(
        Case(
            "archive", f"{kind} of that name", partial(_special, "x.tar.gz", ("data", "check"), make), "x.tar.gz", (2,)
        )
        for kind, make in SPECIAL.items()
    ),
    *(
        Case(
            "archive, predict",
            f"{kind} of that name",
            partial(_special, "x.zip", ("predict", RUN), make),
            "x.zip",
            (0, 2),
        )
        for kind, make in SPECIAL.items()
    ),
]
