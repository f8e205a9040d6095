"""The data sets that candidates are measured on: what is trained on, and what is held out for the last number.

Each is made in a folder of its own from the real data in ``TRASLUZ_DATA``, or from what scikit-learn brings.
"""

from __future__ import annotations

import csv
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image

from bench.run import find
from trasluz.data.data import Data
from trasluz.data.opening import open_data
from trasluz.recipe import DataSection

SHARE = 0.3  # held out, of data sets without a test part


@dataclass(frozen=True)
class Case:
    """``told``: what it is, for people.  ``make`` puts ``train`` and ``held`` into a folder and gives their paths;
    ``metric``: what counts on the held-out part."""

    told: str
    make: Callable[[Path], tuple[Path, Path]]
    purpose: str = "classify"
    metric: str = "accuracy"


def _arrays(source: str, train: int | None = None) -> Callable[[Path], tuple[Path, Path]]:
    """Arrays of a data set's training part (``train`` of them) and of its test part, or of a share held out."""

    def make(folder: Path) -> tuple[Path, Path]:
        data = open_data(DataSection(source=source, valid=None, test=SHARE), 0)
        rows = np.random.default_rng(0).permutation(data.split("train"))[:train]
        return _npz(folder / "train.npz", data, rows), _npz(folder / "held.npz", data, data.split("test"))

    return make


def _npz(path: Path, data: Data, rows: np.ndarray) -> Path:
    assert data.labels is not None
    names = np.array([data.classes[label] for label in data.labels[rows]])
    np.savez(path, X=data.samples[rows], y=names)
    return path


def _photos(count: int, change: Callable[[Path, Path], None] = os.symlink) -> Callable[[Path], tuple[Path, Path]]:
    """``count`` cats and dogs in equal parts, drawn by chance; those for validation are held out."""

    def make(folder: Path) -> tuple[Path, Path]:
        source = Path(find("cats-dogs"))
        for of_class in sorted((source / "train").iterdir()):
            files = sorted(of_class.iterdir())
            target = folder / "train" / of_class.name
            target.mkdir(parents=True)
            for index in np.random.default_rng(0).permutation(len(files))[: count // 2]:
                change(files[index], target / files[index].name)
        return folder / "train", source / "valid"

    return make


def _odd_size(source: Path, target: Path) -> None:
    """The image with a longer side between 80 and 400 pixels, cut to another shape."""
    draw = np.random.default_rng(int.from_bytes(source.name.encode()[-8:], "little"))
    with Image.open(source) as image:
        width, height = image.size
        cut = image.crop((0, 0, round(width * draw.uniform(0.7, 1)), round(height * draw.uniform(0.7, 1))))
        scale = draw.uniform(80, 400) / max(cut.size)
        cut.resize([max(round(side * scale), 1) for side in cut.size]).save(target)


def _bare(folder: Path) -> tuple[Path, Path]:
    """2,000 photographs in one folder, and 1,000 held out."""
    source = Path(find("cats-dogs"))
    for part, name in (("train", "train"), ("valid", "held")):
        (folder / name).mkdir()
        for file in sorted((source / part).rglob("*.jpg")):
            (folder / name / f"{file.parent.name}-{file.name}").symlink_to(file)
    return folder / "train", folder / "held"


def _rows(header: list[str], rows: list[list[str]], folder: Path) -> tuple[Path, Path]:
    """A table with a share of its rows held out; equal rows are kept once."""
    distinct = [list(row) for row in dict.fromkeys(map(tuple, rows))]
    order = np.random.default_rng(0).permutation(len(distinct))
    held = round(SHARE * len(distinct))
    for name, chosen in (("held", order[:held]), ("train", order[held:])):
        with (folder / f"{name}.csv").open("w", newline="", encoding="utf-8") as file:
            csv.writer(file).writerows([header, *(distinct[row] for row in chosen)])
    return folder / "train.csv", folder / "held.csv"


def _iris(folder: Path) -> tuple[Path, Path]:
    from sklearn.datasets import load_iris

    found = load_iris()
    rows = [
        [*map(str, row), str(found.target_names[label])] for row, label in zip(found.data, found.target, strict=True)
    ]
    return _rows([*found.feature_names, "class"], rows, folder)


def _wine(folder: Path) -> tuple[Path, Path]:
    """Red wine of quality 6 or more against the rest."""
    data = open_data(DataSection(source="winequality-red.csv", target="quality", valid=None), 0)
    assert data.labels is not None
    quality = [float(data.classes[label]) for label in data.labels]
    kinds = ["good" if value >= 6 else "other" for value in quality]
    rows = [[*map(str, row), kind] for row, kind in zip(data.samples.tolist(), kinds, strict=True)]
    return _rows([*data.features, "class"], rows, folder)


CASES = {
    "digits": Case("scikit-learn's digits, 8×8", _arrays("digits")),
    "mnist-600": Case("600 images of MNIST", _arrays("mnist-png.tar.gz", 600)),
    "mnist": Case("MNIST, 60,000 images", _arrays("mnist-png.tar.gz")),
    "fashion-mnist": Case("Fashion-MNIST, 60,000 images", _arrays("fashion-mnist")),
    "cats-dogs-100": Case("100 photographs of cats and dogs", _photos(100)),
    "cats-dogs-400": Case("400 photographs of cats and dogs", _photos(400)),
    "cats-dogs": Case("2,000 photographs of cats and dogs", _photos(2000)),
    "odd-sizes": Case("400 photographs of all sizes and shapes", _photos(400, _odd_size)),
    "iris": Case("iris", _iris),
    "wine": Case("red wine, quality 6 or more", _wine),
    "unlabelled": Case("2,000 photographs without labels", _bare, "reconstruct", "mse"),
}


def made(name: str, work: Path) -> tuple[Path, Path]:
    """Training and held-out data of a case, made in ``work`` unless they are there."""
    folder = work / "data" / name
    paths = folder / "paths.txt"
    if not paths.exists():
        folder.mkdir(parents=True, exist_ok=True)
        train, held = CASES[name].make(folder)
        paths.write_text(f"{train}\n{held}\n", encoding="utf-8")
    first, second = paths.read_text(encoding="utf-8").split("\n")[:2]
    return Path(first), Path(second)
