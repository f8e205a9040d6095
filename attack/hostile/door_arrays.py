"""Hostile IDX and .npz files."""

from __future__ import annotations

import gzip
import io
import struct
import zipfile
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from attack.hostile.case import MARKER, SPECIAL, Case, Words, check

_IMAGES, _LABELS = "train-images-idx3-ubyte", "train-labels-idx1-ubyte"


def _idx(kind: int, *shape: int, body: bytes = b"") -> bytes:
    return bytes([0, 0, kind, len(shape)]) + struct.pack(f">{len(shape)}I", *shape) + body


_GOOD = _idx(8, 20, 6, 6, body=bytes(range(240)) * 3)
IDX: dict[str, tuple[str, Callable[[], bytes], tuple[int, ...]]] = {
    "4 billion rows announced": (_IMAGES, lambda: _idx(8, 0xFFFFFFFF, 28, 28, body=bytes(784)), (2,)),
    "4 billion in each direction": (_IMAGES, lambda: _idx(14, *[0xFFFFFFFF] * 4), (2,)),
    "no rows": (_IMAGES, lambda: _idx(8, 0, 28, 28), (2,)),
    "wrong magic": (_IMAGES, lambda: b"\x89PNG" + _GOOD, (2,)),
    "unknown type": (_IMAGES, lambda: b"\0\0\x7f\x03" + _GOOD[4:], (2,)),
    "255 dimensions": (_IMAGES, lambda: _idx(8, *[1] * 255, body=b"1"), (2,)),
    "no dimensions": (_IMAGES, lambda: b"\0\0\x08\0", (2,)),
    "cut in the header": (_IMAGES, lambda: _GOOD[:9], (2,)),
    "cut": (_IMAGES, lambda: _GOOD[:-9], (2,)),
    "longer than announced": (_IMAGES, lambda: _GOOD + b"more", (2,)),
    "empty": (_IMAGES, lambda: b"", (2,)),
    "NaN": (_IMAGES, lambda: _idx(13, 20, 4, 4, body=struct.pack(">f", float("nan")) * 320), (0, 2)),
    "gzip bomb": (f"{_IMAGES}.gz", lambda: gzip.compress(_idx(8, 4 << 20, 28, 28, body=bytes(1 << 30)), 1), (2,)),
    "gzip that is cut": (f"{_IMAGES}.gz", lambda: gzip.compress(_GOOD)[:-9], (2,)),
    "gzip of noise": (f"{_IMAGES}.gz", lambda: b"\x1f\x8b\x08" + bytes(range(200)), (2,)),
}


def _idx_file(name: str, make: Callable[[], bytes], place: Path) -> Words:
    (place / "d").mkdir()
    (place / "d" / name).write_bytes(make())
    return ("data", "check", "d")


def _labels(content: bytes, place: Path) -> Words:
    (place / "d").mkdir()
    (place / "d" / _IMAGES).write_bytes(_GOOD)
    (place / "d" / _LABELS).write_bytes(content)
    return ("data", "check", "d")


def _special_idx(name: str, make: Callable[[Path], None], place: Path) -> Words:
    (place / "d").mkdir()
    if name == _LABELS:
        (place / "d" / _IMAGES).write_bytes(_GOOD)
    make(place / "d" / name)
    return ("data", "check", "d")


class _Runs:
    """Its pickle leaves a marker when it is loaded."""

    def __reduce__(self) -> tuple[Any, ...]:
        return __import__("os").system, (f"touch {MARKER}",)


def _npz(**arrays: Any) -> bytes:
    buffer = io.BytesIO()
    np.savez(buffer, **arrays)
    return buffer.getvalue()


