"""Boundary: regions are what the model says there, and a perceptron's lines are in the table's own units."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from tests.look.made_subjects import Scores, subject
from trasluz.data.data import Data
from trasluz.data.feed.preprocess import Preprocess
from trasluz.data.read.table_columns import numbered
from trasluz.families.capabilities import WeightPath
from trasluz.look.looks import boundary
from trasluz.look.looks.boundary import Config
from trasluz.look.result import load_result, save_result
from trasluz.look.subject import Subject
from trasluz.model.model import Model
from trasluz.reporting import Reporter


class _Classifies(Scores):
    def classify(self, networks: nn.ModuleDict, inputs: Tensor) -> Tensor:
        return self.logits(networks, inputs).softmax(1)


class _Remembers(_Classifies):
    capabilities = frozenset({"logits", "classify", "layers", "weight_path"})

    def weight_path(self, networks: nn.ModuleDict) -> WeightPath:
        weights = torch.tensor([[[1.0, 0.0]], [[1.0, -2.0]]])
        return WeightPath(weights, torch.tensor([[0.5], [0.25]]), torch.tensor([0, 3]), torch.tensor([4, 1]), 7)


class _Decides(_Classifies):
    capabilities = frozenset({"classify", "layers"})

    def classify(self, networks: nn.ModuleDict, inputs: Tensor) -> Tensor:
        scores = self.logits(networks, inputs)
        return nn.functional.one_hot(scores.argmax(1), scores.shape[1]).float()


def _data(features: int = 2, labels: bool = True) -> Data:
    points = np.random.default_rng(0).normal([10.0] * features, [1.0, 5.0, 1.0][:features], (40, features))
    rows = np.arange(40)
    return Data(
        name="points",
        kind="table",
        samples=points,
        splits={"train": rows[:30], "valid": rows[30:]},
        labels=(points[:, 0] > 10).astype(np.int64) if labels else None,
        classes=("low", "high", "other"),
        columns=numbered(features),
    )


def _subject(family: type[Scores] = _Classifies, data: Data | None = None, **preprocess: Any) -> Subject:
    torch.manual_seed(0)
    made = subject(nn.Linear(2, 3), _data() if data is None else data, family((2,)))
    model = made.model
    return replace(made, model=Model(model.family, model.networks, Preprocess(kind="table", **preprocess), made.spec))


def _look(seen: Subject, **options: Any) -> boundary.BoundaryResult:
    assert boundary.refusal(seen) is None
    return boundary.compute(seen, None, Config(**options), Reporter())


def test_every_place_of_the_grid_says_what_the_model_says_there() -> None:
    seen = _subject(mean=(10.0, 10.0), std=(1.0, 5.0))
    found = _look(seen, grid=7)
    with torch.no_grad():
        for row, column in [(0, 0), (6, 2), (3, 5)]:
            point = (np.array([found.across[column], found.up[row]]) - 10) / [1, 5]
            sure = seen.networks["net"](torch.tensor(point, dtype=torch.float32)).softmax(0)
            assert found.winner[row, column] == int(sure.argmax())
            assert found.confidence[row, column] == pytest.approx(float(sure.max()), abs=1e-5)
    points = np.asarray(seen.data.samples)
    assert found.across[0] < points[:, 0].min()
    assert found.up[-1] > points[:, 1].max()


def test_of_three_classes_the_border_is_where_the_two_best_scores_are_equal() -> None:
    seen = _subject(mean=(10.0, 10.0), std=(1.0, 5.0))
    found = _look(seen, grid=40)
    assert len(np.unique(found.winner)) == 3
    ends = torch.tensor((found.border.reshape(-1, 2) - 10) / [1, 5], dtype=torch.float32)
    with torch.no_grad():
        scores = seen.networks["net"](ends).sort(1, descending=True).values
    assert float((scores[:, 0] - scores[:, 1]).quantile(0.9)) < 1e-4
    hard = _look(_subject(_Decides, mean=(10.0, 10.0), std=(1.0, 5.0)), grid=40)
    assert np.isfinite(hard.border).all(), "of answers without scores it is between the places"
    assert len(hard.border) == pytest.approx(len(found.border), abs=3)


def test_points_of_the_split_come_with_those_that_taught() -> None:
    seen = _subject()
    found = _look(seen, points=5)
    assert found.taught.tolist() == [False] * 5 + [True] * 5
    rows = [list(map(float, row)) for row in np.asarray(seen.data.samples)]
    valid, train = rows[30:], rows[:30]
    assert all(list(point) in valid for point in found.points[:5])
    assert all(list(point) in train for point in found.points[5:])
    with torch.no_grad():
        said = seen.networks["net"](torch.tensor(found.points, dtype=torch.float32)).argmax(1)
    np.testing.assert_array_equal(found.said, said)
    seen.split = "train"
    assert not _look(seen).taught.any()


def test_lines_are_told_in_the_tables_own_units() -> None:
    seen = _subject(_Remembers, mean=(10.0, 4.0), std=(2.0, 0.5))
    found = _look(seen)
    assert found.total == 7
    assert found.epochs.tolist() == [0, 3]
    np.testing.assert_array_equal(found.movers, np.asarray(seen.data.samples)[[4, 1]])
    point = np.array([11.0, 7.0])
    inner = (point - [10, 4]) / [2, 0.5]
    for update, (weight, bias) in enumerate([([1, 0], 0.5), ([1, -2], 0.25)]):
        there = found.weights[update, 0] @ point + found.bias[update, 0]
        assert there == pytest.approx(inner @ weight + bias)


def test_missing_values_one_place_and_no_labels_are_no_trouble(tmp_path: Path) -> None:
    data = _data(labels=False)
    data.samples[:] = 3.0
    data.samples[0, 1] = np.nan
    found = _look(_subject(data=data), grid=2)
    assert len(found.points) == 39
    assert set(found.labels) == {-1}
    assert np.isfinite(found.confidence).all()
    save_result(tmp_path / "kept", found, {})
    again = load_result(tmp_path / "kept", boundary.BoundaryResult)
    assert again.weights.shape == (0, 1, 2)
    assert again.features == ("x1", "x2")


def test_what_has_no_plane_is_refused_in_a_sentence() -> None:
    data = _data(features=3)
    made = subject(nn.Linear(3, 3), data, _Classifies((3,)))
    assert "3" in (boundary.refusal(made) or "")
    assert "classify" in (boundary.refusal(_subject(type("None", (Scores,), {"capabilities": frozenset()}))) or "")
