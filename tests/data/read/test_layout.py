"""What folders mean: splits, classes, both or neither."""

from __future__ import annotations

import unicodedata

import pytest

from trasluz.data.read.layout import read_layout
from trasluz.errors import DataError
from trasluz.recipe import DataSection

CASES = {
    "classes": (["b/1.png", "a/2.png"], ["a/2.png", "b/1.png"], ("a", "b"), None),
    "neither": (["2.png", "1.png"], ["1.png", "2.png"], None, None),
    "splits and classes": (
        ["test/a/1.png", "train/b/1.png", "val/a/1.png"],
        ["train/b/1.png", "val/a/1.png", "test/a/1.png"],
        ("b", "a", "a"),
        ("train", "valid", "test"),
    ),
    "splits": (["validation/1.png", "Train/2.png"], ["Train/2.png", "validation/1.png"], None, ("train", "valid")),
    "an outer folder": (["all/a/1.png", "all/b/1.png"], ["all/a/1.png", "all/b/1.png"], ("a", "b"), None),
    "an outer folder around splits": (
        ["x/train/a/1.png", "x/test/a/1.png"],
        ["x/train/a/1.png", "x/test/a/1.png"],
        ("a", "a"),
        ("train", "test"),
    ),
    "folders in classes": (["a/x/1.png", "b/y/2.png"], ["a/x/1.png", "b/y/2.png"], ("a", "b"), None),
    "one class": (["a/1.png"], ["a/1.png"], ("a",), None),
    "one class with a folder": (["a/x/1.png"], ["a/x/1.png"], ("a",), None),
    "a class named like a split": (["test/1.png", "cat/1.png"], ["cat/1.png", "test/1.png"], ("cat", "test"), None),
    "training only": (
        ["train/a/1.png", "train/b/1.png"],
        ["train/a/1.png", "train/b/1.png"],
        ("a", "b"),
        ("train",) * 2,
    ),
    "names with spaces, accents and cases": (
        ["ño ño/1.png", "Cat/1.png", "cat/1.png"],
        ["Cat/1.png", "cat/1.png", "ño ño/1.png"],
        ("Cat", "cat", "ño ño"),
        None,
    ),
}


@pytest.mark.parametrize(("paths", "order", "labels", "splits"), CASES.values(), ids=list(CASES))
def test_folders_mean_what_is_written(
    paths: list[str], order: list[str], labels: tuple[str, ...] | None, splits: tuple[str, ...] | None
) -> None:
    found = read_layout(paths, "here")
    assert [paths[i] for i in found.order] == order
    assert (found.labels, found.splits) == (labels, splits)


@pytest.mark.parametrize("paths", [["1.png", "a/2.png"], ["train/1.png", "train/a/2.png", "test/b/3.png"]])
def test_images_beside_folders_are_counted_and_leave_no_classes(paths: list[str]) -> None:
    found = read_layout(paths, "here")
    assert (found.labels, found.loose, len(found.order)) == (None, 1, len(paths))


def _pets(*parts: str) -> list[str]:
    return [f"{part}/{pet}/{n}.png" for part in parts for pet in ("cat", "dog") for n in range(3)]


SAID = {
    "Training Testing": ("train", "test"),
    "TRAIN Val Test": ("train", "valid", "test"),
    "training_set test_set": ("train", "test"),
    "training-set validation-set": ("train", "valid"),
    "seg_train seg_test": ("train", "test"),
    "train dev": ("train", "valid"),
    "train dev test": ("train", "valid", "test"),
    "train eval": ("train", "valid"),
    "train val eval": ("train", "valid", "test"),
    "train holdout": ("train", "test"),
    "train hold-out": ("train", "test"),
    "train_images val_images": ("train", "valid"),
    "train2017 val2017": ("train", "valid"),
    "imagesTr imagesTs": ("train", "test"),
    "TrainingData TestData": ("train", "test"),
    "trainset testset": ("train", "test"),
    "01_train 02_valid 03_test": ("train", "valid", "test"),
    "entrenamiento validación prueba": ("train", "valid", "test"),
    "Entrenamiento Evaluación": ("train", "valid"),
    "datos_entrenamiento datos_prueba": ("train", "test"),
}


