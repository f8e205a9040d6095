"""Folders and tables as people have them, whole: each is opened as it should be, or asked about in one sentence.

The pictures are noise in which the class is easy to see; what is right for each input was written down before it was
read.
"""

from __future__ import annotations

import unicodedata
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tests.data.conftest import Heard, Open
from trasluz.data.describe.audit_notes import audit_notes
from trasluz.data.describe.audit_warnings import audit_warnings
from trasluz.errors import DataError, RecipeError

WORDS = ("café", "perro", "árbol")  # as classes are ordered: by code point


def _picture(path: Path, kind: int, seed: int) -> None:
    pixels = np.random.default_rng(seed).integers(0, 120, (8, 8, 3), dtype=np.uint8)
    pixels[[np.s_[:4], np.s_[:, :4], np.s_[2:6, 2:6]][kind % 3]] += 120
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(pixels).save(path, format="PNG")


def _fill(place: Path, counts: dict[str, int], suffix: str = ".png") -> Path:
    for kind, (name, count) in enumerate(counts.items()):
        (place / name).mkdir(parents=True, exist_ok=True)
        for number in range(count):
            _picture(place / name / f"{number:03d}{suffix}", kind, zlib.crc32(f"{name}{number}".encode()))
    return place


def _zipped(folder: Path) -> Path:
    """The folder as a zip archive, with entries for its folders."""
    with zipfile.ZipFile(folder.with_suffix(".zip"), "w") as packed:
        for path in sorted(folder.rglob("*")):
            packed.write(path, path.relative_to(folder))
    return folder.with_suffix(".zip")


SOURCES: dict[str, Callable[[Path], Path]] = {"folder": lambda folder: folder, "archive": _zipped}
each_source = pytest.mark.parametrize("source", SOURCES.values(), ids=list(SOURCES))


@each_source
@pytest.mark.parametrize(
    ("train", "other", "split"),
    [("Training", "Testing", "test"), ("training_set", "test_set", "test"), ("training", "validation", "valid")],
)
def test_top_folders_are_parts_whatever_they_are_called(
    tmp_path: Path, opened: Open, train: str, other: str, split: str, source: Callable[[Path], Path]
) -> None:
    for part, count in ((train, 6), (other, 3)):
        _fill(tmp_path / "pets" / part, {"cat": count, "dog": count})
    data = opened(source(tmp_path / "pets"))
    assert data.classes == ("cat", "dog")
    assert {name: len(rows) for name, rows in data.splits.items()} == {"train": 12, split: 6}


@each_source
def test_parts_below_classes_are_parts(tmp_path: Path, opened: Open, source: Callable[[Path], Path]) -> None:
    for name in ("cat", "dog"):
        _fill(tmp_path / "pets" / name, {"train": 6, "valid": 2})
    data = opened(source(tmp_path / "pets"))
    assert data.classes == ("cat", "dog")
    assert {name: len(rows) for name, rows in data.splits.items()} == {"train": 12, "valid": 4}


@each_source
def test_names_of_two_systems_are_the_same_classes(
    tmp_path: Path, opened: Open, source: Callable[[Path], Path]
) -> None:
    for form, split in (("NFC", "train"), ("NFD", "valid")):
        _fill(tmp_path / "words" / split, {unicodedata.normalize(form, name): 3 for name in ("café", "niño")})
    data = opened(source(tmp_path / "words"))
    assert data.classes == ("café", "niño")
    assert data.files is not None
    assert all(unicodedata.is_normalized("NFC", file) for file in data.files)


@each_source
def test_a_class_without_images_stands_in_the_table(
    tmp_path: Path, opened: Open, source: Callable[[Path], Path]
) -> None:
    folder = _fill(tmp_path / "a", {"cat": 4, "dog": 4, "fox": 0})
    (folder / "notes").mkdir()
    (folder / "notes" / "read me.txt").write_text("no class")
    place = source(folder)
    for data in (opened(place), opened(place)):  # decoded, and from the cache
        assert data.classes == ("cat", "dog", "fox")
        assert data.audit["classes"]["fox"] == {"train": 0}
        assert any("class fox" in warning for warning in audit_warnings(data.audit))


