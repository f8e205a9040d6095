"""Photographs read again: the same part of the same file that the model saw, upright, and nothing else ever."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tests.report.made_runs import make_run
from trasluz.data.feed.preprocess import Preprocess
from trasluz.data.read.images import load_images
from trasluz.report.context import Context
from trasluz.report.originals import originals
from trasluz.reporting import Reporter
from trasluz.runs.data_place import DataPlace, write_place


def _photo(path: Path, size: tuple[int, int] = (800, 600), turned: int = 1, seed: int = 0) -> None:
    """A red half on the left of what is seen upright, and smooth noise."""
    noise = np.random.default_rng(seed).integers(0, 120, (6, 8, 3), np.uint8)
    upright = np.asarray(Image.fromarray(noise).resize(size, Image.Resampling.BICUBIC)).copy()
    upright[:, : size[0] // 2, 0] = 250
    picture = Image.fromarray(upright)
    exif = Image.Exif()
    if turned == 6:
        picture = picture.transpose(Image.Transpose.ROTATE_90)
        exif[0x0112] = 6
    path.parent.mkdir(parents=True, exist_ok=True)
    picture.save(path, quality=95, exif=exif)


def _context(tmp_path: Path, data: Path, resize: str, side: int = 32) -> tuple[Context, Preprocess]:
    run = make_run(tmp_path / "runs")
    preprocess = Preprocess.model_validate({"size": (side, side), "channels": 3, "resize": resize})
    (run.path / "model" / "preprocess.json").write_text(json.dumps(preprocess.model_dump(mode="json")))
    place = DataPlace.of(data, run.path)
    assert place is not None
    assert write_place(run.path, place)
    return Context(run, {}), preprocess


@pytest.mark.parametrize("turned", [1, 6])
@pytest.mark.parametrize(("resize", "shape"), [("stretch", (480, 640)), ("crop", (600, 600)), ("fit", (640, 640))])
def test_the_part_that_the_model_was_given(tmp_path: Path, resize: str, shape: tuple[int, int], turned: int) -> None:
    _photo(tmp_path / "data" / "cat" / "a.jpg", turned=turned)
    context, preprocess = _context(tmp_path, tmp_path / "data", resize)
    stored = load_images(tmp_path / "data", preprocess, Reporter()).samples
    found = originals(context, ("cat/a.jpg",), stored)[0]
    assert found.shape == (*shape, 3)
    shrunk = np.asarray(Image.fromarray(found).resize((32, 32), Image.Resampling.BOX), np.float32)
    assert np.abs(shrunk - stored[0]).mean() < 4
    middle = found[shape[0] // 2]
    assert middle[shape[1] // 3, 0] > 200 > middle[2 * shape[1] // 3, 0]


def test_a_file_that_became_another_is_not_the_original(tmp_path: Path) -> None:
    path = tmp_path / "data" / "a.jpg"
    _photo(path)
    context, preprocess = _context(tmp_path, tmp_path / "data", "stretch")
    stored = load_images(path, preprocess, Reporter()).samples
    _photo(path, seed=1)
    assert originals(context, ("a.jpg",), stored) == {}
    path.unlink()
    assert originals(context, ("a.jpg",), stored) == {}


def test_photographs_in_an_archive_are_found(tmp_path: Path) -> None:
    _photo(tmp_path / "b.jpg")
    with zipfile.ZipFile(tmp_path / "photos.zip", "w") as archive:
        archive.write(tmp_path / "b.jpg", "dog/b.jpg")
    context, preprocess = _context(tmp_path, tmp_path / "photos.zip", "stretch")
    stored = load_images(tmp_path / "b.jpg", preprocess, Reporter()).samples
    assert list(originals(context, ("dog/none.jpg", "dog/b.jpg"), np.repeat(stored, 2, 0))) == [1]