@pytest.mark.parametrize(("names", "splits"), SAID.items(), ids=list(SAID))
@pytest.mark.parametrize("outer", ["", "data/"])
def test_parts_are_known_by_all_usual_names(names: str, splits: tuple[str, ...], outer: str) -> None:
    folders = names.split()
    found = read_layout(_pets(*(f"{outer}{folder}" for folder in folders)), "here")
    assert found.splits is not None
    assert set(found.labels or ()) == {"cat", "dog"}
    assert {splits.count(name) * 6 - found.splits.count(name) for name in splits} == {0}


def test_numbered_folders_of_one_part_are_one_split() -> None:
    found = read_layout(_pets("train1", "train2", "test1"), "here")
    assert found.splits == ("train",) * 12 + ("test",) * 6


def test_a_split_below_the_classes_is_used() -> None:
    paths = [f"{pet}/{part}/{n}.png" for pet in ("cat", "dog") for part in ("train", "valid") for n in range(2)]
    found = read_layout(paths, "here")
    assert found.splits == ("train",) * 4 + ("valid",) * 4
    assert found.labels == ("cat", "cat", "dog", "dog") * 2
    assert found.merged is None


def test_a_part_that_an_archive_unpacked_into_itself_is_looked_through() -> None:
    found = read_layout(_pets("seg_train/seg_train", "seg_test/seg_test"), "here")
    assert set(found.labels or ()) == {"cat", "dog"}
    assert found.splits is not None
    assert set(found.splits) == {"train", "test"}


def test_a_test_without_folders_of_classes_has_no_labels() -> None:
    found = read_layout([*_pets("train"), "test/1.png", "test/2.png"], "here")
    assert found.labels == ("cat",) * 3 + ("dog",) * 3 + (None, None)
    assert found.splits == ("train",) * 6 + ("test",) * 2


ASKED = {
    "names that say nothing": (_pets("A", "B"), "--set data.splits.train=A --set data.splits.test=B", "inner"),
    "a part and something else": (
        _pets("train", "extra"),
        "data.splits.test=extra",
        "inner",
    ),
    "two parts and something else": (_pets("train", "test", "extra"), "data.splits.test=test", "outer"),
    "parts of other classes": (
        [*_pets("Training"), "Testing/lab/1.png", "Testing/field/2.png"],
        "data.splits.train=Training --set data.splits.test=Testing",
        "outer",
    ),
    "pairs": ([f"{p}{d}/1.png" for p in ("train", "test") for d in "AB"], "data.splits.train=trainA", "outer"),
    "four parts": (_pets("train", "val", "eval", "test"), "data.splits.valid=eval", "outer"),
}


@pytest.mark.parametrize(("paths", "splits", "classes"), ASKED.values(), ids=list(ASKED))
def test_what_can_be_read_in_two_ways_is_asked_with_both_settings(paths: list[str], splits: str, classes: str) -> None:
    with pytest.raises(DataError, match="can be parts of a split or classes") as caught:
        read_layout(paths, "here")
    assert splits in str(caught.value)
    assert f"--set data.class_folder={classes}" in str(caught.value)
    assert read_layout(paths, "here", DataSection(class_folder="outer")).labels is not None


def test_each_answer_to_the_question_is_obeyed() -> None:
    def read(**fields: object) -> tuple[object, object]:
        found = read_layout(_pets("A", "B"), "here", DataSection.model_validate(fields))
        return set(found.labels or ()), set(found.splits) if found.splits else None

    assert read(splits={"train": "B", "test": "A"}) == ({"cat", "dog"}, {"train", "test"})
    assert read(class_folder="outer") == ({"A", "B"}, None)
    assert read(class_folder="inner") == ({"cat", "dog"}, None)


