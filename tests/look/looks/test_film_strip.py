"""The film strip gathers the frames of a run as they are, at most a dozen, in the epochs that the records count."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from torch import nn

from tests.look.made_subjects import digits, subject
from trasluz.errors import RequestError
from trasluz.look.base import compute
from trasluz.look.film import FOLDER
from trasluz.look.looks.film_strip import FilmStripResult
from trasluz.look.result import load_result, save_result
from trasluz.reporting import Reporter

ROWS = np.arange(1000, 1004)


def made_frame(step: int, **more: np.ndarray) -> dict[str, np.ndarray]:
    images = np.full((4, 8, 8, 1), step, np.uint8)
    return {
        "epoch": np.int64(9),
        "step": np.int64(step),
        "rows": ROWS,
        "images": np.zeros((4, 8, 8, 1), np.uint8),
        "reconstructions": images,
        "error": np.full(4, step / 10, np.float32),
        **more,
    }


def found(folder: Path, frames: list[dict[str, np.ndarray]], history: Any = (), **labels: bool) -> FilmStripResult:
    target = folder / "looks" / FOLDER
    target.mkdir(parents=True)
    for frame in frames:
        np.savez(target / f"{int(frame['step']):09d}.npz", **frame)  # type: ignore[arg-type]  # names, not flags
    looked = dataclasses.replace(subject(nn.Flatten(), digits(**labels)), folder=folder, history=history)
    result = compute("film-strip", looked, None, {}, Reporter())
    assert isinstance(result, FilmStripResult)
    return result


def test_frames_stand_in_order_with_the_epochs_that_were_finished_by_then(tmp_path: Path) -> None:
    history = [{"epoch": 1, "step": 5}, {"epoch": 2, "step": 10}, {"phase": "b", "epoch": 1, "step": 12}]
    result = found(tmp_path, [made_frame(12), made_frame(0), made_frame(10)], history)
    assert result.epochs.tolist() == [0, 2, 3]
    assert result.steps.tolist() == [0, 10, 12]
    assert result.reconstructions[:, 0, 0, 0, 0].tolist() == [0, 10, 12]
    np.testing.assert_allclose(result.error[:, 0], [0, 1, 1.2], rtol=1e-6)
    assert result.labels.tolist() == digits().labels[ROWS].tolist()  # type: ignore[index]  # these have labels
    assert not len(result.maps)
    assert not len(result.probabilities)


def test_a_run_that_was_trained_on_shows_a_dozen_with_the_first_and_the_last(tmp_path: Path) -> None:
    result = found(tmp_path, [made_frame(step) for step in range(40)])
    assert len(result.steps) == 12
    assert result.steps[[0, -1]].tolist() == [0, 39]


def test_what_some_frames_lack_or_have_in_another_shape_is_left_out(tmp_path: Path) -> None:
    samples = np.zeros((4, 8, 8, 1), np.uint8)
    maps = [np.zeros((4, side, side), np.float32) for side in (2, 3)]
    frames = [made_frame(0, maps=maps[0]), made_frame(1, maps=maps[1], samples=samples)]
    result = found(tmp_path, frames, labels=False)
    assert not len(result.samples)
    assert not len(result.maps)
    assert len(result.reconstructions) == 2
    assert result.labels.tolist() == [-1] * 4


def test_a_result_is_kept_and_read_again(tmp_path: Path) -> None:
    result = found(tmp_path, [made_frame(3)])
    save_result(tmp_path / "kept", result, {})
    again = load_result(tmp_path / "kept", FilmStripResult)
    for field in dataclasses.fields(FilmStripResult):
        before, after = getattr(result, field.name), getattr(again, field.name)
        assert np.array_equal(before, after) if isinstance(before, np.ndarray) else before == after


def test_a_run_without_frames_is_refused_in_one_sentence(tmp_path: Path) -> None:
    looked = dataclasses.replace(subject(nn.Flatten()), folder=tmp_path)
    with pytest.raises(RequestError, match="no frames were kept"):
        compute("film-strip", looked, None, {}, Reporter())
