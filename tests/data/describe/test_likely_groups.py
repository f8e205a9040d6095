"""Likely groups: films are found by their names and likeness, numbered pictures and real photographs are not."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest
from sklearn.datasets import load_digits

from tests import real
from tests.data.conftest import Open
from tests.series import CLASSES, films, save
from trasluz.data.data import Data
from trasluz.data.describe.audit_warnings import audit_warnings
from trasluz.data.describe.likely_groups import setting
from trasluz.data.describe.name_series import ways_to_group
from trasluz.recipe import Recipe, parse_overrides
from trasluz.recipe.data import GroupSection

NAMES = {
    "video{film}_frame{frame:04d}.png": "data.group.pattern=(video#)_",
    "{film:03d}-{frame}.png": "data.group.pattern=(#)-#",
    "P{film}{side}{frame}.png": "data.group.pattern=(P#)",
    "{word}_{frame:02d}.png": "data.group.pattern=(*)_#",
    "s{film}t{frame:03d}.png": "data.group.pattern=(s#)t#",
    "{word}/{frame}.png": "data.group.folder=1",
}


def _made(folder: Path, template: str, count: int = 20, frames: int = 10) -> np.ndarray:
    images, labels, film = films(count, frames)
    names = []
    for row, (label, number) in enumerate(zip(labels, film, strict=True)):
        word = "".join("abcdefghij"[int(digit)] for digit in f"{number:02d}")
        told = {"film": number, "frame": row % frames, "word": word, "side": "LR"[row % 2]}
        names.append(f"{CLASSES[label]}/{template.format(**told)}")
    save(folder, images, names)
    return film


def _likely(data: Data) -> dict[str, object] | None:
    found: dict[str, object] | None = data.audit["likely_groups"]
    return found


@pytest.mark.parametrize(("template", "wanted"), list(NAMES.items()))
def test_films_are_found_with_the_setting_that_keeps_them_together(
    tmp_path: Path, opened: Open, template: str, wanted: str
) -> None:
    film = _made(tmp_path / "films", template)
    data = opened(tmp_path / "films", valid=0.2)
    found = _likely(data)
    assert found is not None
    assert found["setting"] == wanted
    assert (found["count"], found["median"]) == (20, 10)
    assert found["alike"] > 0.9
    assert found["chance"] == pytest.approx(9 / 99, abs=0.001)
    assert found["shared"] == {"valid": 40}
    together = opened(tmp_path / "films", valid=0.2, group=_section(wanted))
    assert together.groups is not None
    assert len(np.unique(together.groups)) == len(np.unique(film))
    assert together.audit["groups"]["count"] == 20
    assert together.audit["groups"]["across"] == {"train/valid": 0}


def _section(text: str) -> GroupSection:
    section = Recipe().override(parse_overrides([text])).data.group
    assert section is not None
    return section


def test_the_warning_says_how_many_what_is_hidden_and_what_to_set(tmp_path: Path, opened: Open) -> None:
    _made(tmp_path / "films", "video{film}_frame{frame:04d}.png")
    sentence = next(s for s in audit_warnings(opened(tmp_path / "films", valid=0.2).audit) if "Likely" in s)
    assert "20 series of about 10 images, such as video0 (across/video0_frame0000.png)" in sentence
    assert "40 of 40 validation samples have others of their series in training" in sentence
    assert "--set 'data.group.pattern=(video#)_'" in sentence


def test_of_takes_and_films_the_films_are_named_where_takes_are_alike(tmp_path: Path, opened: Open) -> None:
    _made(tmp_path / "films", "v{film}_take{side}_{frame:02d}.png")
    found = _likely(opened(tmp_path / "films"))
    assert found is not None
    assert found["setting"] == "data.group.pattern=(v#)_"


def test_a_column_of_a_manifest_is_found(tmp_path: Path, opened: Open) -> None:
    images, labels, film = films(20, 10)
    save(tmp_path, images, [f"{row}.png" for row in range(200)])
    lines = [f"{row}.png,{labels[row]},site {film[row]},{row % 7}" for row in range(200)]
    (tmp_path / "list.csv").write_text("\n".join(["path,label,place,weekday", *lines]), encoding="utf-8")
    found = _likely(opened(tmp_path / "list.csv"))
    assert found is not None
    assert (found["setting"], found["count"]) == ("data.group.column=place", 20)


@pytest.mark.parametrize("template", [*NAMES, "{row}.png", "cat.{row}.png", "IMG_{row:04d}.png", "photo ({row}).png"])
def test_names_of_films_without_films_are_no_groups(tmp_path: Path, opened: Open, template: str) -> None:
    """The frames in random order: the same pictures and names, but no series has anything in common."""
    images, labels, film = films(20, 10)
    names = []
    for row, (label, number) in enumerate(zip(labels, film, strict=True)):
        told = {"film": number, "frame": row % 10, "word": "abcdefghijklmnopqrstuvwxyz"[number], "side": "LR"[row % 2]}
        names.append(f"{CLASSES[label]}/{template.format(row=row, **told)}")
    order = np.random.default_rng(0).permutation(200)
    shuffled = np.concatenate([order[labels[order] == label] for label in (0, 1)])
    rows = np.concatenate([np.flatnonzero(labels == label) for label in (0, 1)])
    save(tmp_path / "films", images[shuffled], [names[row] for row in rows])
    assert _likely(opened(tmp_path / "films")) is None


def test_real_photographs_with_plain_numbers_are_no_groups(tmp_path: Path, opened: Open) -> None:
    """And neither are they when their names are made to look like films."""
    source = real.cats_dogs() / "train"
    for kind in ("cats", "dogs"):
        files = sorted((source / kind).iterdir())[:300]
        for folder, names in {
            "plain": [file.name for file in files],
            "films": [f"video{number // 10}_frame{number % 10:04d}.jpg" for number in range(300)],
        }.items():
            (tmp_path / folder / kind).mkdir(parents=True)
            for file, name in zip(files, names, strict=True):
                shutil.copy(file, tmp_path / folder / kind / name)
    for folder in ("plain", "films"):
        assert _likely(opened(tmp_path / folder, size=32)) is None


def test_kinds_in_the_names_of_unlabelled_images_are_no_films(tmp_path: Path, opened: Open) -> None:
    """Digits in one folder, each named by what it shows, are alike in pixels, too."""
    digits = load_digits()
    words = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
    images = (digits.images[:400] * 15).astype(np.uint8)
    save(tmp_path / "kinds", images, [f"{words[k]}_{i}.png" for i, k in enumerate(digits.target[:400])])
    assert _likely(opened(tmp_path / "kinds")) is None


def test_films_without_labels_are_found(tmp_path: Path, opened: Open) -> None:
    images, _labels, film = films(20, 10)
    save(tmp_path / "films", images, [f"video{film[row]}_{row}.png" for row in range(200)])
    found = _likely(opened(tmp_path / "films"))
    assert found is not None
    assert found["setting"] == "data.group.pattern=(video#)_#"


def test_names_that_only_number_or_name_classes_give_no_ways() -> None:
    plain = [f"cats/cat.{number}.jpg" for number in range(50)] + [f"cats/{number:04d}.png" for number in range(50)]
    ways = ways_to_group(plain, {})
    assert [section for section, _names in ways if section.pattern] == []
    assert ways_to_group([f"{number:04d}.png" for number in range(100)], {}) == []


@pytest.mark.parametrize(
    "section",
    [
        GroupSection(column="patient"),
        GroupSection(column="12"),
        GroupSection(column="true: no"),
        GroupSection(folder=2),
        GroupSection(pattern="(*)_#"),
        GroupSection(pattern="*_(#)"),
        GroupSection(pattern="# (#)"),
        GroupSection(pattern="(#)"),
    ],
)
def test_what_is_told_to_be_set_is_read_back(section: GroupSection) -> None:
    assert _section(setting(section)) == section


def test_near_duplicates_across_a_made_split_name_their_setting(tmp_path: Path, opened: Open) -> None:
    images, _labels, _film = films(40, 1)
    twins = np.clip(images.astype(int) + 1, 0, 255).astype(np.uint8)
    save(tmp_path / "twins", np.concatenate([images, twins]), [f"{row}.png" for row in range(80)])
    warned = " ".join(audit_warnings(opened(tmp_path / "twins", valid=0.3).audit))
    assert "--set data.group.near_duplicates=true" in warned
    kept = opened(tmp_path / "twins", valid=0.3, group=GroupSection(near_duplicates=True))
    assert kept.audit["near_duplicates"]["across"] == {"train/valid": 0}
    assert kept.audit["groups"]["count"] == 40
