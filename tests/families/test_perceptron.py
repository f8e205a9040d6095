"""Rosenblatt's rule: the weights after every mistake are those that a pencil gives."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn

from tests.training.harness import Session, assert_same, outcome
from tests.training.test_resume import kill_and_resume
from trasluz.data.data import Data, DataSpec
from trasluz.data.feed.batch import Batch
from trasluz.errors import DataError, DivergedError, RecipeError
from trasluz.families import base
from trasluz.families.base import BaseFamily
from trasluz.recipe import Recipe, from_dict
from trasluz.rng import Rng

POINTS = np.array([[0.25, 0.5], [1.0, 0.75], [0.5, 0.25], [0.75, 1.0]])
LABELS = np.array([0, 1, 0, 1])
# By hand, rate 0.5, order 0 1 2 3, weights (w1, w2, b): a 0 on the line counts as class 1.
#   epoch 0: row 0 said 1, should 0: −0.5·(0.25, 0.5, 1) → (−0.125, −0.25, −0.5)
#            row 1: −0.125 − 0.1875 − 0.5 < 0, should 1: → (0.375, 0.125, 0)
#            row 2: 0.1875 + 0.03125 ≥ 0, should 0:      → (0.125, 0, −0.5)
#            row 3: 0.09375 − 0.5 < 0, should 1:         → (0.5, 0.5, 0)
#   epoch 1: row 0: 0.375 ≥ 0, should 0:                 → (0.375, 0.25, −0.5)
#            row 1: 0.375 + 0.1875 − 0.5 ≥ 0, right
#            row 2: 0.1875 + 0.0625 − 0.5 < 0, right
#            row 3: 0.28125 + 0.25 − 0.5 ≥ 0, right
PATH = [
    (-0.125, -0.25, -0.5),
    (0.375, 0.125, 0.0),
    (0.125, 0.0, -0.5),
    (0.5, 0.5, 0.0),
    (0.375, 0.25, -0.5),
]
WHEN = [(0, 0), (0, 1), (0, 2), (0, 3), (1, 0)]


def data(points: np.ndarray = POINTS, labels: np.ndarray = LABELS, classes: int = 2) -> Data:
    rows = {"train": np.arange(len(points)), "valid": np.arange(len(points))}
    names = tuple(f"class {i}" for i in range(classes))
    return Data("points", "table", points, rows, labels=labels.astype(np.int64), classes=names, fingerprint="points")


def recipe(batch: int | str = "full", optimiser: dict[str, Any] | None = None, **fields: Any) -> Recipe:
    train = {"epochs": 4, "batch": batch, "optimiser": optimiser or {"name": "sgd", "learning_rate": 0.5}, **fields}
    model = {"family": "perceptron"}
    compute = {"threads": 1, "device": "cpu"}
    return from_dict({"name": "p", "data": {"normalise": "raw"}, "model": model, "train": train, "compute": compute})


def path_of(session: Session) -> tuple[list[tuple[float, ...]], list[tuple[int, int]], int]:
    loop = session.run()
    family: Any = loop.family
    found = family.weight_path(loop.networks)
    weights = torch.cat([found.weights, found.bias[..., None]], -1)[:, 0]
    return (
        [tuple(row) for row in weights.tolist()],
        list(zip(found.epochs.tolist(), found.rows.tolist(), strict=True)),
        found.total,
    )


def test_the_weights_follow_the_path_computed_by_hand(tmp_path: Path) -> None:
    weights, when, total = path_of(Session(recipe(), tmp_path / "run", data=data()))
    assert weights == PATH
    assert when == WHEN
    assert total == len(PATH)


def test_a_line_that_separates_ends_the_mistakes_and_is_right_about_everything(tmp_path: Path) -> None:
    loop = Session(recipe(), tmp_path / "run", data=data()).run()
    records = loop.store.metrics()
    assert records[-1]["valid/accuracy"] == records[-1]["train/accuracy"] == 1
    assert records[-1]["valid/criterion"] == 0
    units: Any = loop.networks["perceptron"]
    assert units.weight.tolist() == [[0.375, 0.25]]


def test_single_samples_in_drawn_order_obey_the_rule_as_plain_python_does(tmp_path: Path) -> None:
    random = np.random.RandomState(3)
    points = random.randint(-8, 9, (30, 3)) / 8
    labels = (points @ [2, -1, 1] + 0.25 > 0).astype(int)
    loop = Session(recipe(batch=1), tmp_path / "run", data=data(points, labels)).run()
    w, b, path = np.zeros(3), 0.0, []
    for epoch in range(4):
        for row in loop.batches.order(epoch):
            error = labels[row] - int(points[row] @ w + b >= 0)
            if error:
                w, b = w + 0.5 * error * points[row], b + 0.5 * error
                path.append([*w, b])
    units: Any = loop.networks["perceptron"]
    np.testing.assert_array_equal(units.path[: len(path), 0], np.array(path, np.float32))
    assert int(units.updates) == len(path)


def test_several_classes_are_one_unit_each(tmp_path: Path) -> None:
    random = np.random.RandomState(0)
    corners = np.array([[0, 0], [1, 0], [0, 1]])
    labels = random.randint(0, 3, 60)
    points = corners[labels] + random.uniform(-0.2, 0.2, (60, 2))
    loop = Session(recipe(epochs=40), tmp_path / "run", data=data(points, labels, 3)).run()
    family: Any = loop.family
    assert family.units == 3
    assert loop.store.metrics()[-1]["valid/accuracy"] == 1
    inputs = torch.from_numpy(points).float()
    assert family.classify(loop.networks, inputs).argmax(1).tolist() == labels.tolist()
    assert family.logits(loop.networks, inputs).shape == (60, 3)
    assert family.layers(loop.networks) == {"perceptron": (3,)}


@pytest.mark.parametrize("batch", [1, 7, "full"])
def test_a_killed_perceptron_ends_as_the_uninterrupted_one(tmp_path: Path, batch: int | str) -> None:
    random = np.random.RandomState(1)
    points, labels = random.randn(40, 4), random.randint(0, 2, 40)
    chosen = recipe(batch, checkpoint_minutes=0)

    class Own(Session):
        def __init__(self, chosen: Recipe, path: Path, callbacks: Any = ()) -> None:
            super().__init__(chosen, path, callbacks, data(points, labels))

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("tests.training.test_resume.Session", Own)
        kills = [2] if batch == "full" else [3, 11]
        killed = kill_and_resume(chosen, tmp_path / "killed", kills)
    assert_same(outcome(Own(chosen, tmp_path / "whole").run()), killed)


def test_samples_without_a_label_move_nothing(tmp_path: Path) -> None:
    points, labels = np.insert(POINTS, 1, [9.0, -9.0], axis=0), np.insert(LABELS, 1, -1)
    weights, _when, _total = path_of(Session(recipe(), tmp_path / "run", data=data(points, labels)))
    assert weights == PATH


def test_only_the_first_updates_are_kept_but_all_are_counted(tmp_path: Path) -> None:
    few = recipe().override({"model.path": 2})
    weights, when, total = path_of(Session(few, tmp_path / "run", data=data()))
    assert (weights, when, total) == (PATH[:2], WHEN[:2], len(PATH))


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"train.optimiser": {"name": "adam"}}, "Rosenblatt's rule is sgd"),
        ({"train.optimiser": {"name": "sgd", "momentum": 0.9}}, "Rosenblatt's rule is sgd"),
        ({"data.balance": "weights"}, "perceptron has no use for weights of classes"),
        ({"data.augment.mixup": 0.2}, "right or wrong, never in between"),
    ],
)
def test_what_is_not_the_rule_is_refused(tmp_path: Path, changes: dict[str, Any], sentence: str) -> None:
    with pytest.raises(RecipeError, match=sentence):
        Session(recipe().override(changes), tmp_path / "run", data=data()).run()


def test_several_processes_are_refused(tmp_path: Path) -> None:
    loop = Session(recipe(), tmp_path / "run", data=data()).run()
    engine: Any = SimpleNamespace(process=SimpleNamespace(world=2))
    batch, rng, _weight = next(loop.batches.epoch(0))
    with pytest.raises(RecipeError, match="only 1 is allowed"):
        loop.family.step(engine, loop.networks, batch, rng, base.Progress("train", 0, 0, torch.tensor(0.0)))


def test_one_class_is_refused_and_one_sample_is_enough(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="needs two classes"):
        base.create({"family": "perceptron"}, DataSpec("table", (2,), ("only",))).build()
    loop = Session(recipe(), tmp_path / "run", data=data(POINTS[:1], LABELS[:1])).run()
    assert loop.store.metrics()[-1]["valid/accuracy"] == 1


def judged(family: BaseFamily, networks: nn.ModuleDict, inputs: torch.Tensor, labels: torch.Tensor) -> dict[str, float]:
    batch = Batch(inputs, inputs, torch.arange(len(inputs)), labels=labels)
    with torch.inference_mode():
        sums = family.evaluate(networks, batch, Rng(0).at(0, 0, torch.arange(len(inputs))))
        return family.metrics(sums, networks)


def test_several_labels_per_image_are_a_unit_each() -> None:
    family: Any = base.create({"family": "perceptron"}, DataSpec("image", (1, 5, 7), ("a", "b"), multi_label=True))
    networks = family.build()
    assert networks["perceptron"].weight.shape == (2, 35)
    found = judged(family, networks, torch.rand(4, 1, 5, 7), torch.tensor([[1, 1], [1, 1], [1, 0], [0, 0]]))
    assert found["accuracy"] == 0.5  # weights of 0 say yes to everything
    with pytest.raises(DataError, match="None of these samples has a label"):
        judged(
            base.create({"family": "perceptron"}, DataSpec("table", (2,), ("a", "b"))),
            nn.ModuleDict({"perceptron": networks["perceptron"].__class__(2, 1, 3)}),
            torch.rand(2, 2),
            torch.tensor([-1, -1]),
        )


def test_numbers_that_are_not_finite_stop_the_run(tmp_path: Path) -> None:
    huge = recipe(optimiser={"name": "sgd", "learning_rate": 1e38}, epochs=40)
    with pytest.raises(DivergedError, match="criterion was no longer finite"):
        Session(huge, tmp_path / "run", data=data(POINTS * 100, np.array([0, 1, 1, 0]))).run()