@each_source
def test_files_without_a_suffix_are_read_by_their_content(
    tmp_path: Path, opened: Open, source: Callable[[Path], Path]
) -> None:
    folder = _fill(tmp_path / "a", {"cat": 4, "dog": 4})
    _fill(folder, {"fox": 4}, suffix="")
    (folder / "LICENSE").write_text("free")
    data = opened(source(folder))
    assert data.audit["classes"]["fox"] == {"train": 4}
    assert data.audit["ignored_kinds"] == {"bare": 1}


@each_source
def test_what_systems_leave_is_passed_over_and_what_is_ignored_is_told(
    tmp_path: Path, opened: Open, source: Callable[[Path], Path]
) -> None:
    system = ("@eaDir", "$RECYCLE.BIN", "lost+found", "System Volume Information", ".ipynb_checkpoints", "__MACOSX")
    folder = _fill(tmp_path / "a", {"cat": 4, "dog": 4, **dict.fromkeys(system, 2), "cat/@eaDir": 1})
    for name in ("Thumbs.db", ".DS_Store", "read.txt", "more.TXT", "film.mov", ".kept"):
        (folder / name).write_bytes(b"?")
    data = opened(source(folder))
    assert data.classes == ("cat", "dog")
    assert len(data.samples) == 8
    assert data.audit["ignored"] == 6
    assert data.audit["ignored_kinds"] == {"system": 2, ".txt": 2, ".mov": 1, "hidden": 1}
    assert data.audit["ignored_folders"] == {"@eaDir": 2, **dict.fromkeys(set(system) - {"@eaDir"}, 1)}
    told = audit_notes(data.audit)
    assert "ignored: 6 (" in told[0]
    assert all(kind in told[0] for kind in ("system files 2", ".txt 2", ".mov 1", "hidden files 1"))
    assert "@eaDir 2" in told[1]


def test_a_single_image_of_each_class_leaves_no_split_and_says_why(tmp_path: Path, opened: Open) -> None:
    folder = _fill(tmp_path / "a", {f"species-{n}": 1 for n in range(5)})
    with pytest.raises(RecipeError, match=r"5 classes has a single sample.*data\.valid=null"):
        opened(folder, valid=0.1)
    assert len(opened(folder).samples) == 5


@each_source
def test_loose_images_and_those_in_folders_are_all_data_without_labels(
    tmp_path: Path, opened: Open, source: Callable[[Path], Path]
) -> None:
    folder = _fill(tmp_path / "a", {"more": 5})
    for number in range(5):
        _picture(folder / f"loose{number}.png", number, number)
    data = opened(source(folder))
    assert (len(data.samples), data.labels) == (10, None)
    assert any("5 images lie beside folders" in warning for warning in audit_warnings(data.audit))


@each_source
def test_folders_that_can_be_either_are_asked_about(
    tmp_path: Path, opened: Open, source: Callable[[Path], Path]
) -> None:
    for name in ("A", "B"):
        _fill(tmp_path / "a" / name, {"cat": 3, "dog": 3})
    place = source(tmp_path / "a")
    with pytest.raises(DataError, match=r"--set data\.splits\.train=A .*class_folder=outer.*class_folder=inner"):
        opened(place)
    assert opened(place, class_folder="outer").classes == ("A", "B")
    assert len(opened(place, class_folder="inner").splits["train"]) == 12
    assert len(opened(place, splits={"train": "A", "valid": "B"}).splits["valid"]) == 6


def test_twins_in_case_are_named_and_made_one_when_asked(tmp_path: Path, opened: Open, heard: Heard) -> None:
    folder = _fill(tmp_path / "a", {"Cat": 2, "cat": 3, "dog": 2})
    assert opened(folder, heard).classes == ("Cat", "cat", "dog")
    assert "data.ignore_case=true" in heard.warned[0]
    assert opened(folder, ignore_case=True).classes == ("cat", "dog")


# --- tables


@pytest.fixture
def images(tmp_path: Path) -> Path:
    """``place/img/00.png`` … ``35.png``, of three kinds in turn."""
    for number in range(36):
        _picture(tmp_path / "place" / "img" / f"{number:02d}.png", number, number)
    return tmp_path / "place"


def _write(path: Path, header: str, line: Callable[[int], str]) -> Path:
    path.write_text("\n".join([header, *map(line, range(36))]) + "\n", encoding="utf-8")
    return path


