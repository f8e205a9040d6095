"""Hostile CSV files, as manifests and as tables."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

from attack.hostile.case import SPECIAL, Case, Words, check, picture


def _wide(columns: int, rows: int) -> bytes:
    head = ",".join(f"c{n}" for n in range(columns))
    return (
        head + "\n" + "".join(",".join(str((n * r) % 7) for n in range(columns)) + "\n" for r in range(rows))
    ).encode()


def _digits(place: Path | None = None) -> bytes:
    return b"x,y\n" + b"".join(b"%dx,1\n" % (10**4000) for _row in range(30)) + b"1" * 130_000 + b"x,2\n"


_ROWS = b"".join(b"%d,%d,%s\n" % (n, n * n, b"ab"[n % 2 : n % 2 + 1]) for n in range(40))
TABLES: dict[str, tuple[Callable[[], bytes], tuple[int, ...]]] = {
    "100,000 columns": (lambda: _wide(100_000, 8), (0, 2)),
    "300,000 columns": (lambda: _wide(300_000, 2), (0, 2)),
    "100,000 columns of one name": (lambda: b"a," * 100_000 + b"b\n" + b"1," * 100_000 + b"1\n", (2,)),
    "100,000 columns without a name": (lambda: b"," * 100_000 + b"\n" + b"1," * 100_000 + b"1\n", (2,)),
    "a row of 100,000 cells too many": (lambda: b"x,y,label\n" + _ROWS + b"1," * 100_000 + b"\n", (2,)),
    "a cell of 100 MB": (lambda: b"x,y,label\n" + _ROWS + b"9" * (100 << 20) + b",1,a\n", (2,)),
    "a quoted cell of 100 MB": (lambda: b'x,y,label\n"' + b"a\n" * (50 << 20) + b'",1,a\n' + _ROWS, (2,)),
    "a number of 130,000 digits and a letter": (_digits, (2,)),
    "a number of 4,000 digits": (lambda: b"x,y,label\n" + b"9" * 4000 + b",1,a\n" + _ROWS, (2,)),
    "one long cell in a column of many": (lambda: b"x,y\n" + b"1,2\n" * 200_000 + b"1" * 130_000 + b",2\n", (2,)),
    "NUL characters": (lambda: b"x,y,label\n1\0,2,a\n" + _ROWS, (2,)),
    "a quote that never closes": (lambda: b'x,y,label\n"1,2,a\n' + _ROWS, (2,)),
    "UTF-16": (lambda: ("x,y,label\n" + _ROWS.decode()).encode("utf-16"), (0,)),
    "UTF-16 without its mark": (lambda: ("x,y,label\n" + _ROWS.decode()).encode("utf-16-le"), (2,)),
    "UTF-8 with its mark": (lambda: b"\xef\xbb\xbfx,y,label\n" + _ROWS, (0,)),
    "two encodings": (lambda: "x,y,ñ\n".encode() + "1,2,ñ\n".encode("latin-1") + _ROWS, (2,)),
    "one column": (lambda: b"x\n" + b"".join(b"%d\n" % n for n in range(30)), (0, 2)),
    "only a header": (lambda: b"x,y,label\n", (2,)),
    "nothing": (lambda: b"", (2,)),
    "only line ends": (lambda: b"\n\r\n\r" * 10_000, (2,)),
    "only commas": (lambda: b"," * (20 << 20), (2,)),
    "5,000,000 empty lines": (lambda: b"x,y,label\n" + b"\n" * 5_000_000 + _ROWS, (0,)),
    "noise": (lambda: __import__("numpy").random.default_rng(0).bytes(100_000), (2,)),
    "1e400, -0, inf and nan": (lambda: b"x,y,label\n1e400,-0,a\ninf,nan,b\n" + _ROWS, (2,)),
    "escapes in names and cells": (lambda: b"x,\x1b[31my,label\n" + _ROWS + b"1,\x1b]0;t\x07,a\n", (2,)),
    "formulas as classes": (lambda: b"x,y,label\n" + _ROWS.replace(b",a", b",=1+1").replace(b",b", b",@x"), (0,)),
    "a class of 100,000 characters": (lambda: b"x,y,label\n" + _ROWS + b"1,2," + b"c" * 100_000 + b"\n", (0, 2)),
    "a class per row": (lambda: b"x,y,label\n" + b"".join(b"%d,1,k%d\n" % (n, n) for n in range(20_000)), (2,)),
    "10,000 classes in 40,000 rows": (
        lambda: b"x,y,label\n" + b"".join(b"%d,%d,k%d\n" % (n, n * 7 % 13, n % 9000) for n in range(50_000)),
        (0, 2),
    ),
}


def _manifest(cells: list[str], place: Path) -> Words:
    for number in range(8):
        picture(number).save(place / f"{number}.png")
    lines = [f"{number}.png,{'ab'[number % 2]},train" for number in range(8)]
    (place / "list.csv").write_bytes(
        ("path,label,split\n" + "\n".join([*lines, *cells]) + "\n").encode(errors="surrogateescape")
    )
    return check(place / "list.csv")


MANIFESTS: dict[str, tuple[list[str], tuple[int, ...]]] = {
    "a device": (["/dev/zero,a,train"], (0, 2)),
    "standard input": (["/dev/stdin,a,train"], (0, 2)),
    "a file of the kernel": (["/proc/kmsg,a,train", "/proc/self/mem,a,train"], (0, 2)),
    "a path that climbs": (["../../../../../../etc/passwd,a,train"], (0, 2)),
    "an address": (["http://127.0.0.1:9/x.png,a,train", "file:///etc/passwd,b,train"], (0, 2)),
    "a folder": ([".,a,train"], (0, 2)),
    "a path of 5,000 characters": ([f"{'x' * 5000}.png,a,train"], (0, 2)),
    "an escape in a path": (["\x1b[31mred.png,a,train"], (0, 2)),
    "an escape in a split": (["1.png,a,\x1b[31m"], (2,)),
    "a split of 100,000 characters": (["1.png,a," + "s" * 100_000], (2,)),
    "one file 10,000 times": (["1.png,a,train"] * 10_000, (0,)),
    "50,000 files that are not there": ([f"no{n}.png,a,train" for n in range(50_000)], (0, 2)),
    "10,000 labels of one image": (["1.png," + "|".join(f"l{n}" for n in range(10_000)) + ",train"], (0, 2)),
}


def _table(make: Callable[[], bytes], name: str, place: Path) -> Words:
    (place / name).write_bytes(make())
    return check(place / name)


def _special(make: Callable[[Path], None], place: Path) -> Words:
    make(place / "x.csv")
    return check(place / "x.csv")


def _endless_file(place: Path) -> Words:
    with (place / "x.csv").open("wb") as file:
        file.truncate(1 << 40)  # a file with a hole: it takes no space and never ends
    return check(place / "x.csv")


CASES = [
    *(Case("table", kind, partial(_table, make, "x.csv"), "x.csv", codes) for kind, (make, codes) in TABLES.items()),
    *(Case("manifest", kind, partial(_manifest, cells), "", codes) for kind, (cells, codes) in MANIFESTS.items()),
    *(Case("table", f"{kind} of that name", partial(_special, make), "x.csv", (2,)) for kind, make in SPECIAL.items()),
    Case("table", "1 TB of nothing", _endless_file, "x.csv", (2,)),
]