def test_folders_that_are_named_for_no_split_are_left_out_and_counted() -> None:
    section = DataSection.model_validate({"splits": {"train": "A", "test": "B"}})
    found = read_layout([*_pets("A", "B"), "C/1.png"], "here", section)
    assert (found.left_out, len(found.order)) == (1, 12)
    with pytest.raises(DataError, match="has no folder D; it has A, B"):
        read_layout(_pets("A", "B"), "here", DataSection.model_validate({"splits": {"train": "D"}}))


def test_folders_below_classes_are_counted_or_are_the_classes() -> None:
    paths = ["a/x/1.png", "a/2.png", "b/y/3.png", "b/z/deep/4.png"]
    found = read_layout(paths, "here")
    assert found.merged is not None
    assert (found.merged.folders, found.merged.images, found.merged.first) == (3, 3, "a/x")
    assert set(read_layout(paths, "here", DataSection(class_folder="inner")).labels or ()) == {"x", "a", "y", "deep"}


def test_names_are_compared_in_composed_unicode() -> None:
    cafe, ano = unicodedata.normalize("NFD", "café"), unicodedata.normalize("NFD", "validación")
    found = read_layout([f"train/{cafe}/1.png", "train/café/2.png", f"{ano}/café/3.png"], "here")
    assert found.labels == ("café",) * 3
    assert found.splits == ("train", "train", "valid")


@pytest.mark.parametrize(
    ("paths", "folders", "empty"),
    [
        (["cat/1.png", "dog/2.png"], ["fox", "cat/old"], ("fox",)),
        (_pets("train", "test"), ["train/fox", "test/fox", "valid", "more/fox"], ("fox",)),
        (["x/cat/1.png", "x/dog/2.png"], ["x/fox", "y"], ("fox",)),
        ([f"{p}/{s}/1.png" for p in ("cat", "dog") for s in ("train", "test")], ["fox/train", "fox/test"], ("fox",)),
        (["1.png", "2.png"], ["old"], ()),
    ],
)
def test_folders_without_images_are_classes_where_classes_lie(
    paths: list[str], folders: list[str], empty: tuple[str, ...]
) -> None:
    assert read_layout(paths, "here", empty_folders=folders).empty == empty


def test_pairs_of_parts_and_domains_are_both_where_domains_are_asked_for() -> None:
    paths = [f"{part}{domain}/{n}.png" for part in ("test", "train") for domain in "BA" for n in (1, 2)]
    found = read_layout([*paths, "trainA/more/3.png"], "horses", DataSection(domains=True))
    told = [[*paths, "trainA/more/3.png"][i] for i in found.order]
    assert list(zip(told, found.splits or (), found.labels or (), strict=True)) == [
        *((f"trainA/{name}.png", "train", "A") for name in ("1", "2", "more/3")),
        *((f"trainB/{n}.png", "train", "B") for n in (1, 2)),
        *((f"testA/{n}.png", "test", "A") for n in (1, 2)),
        *((f"testB/{n}.png", "test", "B") for n in (1, 2)),
    ]
    assert (found.merged, found.loose, found.left_out, found.empty) == (None, 0, 0, ())


@pytest.mark.parametrize("apart", ["Caballo/Cebra", "horse/zebra"])
def test_domains_are_called_as_their_folders_write_them(apart: str) -> None:
    domains = apart.split("/")
    paths = [f"{domain}_{part}/1.png" for part in ("train", "val", "eval") for domain in domains]
    found = read_layout(paths, "animals", DataSection(domains=True))
    assert set(found.labels or ()) == set(domains)
    assert found.splits == ("train",) * 2 + ("valid",) * 2 + ("test",) * 2


def test_unpaired_folders_are_domains_by_their_names_or_asked_as_ever() -> None:
    uneven = ["trainA/1.png", "trainB/1.png", "testA/1.png"]
    assert read_layout(uneven, "x", DataSection(domains=True)).labels == ("testA", "trainA", "trainB")
    with pytest.raises(DataError, match="do not tell"):
        read_layout([*uneven, "testB/1.png"], "x", DataSection())
    told = DataSection(domains=True, class_folder="outer")
    assert set(read_layout([*uneven, "testB/1.png"], "x", told).labels or ()) == {"trainA", "trainB", "testA", "testB"}
