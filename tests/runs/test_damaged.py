"""Whatever stands in the place of a run's file: an error with the path and what to do, nothing else."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from trasluz.errors import DamagedError
from trasluz.evaluation.shapes import check_shapes
from trasluz.reading import parse_json, read_arrays, read_sealed, write_sealed
from trasluz.recipe import from_dict
from trasluz.runs.folder import RunFolder
from trasluz.runs.lines import read_last, read_lines
from trasluz.runs.splits import load_splits, save_splits


@pytest.fixture
def folder(tmp_path: Path) -> RunFolder:
    run = RunFolder(tmp_path / "run")
    run.create(from_dict({}), splits={"train": 3, "valid": 2})
    return run


@pytest.mark.parametrize("text", ["[" * 100_000, '{"a":' * 100_000, "9" * 5000, "\xff", "", "nul"])
def test_text_that_is_no_json_of_ours_is_a_value_error(text: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - whose words differ; that it is no other kind is what counts
        parse_json(text)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("format", "2"),
        pytest.param("format", 10**400, id="huge"),
        ("status", ["finished"]),
        ("splits", {"train": -1}),
        ("splits", {"train": 10**30}),
        ("hardware", {"device": "cpu"}),
        ("hardware", None),
        ("timings", {"training_seconds": float("nan")}),
        ("audit", {"exact_duplicates": 3}),
        ("started_from", 3),
    ],
)
def test_a_field_of_the_wrong_kind_is_named(folder: RunFolder, field: str, value: Any) -> None:
    info = {**folder.info(), field: value}
    (folder.path / "run.json").write_text(json.dumps(info), encoding="utf-8")
    if field == "hardware" and value is None:
        assert RunFolder.open(folder.path).info()["hardware"] is None
        return
    with pytest.raises(DamagedError, match=field):
        RunFolder.open(folder.path)


def test_what_run_json_does_not_say_is_a_sentence_for_whoever_needs_it(folder: RunFolder) -> None:
    with pytest.raises(DamagedError, match=r"run\.json does not say fingerprint"):
        folder.info()["fingerprint"]


@pytest.mark.parametrize("name", ["run.json", "recipe.yaml", "metrics.jsonl", "splits.npz"])
@pytest.mark.parametrize("kind", ["folder", "pipe", "link to itself", "bytes"])
def test_what_is_no_file_of_ours_is_refused_at_once(folder: RunFolder, name: str, kind: str) -> None:
    path = folder.path / name
    path.unlink(missing_ok=True)
    if kind == "folder":
        path.mkdir()
    elif kind == "pipe":
        os.mkfifo(path)
    elif kind == "bytes":
        path.write_bytes(b"\xff\xfe\x00\n")
    else:
        path.symlink_to(path)
    with pytest.raises(DamagedError):
        _read_all(folder.path)


def _read_all(path: Path) -> None:
    run = RunFolder.open(path)
    run.recipe(), run.metrics(), run.last_metrics(), load_splits(path, 9, {})


@pytest.mark.parametrize(
    "record", [[], {"epoch": -1}, {"epoch": "1"}, {"valid/loss": "x"}, {"valid/loss": {}}, {"step": 1e9}, {"phase": 1}]
)
def test_a_record_of_other_kinds_is_damaged(tmp_path: Path, record: Any) -> None:
    file = tmp_path / "metrics.jsonl"
    file.write_text(json.dumps(record) + "\n", encoding="utf-8")
    for read in (read_lines, read_last):
        with pytest.raises(DamagedError, match=r"metrics\.jsonl"):
            read(file)


def test_a_last_line_that_was_cut_inside_a_character_is_left_out(tmp_path: Path) -> None:
    file = tmp_path / "metrics.jsonl"
    file.write_bytes(b'{"epoch": 1}\n{"phase": "\xc3')
    assert read_lines(file) == [read_last(file)] == [{"epoch": 1}]


@pytest.mark.parametrize(
    "rows", [np.array([0, 1]), np.array([0, 1, 9]), np.array([0, 1, -1]), np.array([0, 1, 1]), np.zeros((3, 1), int)]
)
def test_splits_that_are_not_those_of_the_run_are_damaged(folder: RunFolder, rows: np.ndarray) -> None:
    splits = {"train": np.arange(3), "valid": np.array([3, 4])}
    save_splits(folder.path, splits)
    assert load_splits(folder.path, 5, folder.info()["splits"]).keys() == splits.keys()
    save_splits(folder.path, {**splits, "train": rows})
    with pytest.raises(DamagedError, match=r"splits\.npz"):
        load_splits(folder.path, 5, folder.info()["splits"])


def test_a_seal_notices_every_change_of_itself_and_of_what_lies_beside(tmp_path: Path) -> None:
    (tmp_path / "beside").write_bytes(b"1")
    file = tmp_path / "found.json"
    tree = {"a": [1, 2.5, None, {"é": float("inf")}], "b": (3,)}
    write_sealed(file, tree)
    assert read_sealed(file) == {"a": tree["a"], "b": [3]}
    (tmp_path / "beside").write_bytes(b"2")
    assert read_sealed(file, beside=False)["b"] == [3]
    with pytest.raises(ValueError, match="beside changed"):
        read_sealed(file)
    file.write_text(file.read_text(encoding="utf-8").replace("2.5", "2.6"), encoding="utf-8")
    with pytest.raises(ValueError, match=r"found\.json changed"):
        read_sealed(file, beside=False)


def test_pickled_objects_and_what_is_no_archive_are_value_errors(tmp_path: Path) -> None:
    file = tmp_path / "a.npz"
    for content in (b"", b"PK\3\4", b"\x80\x04.", b"x" * 1000):
        file.write_bytes(content)
        with pytest.raises(ValueError):  # noqa: PT011 - as above
            read_arrays(file)
    np.savez(file, a=np.array([{"a": 1}], dtype=object))
    with pytest.raises(ValueError):  # noqa: PT011 - as above
        read_arrays(file)


def test_shapes_are_those_that_were_asked_for() -> None:
    arrays = {"a": np.zeros((2, 3), np.uint8), "b": np.zeros(2), "c": np.array("word")}
    check_shapes(arrays, {"a": "uint8 n k", "b": "float n", "c": "text"}, frozenset({"a"}))
    for wanted in ({"a": "uint8 n n"}, {"a": "float n k"}, {"b": "float n k"}, {"a": "uint8 k n", "b": "float n"}):
        with pytest.raises(ValueError, match="has another kind or shape"):
            check_shapes(arrays, wanted, frozenset())
    with pytest.raises(ValueError, match="d is missing"):
        check_shapes(arrays, {}, frozenset({"d"}))