def test_paths_of_windows_and_ids_without_a_suffix_are_read(images: Path, opened: Open) -> None:
    windows = _write(images / "windows.csv", "path,label", lambda n: f"img\\{n:02d}.png,{WORDS[n % 3]}")
    ids = _write(images / "no-suffix.csv", "id,label", lambda n: f"{n:02d},{WORDS[n % 3]}")
    for table in (windows, ids):
        data = opened(table)
        assert data.classes == WORDS
        assert data.labels is not None
        assert data.labels.tolist() == [n % 3 for n in range(36)]
        assert data.files is not None
        assert data.files[5] == "img/05.png"


def test_a_column_per_label_is_several_labels_or_one(images: Path, opened: Open) -> None:
    several = _write(images / "a.csv", "path,sun,sea", lambda n: f"img/{n:02d}.png,{int(n % 3 != 1)},{int(n % 3 != 0)}")
    data = opened(several)
    assert data.multi_label
    assert data.classes == ("sea", "sun")
    np.testing.assert_array_equal(data.labels, [[n % 3 != 0, n % 3 != 1] for n in range(36)])
    one = _write(images / "b.csv", "image,MEL,NV", lambda n: f"img/{n:02d}.png,{n % 2}.0,{1 - n % 2}.0")
    assert not opened(one).multi_label
    assert opened(one).classes == ("MEL", "NV")


def test_columns_that_are_not_used_are_named(images: Path, opened: Open) -> None:
    table = _write(images / "a.csv", "path,breed,weight", lambda n: f"img/{n:02d}.png,{WORDS[n % 3]},{n / 3:.2f}")
    data = opened(table)
    assert data.labels is None
    assert "breed, weight" in audit_notes(data.audit)[0]
    assert opened(table, label_column="breed").classes == WORDS


def test_numbers_to_predict_are_called_that(images: Path, opened: Open) -> None:
    table = _write(images / "numbers.csv", "path,label", lambda n: f"img/{n:02d}.png,{n * 0.37:.2f}")
    with pytest.raises(DataError, match=r"36 different numbers in 36 lines; these labels look like numbers to predict"):
        opened(table)
    grades = _write(images / "grades.csv", "path,label", lambda n: f"img/{n:02d}.png,{n % 4}")
    assert opened(grades).classes == ("0", "1", "2", "3")


@pytest.mark.parametrize(
    ("name", "header", "line"),
    [
        ("labels.csv", "image,label", "{n:02d}.png,{w}"),
        ("labels.csv", "id,label", "{n:02d},{w}"),
        ("metadata.csv", "file_name,label", "img/{n:02d}.png,{w}"),
        ("metadata.jsonl", "", '{{"file_name": "{n:02d}.png", "label": "{w}"}}'),
        ("train.csv", "filename,class", "img/{n:02d}.png,{w}"),
    ],
)
@pytest.mark.parametrize("given", [".", "img"])
def test_a_table_beside_or_above_images_is_found_and_used(
    images: Path, opened: Open, name: str, header: str, line: str, given: str
) -> None:
    _write(images / name, header, lambda n: line.format(n=n, w=WORDS[n % 3]))
    data = opened(images / given)
    assert data.classes == WORDS
    assert data.labels is not None
    assert data.labels.tolist() == [n % 3 for n in range(36)]
    assert name in audit_notes(data.audit)[0]
    assert "36 images" in audit_notes(data.audit)[0]
    assert data.audit["ignored"] == 0


def test_a_change_of_the_table_is_noticed(images: Path, opened: Open) -> None:
    table = images / "labels.csv"
    _write(table, "image,label", lambda n: f"{n:02d}.png,{WORDS[n % 3]}")
    assert opened(images).classes == WORDS
    _write(table, "image,label", lambda n: f"{n:02d}.png,{WORDS[n % 2]}")
    assert opened(images).classes == WORDS[:2]


def test_a_flag_for_validation_is_a_split(images: Path, opened: Open) -> None:
    _write(images / "labels.csv", "name,label,is_valid", lambda n: f"img/{n:02d}.png,{WORDS[n % 3]},{n >= 30}")
    for source in (images, images / "labels.csv"):
        data = opened(source)
        assert {name: len(rows) for name, rows in data.splits.items()} == {"train": 30, "valid": 6}


