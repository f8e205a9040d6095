"""The first look: kinds, sizes, channels, classes and splits of made data, without an image being decoded."""

from __future__ import annotations

import zipfile
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tests.conftest import ImageFolder
from trasluz.choosing import look as module
from trasluz.choosing.facts import Facts
from trasluz.choosing.look import look
from trasluz.data.arrays import from_arrays
from trasluz.errors import DataError
from trasluz.recipe import DataSection
from trasluz.reporting import Reporter


def _look(source: Path | str, **fields: object) -> Facts:
    return look(DataSection.model_validate({"source": str(source), **fields}), Reporter())


def _odd_sizes(folder: Path, grey: bool = False) -> Path:
    for number, side in enumerate((70, 80, 90, 100, 120)):
        for label in ("cat", "dog"):
            (folder / label).mkdir(parents=True, exist_ok=True)
            shape = (side, 2 * side) if grey else (side, 2 * side, 3)
            pixels = np.full(shape, 40 * number, np.uint8)
            if not grey:
                pixels[0, 0] = (1, 2, 200)  # grey is what has no colour, not what is stored as such
            Image.fromarray(pixels).save(folder / label / f"{number}.png")
    return folder


def test_odd_sizes_are_told_by_their_median_and_their_number(tmp_path: Path) -> None:
    facts = _look(_odd_sizes(tmp_path / "photos"))
    assert (facts.height, facts.width, facts.sizes, facts.channels) == (90, 180, 5, 3)
    assert (facts.samples, dict(facts.counts), facts.labelled) == (10, {"cat": 5, "dog": 5}, 10)
    assert facts.photographs
    assert facts.labels


def test_grey_photographs_have_one_channel(tmp_path: Path) -> None:
    assert _look(_odd_sizes(tmp_path / "scans", grey=True)).channels == 1


def test_an_archive_is_what_its_folder_is(tmp_path: Path) -> None:
    folder = _odd_sizes(tmp_path / "photos")
    with zipfile.ZipFile(tmp_path / "photos.zip", "w") as archive:
        for path in folder.rglob("*.png"):
            archive.write(path, path.relative_to(folder))
    inside, outside = _look(tmp_path / "photos.zip"), _look(folder)
    assert inside.to_dict() == outside.to_dict()


def test_no_image_is_decoded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import trasluz.data.read.decoding as decoding

    def never(*_words: object) -> None:
        raise AssertionError("an image was decoded")

    monkeypatch.setattr(decoding, "decode", never)
    assert _look(_odd_sizes(tmp_path / "photos")).samples == 10


def test_images_without_folders_have_no_labels(image_folder: ImageFolder) -> None:
    facts = _look(image_folder(classes=("cat",), count=12) / "cat")
    assert (facts.samples, dict(facts.counts), facts.labels) == (12, {}, False)


def test_given_splits_are_not_counted_as_training(tmp_path: Path, image_folder: ImageFolder) -> None:
    image_folder(name="all/train", count=10)
    facts = _look(image_folder(name="all/test", count=3).parent)
    assert (facts.samples, facts.given) == (20, ("test", "train"))


def test_arrays_tables_and_sequences_are_told_by_their_shape() -> None:
    noise = np.random.default_rng(0)
    section = DataSection()
    images = look(section, Reporter(), from_arrays(noise.random((12, 20, 30, 3)), [0, 1] * 6))
    assert (images.kind, images.height, images.width, images.sizes, images.channels) == ("image", 20, 30, 1, 3)
    table = look(section, Reporter(), from_arrays(noise.random((12, 5)), [0, 1] * 6))
    assert (table.kind, table.features, table.steps) == ("table", 5, 0)
    walks = look(section, Reporter(), from_arrays(noise.random((12, 7, 3)), lengths=[7] * 12))
    assert (walks.kind, walks.features, walks.steps, walks.labels) == ("sequence", 3, 7, False)


def test_several_labels_per_sample_are_counted_one_by_one() -> None:
    facts = module.facts_of_samples(from_arrays(np.zeros((3, 4, 4)), [["a"], ["a", "b"], []]))
    assert facts.multi_label
    assert (dict(facts.counts), facts.labelled) == ({"a": 2, "b": 1}, 2)


def test_a_folder_without_images_is_refused_before_work(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("nothing to see")
    with pytest.raises(DataError, match="no images here"):
        _look(tmp_path)


def test_a_table_tells_its_columns_and_its_classes_as_the_file_has_them(tmp_path: Path) -> None:
    text = "long,wide,class\n" + "".join(f"{i},{i % 7},{5 + i % 2}\n" for i in range(30))
    (tmp_path / "table.csv").write_text(text, encoding="utf-8")
    facts = look(DataSection(source=str(tmp_path / "table.csv")), Reporter())
    assert facts.columns == ("long", "wide")
    assert set(facts.counts) == {"5", "6"}
