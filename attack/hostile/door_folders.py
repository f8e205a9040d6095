"""Hostile folders and names: depth, loops, bytes that are no UTF-8, control characters, formulas; who may read them."""

from __future__ import annotations

import os
from functools import partial
from pathlib import Path

from attack.hostile.case import RUN, Case, Words, check, good_folder, picture

# What names can hold: escapes that recolour, retitle and clear a terminal, a bidirectional override, a newline, markup,
# a formula, bytes of Latin-1, the longest name there can be.
NAMES: dict[str, bytes] = {
    "colour": b"\x1b[31mred",
    "title": b"\x1b]0;owned\x07",
    "C1 control": b"\xc2\x9b31mred",
    "right-to-left override": "\u202egnp.exe".encode(),
    "newline": b"two\nlines",
    "return": b"over\rwritten",
    "tab first": b"\t=1+1",
    "script": b"<script>alert(1)<",
    "formula": b"=HYPERLINK(1)",
    "at": b"@SUM(1)",
    "minus": b"-2+3",
    "markup of rich": b"[bold red]x[",
    "braces": b"{0.__class__}%s",
    "Latin-1": b"ni\xf1o",
    "200 bytes": b"n" * 200,
    "quotes": b"a\"b'c,d;e",
}


def _class(name: bytes, place: Path) -> Words:
    folder = good_folder(place / "photos")
    (folder / "a").rename(folder / os.fsdecode(name))
    return check(folder)


def _file(options: tuple[str, ...], name: bytes, place: Path) -> Words:
    folder = good_folder(place / "photos")
    (folder / "a" / "0.png").rename(folder / "a" / os.fsdecode(name + b".png"))
    return ("predict", RUN, "photos", *options)


def _unreadable_file(name: bytes, place: Path) -> Words:
    folder = good_folder(place / "photos")
    (folder / "a" / os.fsdecode(name + b".png")).write_bytes(b"no image")
    return ("data", "check", "photos")


def _source(name: bytes, place: Path) -> Words:
    folder = good_folder(place / "photos")
    folder.rename(place / os.fsdecode(name))
    return ("data", "check", os.fsdecode(name if not name.startswith(b"-") else b"./" + name))


def _recipe_name(name: bytes, place: Path) -> Words:
    return ("train", os.fsdecode(b"./" + name))


def _deep(place: Path) -> Words:
    folder = good_folder(place / "photos")
    here = Path.cwd()
    os.chdir(folder / "a")
    try:
        for _level in range(900):
            Path("d").mkdir()
            os.chdir("d")
        picture(999).save("deep.png")
    finally:
        os.chdir(here)
    return check(folder)


def _deeper(place: Path) -> Words:
    """Beyond what a path can be."""
    folder = good_folder(place / "photos")
    here = Path.cwd()
    os.chdir(folder / "a")
    try:
        for _level in range(60):
            Path("d" * 100).mkdir()
            os.chdir("d" * 100)
    finally:
        os.chdir(here)
    return check(folder)


def _loop(place: Path) -> Words:
    folder = good_folder(place / "photos")
    (folder / "a" / "again").symlink_to("..")
    (folder / "b" / "there").symlink_to("../a")
    (folder / "a" / "here").symlink_to("../b")
    return check(folder)


def _braid(place: Path) -> Words:
    """Thirty floors with two links each to the next: 2^30 ways, no loop."""
    folder = good_folder(place / "photos")
    for floor in range(30):
        (place / f"floor{floor}").mkdir()
        for side in "lr":
            (place / f"floor{floor}" / side).symlink_to(f"../floor{floor + 1}")
    (place / "floor30").mkdir()
    (folder / "a" / "up").symlink_to("../../floor0")
    return check(folder)


def _many_empty(place: Path) -> Words:
    folder = good_folder(place / "photos")
    for number in range(5000):
        (folder / "a" / f"{number}.png").touch()
    return check(folder)


def _nothing(place: Path) -> Words:
    (place / "photos").mkdir()
    return check(place / "photos")


def _dangling(place: Path) -> Words:
    (place / "photos").symlink_to("nowhere")
    return check(place / "photos")


def _itself(place: Path) -> Words:
    (place / "photos").symlink_to("photos")
    return check(place / "photos")


def _long_path(place: Path) -> Words:
    return ("data", "check", "photos/" + "x" * 5000)


def _long_predict(place: Path) -> Words:
    return ("predict", RUN, "photos/" + "x" * 5000)


def _nul_from_system(place: Path) -> Words:
    return ("data", "check", "/proc/self/root/dev")


CASES = [
    *(Case("class name", kind, partial(_class, name), "photos", (0,)) for kind, name in NAMES.items()),
    *(Case("file name", kind, partial(_file, (), name), "photos", (0,)) for kind, name in NAMES.items()),
    *(
        Case("file name, --json", kind, partial(_file, ("--json",), name), "photos", (0,))
        for kind, name in NAMES.items()
    ),
    *(
        Case("unreadable file's name", kind, partial(_unreadable_file, name), "photos", (0,))
        for kind, name in NAMES.items()
    ),
    *(Case("source's name", kind, partial(_source, name), "", (0, 2)) for kind, name in NAMES.items()),
    *(Case("recipe's name", kind, partial(_recipe_name, name), "", (2,)) for kind, name in NAMES.items()),
    Case("folder", "900 folders in each other", _deep, "photos", (0,)),
    Case("folder", "paths longer than the system takes", _deeper, "photos", (0, 2)),
    Case("folder", "links in a loop", _loop, "photos", (0,)),
    Case("folder", "2^30 ways by links", _braid, "photos", (2,)),
    Case("folder", "5,000 empty files", _many_empty, "photos", (0,)),
    Case("folder", "nothing in it", _nothing, "photos", (2,)),
    Case("folder", "link to nowhere", _dangling, "photos", (2,)),
    Case("folder", "link to itself", _itself, "photos", (2,)),
    Case("folder", "/dev", _nul_from_system, "/dev", (2,)),
    Case("folder", "a path of 5,000 characters", _long_path, "photos", (2,)),
    Case("predict", "a path of 5,000 characters", _long_predict, "photos", (2,)),
]
