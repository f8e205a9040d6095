"""Hostile image files in a folder, an archive, a manifest and as the file to predict; pipes and the like among them."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from functools import partial
from pathlib import Path

from attack.hostile.case import RUN, SPECIAL, Case, Words, check, good_folder, picture
from attack.hostile.pictures import PICTURES

_BAD = "bad.png"
Bytes = Callable[[], bytes]


def _in_folder(content: Bytes, place: Path) -> Words:
    folder = good_folder(place / "photos")
    (folder / "a" / _BAD).write_bytes(content())
    return check(folder)


def _in_zip(content: Bytes, place: Path) -> Words:
    folder = good_folder(place / "photos")
    with zipfile.ZipFile(place / "photos.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(folder.rglob("*.png")):
            archive.write(path, str(path.relative_to(folder)))
        archive.writestr(f"b/{_BAD}", content())
    return check(place / "photos.zip")


def _in_manifest(content: Bytes, place: Path) -> Words:
    folder = good_folder(place / "photos")
    (folder / "a" / _BAD).write_bytes(content())
    lines = [f"{path.relative_to(place)},{path.parent.name}" for path in sorted(folder.rglob("*.png"))]
    (place / "list.csv").write_text("path,label\n" + "\n".join(lines) + "\n", encoding="utf-8")
    return check(place / "list.csv")


def _predict(content: Bytes, place: Path) -> Words:
    (place / _BAD).write_bytes(content())
    picture(1).save(place / "good.png")
    return ("predict", RUN, _BAD, "good.png")


def _data(content: Bytes, place: Path) -> Words:
    (place / _BAD).write_bytes(content())
    return ("evaluate", RUN, "--data", _BAD)


def _special_in_folder(make: Callable[[Path], None], place: Path) -> Words:
    folder = good_folder(place / "photos")
    make(folder / "a" / _BAD)
    return check(folder)


def _special_in_manifest(make: Callable[[Path], None], place: Path) -> Words:
    make(place / _BAD)
    for number in range(8):
        picture(number).save(place / f"{number}.png")
    lines = [f"{name},{label}" for name, label in [(_BAD, "a"), *((f"{n}.png", "ab"[n % 2]) for n in range(8))]]
    (place / "list.csv").write_text("path,label\n" + "\n".join(lines) + "\n", encoding="utf-8")
    return check(place / "list.csv")


def _special_itself(command: tuple[str, ...], make: Callable[[Path], None], place: Path) -> Words:
    make(place / _BAD)
    return (*command, _BAD)


CASES = [
    *(Case("image in a folder", kind, partial(_in_folder, make), "photos", (0,)) for kind, make in PICTURES.items()),
    *(Case("image in a zip", kind, partial(_in_zip, make), "photos.zip", (0,)) for kind, make in PICTURES.items()),
    *(
        Case("image in a manifest", kind, partial(_in_manifest, make), "list.csv", (0,))
        for kind, make in PICTURES.items()
    ),
    *(Case("predict", kind, partial(_predict, make), _BAD, (0,)) for kind, make in PICTURES.items()),
    *(Case("--data", kind, partial(_data, make), _BAD) for kind, make in [*PICTURES.items()][::6]),
    *(
        Case("folder", f"{kind} among the images", partial(_special_in_folder, make), "photos", (0,))
        for kind, make in SPECIAL.items()
    ),
    *(
        Case("manifest", f"{kind} among the images", partial(_special_in_manifest, make), "list.csv", (0, 2))
        for kind, make in SPECIAL.items()
    ),
    *(
        Case("image itself", f"{kind}", partial(_special_itself, ("data", "check"), make), _BAD, (2,))
        for kind, make in SPECIAL.items()
    ),
    *(
        Case("predict", f"{kind}", partial(_special_itself, ("predict", RUN), make), _BAD, (0, 2))
        for kind, make in SPECIAL.items()
    ),
    *(
        Case("--data", f"{kind}", partial(_special_itself, ("evaluate", RUN, "--data"), make), _BAD, (2,))
        for kind, make in SPECIAL.items()
    ),
]