def _packed(members: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def _npy(header: str, body: bytes = b"") -> bytes:
    text = header.encode() + b"\n"
    return b"\x93NUMPY\x02\x00" + struct.pack("<I", len(text)) + text + body


def _head(shape: str, descr: str = "'<f4'") -> str:
    return f"{{'descr': {descr}, 'fortran_order': False, 'shape': {shape}}}"


_X, _Y = np.arange(720, dtype=np.uint8).reshape(20, 6, 6), np.arange(20) % 2
NPZ: dict[str, tuple[Callable[[], bytes], tuple[int, ...]]] = {
    "pickled objects": (lambda: _npz(X=np.array([_Runs()] * 4, dtype=object), y=_Y[:4]), (2,)),
    "pickled objects beside arrays": (lambda: _npz(X=_X, y=_Y, extra=np.array([_Runs()], dtype=object)), (2,)),
    "a pickle alone": (lambda: b"cos\nsystem\n(S'touch " + MARKER.encode() + b"'\ntR.", (2,)),
    "10^15 numbers announced": (lambda: _packed({"X.npy": _npy(_head("(1000000, 1000000, 1000)"), bytes(64))}), (2,)),
    "a negative shape": (lambda: _packed({"X.npy": _npy(_head("(-5, 6, 6)"), bytes(720))}), (2,)),
    "a shape of 10^30": (lambda: _packed({"X.npy": _npy(_head(f"({10**30},)"), bytes(64))}), (2,)),
    "a header of 10,000 brackets": (lambda: _packed({"X.npy": _npy("(" * 4000 + ")" * 4000)}), (2,)),
    "a header of 100 MB": (lambda: _packed({"X.npy": _npy("{" + " " * (100 << 20) + "}")}), (2,)),
    "a header with a call": (lambda: _packed({"X.npy": _npy(f"__import__('os').system('touch {MARKER}')")}), (2,)),
    "text": (lambda: _npz(X=np.array(["a", "b"] * 9), y=_Y[:18]), (2,)),
    "complex numbers": (lambda: _npz(X=_X.astype(complex), y=_Y), (2,)),
    "records": (lambda: _npz(X=np.zeros(9, [("a", "f4"), ("b", "i4")])), (2,)),
    "dates": (lambda: _npz(X=np.zeros((9, 4), "M8[s]")), (2,)),
    "NaN": (lambda: _npz(X=np.full((20, 6, 6), np.nan, np.float32), y=_Y), (0, 2)),
    "infinity": (lambda: _npz(X=np.full((20, 5), np.inf), y=_Y), (0, 2)),
    "numbers up to 1e300": (lambda: _npz(X=np.full((20, 6, 6), 1e300) * np.arange(20)[:, None, None], y=_Y), (0, 2)),
    "no numbers": (lambda: _npz(X=np.zeros((0, 6, 6)), y=_Y[:0]), (2,)),
    "no sides": (lambda: _npz(X=np.zeros((20, 0, 6)), y=_Y), (2,)),
    "one number": (lambda: _npz(X=np.float32(3)), (2,)),
    "twelve dimensions": (lambda: _npz(X=np.zeros([2] * 12)), (2,)),
    "labels of two axes": (lambda: _npz(X=_X, y=np.zeros((20, 3, 2))), (2,)),
    "labels too many": (lambda: _npz(X=_X, y=np.zeros(30)), (2,)),
    "labels of NaN": (lambda: _npz(X=_X, y=np.full(20, np.nan)), (0, 2)),
    "labels of escapes": (lambda: _npz(X=_X, y=np.array(["\x1b[31ma", "\u202eb"] * 10)), (0,)),
    "names with slashes": (lambda: _packed({f"../../{MARKER}.npy": b"x", "/X.npy": b"y"}), (2,)),
    "names with escapes": (lambda: _npz(**{"\x1b[31mq": _X}), (2,)),
    "two arrays of one name": (lambda: _npz(X=_X, x=_X, y=_Y), (0, 2)),
    "bomb": (lambda: _packed({"X.npy": _npy(_head("(700000, 28, 28)", "'|u1'"), bytes(700000 * 784))}), (2,)),
    "cut": (lambda: _npz(X=_X, y=_Y)[:-100], (2,)),
    "an .npy file": (lambda: _npy(_head("(4, 4)"), bytes(64)), (2,)),
    "no zip": (lambda: b"PK\x03\x04" + bytes(300), (2,)),
    "empty": (lambda: b"", (2,)),
}


def _npz_file(make: Callable[[], bytes], place: Path) -> Words:
    (place / "x.npz").write_bytes(make())
    return check(place / "x.npz")


def _special(make: Callable[[Path], None], place: Path) -> Words:
    make(place / "x.npz")
    return check(place / "x.npz")


CASES = [
    *(Case("IDX", kind, partial(_idx_file, name, make), name, codes) for kind, (name, make, codes) in IDX.items()),
    Case("IDX", "labels of another file", partial(_labels, _idx(8, 30, body=bytes(30))), _LABELS, (2,)),
    Case("IDX", "labels of 4 billion rows", partial(_labels, _idx(8, 0xFFFFFFFF, body=bytes(30))), _LABELS, (2,)),
    *(
        Case("IDX", f"{kind} for images", partial(_special_idx, _IMAGES, make), "", (2,))
        for kind, make in SPECIAL.items()
    ),
    *(
        Case("IDX", f"{kind} for labels", partial(_special_idx, _LABELS, make), "", (0, 2))
        for kind, make in SPECIAL.items()
    ),
    *(Case("npz", kind, partial(_npz_file, make), "x.npz", codes) for kind, (make, codes) in NPZ.items()),
    *(Case("npz", f"{kind} of that name", partial(_special, make), "x.npz", (2,)) for kind, make in SPECIAL.items()),
]
