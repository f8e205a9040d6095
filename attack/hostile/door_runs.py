"""Hostile files in a run folder, on the commands that read them."""

from __future__ import annotations

import io
import shutil
import zipfile
from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np

from attack.hostile.case import MARKER, SPECIAL, Case, Words, picture

TRAINED = "trained"  # a copy of the run, in the folder of the case


def _bomb() -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        head = (
            b"\x93NUMPY\x01\x00v\x00"
            + b"{'descr': '|u1', 'fortran_order': False, 'shape': (3000000000,)}".ljust(117)
            + b"\n"
        )
        archive.writestr("train.npy", head)
    return buffer.getvalue()


def _pickled() -> bytes:
    class Runs:
        def __reduce__(self) -> tuple[object, ...]:
            return __import__("os").system, (f"touch {MARKER}",)

    buffer = io.BytesIO()
    np.savez(buffer, train=np.array([Runs()], dtype=object))
    return buffer.getvalue()


CONTENTS: dict[str, Callable[[], bytes]] = {
    "100,000 brackets": lambda: b"[" * 100_000 + b"]" * 100_000,
    "100,000 braces": lambda: b'{"a":' * 100_000 + b"1" + b"}" * 100_000,
    "1e400": lambda: b'{"format": 1e400, "spec": 1e400, "x": -1e400}',
    "a number of 5,000 digits": lambda: b'{"format": ' + b"9" * 5000 + b"}",
    "NaN": lambda: b'{"format": NaN, "spec": Infinity}',
    "escapes": lambda: b'{"format": 2, "name": "\\u001b[31mred", "status": "\\u001b]0;x\\u0007", "created": "\\u202e"}',
    "halves of characters": lambda: b'{"format": 2, "name": "\\udcf1", "status": "\\ud800", "created": ""}',
    "no UTF-8": lambda: b'{"format": 2, "name": "\xff\xfe"}',
    "a list": lambda: b"[1, 2, 3]",
    "null": lambda: b"null",
    "pickle": lambda: b"cos\nsystem\n(S'touch " + MARKER.encode() + b"'\ntR.",
    "pickled arrays": _pickled,
    "arrays of 3 GB": _bomb,
}
_JSON = ("run.json", "model/config.json", "model/preprocess.json", "metrics.jsonl")
_ALL = (*_JSON, "recipe.yaml", "splits.npz", "model/weights.safetensors")
_VERBS: dict[str, tuple[str, ...]] = {
    "run.json": ("runs", "list", "."),
    "metrics.jsonl": ("findings", TRAINED),
    "recipe.yaml": ("findings", TRAINED),
    "splits.npz": ("evaluate", TRAINED),
}


def _damaged(file: str, make: Callable[[], bytes], trained: Path, place: Path) -> Words:
    shutil.copytree(trained, place / TRAINED)
    (place / TRAINED / file).write_bytes(make())
    return _words(file, place)


def _special(file: str, make: Callable[[Path], None], trained: Path, place: Path) -> Words:
    shutil.copytree(trained, place / TRAINED)
    (place / TRAINED / file).unlink()
    make(place / TRAINED / file)
    return _words(file, place)


def _words(file: str, place: Path) -> Words:
    picture(1).save(place / "good.png")
    return _VERBS.get(file, ("predict", TRAINED, "good.png"))


def cases(trained: Path) -> list[Case]:
    """Those of a run that was trained before: each gets a copy of it."""
    found = []
    for file in _JSON:
        for kind, make in [*CONTENTS.items()][:-2]:
            found.append(Case(f"run: {file}", kind, partial(_damaged, file, make, trained), "", (0, 1, 2)))
    for file in ("splits.npz", "model/weights.safetensors"):
        for kind in ("pickle", "pickled arrays", "arrays of 3 GB", "null"):
            found.append(Case(f"run: {file}", kind, partial(_damaged, file, CONTENTS[kind], trained), "", (0, 1, 2)))
    for file in _ALL:
        for kind, special in SPECIAL.items():
            found.append(Case(f"run: {file}", kind, partial(_special, file, special, trained), "", (0, 1, 2)))
    return found