def test_images_without_a_line_stay_without_a_label(images: Path, opened: Open) -> None:
    lines = ["image,label", *(f"{n:02d}.png,{WORDS[n % 3]}" for n in range(30))]
    (images / "labels.csv").write_text("\n".join(lines))
    data = opened(images)
    assert data.audit["unlabelled"] == {"train": 6}


def test_a_table_in_each_part_as_hugging_face_has_them(tmp_path: Path, opened: Open) -> None:
    for part, count in (("train", 8), ("test", 4)):
        for number in range(count):
            _picture(tmp_path / "a" / part / f"{number}.png", number, number + 100 * count)
        lines = [f'{{"file_name": "{n}.png", "label": "{WORDS[n % 2]}"}}' for n in range(count)]
        (tmp_path / "a" / part / "metadata.jsonl").write_text("\n".join(lines))
    data = opened(tmp_path / "a")
    assert data.classes == WORDS[:2]
    assert {name: len(rows) for name, rows in data.splits.items()} == {"train": 8, "test": 4}
    assert data.audit["unlabelled"] == {"train": 0, "test": 0}


def test_folders_win_over_a_table_which_is_named(tmp_path: Path, opened: Open) -> None:
    folder = _fill(tmp_path / "a", {"cat": 4, "dog": 4})
    lines = [f"{name}/{n:03d}.png,{WORDS[n % 2]}" for name in ("cat", "dog") for n in range(4)]
    (folder / "labels.csv").write_text("\n".join(["path,label", *lines]))
    data = opened(folder)
    assert data.classes == ("cat", "dog")
    assert f"--data {folder / 'labels.csv'}" in audit_notes(data.audit)[-1]
    assert opened(folder, label_column="label").classes == WORDS[:2]


@pytest.mark.parametrize(
    "lines",
    [["image,label", "x.png,1", "y.png,2"], ["a,b", "1,2"], ["no table"], [], ["image,label", "00.png,1", "y.png,2"]],
)
def test_a_table_of_other_things_changes_nothing(images: Path, opened: Open, lines: list[str]) -> None:
    (images / "labels.csv").write_text("\n".join(lines))
    data = opened(images)
    assert data.classes == ("img",)


def test_two_tables_are_named_and_none_is_used(images: Path, opened: Open) -> None:
    for name in ("labels.csv", "train.csv"):
        _write(images / name, "image,label", lambda n: f"{n:02d}.png,{WORDS[n % 3]}")
    data = opened(images)
    assert data.classes == ("img",)
    note = audit_notes(data.audit)[-1]
    assert "labels.csv" in note
    assert "train.csv" in note
    assert "not used" in note


@each_source
def test_pairs_of_parts_and_domains_are_domains_with_their_splits(
    tmp_path: Path, opened: Open, source: Callable[[Path], Path]
) -> None:
    folder = _fill(tmp_path / "a", {f"{part}{domain}": 3 for part in ("train", "test") for domain in "AB"})
    data = opened(source(folder), domains=True)
    assert (data.classes, data.domains) == (("A", "B"), ("A", "B"))
    assert data.audit["classes"] == {domain: {"train": 3, "test": 3} for domain in "AB"}
    with pytest.raises(DataError, match="do not tell"):
        opened(source(folder))


@each_source
def test_an_animated_png_is_its_first_frame(tmp_path: Path, opened: Open, source: Callable[[Path], Path]) -> None:
    folder = _fill(tmp_path / "a", {"cat": 2, "dog": 2})
    frames = [Image.fromarray(np.full((8, 8, 3), level, np.uint8)) for level in (200, 10)]
    frames[0].save(folder / "cat" / "moves.apng", format="PNG", save_all=True, append_images=frames[1:])
    data = opened(source(folder))
    assert data.audit["classes"]["cat"] == {"train": 3}
    assert data.files is not None
    assert (data.samples[[file.endswith(".apng") for file in data.files]] == 200).all()


def test_a_table_of_a_hundred_thousand_columns_is_read(tmp_path: Path, opened: Open) -> None:
    head, rows = ",".join(f"c{n}" for n in range(100_000)), (f"{'ab'[n % 2]}{f',{n}' * 99_999}" for n in range(4))
    (tmp_path / "wide.csv").write_text("\n".join([head, *rows]) + "\n")
    assert opened(tmp_path / "wide.csv", target="c0").samples.shape == (4, 99_999)
