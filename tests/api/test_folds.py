"""Cross-validation through the verbs: folds are trained, kept, opened and put together; learning curves are of them."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from scipy.special import softmax
from sklearn.preprocessing import StandardScaler

import trasluz as tz
from trasluz.api import fold_findings, search_together
from trasluz.errors import DataError, Interrupted, RequestError
from trasluz.evaluation.out_of_fold import FoldOf, OutOfFold, gather
from trasluz.search.executing import execute

SMALL: dict[str, Any] = {
    "train.epochs": 2,
    "data.test": None,
    "data.augment": {},
    "model.network": {"name": "conv", "channels": [4], "dense": [8]},
    "compute.threads": 1,
}
TABLE = {"train.epochs": 3, "compute.threads": 1, "data.test": None}


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    folder = tmp_path_factory.mktemp("folds")
    settings = [{**SMALL, "data.fold": {"count": 3, "index": index}} for index in range(3)]
    return [tz.train("digits-cnn", set=one, runs=folder).path for one in settings]


def test_every_sample_is_judged_once_by_a_network_that_did_not_see_it(runs: list[Path]) -> None:
    found = tz.out_of_fold(runs)
    first = tz.open_run(runs[0])
    assert found.rows.tolist() == list(range(len(first.data.samples)))
    assert np.array_equal(found.evaluation.arrays["identities"], np.asarray(first.data.identities))
    for index, path in enumerate(runs):
        run = tz.open_run(path)
        mine = found.rows[found.evaluation.arrays["fold"] == index]
        assert mine.tolist() == sorted(run.data.split("valid").tolist())
        assert not np.isin(mine, run.data.split("train")).any()
        assert run.evaluations()["valid"].count == len(mine)
    assert "accuracy" in found.evaluation.intervals


def test_the_folds_of_other_recipes_or_of_none_are_refused(runs: list[Path], tmp_path: Path) -> None:
    other = tz.train("digits-cnn", set={**SMALL, "train.epochs": 1, "data.fold": {"count": 3}}, runs=tmp_path)
    with pytest.raises(RequestError, match="differ in more than their fold and seed"):
        tz.out_of_fold([runs[1], other.path])
    with pytest.raises(DataError, match="judged the same sample"):
        tz.out_of_fold([runs[0], runs[0]])
    with pytest.raises(RequestError, match=r"no data\.test_fold"):
        tz.out_of_fold(runs, split="test")


def test_rules_speak_of_the_answers_of_all_folds(runs: list[Path]) -> None:
    found = tz.out_of_fold(runs)
    labels = np.asarray(found.labels)
    mixed = np.where(labels == 3, 8, labels)  # every 3 is taken for an 8
    arrays = {**found.evaluation.arrays, "probabilities": np.eye(10, dtype=np.float32)[mixed] * 0.9 + 0.01}
    parts = [
        dataclasses.replace(one, evaluation=dataclasses.replace(one.evaluation, arrays=own_rows(one, arrays, found)))
        for one in found.each
    ]
    told = fold_findings(gather(parts))
    assert any("3" in finding.seen and "8" in finding.seen for finding in told)
    assert not [finding for finding in told if "could not be asked" in finding.title]


def own_rows(one: FoldOf, arrays: dict[str, np.ndarray], found: OutOfFold) -> dict[str, np.ndarray]:
    """The records of one fold among those of all."""
    mine = found.evaluation.arrays["fold"] == one.index
    return {name: arrays[name][mine] for name in ("rows", "labels", "probabilities")}


def test_wrong_labels_that_were_planted_are_suspected(runs: list[Path]) -> None:
    found = tz.out_of_fold(runs)
    labels, draw = np.asarray(found.labels).copy(), np.random.default_rng(0)
    sure = softmax(
        draw.normal(size=(len(labels), 10)) + draw.gamma(4, 3, (len(labels), 1)) * np.eye(10)[labels], axis=1
    )
    planted = draw.choice(len(labels), 60, replace=False)
    labels[planted] = (labels[planted] + draw.integers(1, 10, 60)) % 10
    arrays = {**found.evaluation.arrays, "labels": labels, "probabilities": sure.astype(np.float32)}
    wrong = tz.suspect_labels(
        dataclasses.replace(found, evaluation=dataclasses.replace(found.evaluation, arrays=arrays))
    )
    assert wrong.trust == "good"
    assert len(np.intersect1d(wrong.rows, planted)) >= 54
    assert len(np.setdiff1d(wrong.rows, planted)) <= 3
    assert wrong.rate[1] <= 60 / len(labels) <= wrong.rate[2]


def test_what_is_fitted_to_a_table_is_fitted_to_the_training_rows_of_the_fold(tmp_path: Path) -> None:
    draw = np.random.default_rng(0)
    table = draw.normal(size=(60, 3)) * [1, 100, 1e-2] + draw.normal(size=(60, 1)).cumsum(axis=0)
    labels = np.arange(60) % 2
    means = []
    for index in range(2):
        fields = {**TABLE, "data.classes": [], "data.normalise": "standard", "data.fold": {"count": 2, "index": index}}
        run = tz.train("iris-mlp", data=(table, labels), set=fields, runs=tmp_path)
        scaler = StandardScaler().fit(table[run.data.split("train")].astype(np.float32))
        kept = run.model.preprocess
        seen = kept.normalise(kept.to_pixels(torch.from_numpy(run.data.samples[run.data.split("valid")]))).numpy()
        np.testing.assert_allclose(seen, scaler.transform(table[run.data.split("valid")]), rtol=1e-4, atol=1e-4)
        means.append(scaler.mean_)
    assert not np.allclose(means[0], means[1], rtol=1e-3)


def test_a_curve_goes_on_where_it_was_stopped_and_says_what_more_images_would_give(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stopping(*words: Any) -> Iterator[Any]:
        yield from islice(execute(*words, processes=1), 3)
        raise Interrupted

    monkeypatch.setattr(search_together, "execute", stopping)
    with pytest.raises(Interrupted, match="trasluz search curve"):
        tz.curve("digits-cnn", set=SMALL, sizes=4, folds=2, runs=tmp_path)
    folder = next(tmp_path.iterdir())
    assert len(json.loads((folder / "curve.json").read_text())["cells"]) == 3
    monkeypatch.setattr(search_together, "execute", lambda *words: execute(*words, processes=1))
    found = tz.curve(folder)
    assert len(list((folder / "runs").iterdir())) == len(found.curve.cells) == found.curve.wanted == 8
    assert found.curve.metric == "accuracy"
    sizes = sorted({cell.size for cell in found.curve.cells})
    assert np.allclose(np.diff(np.log(sizes)), np.log(sizes[-1] / sizes[0]) / 3, atol=0.02)
    for cell in found.curve.cells:
        run = tz.open_run(folder / "runs" / cell.run)
        assert len(run.data.split("train")) == cell.size
        assert len(run.data.split("valid")) == cell.samples == run.evaluations()["valid"].count
    page = found.page.read_text(encoding="utf-8")
    assert "What would more images give?" in page
    assert "¿Qué darían más imágenes?" in page
    assert json.loads((folder / "curve.json").read_text())["fit"]["at"] == sizes[-1]
    with pytest.raises(RequestError, match="goes on with the settings that it has"):
        tz.curve(folder, sizes=5)


def test_a_curve_that_cannot_be_is_refused_before_it_is_trained(tmp_path: Path) -> None:
    with pytest.raises(RequestError, match="needs more images"):
        tz.curve("digits-cnn", set={**SMALL, "data.limit": 25}, folds=2, runs=tmp_path)
    assert not list(tmp_path.iterdir())
    with pytest.raises(RequestError, match="no run has accuracie; measured are"):
        tz.curve("digits-cnn", set=SMALL, sizes=4, folds=2, metric="accuracie", runs=tmp_path)
