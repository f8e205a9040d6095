"""Case: one hostile input, what Trasluz is asked to do with it, and how to judge what it did."""

from __future__ import annotations

import os
import re
import socket
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from PIL import Image

RUN = "RUN"  # among the words of a command: the trained run
MARKER = "executed"  # a file that appears in the working folder when something was executed
_MOST_LINES = 3
_PROGRESS = re.compile(r": \d+(/\d+)? · ")  # how far slow work is, every ten seconds
_OBEYED = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
Words = Sequence[str | Path]


@dataclass(frozen=True)
class Case:
    """``make`` fills an empty folder and gives the words of a command that is run in it; ``name`` is the input's name,
    which a refusal tells; ``codes`` are the exit codes that are right, ``says`` what the output must hold."""

    door: str
    kind: str
    make: Callable[[Path], Words]
    name: str
    codes: tuple[int, ...] = (0, 2)
    says: tuple[str, ...] = ()

    def fault(self, folder: Path, code: int, out: str, err: str) -> str:
        """What is wrong with an answer; empty where nothing is."""
        if (folder / MARKER).exists():
            return "executed"
        if code not in self.codes:
            return f"ended with {code}, not {self.codes}: {(err or out).strip()[-300:]}"
        if _OBEYED.search(out + err):
            return f"printed a control character: {_OBEYED.findall(out + err)[:3]}"
        missing = [words for words in self.says if words not in out + err]
        if missing:
            return f"does not say {missing[0]!r}: {(out + err).strip()[-300:]}"
        if code == 2:
            lines = [line for line in err.splitlines() if line.strip() and not _PROGRESS.search(line)]
            if not 1 <= len(lines) <= _MOST_LINES or len(err) > 3000:
                return f"refused in {len(lines)} lines of {len(err)} characters"
            if self.name not in err and "data." not in err:  # or the field that cannot be met
                return f"the refusal does not name {self.name}: {err.strip()[:300]}"
        return ""


def check(place: Path) -> Words:
    """``data check`` of a path."""
    return ("data", "check", place.name)


def picture(number: int, size: int = 12) -> Image.Image:
    """A small picture like no other."""
    image = Image.new("RGB", (size, size), ((37 * number) % 256, (91 * number) % 256, 128))
    image.putpixel((number % size, (number // size) % size), (255, 255, 255))
    return image


def good_folder(place: Path, classes: Sequence[str] = ("a", "b"), count: int = 6) -> Path:
    """A folder of classes that can be trained on."""
    for kind, name in enumerate(classes):
        (place / name).mkdir(parents=True)
        for number in range(count):
            picture(kind * 100 + number).save(place / name / f"{number}.png")
    return place


def _pipe(path: Path) -> None:
    os.mkfifo(path)


def _socket(path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as end:
        here = Path.cwd()
        os.chdir(path.parent)  # whose own path may be longer than addresses are
        try:
            end.bind(path.name)
        finally:
            os.chdir(here)


def _endless(path: Path) -> None:
    path.symlink_to("/dev/zero")


def _terminal(path: Path) -> None:
    path.symlink_to("/dev/tty")


def _pipe_by_link(path: Path) -> None:
    os.mkfifo(path.with_name(".pipe"))
    path.symlink_to(".pipe")


def _itself(path: Path) -> None:
    path.symlink_to(path.name)


def _folder(path: Path) -> None:
    path.mkdir()


# What can stand where a file belongs.
SPECIAL: dict[str, Callable[[Path], None]] = {
    "a pipe": _pipe,
    "a socket": _socket,
    "a link to an endless device": _endless,
    "a link to the terminal": _terminal,
    "a link to a pipe": _pipe_by_link,
    "a link to itself": _itself,
    "a folder": _folder,
}
