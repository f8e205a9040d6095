"""Files that were whole, damaged at random: bytes changed, cut out, doubled, or the end gone."""

from __future__ import annotations

import io
import random
import tarfile
import zipfile
from functools import partial
from pathlib import Path

import numpy as np

from attack.hostile.case import Case, Words, check, good_folder, picture


def _whole(name: str, place: Path) -> bytes:
    buffer = io.BytesIO()
    folder = good_folder(place / "made")
    files = sorted(folder.rglob("*.png"))
    if name.endswith(".zip"):
        with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as packed:
            for path in files:
                packed.write(path, str(path.relative_to(folder)))
    elif ".tar" in name:
        with tarfile.open(fileobj=buffer, mode="w:gz" if name.endswith("gz") else "w") as archive:
            archive.add(folder, "made")
    elif name.endswith(".npz"):
        np.savez_compressed(buffer, X=np.arange(720, dtype=np.uint8).reshape(20, 6, 6), y=np.arange(20) % 2)
    elif name.endswith(".csv"):
        buffer.write(b"x,y,label\n" + b"".join(b"%d,%.3f,%s\n" % (n, n / 7, b"ab"[n % 2 :][:1]) for n in range(60)))
    elif name.endswith(".yaml"):
        from trasluz.recipe import load

        buffer.write(load("digits-cnn").to_yaml().encode())
    else:
        picture(1, 40).save(buffer, {"jpg": "JPEG", "gif": "GIF", "tif": "TIFF", "webp": "WEBP"}.get(name[-3:], "PNG"))
    return buffer.getvalue()


NAMES = ("x.zip", "x.tar", "x.tar.gz", "x.npz", "x.csv", "x.yaml", "x.png", "x.jpg", "x.gif", "x.tif", "x.webp")


def _damage(content: bytes, chosen: random.Random) -> bytes:
    broken = bytearray(content)
    for _time in range(chosen.choice((1, 1, 4, 40))):
        at = chosen.randrange(len(broken))
        match chosen.randrange(4):
            case 0:
                broken[at] = chosen.randrange(256)
            case 1:
                del broken[at : at + chosen.choice((1, 9, 200))]
            case 2:
                broken[at:at] = broken[at : at + chosen.choice((1, 9, 200))]
            case _:
                broken[at : at + 4] = chosen.choice((b"\xff" * 4, bytes(4), b"\x7f\xff\xff\xff", b"[[[["))
        broken = broken or bytearray(b"x")
    return bytes(broken)


def _file(name: str, seed: int, place: Path) -> Words:
    (place / name).write_bytes(_damage(_whole(name, place), random.Random(seed)))
    return ("recipes", "show", name) if name.endswith(".yaml") else check(place / name)


def noisy(chosen: random.Random, number: int) -> Case:
    """One damaged file; ``number`` says which kind."""
    name = NAMES[number % len(NAMES)]
    return Case("damaged at random", name.removeprefix("x"), partial(_file, name, chosen.randrange(1 << 30)), "")
