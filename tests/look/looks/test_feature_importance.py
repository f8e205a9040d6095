"""Feature importance: what scikit-learn finds of the same model, and nothing where a column is not used."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import torch
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.datasets import load_wine
from sklearn.inspection import permutation_importance
from sklearn.linear_model import LogisticRegression
from torch import Tensor, nn

from tests.look.made_subjects import Scores
from trasluz.data.data import Data
from trasluz.data.feed.preprocess import Preprocess
from trasluz.data.read.table_columns import Column
from trasluz.draw.looking import draw
from trasluz.look.looks import feature_importance
from trasluz.look.looks.feature_importance import Config, FeatureImportanceResult
from trasluz.look.result import load_result, save_result
from trasluz.look.subject import Subject
from trasluz.model.model import Model
from trasluz.reporting import Reporter


class _Classifies(Scores):
    def classify(self, networks: nn.ModuleDict, inputs: Tensor) -> Tensor:
        return self.logits(networks, inputs).softmax(1)


def _subject(
    x: np.ndarray, y: np.ndarray, weights: np.ndarray, bias: np.ndarray, columns: tuple[Column, ...]
) -> Subject:
    net = nn.Linear(x.shape[1], len(bias))
    with torch.no_grad():
        net.weight.copy_(torch.from_numpy(weights))
        net.bias.copy_(torch.from_numpy(bias))
    rows = np.arange(len(x))
    data = Data(
        name="made",
        kind="table",
        samples=x.astype(np.float32),
        splits={"train": rows[::2], "valid": rows[1::2]},
        labels=y.astype(np.int64),
        classes=tuple(f"class {i}" for i in range(len(bias))),
        columns=columns,
    )
    family: Any = _Classifies(data.spec.shape)
    model = Model(family, nn.ModuleDict({"net": net}), Preprocess(kind="table", columns=columns), data.spec)
    return Subject(model, lambda: data)


def _wine() -> tuple[Subject, np.ndarray, np.ndarray]:
    found = load_wine()
    x = (found.data - found.data.mean(0)) / found.data.std(0)
    model = LogisticRegression(max_iter=1000).fit(x[::2], found.target[::2])
    columns = tuple(Column(name=name) for name in found.feature_names)
    return _subject(x, found.target, model.coef_, model.intercept_, columns), x[1::2], found.target[1::2]


def _look(seen: Subject, **options: Any) -> FeatureImportanceResult:
    assert feature_importance.refusal(seen) is None
    return feature_importance.compute(seen, None, Config(**options), Reporter())


def test_what_scikit_learn_finds_of_the_same_model() -> None:
    seen, x, y = _wine()

    class Same(ClassifierMixin, BaseEstimator):  # type: ignore[misc]  # scikit-learn has no types
        classes_ = np.arange(3)

        def fit(self, x: np.ndarray, y: np.ndarray) -> Same:
            return self

        def predict(self, x: np.ndarray) -> np.ndarray:
            found: np.ndarray = feature_importance._said(seen, x.astype(np.float32))
            return found

    theirs = permutation_importance(Same(), x, y, n_repeats=30, random_state=0, scoring="accuracy")
    ours = _look(seen, repeats=30)
    spread = np.sqrt((theirs.importances.var(1, ddof=1) + ours.drops.var(1, ddof=1)) / 30)
    assert (np.abs(ours.drops.mean(1) - theirs.importances_mean) <= 4 * spread + 1e-9).all()
    assert ours.columns[int(ours.shown[0])] == load_wine().feature_names[int(theirs.importances_mean.argmax())]
    assert ours.values.shape == (len(y), 5)


def test_a_column_that_is_not_used_costs_nothing_and_categories_move_together() -> None:
    random = np.random.default_rng(0)
    kind = random.integers(0, 2, 400)
    x = np.stack([random.normal(size=400), kind == 0, kind == 1], 1).astype(np.float64)
    weights, bias = np.array([[0.0, 5.0, -5.0], [0.0, -5.0, 5.0]]), np.zeros(2)
    columns = (Column(name="noise"), Column(name="kind", categories=("a", "b")))
    found = _look(_subject(x, kind, weights, bias, columns))
    assert found.accuracy == 1.0
    assert (found.drops[0] == 0).all()
    assert abs(found.drops[1].mean() - 0.5) < 0.05  # shuffled, half of the rows have the other kind
    assert list(found.shown) == [0]


def test_it_is_kept_and_drawn(tmp_path: Any) -> None:
    found = _look(_wine()[0], repeats=3)
    save_result(tmp_path / "kept", found, {})
    again = load_result(tmp_path / "kept", FeatureImportanceResult)
    np.testing.assert_array_equal(again.drops, found.drops)
    bars, matrix = draw(again)
    assert list(bars.content.data[0].y)[-1] == found.columns[int(found.drops.mean(1).argmax())]  # type: ignore[union-attr]  # a figure
    assert sum(trace.type == "scatter" for trace in matrix.content.data) >= 10 * 3  # type: ignore[union-attr]  # a figure
    assert not any("image" in panel.note + panel.verdict + panel.title for panel in (bars, matrix))
    worse = replace(found, said=(found.labels + 1) % 3)
    assert "taken for another class" in str(draw(worse)[1].content)


def test_pictures_are_refused() -> None:
    from tests.look.made_subjects import net_with_a_dead_channel, subject

    assert "tables" in (feature_importance.refusal(subject(net_with_a_dead_channel())) or "")
